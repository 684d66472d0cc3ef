import type { OperationInput, TableDescription } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import {
  keyLines,
  type MigrateOptions,
  type ModelSpace,
  type RecordedKeys,
  readRecordedKeys,
  uniqueLine,
  writeRecordedKeys,
} from '../model/index.js'
import type { Connection } from '../runtime/index.js'
import type { EntityDesign, TableDesign } from '../single-table/index.js'
import { readTable, updateTable, waitUntilActive } from '../tables/index.js'
import { backfill, type Lacking } from './backfill.js'
import { MigrationError } from './errors.js'
import type { Lease } from './lease.js'
import type { Operation } from './operations.js'
import { isOfIndex, placeOf } from './table-check.js'

/** Times an index is tried, where others change the table. DynamoDB: "Service quotas", global indexes of a table. */
const ATTEMPTS = 20

/** What was done. */
export interface Did {
  readonly created: string[]
  readonly indexes: string[]
  written: number
}

/** What steps work with. */
export interface Applying {
  readonly space: ModelSpace
  readonly record: RecordedKeys
  readonly lease: Lease
  readonly options: MigrateOptions
  readonly did: Did
}

/** Makes one step true: what is so already is left as it is, so that a step that was broken off can be run again. */
export async function apply(step: Operation, work: Applying): Promise<void> {
  const { space, lease, did } = work
  const { connection } = space
  switch (step.type) {
    case 'create-table':
      if (await createTable(space, step)) did.created.push(step.table)
      await waitUntilActive(connection, step.table, lease)
      return
    case 'add-index':
      return addIndex(step, work)
    case 'remove-index':
      return removeIndex(step, work)
    case 'backfill':
      return fill(step, work)
    case 'change-table':
      await updateTable(step.table, step.to, { connection, signal: lease.signal })
  }
}

/** True when this call created the table; another process may create it at the same moment. */
export async function createTable(
  { connection }: ModelSpace,
  { table, definition }: Extract<Operation, { type: 'create-table' }>,
): Promise<boolean> {
  if ((await readTable(connection, table)) !== undefined) return false
  try {
    await connection.send('CreateTable', definition)
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) return false
    throw error
  }
}

type IndexStep = Extract<Operation, { type: 'add-index' | 'remove-index' }>

/** Milliseconds that a local engine, which has few rows, gets for an index. AWS takes hours where there are many. */
const LOCAL_INDEX_MS = 180_000

/**
 * The table when it is ready for a change of indexes.
 *
 * @throws MigrationError `MIGRATION.INDEX_STUCK` on a local engine
 */
async function readyForIndexes(connection: Connection, table: string, { signal }: Lease): Promise<TableDescription> {
  const { aws } = (await connection.driver()).capabilities
  if ((await readTable(connection, table)) === undefined)
    throw new MigrationError('MIGRATION.TABLE_MISSING', `There is no table ${table}.`, { details: { table } })
  try {
    return await waitUntilActive(connection, table, { signal, timeout: aws ? undefined : LOCAL_INDEX_MS })
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'TABLE.WAIT_TIMEOUT')) throw error
    throw new MigrationError(
      'MIGRATION.INDEX_STUCK',
      `The local engine does not finish its work on ${table}: ${error.message} DynamoDB Local does so now and then, when it has run for some minutes.`,
      { cause: error, details: { table } },
    )
  }
}

async function addIndex(
  { table, index, attributes }: IndexStep,
  { space, lease, options, did }: Applying,
): Promise<void> {
  const { connection } = space
  const now = await readyForIndexes(connection, table, lease)
  if (hasIndex(now, index.IndexName)) return
  const total = now.ItemCount ?? 0
  options.onProgress?.({ table, phase: 'index', scanned: 0, written: 0, total, capacity: 0 })
  const key = (now.KeySchema ?? []).map(({ AttributeName }) => AttributeName)
  const known = (now.AttributeDefinitions ?? []).filter(({ AttributeName }) => key.includes(AttributeName))
  const own = attributes.filter(({ AttributeName }) => !key.includes(AttributeName))
  const change = {
    TableName: table,
    AttributeDefinitions: [...known, ...own],
    GlobalSecondaryIndexUpdates: [{ Create: index }],
  }
  if (await changeIndexes(change, (then) => hasIndex(then, index.IndexName), { space, lease }))
    did.indexes.push(`${table}: ${index.IndexName}`)
}

