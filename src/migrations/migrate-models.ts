import type { OperationInput } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import {
  bindingOf,
  keyLines,
  type Migrated,
  type MigrateOptions,
  type ModelClass,
  ModelError,
  ModelSpace,
  type RecordedKeys,
  readRecordedKeys,
  writeRecordedKeys,
} from '../model/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { createTableInput, type IndexDesign, type TableDesign } from '../single-table/index.js'
import { readTable, waitUntilActive } from '../tables/index.js'
import { withLease } from './lease.js'
import { checkTable, differs, missingIndexes } from './table-check.js'
import { checkExpiry, enableExpiry } from './table-expiry.js'

/** Global indexes that a table may have: others add no more meanwhile. DynamoDB: "Service quotas". */
const MOST_INDEXES = 20

/** Times it begins anew after another process migrated meanwhile. */
const ATTEMPTS = 5

/**
 * Creates the tables that are not there, and adds the indexes they lack, one at a time. What the tables hold is looked at
 * before anything is changed, the schema lock included.
 *
 * @param model undefined for every model of the current connection
 * @throws ModelError `MODEL.TABLE_DIFFERS`, DesignError of the schema lock; nothing was changed then
 */
export async function migrateModels(model: ModelClass | undefined, options: MigrateOptions = {}): Promise<Migrated> {
  const space = model === undefined ? ModelSpace.of(currentConnection()) : bindingOf(model).space
  if (space.models.length === 0) {
    throw new ModelError('MODEL.UNKNOWN_MODEL', 'There are no models to migrate.', {
      hint: 'Call registerModels(User, Post) first.',
    })
  }
  const { connection } = space
  const created: string[] = []
  const designs = wanted(space, model)
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = await recordedKeys(connection, first)
    const models = new Map(record.models)
    for (const design of designs) {
      const table = await readTable(connection, design.tableName)
      await checkTable(connection, design, table, record, options.drop === true)
      if (table !== undefined) await checkExpiry(connection, design)
      for (const [name, entity] of design.entities) models.set(name, keyLines(entity))
    }
    space.saveLock()
    const there: TableDesign[] = []
    for (const design of designs) {
      if (await createIfMissing(connection, design)) created.push(design.tableName)
      if (missingIndexes(design, await waitUntilActive(connection, design.tableName)).length > 0) there.push(design)
    }
    // Two processes that add indexes at the same time get into each other's way, and DynamoDB Local never ends then.
    if (there.length > 0)
      await withLease(connection, first.ledger, async ({ signal }) => {
        for (const design of there) await addMissingIndexes(connection, design, signal)
      })
    for (const design of designs) await enableExpiry(connection, design)
    const same = [...models].every(([name, lines]) => record.models.get(name)?.join() === lines.join())
    if (!same && !(await writeRecordedKeys(connection, first.ledger, record, models))) continue
    space.check.pass(designs.flatMap(({ entities }) => [...entities.keys()]))
    return { created }
  }
  throw differs(first, 'other processes migrate it at the same time', 'Run migrate() again.')
}

async function recordedKeys(connection: Connection, { ledger }: TableDesign): Promise<RecordedKeys> {
  try {
    return await readRecordedKeys(connection, ledger)
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return { models: new Map(), stored: undefined }
    throw error
  }
}

/** The tables of one model or of all, and the ledger. */
function wanted(space: ModelSpace, model: ModelClass | undefined): readonly TableDesign[] {
  if (model === undefined) return space.designs()
  const { tableName, ledger } = bindingOf(model).table
  return space.designs().filter((design) => [tableName, ledger.tableName].includes(design.tableName))
}

/** True when this call created the table; another process may create it at the same moment. */
async function createIfMissing(connection: Connection, design: TableDesign): Promise<boolean> {
  if ((await readTable(connection, design.tableName)) !== undefined) return false
  try {
    await connection.send('CreateTable', createTableInput(design))
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) return false
    throw error
  }
}

/** Adds the indexes that a table lacks; no model that is in them has rows. */
async function addMissingIndexes(connection: Connection, design: TableDesign, signal: AbortSignal): Promise<void> {
  const table = await waitUntilActive(connection, design.tableName, { signal })
  for (const index of missingIndexes(design, table)) await addIndex(connection, design, index, signal)
}

/** Adds an index and waits until it is ACTIVE. Another process may be adding it, or another one, at the same moment. */
async function addIndex(
  connection: Connection,
  design: TableDesign,
  index: IndexDesign,
  signal: AbortSignal,
): Promise<void> {
  const { AttributeDefinitions: all, GlobalSecondaryIndexes } = createTableInput(design)
  const Create = GlobalSecondaryIndexes?.find((each) => each.IndexName === index.name)
  const names = [...design.key.names, ...index.key.names]
  const change: OperationInput<'UpdateTable'> = {
    TableName: design.tableName,
    AttributeDefinitions: all.filter(({ AttributeName }) => names.includes(AttributeName)),
    GlobalSecondaryIndexUpdates: [{ Create }],
  }
  for (let attempt = 1; ; attempt++) {
    const failure = await connection.send('UpdateTable', change).then(
      () => undefined,
      (error: unknown) => error,
    )
    const table = await waitUntilActive(connection, design.tableName, { signal })
    if (!missingIndexes(design, table).some(({ name }) => name === index.name)) return
    const isBusy =
      isDynamoDBToolingError(failure, 'SERVICE.RESOURCE_IN_USE') ||
      isDynamoDBToolingError(failure, 'SERVICE.LIMIT_EXCEEDED')
    if (attempt === MOST_INDEXES || !isBusy) throw failure
  }
}
