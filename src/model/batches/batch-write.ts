import type { WriteRequest } from '../../drivers/index.js'
import { mapConcurrent } from '../../kernel/index.js'
import { explainMissing } from '../../query/index.js'
import {
  BatchError,
  batchWriteTables,
  type Connection,
  commonConnection,
  currentConnection,
  type TableWrite,
} from '../../runtime/index.js'
import type { CreateInput, KeyOf } from '../../schema/index.js'
import { keyText } from '../../single-table/index.js'
import { type AttributeMap, kindOf, marshall } from '../../values/index.js'
import { tooLarge } from '../commit.js'
import { type HookFailedError, isConditionError, isHookFailedError, ModelNotFoundError } from '../errors.js'
import { CREATION, DELETION, UPDATE } from '../events.js'
import { checkValues, fillRecord } from '../fill.js'
import { type Key, tableKey } from '../find.js'
import { listens, report, tell, toldAfter, withFailures } from '../fire.js'
import { insertRecord, markCreated, prepareItem } from '../insert.js'
import { knownRecord } from '../known-record.js'
import { bindingOf, type ModelBinding, type ModelClass } from '../model-space.js'
import { takeNested } from '../nested-change.js'
import { type Attributes, newState } from '../record.js'
import { recordOfKey } from '../record-of-key.js'
import { type RecordState, setState } from '../record-state.js'
import { dependentsOf } from '../relations/dependents.js'
import { removeRecord, trashRecord } from '../remove-row.js'
import type { PendingWrite } from '../row-write.js'
import { savedStateOf } from '../state-for.js'
import { isPrimary, updateRecord } from '../update.js'
import { type BatchSettings, batchOptions, invalid, type Metered, withCapacity } from './batch-settings.js'

/** One write of a batch of several models. */
export type BatchEntry<T extends ModelClass = any> =
  | { readonly type: 'put'; readonly model: T; readonly item: CreateInput<T> }
  | { readonly type: 'delete'; readonly model: T; readonly key: KeyOf<T> }

/** What a batch did. */
export interface BatchResult {
  readonly written: number
}

/** One write, and how it is made. */
interface Job {
  readonly entry: unknown
  readonly binding: ModelBinding
  /** Of a row that BatchWriteItem can write by itself. */
  readonly write?: TableWrite
  /** Of a row that others hang on: guards, counters, a mark instead of a deletion. */
  readonly run?: () => Promise<unknown>
  /** The key of that row, as far as it is known. */
  readonly key?: AttributeMap | undefined
  /** Tells hooks of it, where it was done with others. */
  readonly after?: NonNullable<PendingWrite['after']>
}

/**
 * Puts and deletes rows of any models: BatchWriteItem requests of 25, tried again until none is left unprocessed. It knows no
 * conditions: a put replaces what is there, and deleting what is not there is no error. Rows of models with unique
 * attributes, counters, soft deletes or `onDelete` are written one by one, in transactions where those need them.
 *
 * @throws ValidationError (nothing was written), BatchError with the entries that were not done in `remaining`
 */
export function batchWrite(entries: readonly BatchEntry[], settings?: BatchSettings): Promise<Metered<BatchResult>>
/** Plain items and keys of a table, as they are. */
export function batchWrite(
  table: string,
  writes: {
    readonly put?: readonly Readonly<Record<string, unknown>>[]
    readonly delete?: readonly Readonly<Record<string, unknown>>[]
  },
  settings?: BatchSettings,
): Promise<Metered<BatchResult>>
export async function batchWrite(first: unknown, ...rest: readonly unknown[]): Promise<unknown> {
  if (typeof first === 'string') return writeTable(first, rest[0], rest[1] as BatchSettings | undefined)
  if (!Array.isArray(first))
    throw invalid(
      `batchWrite takes a list of writes, not ${kindOf(first)}.`,
      "Write [{ type: 'put', model: User, item: { … } }, { type: 'delete', model: User, key: '1' }].",
    )
  const jobs: Job[] = []
  for (const entry of first as readonly BatchEntry[]) {
    if (entry?.type !== 'put' && entry?.type !== 'delete')
      throw invalid(`A write of a batch is a 'put' or a 'delete', not ${String((entry as { type?: unknown })?.type)}.`)
    const binding = bindingOf(entry.model)
    jobs.push(entry.type === 'put' ? await putJob(binding, entry) : deleteJob(binding, entry.key, entry))
  }
  return runJobs(jobs, rest[0] as BatchSettings | undefined)
}