async function removeIndex({ table, index }: IndexStep, { space, lease }: Applying): Promise<void> {
  const now = await readyForIndexes(space.connection, table, lease)
  // Before it goes: whatever ends this process, nobody takes rows for having keys that nobody writes any more.
  await forgetIndex(space, table, index.IndexName, lease)
  if (!hasIndex(now, index.IndexName)) return
  const change = { TableName: table, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index.IndexName } }] }
  await changeIndexes(change, (then) => !hasIndex(then, index.IndexName), { space, lease })
}

/** Changes one index and waits until it is so. DynamoDB changes one at a time, and others may be at work, too. */
async function changeIndexes(
  change: OperationInput<'UpdateTable'>,
  isDone: (table: TableDescription) => boolean,
  { space: { connection }, lease }: Pick<Applying, 'space' | 'lease'>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const failure = await connection.send('UpdateTable', change).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (isDone(await readyForIndexes(connection, change.TableName, lease))) return true
    const isBusy =
      failure === undefined ||
      isDynamoDBToolingError(failure, 'SERVICE.RESOURCE_IN_USE') ||
      isDynamoDBToolingError(failure, 'SERVICE.LIMIT_EXCEEDED')
    if (attempt === ATTEMPTS || !isBusy) throw failure
    await connection.clock.sleep(1000, lease.signal)
  }
}

function hasIndex({ GlobalSecondaryIndexes = [] }: TableDescription, name: string): boolean {
  return GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === name)
}

async function fill(
  { table, models: names }: Extract<Operation, { type: 'backfill' }>,
  { space, record, lease, options, did }: Applying,
): Promise<void> {
  const { connection } = space
  const design = space.designs().find(({ tableName }) => tableName === table)
  const models = names.map((name): Lacking => {
    const binding = space.models.find(({ schema }) => schema.name === name)
    if (binding === undefined || design === undefined || !design.entities.has(name))
      throw new MigrationError('MIGRATION.UNKNOWN_MODEL', `No model ${name} has rows in ${table}.`, {
        details: { model: name, table },
      })
    const known = record.models.get(name) ?? []
    const lacks = (attribute: string): boolean => options.backfill === true || !known.includes(uniqueLine(attribute))
    return { binding, unique: binding.uniqueAttributes.filter(lacks) }
  })
  if (design === undefined) return
  const now = await readyForIndexes(connection, table, lease)
  const { maxCapacity, onProgress } = options
  const total = now.ItemCount ?? 0
  did.written += (await backfill({ connection, table: design, lease, models, maxCapacity, total, onProgress })).written
  await noteKeys(space, design, now, names, lease)
}

/** Records the keys that rows of models have now, of the indexes that are there: queries may use them. */
async function noteKeys(
  space: ModelSpace,
  design: TableDesign,
  table: TableDescription,
  names: readonly string[],
  lease: Lease,
): Promise<void> {
  const there = new Set(
    [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].map(({ IndexName }) => IndexName),
  )
  await rewriteKeys(space, design, lease, (models) => {
    for (const name of names) {
      const lines = keyLines(design.entities.get(name) as EntityDesign)
      models.set(
        name,
        lines.filter((line) => !isOfIndex(line) || there.has(placeOf(line))),
      )
    }
  })
}

/** Keys of an index are no keys that rows of its table are found by any more. */
async function forgetIndex(space: ModelSpace, table: string, index: string, lease: Lease): Promise<void> {
  const design = space.designs().find(({ tableName }) => tableName === table)
  if (design === undefined) return
  const others = new Set(space.designs().flatMap((each) => (each === design ? [] : [...each.entities.keys()])))
  await rewriteKeys(space, design, lease, (models) => {
    for (const [name, lines] of models) {
      if (others.has(name)) continue
      models.set(
        name,
        lines.filter((line) => placeOf(line) !== index),
      )
    }
  })
}

/** Changes what is recorded, as long as this process may change the tables. */
async function rewriteKeys(
  space: ModelSpace,
  { ledger }: TableDesign,
  { check }: Lease,
  change: (models: Map<string, readonly string[]>) => void,
): Promise<void> {
  const { connection } = space
  for (let attempt = 0; ; attempt++) {
    const record = await readRecordedKeys(connection, ledger)
    const models = new Map(record.models)
    change(models)
    const same = [...models].every(([name, lines]) => record.models.get(name)?.join() === lines.join())
    if (same || (await writeRecordedKeys(connection, ledger, record, models, check))) break
    if (attempt === ATTEMPTS)
      throw new MigrationError('MIGRATION.BACKFILL_BEHIND', `What ${ledger.tableName} records changes all the time.`)
  }
  space.readiness.forget()
}
