import type { TableDescription } from '../drivers/index.js'
import { suggest } from '../kernel/index.js'
import { readTable } from '../tables/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { canonicalNumber } from '../values/index.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'

/** A key attribute and its type in DynamoDB's letters. */
export interface RawKeyAttribute {
  readonly name: string
  readonly type: 'S' | 'N' | 'B'
}

/** The attributes of a key: one each, or several of a multi-attribute index key. */
export interface RawKey {
  readonly partition: readonly RawKeyAttribute[]
  readonly sort: readonly RawKeyAttribute[]
}

/** The table of the command, as DynamoDB describes it. */
export interface RawTable {
  readonly name: string
  readonly key: RawKey
  readonly indexes: ReadonlyMap<string, RawKey>
  /** Items, as DynamoDB counts them about every six hours. */
  readonly itemCount: number
}

/** @throws CliError `CLI.NOT_FOUND` */
export async function rawTable(context: CommandContext): Promise<RawTable> {
  const name = await context.tableName()
  const table = await readTable(await context.connection(), name, context.signal)
  if (table === undefined)
    throw new CliError('CLI.NOT_FOUND', `There is no table ${name}.`, {
      hint: 'Check --table and --env; `dbtooling table:list` lists the tables.',
      details: { table: name },
    })
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
  return {
    name,
    key: keyOf(table, table.KeySchema),
    indexes: new Map(indexes.map((index) => [index.IndexName ?? '', keyOf(table, index.KeySchema)])),
    itemCount: table.ItemCount ?? 0,
  }
}

function keyOf(table: TableDescription, schema: TableDescription['KeySchema'] = []): RawKey {
  const types = new Map(table.AttributeDefinitions?.map((each) => [each.AttributeName, each.AttributeType]))
  const part = (kind: string): readonly RawKeyAttribute[] =>
    schema
      .filter(({ KeyType }) => KeyType === kind)
      .map(({ AttributeName }) => ({ name: AttributeName, type: types.get(AttributeName) ?? 'S' }))
  return { partition: part('HASH'), sort: part('RANGE') }
}

/** The key of an index, or of the table. @throws CliError `CLI.NOT_FOUND` that names the index that was meant */
export function keyNamed(table: RawTable, index: string | undefined): RawKey {
  if (index === undefined) return table.key
  const key = table.indexes.get(index)
  if (key !== undefined) return key
  const names = [...table.indexes.keys()]
  const meant = suggest(index, names)
  throw new CliError('CLI.NOT_FOUND', `The table ${table.name} has no index ${index}.`, {
    hint: meant === undefined ? `It has ${names.length === 0 ? 'none' : names.join(', ')}.` : `Did you mean ${meant}?`,
    details: { table: table.name, index, suggestion: meant },
  })
}

/** The value of a key attribute from text. @throws CliError `CLI.USAGE` */
export function keyValue({ name, type }: RawKeyAttribute, text: string): AttributeValue {
  if (type === 'S') return { S: text }
  if (type === 'B') return { B: text }
  try {
    return { N: canonicalNumber(text) }
  } catch (cause) {
    throw new CliError('CLI.USAGE', `The key attribute ${name} is a number, and "${text}" is none.`, { cause })
  }
}

/** The whole key of one item. @throws CliError `CLI.USAGE` */
export function itemKey(table: RawTable, pk: string | undefined, sk: string | undefined): AttributeMap {
  const key: Record<string, AttributeValue> = {}
  for (const [flag, [attribute], text] of [
    ['--pk', table.key.partition, pk],
    ['--sk', table.key.sort, sk],
  ] as const) {
    if (attribute === undefined) {
      if (text !== undefined)
        throw new CliError('CLI.USAGE', `The table ${table.name} has no sort key, and ${flag} is given.`)
    } else if (text === undefined)
      throw new CliError('CLI.USAGE', `${flag} is missing: an item of ${table.name} is named by ${namesOf(table.key)}.`)
    else key[attribute.name] = keyValue(attribute, text)
  }
  return key
}

export const namesOf = ({ partition, sort }: RawKey): string =>
  [...partition, ...sort].map(({ name }) => name).join(' and ')
