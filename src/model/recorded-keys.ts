import { isTransactionCanceledError, type TransactWriteItem } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import { type AccessPath, type EntityDesign, type LedgerDesign, uniqueAttributesOf } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'

/** Key of the item of the ledger that says which keys and guards the rows of each model were written with. */
export const RECORD_KEY = 'DYNAMODB-TOOLING#patterns'

/** What the ledger holds of the design it was migrated to: the keys and guards of each model, as text. */
export interface RecordedKeys {
  readonly models: ReadonlyMap<string, readonly string[]>
  /** The item's attribute as it was read; undefined where nothing was ever recorded. */
  readonly stored: AttributeValue | undefined
}

/** The keys and guards that rows of a model are written with, a line each. */
export function keyLines({ paths, schema }: EntityDesign): readonly string[] {
  return [...paths.map(keyLine), ...uniqueAttributesOf(schema).map(uniqueLine)]
}

/** True where rows have the same keys in both designs. */
export function sameKeys(a: EntityDesign, b: EntityDesign): boolean {
  return a.paths.map(keyLine).join('\n') === b.paths.map(keyLine).join('\n')
}

/** The keys of a path: `GSI1: USER#{userId} / POST#{id}`. */
export function keyLine({ index, partition, sort, when, shards }: AccessPath): string {
  const only = when.map(({ attribute, value }) => `${attribute} = ${Object.values(value).join('')}`).join(' and ')
  return `${index ?? 'table'}: ${partition.text} / ${sort.text}${only === '' ? '' : ` when ${only}`}${shards === 1 ? '' : ` in ${shards} shards`}`
}

export function uniqueLine(attribute: string): string {
  return `unique: ${attribute}`
}

export async function readRecordedKeys(connection: Connection, ledger: LedgerDesign): Promise<RecordedKeys> {
  const { Item } = await connection.send('GetItem', {
    TableName: ledger.tableName,
    Key: recordKey(ledger),
    ConsistentRead: true,
  })
  const stored = Item?.['models']
  const models = new Map<string, readonly string[]>()
  if (stored !== undefined && 'M' in stored)
    for (const [name, lines] of Object.entries(stored.M))
      if ('L' in lines)
        models.set(
          name,
          lines.L.flatMap((each) => ('S' in each ? [each.S] : [])),
        )
  return { models, stored }
}

/**
 * Records keys; false when another process recorded others since they were read, and nothing was written.
 *
 * @param check what must hold besides: that this process may still change the tables
 * @throws TransactionCanceledError where the check fails
 */
export async function writeRecordedKeys(
  connection: Connection,
  ledger: LedgerDesign,
  { stored }: RecordedKeys,
  models: ReadonlyMap<string, readonly string[]>,
  check?: TransactWriteItem,
): Promise<boolean> {
  const now: AttributeMap = Object.fromEntries(
    [...models].map(([name, lines]) => [name, { L: lines.map((S) => ({ S })) }]),
  )
  const before =
    stored === undefined
      ? { ConditionExpression: 'attribute_not_exists(#models)' }
      : { ConditionExpression: '#models = :before', ExpressionAttributeValues: { ':before': stored } }
  const Put = {
    TableName: ledger.tableName,
    Item: { ...recordKey(ledger), [ledger.entityTypeAttribute]: { S: 'key patterns' }, models: { M: now } },
    ExpressionAttributeNames: { '#models': 'models' },
    ...before,
  }
  try {
    if (check === undefined) await connection.send('PutItem', Put)
    else await connection.send('TransactWriteItems', { TransactItems: [{ Put }, check] })
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.CONDITION_FAILED')) return false
    const [own, lease] = isTransactionCanceledError(error) ? error.reasons : []
    const isOther = own?.Code === 'ConditionalCheckFailed' || own?.Code === 'TransactionConflict'
    if (isOther && lease?.Code !== 'ConditionalCheckFailed') return false
    throw error
  }
}

function recordKey({ partitionKey, sortKey }: LedgerDesign): AttributeMap {
  return { [partitionKey]: { S: RECORD_KEY }, [sortKey]: { S: RECORD_KEY } }
}
