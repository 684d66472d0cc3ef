import type { QueryInput, ScanInput } from '../drivers/index.js'
import { type AttributeMap, unmarshall } from '../values/index.js'
import type { OptionSpec } from './command.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'
import { wholeNumber } from './option-values.js'
import { toPlainJson } from './plain-json.js'
import type { RawTable } from './raw-table.js'
import { counted, textTable } from './text-table.js'

/** What a Query or Scan found. */
export interface FoundItems {
  readonly items: readonly AttributeMap[]
  /** Items that DynamoDB read and charged for. */
  readonly scanned: number
  /** Capacity units. */
  readonly capacity: number
  /** True where reading on might find more. */
  readonly more: boolean
}

export interface ReadOptions {
  readonly limit?: number
  readonly all?: boolean
  readonly dynamodbJson?: boolean
}

/** The options of commands that read items. */
export const READ_OPTIONS: readonly OptionSpec[] = [
  { flags: '--limit <count>', description: 'the most items (default: 100)', parse: wholeNumber(1) },
  { flags: '--all', description: 'all of them, however many there are' },
  { flags: '--dynamodb-json', description: "items in DynamoDB's own JSON, with a type for each value; lossless" },
]

/** How many items are wanted; Infinity for all. @throws CliError `CLI.USAGE` */
export function wantedOf({ limit, all = false }: ReadOptions): number {
  if (all && limit !== undefined)
    throw new CliError('CLI.USAGE', '--all and --limit say different things; keep one of them.')
  return all ? Number.POSITIVE_INFINITY : (limit ?? 100)
}

/** Reads page after page until there are as many items as wanted, or no more. */
export async function readItems(
  context: CommandContext,
  request:
    | { readonly operation: 'Query'; readonly input: QueryInput }
    | { readonly operation: 'Scan'; readonly input: ScanInput },
  wanted: number,
  total?: number,
): Promise<FoundItems> {
  const connection = await context.connection()
  const progress = context.progress('items')
  const { signal } = context
  const items: AttributeMap[] = []
  let scanned = 0
  let capacity = 0
  let start: AttributeMap | undefined
  try {
    do {
      // A limit counts what is read before a filter: with one, pages are as large as DynamoDB makes them.
      const limited = request.input.FilterExpression === undefined && wanted !== Number.POSITIVE_INFINITY
      const more = {
        ReturnConsumedCapacity: 'TOTAL',
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        ...(limited ? { Limit: wanted - items.length } : {}),
      } as const
      const page =
        request.operation === 'Query'
          ? await connection.send('Query', { ...request.input, ...more }, { signal })
          : await connection.send('Scan', { ...request.input, ...more }, { signal })
      items.push(...(page.Items ?? []))
      scanned += page.ScannedCount
      capacity += page.ConsumedCapacity?.CapacityUnits ?? 0
      start = page.LastEvaluatedKey
      progress.update({ done: scanned, total, capacity })
    } while (start !== undefined && items.length < wanted)
  } finally {
    progress.end()
  }
  return { items: items.slice(0, wanted), scanned, capacity, more: start !== undefined || items.length > wanted }
}

/** What `query` and `scan` print as JSON, in short. */
export const FOUND_JSON = '{ table, index, items, count, scanned, capacity, more }; more: reading on might find more'

const MOST_COLUMNS = 8

/** Prints items: as JSON, or a table whose first columns are the key. */
export function showItems(
  context: CommandContext,
  table: RawTable,
  index: string | undefined,
  { items, scanned, capacity, more }: FoundItems,
  dynamodbJson = false,
): void {
  const plain = items.map((item) => (dynamodbJson ? item : unmarshall(item)))
  const count = items.length
  context.output.result(
    { table: table.name, index: index ?? null, items: plain, count, scanned, capacity, more },
    () => (dynamodbJson ? items.map((item) => JSON.stringify(item)).join('\n') : itemTable(table, items)),
  )
  const rest = more ? '; there may be more: --limit, --all' : ''
  context.output.note(`${counted(count, 'item')}, ${scanned} read, ${capacity} capacity units${rest}`)
}

function itemTable({ key }: RawTable, items: readonly AttributeMap[]): string {
  if (items.length === 0) return ''
  const keyNames = [...key.partition, ...key.sort].map(({ name }) => name)
  const names = [...new Set([...keyNames, ...items.flatMap((item) => Object.keys(item))])]
  const shown = names.slice(0, MOST_COLUMNS)
  const hidden = names.length - shown.length
  const rows = items.map((item) => shown.map((name) => cellOf(item, name)))
  return `${textTable(shown, rows, 40)}${hidden > 0 ? `\n(and ${counted(hidden, 'attribute')}: --json shows all)` : ''}`
}

/** A value as short text: digits as they are stored. */
export function cellOf(item: AttributeMap, name: string): unknown {
  const value = item[name]
  if (value === undefined) return undefined
  if ('S' in value) return value.S
  if ('N' in value) return value.N
  return toPlainJson(unmarshall({ value })['value'])
}
