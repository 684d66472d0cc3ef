import type { SecondaryIndex, TableDescription } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import {
  bindingOf,
  keyLines,
  type ModelClass,
  type ModelSpace,
  type RecordedKeys,
  readRecordedKeys,
} from '../model/index.js'
import type { Connection } from '../runtime/index.js'
import { createTableInput, type TableDesign } from '../single-table/index.js'
import { readTable } from '../tables/index.js'
import type { Operation } from './operations.js'
import { type Comparing, type TableWork, workOn } from './table-check.js'
import { checkExpiry, enablesExpiry } from './table-expiry.js'

/** What brings tables to their models. */
export interface Plan {
  readonly designs: readonly TableDesign[]
  readonly record: RecordedKeys
  /** Keys that rows of each model have afterwards. */
  readonly models: ReadonlyMap<string, readonly string[]>
  readonly operations: readonly Operation[]
  /** What DynamoDB says of the tables that are there, by name. */
  readonly tables: ReadonlyMap<string, TableDescription>
}

/**
 * Compares models, tables and what the ledger recorded.
 *
 * @throws ModelError `MODEL.TABLE_DIFFERS` for what cannot be done to a table that has rows; sends only reads
 */
export async function planOf(space: ModelSpace, designs: readonly TableDesign[], how: Comparing = {}): Promise<Plan> {
  const { connection } = space
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  const record = await recordedKeys(connection, first)
  const models = new Map(record.models)
  const operations: Operation[] = []
  const tables = new Map<string, TableDescription>()
  for (const design of designs) {
    for (const [name, entity] of design.entities) models.set(name, keyLines(entity))
    const table = await readTable(connection, design.tableName)
    if (table === undefined) operations.push(...making(design))
    else {
      tables.set(design.tableName, table)
      const work = await workOn(space, design, table, record, how)
      const expires = await checkExpiry(connection, design)
      const dropped = how.drop === true ? removing(design, table, namesOfOurs(connection, record)) : []
      operations.push(...changing(work), ...dropped, ...(expires ? [] : enablesExpiry(design)))
    }
  }
  return { designs, record, models, operations, tables }
}

function making(design: TableDesign): readonly Operation[] {
  const { tableName: table } = design
  return [{ type: 'create-table', table, definition: createTableInput(design) }, ...enablesExpiry(design)]
}

function changing({ design, indexes, models }: TableWork): readonly Operation[] {
  const { AttributeDefinitions: all, GlobalSecondaryIndexes: wanted = [] } = createTableInput(design)
  const adds = indexes.flatMap(({ name, key }): Operation[] => {
    const index = wanted.find(({ IndexName }) => IndexName === name)
    const names = [...design.key.names, ...key.names]
    const attributes = all.filter(({ AttributeName }) => names.includes(AttributeName))
    return index === undefined ? [] : [{ type: 'add-index', table: design.tableName, index, attributes }]
  })
  const rows: Operation[] =
    models.length === 0
      ? []
      : [{ type: 'backfill', table: design.tableName, models: models.map(({ binding }) => binding.schema.name) }]
  return [...adds, ...rows]
}

/** Indexes of models that none has any more. Those that somebody else made are left alone. */
function removing(
  design: TableDesign,
  table: TableDescription,
  isOurs: (index: string) => boolean,
): readonly Operation[] {
  const kept = new Set(design.indexes.map(({ name }) => name))
  return (table.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName, KeySchema, Projection }): Operation[] => {
    if (kept.has(IndexName) || !isOurs(IndexName)) return []
    const index: SecondaryIndex = { IndexName, KeySchema, Projection }
    const names = KeySchema.map(({ AttributeName }) => AttributeName)
    const attributes = (table.AttributeDefinitions ?? []).filter(({ AttributeName }) => names.includes(AttributeName))
    return [{ type: 'remove-index', table: design.tableName, index, attributes }]
  })
}

/** Indexes that this package made: rows are recorded to have keys of them, or they have the names that it gives. */
function namesOfOurs({ config }: Connection, record: RecordedKeys): (index: string) => boolean {
  const recorded = new Set([...record.models.values()].flat().map((line) => line.split(':')[0]))
  const [before = '', after = ''] = config.singleTableDesign.gsiName.split('{n}')
  return (index) =>
    recorded.has(index) ||
    (index.startsWith(before) &&
      index.endsWith(after) &&
      /^\d+$/.test(index.slice(before.length, index.length - after.length)))
}

/** The tables of one model or of all, and the ledger. */
export function designsOf(space: ModelSpace, model: ModelClass | undefined): readonly TableDesign[] {
  if (model === undefined) return space.designs()
  const { tableName, ledger } = bindingOf(model).table
  return space.designs().filter((design) => [tableName, ledger.tableName].includes(design.tableName))
}

export async function recordedKeys(
  connection: Connection,
  { ledger }: Pick<TableDesign, 'ledger'>,
): Promise<RecordedKeys> {
  try {
    return await readRecordedKeys(connection, ledger)
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return { models: new Map(), stored: undefined }
    throw error
  }
}