/** `Model.batchDelete`: soft where the model has soft deletes. */
export function batchDeleteRows(
  binding: ModelBinding,
  keys: readonly Key[],
  settings?: BatchSettings,
): Promise<Metered<BatchResult>> {
  if (!Array.isArray(keys)) throw invalid(`batchDelete takes a list of keys, not ${kindOf(keys)}.`)
  return runJobs(
    keys.map((key: Key) => deleteJob(binding, key, key)),
    settings,
  )
}

/**
 * `Model.batchUpdate`: an UpdateItem for each row, on condition that it is there. DynamoDB has no batch of updates.
 */
export function batchUpdateRows(
  binding: ModelBinding,
  rows: readonly Attributes[],
  settings?: BatchSettings,
): Promise<Metered<BatchResult>> {
  if (!Array.isArray(rows)) throw invalid(`batchUpdate takes a list of rows, not ${kindOf(rows)}.`)
  const jobs = (rows as readonly Attributes[]).map((row): Job => {
    checkValues(binding.schema, row)
    const key = Object.fromEntries(Object.entries(row).filter(([name]) => isPrimary(binding, name)))
    const place = Object.keys(key).length === 0 ? row : key
    const changes = Object.fromEntries(Object.entries(row).filter(([name]) => !isPrimary(binding, name)))
    // Faults of any row are found before the first is written.
    const { plain, nested } = takeNested(binding.schema, changes)
    fillRecord(binding, recordOfKey(binding, place), plain, false)
    const run = async (): Promise<void> => {
      const record = await knownRecord(binding, place, UPDATE)
      fillRecord(binding, record, plain, false)
      await updateRecord(record, savedStateOf(record), { nested })
    }
    return { entry: row, binding, run, key: tableKey(binding, place) }
  })
  return runJobs(jobs, settings)
}

async function putJob(binding: ModelBinding, entry: BatchEntry & { readonly type: 'put' }): Promise<Job> {
  const record = binding.factory()
  const state: RecordState = newState(binding)
  setState(record, state)
  fillRecord(binding, record, entry.item, false)
  if (binding.isLinked) return { entry, binding, run: () => insertRecord(record, state), key: keyOf(binding, record) }
  const Item = await prepareItem(record, state)
  binding.written = true
  const write = { table: binding.table.tableName, write: { PutRequest: { Item } } }
  const after = toldAfter(binding, record, CREATION)?.after
  if (after === undefined) return { entry, binding, write }
  const told = (): ReturnType<typeof after> => {
    markCreated(record, state, Item)
    return after()
  }
  return { entry, binding, write, after: told }
}

function deleteJob(binding: ModelBinding, key: Key, entry: unknown): Job {
  const { schema } = binding
  const told = listens(binding, [...DELETION.before, ...DELETION.after])
  const linked = binding.isLinked || dependentsOf(binding).length > 0
  if (schema.softDeletes || told || linked || binding.globalScopes !== undefined) {
    const remove = async (): Promise<void> => {
      const record = await knownRecord(binding, key, DELETION)
      if (schema.softDeletes) await trashRecord(record, savedStateOf(record))
      else await removeRecord(record, savedStateOf(record))
    }
    return { entry, binding, run: () => remove().catch(ignoreMissing), key: tableKey(binding, key) }
  }
  const Key = tableKey(binding, key)
  return { entry, binding, write: { table: binding.table.tableName, write: { DeleteRequest: { Key } } } }
}

/** What is not there, or deleted already, need not be deleted. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof ModelNotFoundError) && !isConditionError(error)) throw error
}

async function runJobs(jobs: readonly Job[], settings: BatchSettings = {}): Promise<Metered<BatchResult>> {
  const { options, consumed } = batchOptions(settings)
  const [first] = jobs
  if (first === undefined) return withCapacity({ written: 0 }, consumed())
  const connection = commonConnection(jobs.map(({ binding }) => binding.connection))
  if (connection === undefined) throw invalid('A batch cannot span two connections.')
  const together = jobs.filter(({ write }) => write !== undefined)
  checkDistinct(jobs)
  const alone = jobs.filter(({ run }) => run !== undefined)
  let single = 0
  let batched = 0
  const progress = (): void => options.onProgress?.(single + batched, jobs.length)
  const left: Job[] = []
  const failures: HookFailedError[] = []
  let failure: unknown
  await writeTogether(connection, together, {
    ...options,
    onProgress: (done) => {
      batched = done
      progress()
    },
  }).catch((error: unknown) => {
    failure = error instanceof Left ? error.cause : error
    left.push(...(error instanceof Left ? error.jobs : together))
  })
  await mapConcurrent(alone, settings.concurrency ?? CONCURRENCY, async (job) => {
    // After a failure what was not begun is left alone, and reported.
    if (failure !== undefined || settings.signal?.aborted) {
      failure ??= settings.signal?.reason
      left.push(job)
      return
    }
    try {
      await job.run?.()
    } catch (error) {
      if (!isHookFailedError(error)) {
        failure ??= error
        left.push(job)
        return
      }
      failures.push(error)
    }
    single++
    progress()
  })
  failures.push(...(await tell(together.filter((job) => !left.includes(job)))))
  if (left.length === 0) report(failures)
  if (left.length === 0) return withCapacity({ written: jobs.length }, consumed())
  if (left.length === jobs.length && failure !== undefined && !(failure instanceof BatchError)) throw failure
  const entries = jobs.filter((job) => left.includes(job)).map(({ entry }) => entry)
  throw new BatchError(
    failure instanceof BatchError ? failure.code : 'BATCH.FAILED',
    `${left.length} of ${jobs.length} writes were not done.`,
    entries,
    withFailures(failure, failures),
  )
}
const CONCURRENCY = 8

/** Jobs that BatchWriteItem did not do, and why. Never leaves this file. */
class Left {
  readonly jobs: readonly Job[]
  readonly cause: unknown

