import type { Condition } from '../expressions/index.js'
import type { Connection } from '../runtime/index.js'
import type { AttributeValue } from '../values/index.js'

/** The names of a key: partition, then sort. */
export type KeyNames = readonly string[]

interface Known {
  readonly until: number
  readonly keys: Promise<TableKeys>
}

const known = new WeakMap<Connection, Map<string, Known>>()
/** Milliseconds: a table may be made anew, and get other indexes. */
const KNOWN_MS = 60_000

/** The keys of a table and of its indexes. */
export interface TableKeys {
  readonly table: KeyNames
  readonly indexes: ReadonlyMap<string, KeyNames>
}

/** DescribeTable, once a minute for a table and connection. @throws ServiceError `SERVICE.RESOURCE_NOT_FOUND` */
export function tableKeys(connection: Connection, TableName: string): Promise<TableKeys> {
  const tables = known.get(connection) ?? new Map<string, Known>()
  known.set(connection, tables)
  const now = connection.clock.now()
  const found = tables.get(TableName)
  if (found !== undefined && found.until > now) return found.keys
  const asked = describe(connection, TableName)
  tables.set(TableName, { until: now + KNOWN_MS, keys: asked })
  // What failed is asked again.
  asked.catch(() => tables.delete(TableName))
  return asked
}

async function describe(connection: Connection, TableName: string): Promise<TableKeys> {
  const { Table = {} } = await connection.send('DescribeTable', { TableName })
  const names = (schema: readonly { readonly AttributeName: string }[] = []): KeyNames =>
    schema.map(({ AttributeName }) => AttributeName)
  const indexes = [...(Table.GlobalSecondaryIndexes ?? []), ...(Table.LocalSecondaryIndexes ?? [])]
  return {
    table: names(Table.KeySchema),
    indexes: new Map(indexes.map(({ IndexName, KeySchema }) => [IndexName, names(KeySchema)])),
  }
}

/** Conditions that all have to hold. */
export function everyOf(condition: Condition | undefined): readonly Condition[] {
  if (condition === undefined) return []
  return condition.kind === 'and' ? condition.conditions.flatMap(everyOf) : [condition]
}

/** The value an attribute must have, where the condition says so. */
export function equalTo(condition: Condition | undefined, name: string): AttributeValue | undefined {
  for (const each of everyOf(condition))
    if (each.kind === 'compare' && each.op === '=' && isAttribute(each.left, name) && each.right.kind === 'value')
      return each.right.value
  return undefined
}

/** True where DynamoDB reads partitions, and not the table: the partition key is compared by = or IN. */
export function isKeyed(condition: Condition | undefined, partition: string): boolean {
  return (
    equalTo(condition, partition) !== undefined ||
    everyOf(condition).some((each) => each.kind === 'in' && isAttribute(each.operand, partition))
  )
}

function isAttribute(operand: { readonly kind: string; readonly path?: readonly unknown[] }, name: string): boolean {
  return operand.kind === 'path' && operand.path?.length === 1 && operand.path[0] === name
}
