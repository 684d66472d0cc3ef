import type { OperationInput, TableDescription } from '../drivers/index.js'
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
import { backfill } from './backfill.js'
import { type Lease, withLease } from './lease.js'
import { differs, missingIndexes, type TableWork, workOn } from './table-check.js'
import { checkExpiry, enableExpiry } from './table-expiry.js'

const POLL_MS = 50
const LONGEST_POLL_MS = 2000
/** Global indexes that a table may have: others add no more meanwhile. DynamoDB: "Service quotas". */
const MOST_INDEXES = 20

/** Times it begins anew after another process migrated meanwhile. */
const ATTEMPTS = 5

/** What tables need to be as their models want them. */
interface Plan {
  readonly record: RecordedKeys
  /** Keys that rows of each model have afterwards. */
  readonly models: ReadonlyMap<string, readonly string[]>
  /** Tables that are not there. */
  readonly missing: readonly TableDesign[]
  /** Work on those that are, and what DynamoDB says of them. */
  readonly work: readonly (TableWork & { readonly table: TableDescription })[]
}

/**
 * Creates the tables that are not there, adds the indexes that others lack, one at a time, and gives rows the keys and guards
 * that their models have now. What cannot be done is looked for before anything is changed, the schema lock included.
 * Broken off, it goes on when it is called again.
 *
 * @param model undefined for every model of the current connection
 * @throws ModelError `MODEL.TABLE_DIFFERS`, DesignError of the schema lock (nothing was changed then); MigrationError
 */
export async function migrateModels(model: ModelClass | undefined, options: MigrateOptions = {}): Promise<Migrated> {
  const space = model === undefined ? ModelSpace.of(currentConnection()) : bindingOf(model).space
  if (space.models.length === 0) {
    throw new ModelError('MODEL.UNKNOWN_MODEL', 'There are no models to migrate.', {
      hint: 'Call registerModels(User, Post) first.',
    })
  }
  const { connection } = space
  const designs = wanted(space, model)
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  const did = { created: [] as string[], indexes: [] as string[], written: 0 }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const plan = await planOf(space, designs, options)
    space.saveLock()
    for (const design of plan.missing) if (await createIfMissing(connection, design)) did.created.push(design.tableName)
    for (const { tableName } of designs) await waitUntilActive(connection, tableName, options.signal)
    const recorded =
      plan.work.length === 0
        ? await record(connection, first, plan)
        : await withLease(
            connection,
            first.ledger,
            async (lease) => {
              // Another process may have done it while this one waited.
              const now = await planOf(space, designs, options)
              for (const each of now.work) await work(connection, each, lease, options, did)
              return record(connection, first, now)
            },
            { signal: options.signal },
          )
    if (!recorded) continue
    for (const design of designs) await enableExpiry(connection, design)
    space.check.pass(designs.flatMap(({ entities }) => [...entities.keys()]))
    return did
  }
  throw differs(first, 'other processes migrate it at the same time', 'Run migrate() again.')
}

/** @throws ModelError `MODEL.TABLE_DIFFERS`; sends only reads */
async function planOf(space: ModelSpace, designs: readonly TableDesign[], { drop }: MigrateOptions): Promise<Plan> {
  const { connection } = space
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  const recorded = await recordedKeys(connection, first)
  const models = new Map(recorded.models)
  const missing: TableDesign[] = []
  const work: Plan['work'][number][] = []
  for (const design of designs) {
    for (const [name, entity] of design.entities) models.set(name, keyLines(entity))
    const table = await describe(connection, design.tableName)
    if (table === undefined) {
      missing.push(design)
      continue
    }
    const todo = await workOn(space, design, table, recorded, drop === true)
    await checkExpiry(connection, design)
    if (todo.indexes.length > 0 || todo.models.length > 0) work.push({ ...todo, table })
  }
  return { record: recorded, models, missing, work }
}

async function work(
  connection: Connection,
  { design, table, models }: Plan['work'][number],
  lease: Lease,
  { maxCapacity, onProgress }: MigrateOptions,
  did: { readonly indexes: string[]; written: number },
): Promise<void> {
  const total = table.ItemCount ?? 0
  const phase = { table: design.tableName, phase: 'index', scanned: 0, written: 0, total, capacity: 0 }
  // Two processes that add indexes at the same time get into each other's way, and DynamoDB Local never ends then.
  const now = await waitUntilActive(connection, design.tableName, lease.signal)
  for (const index of missingIndexes(design, now)) {
    onProgress?.(phase)
    await addIndex(connection, design, index, lease.signal)
    did.indexes.push(`${design.tableName}: ${index.name}`)
  }
  if (models.length === 0) return
  const { written } = await backfill({ connection, table: design, lease, models, maxCapacity, total, onProgress })
  did.written += written
}

/** Records the keys that rows have. @returns false where another process recorded others meanwhile */
async function record(
  connection: Connection,
  { ledger }: TableDesign,
  { record: before, models }: Plan,
): Promise<boolean> {
  const same = [...models].every(([name, lines]) => before.models.get(name)?.join() === lines.join())
  return same || writeRecordedKeys(connection, ledger, before, models)
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
  if ((await describe(connection, design.tableName)) !== undefined) return false
  try {
    await connection.send('CreateTable', createTableInput(design))
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) return false
    throw error
  }
}

async function describe(connection: Connection, tableName: string): Promise<TableDescription | undefined> {
  try {
    return (await connection.send('DescribeTable', { TableName: tableName })).Table
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return undefined
    throw error
  }
}

/** Resolves when the table and all its indexes are ACTIVE. */
async function waitUntilActive(
  connection: Connection,
  tableName: string,
  signal?: AbortSignal,
): Promise<TableDescription> {
  for (let wait = POLL_MS; ; wait = Math.min(wait * 2, LONGEST_POLL_MS)) {
    const table = await describe(connection, tableName)
    const ready =
      table?.TableStatus === 'ACTIVE' &&
      (table.GlobalSecondaryIndexes ?? []).every((index) => (index.IndexStatus ?? 'ACTIVE') === 'ACTIVE')
    if (ready) return table
    await connection.clock.sleep(wait, signal)
  }
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
    const table = await waitUntilActive(connection, design.tableName, signal)
    if (!missingIndexes(design, table).some(({ name }) => name === index.name)) return
    const isBusy =
      isDynamoDBToolingError(failure, 'SERVICE.RESOURCE_IN_USE') ||
      isDynamoDBToolingError(failure, 'SERVICE.LIMIT_EXCEEDED')
    if (attempt === MOST_INDEXES || !isBusy) throw failure
  }
}