  constructor(jobs: readonly Job[], cause: unknown) {
    this.jobs = jobs
    this.cause = cause
  }
}

async function writeTogether(
  connection: Connection,
  jobs: readonly Job[],
  options: Parameters<typeof batchWriteTables>[2],
): Promise<void> {
  if (jobs.length === 0) return
  const [first] = jobs as readonly [Job]
  const designs = new Map(jobs.map(({ binding }) => [binding.table.tableName, binding.table]))
  const placeIn = ({ table, write }: TableWrite): string =>
    `${table} ${keyText(designs.get(table) ?? first.binding.table, keyedBy(write))}`
  const byPlace = new Map(jobs.map((job) => [placeOf(job), job]))
  try {
    await batchWriteTables(
      connection,
      jobs.flatMap(({ write }) => write ?? []),
      options,
    )
  } catch (error) {
    if (!(error instanceof BatchError)) return explainMissing(error, first.binding)
    const left = (error.remaining as readonly TableWrite[]).flatMap((write) => byPlace.get(placeIn(write)) ?? [])
    const oversize = left.flatMap(({ binding, write }) => tooLarge(binding, itemOf(write), error.cause) ?? [])[0]
    throw new Left(left, oversize ?? error)
  }
}

function itemOf(write: TableWrite | undefined): AttributeMap | undefined {
  return write !== undefined && 'PutRequest' in write.write ? write.write.PutRequest.Item : undefined
}

/** Table and key of a write, as text. */
function placeOf({ binding: { table }, write, key = write && keyedBy(write.write) }: Job): string | undefined {
  return key && `${table.tableName} ${keyText(table, key)}`
}

/** The key of a row that is to be put; undefined where it is generated. */
function keyOf(binding: ModelBinding, record: Attributes): AttributeMap | undefined {
  const { partition, sort } = binding.design.primary
  const names = [...partition.attributes, ...sort.attributes]
  if (names.some((name) => record[name] === undefined || record[name] === null)) return undefined
  return tableKey(binding, Object.fromEntries(names.map((name) => [name, record[name]])) as Key)
}

function keyedBy(write: WriteRequest): AttributeMap {
  return 'PutRequest' in write ? write.PutRequest.Item : write.DeleteRequest.Key
}

/** BatchWriteItem takes no key twice, and of two writes of one row that go out at the same time either may be the last. */
function checkDistinct(jobs: readonly Job[]): void {
  const seen = new Set<string>()
  for (const job of jobs) {
    const place = placeOf(job)
    if (place === undefined) continue
    if (seen.has(place))
      throw invalid(`Two writes of the batch are for one row of ${job.binding.schema.name}.`, 'Nothing was written.')
    seen.add(place)
  }
}

async function writeTable(table: string, given: unknown, settings: BatchSettings = {}): Promise<Metered<BatchResult>> {
  if (typeof given !== 'object' || given === null)
    throw invalid(`batchWrite of a table takes { put, delete }, not ${kindOf(given)}.`)
  const { put = [], delete: remove = [] } = given as {
    readonly put?: readonly Readonly<Record<string, unknown>>[]
    readonly delete?: readonly Readonly<Record<string, unknown>>[]
  }
  const { options, consumed } = batchOptions(settings)
  const writes = [
    ...put.map((item): TableWrite => ({ table, write: { PutRequest: { Item: marshall(item) } } })),
    ...remove.map((key): TableWrite => ({ table, write: { DeleteRequest: { Key: marshall(key) } } })),
  ]
  await batchWriteTables(currentConnection(), writes, options)
  return withCapacity({ written: writes.length }, consumed())
}
