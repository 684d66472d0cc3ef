import type { AttributeMap } from '../../values/index.js'
import type { Connection } from '../connection.js'

/** The rows that tenants share: those of models with `static tenant = false`. */
export interface SharedRows {
  readonly models: ReadonlySet<string>
  /** What their partition keys begin with in the table that models share, guards of unique attributes included. */
  readonly keys: readonly string[]
  /** Tables that hold nothing else. */
  readonly tables: ReadonlySet<string>
  /** The table where the package keeps its notes. */
  readonly ledger: string | undefined
  /** Partition keys of the models' tables, by table. */
  readonly partitionKeys: ReadonlyMap<string, string>
}

const NONE: SharedRows = { models: new Set(), keys: [], tables: new Set(), ledger: undefined, partitionKeys: new Map() }
/** Partition keys of the package's notes on the table begin with it. */
const NOTES = 'DYNAMODB-TOOLING'

const described = new WeakMap<Connection, () => SharedRows>()

/** Says which rows of a connection are shared. Models are above connections, which therefore cannot know. */
export function describeSharedRows(connection: Connection, rows: () => SharedRows): void {
  described.set(connection, rows)
}

export function sharedRowsOf(connection: Connection): SharedRows {
  return described.get(connection)?.() ?? NONE
}

/** Tells whether a key is of a row that tenants share, or of the package's notes on a table of all of them. */
export function isShared(
  shared: SharedRows,
  table: string,
  key: AttributeMap,
  partitionKey: string,
  delimiter: string,
): boolean {
  const text = textIn(shared, table, key, partitionKey)
  const isNote = text?.startsWith(`${NOTES}${delimiter}`) || text?.startsWith(`${NOTES}#`)
  return isNote === true || isOfSharedModel(shared, table, key, partitionKey)
}

/** Tells whether a key is of a row of a model that tenants share, or of one of its guards. */
export function isOfSharedModel(shared: SharedRows, table: string, key: AttributeMap, partitionKey: string): boolean {
  const text = textIn(shared, table, key, partitionKey)
  return text !== undefined && shared.keys.some((start) => text.startsWith(start))
}

/** The partition key; undefined in tables where keys are values of the models' own attributes. */
function textIn({ ledger }: SharedRows, table: string, key: AttributeMap, partitionKey: string): string | undefined {
  const value = key[partitionKey]
  if (ledger !== undefined && table !== ledger) return undefined
  return value !== undefined && 'S' in value ? value.S : undefined
}
