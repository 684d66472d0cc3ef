import type { WriteRequest } from '../drivers/index.js'
import { mapConcurrent } from '../kernel/index.js'
import { explainMissing } from '../query/index.js'
import { BatchError, batchWriteItems } from '../runtime/index.js'
import { keyText } from '../single-table/index.js'
import { type AttributeMap, kindOf } from '../values/index.js'
import { type BatchSettings, batchOptions, type Metered, withCapacity } from './batches/batch-settings.js'
import { commitOne, tooLarge } from './commit.js'
import { type HookFailedError, ModelError } from './errors.js'
import { CREATION } from './events.js'
import { fillRecord } from './fill.js'
import { listens, report, tell, toldAfter, withFailures } from './fire.js'
import { markCreated, pendingPut, prepareItem } from './insert.js'
import type { ModelBinding } from './model-space.js'
import { type Attributes, newState } from './record.js'
import { type RecordState, setState, stateOf } from './record-state.js'
import type { PendingWrite } from './row-write.js'

const CONCURRENCY = 8

/** Writes many new records; all of them are validated before the first is sent. */
export async function batchCreateRecords(
  binding: ModelBinding,
  rows: readonly Attributes[],
  settings: BatchSettings = {},
): Promise<Metered<readonly Attributes[]>> {
  if (!Array.isArray(rows))
    throw new ModelError('MODEL.INVALID_INPUT', `batchCreate takes a list of rows, not ${kindOf(rows)}.`, {
      hint: 'Write batchCreate([{ … }, …]); for one row there is create.',
    })
  const records = (rows as readonly Attributes[]).map((values) => madeRecord(binding, values))
  return putMade(binding, records, settings)
}

/** Puts new records in batches, whatever has their keys; those with guards or counters in a transaction each. */
async function putMade(
  binding: ModelBinding,
  records: readonly Attributes[],
  settings: BatchSettings,
): Promise<Metered<readonly Attributes[]>> {
  const { options, consumed } = batchOptions(settings)
  const items = await preparedItems(binding, records)
  if (binding.isLinked) return withCapacity(await insertEach(binding, records, items, settings), consumed())
  binding.written = true
  const writes: WriteRequest[] = items.map((Item) => ({ PutRequest: { Item } }))
  let left: ReadonlySet<unknown> = new Set()
  let failure: unknown
  try {
    await batchWriteItems(binding.connection, binding.table.tableName, writes, {
      ...options,
      context: binding.context,
    })
  } catch (error) {
    if (!(error instanceof BatchError)) return explainMissing(error, binding)
    left = new Set(
      error.remaining.map((write) =>
        keyText(binding.table, (write as { PutRequest: { Item: AttributeMap } }).PutRequest.Item),
      ),
    )
    const oversize = items.flatMap((item) => tooLarge(binding, item, error.cause) ?? [])[0]
    failure = error.remaining.length === writes.length && error.cause !== undefined ? (oversize ?? error.cause) : error
  }
  const told: Pick<PendingWrite, 'after'>[] = []
  for (const [i, record] of records.entries()) {
    const item = items[i] as AttributeMap
    if (left.has(keyText(binding.table, item))) continue
    markCreated(record, stateOf(record) as RecordState, item)
    if (binding.hookTable !== undefined) told.push({ ...toldAfter(binding, record, CREATION) })
  }
  const failures = await tell(told)
  if (failure !== undefined) return explainMissing(failure, binding)
  report(failures)
  return withCapacity(records, consumed())
}

/** Writes many new rows, none over a row that is there. */
export async function insertRows(binding: ModelBinding, rows: readonly Attributes[]): Promise<readonly Attributes[]> {
  const { schema } = binding
  const generated = schema.attribute.get(schema.primaryKey)?.options.default === undefined
  const fresh = generated && rows.every((row) => row?.[schema.primaryKey] === undefined)
  return insertMade(
    binding,
    rows.map((values) => madeRecord(binding, values)),
    fresh,
  )
}

/**
 * Writes records that are not saved yet, none over a row that is there.
 *
 * @param fresh their primary keys are made up, and nobody can have them: then they are written in batches
 * @throws BatchError with what was not written in `remaining`
 */
export async function insertMade(
  binding: ModelBinding,
  records: readonly Attributes[],
  fresh = false,
): Promise<readonly Attributes[]> {
  const { partition, sort } = binding.design.primary
  const keyed = [...partition.attributes, ...sort.attributes].includes(binding.schema.primaryKey)
  // A hook may give a row another key.
  if (fresh && keyed && !listens(binding, CREATION.before)) return putMade(binding, records, {})
  return insertEach(binding, records, await preparedItems(binding, records), {})
}

async function preparedItems(binding: ModelBinding, records: readonly Attributes[]): Promise<readonly AttributeMap[]> {
  const items: AttributeMap[] = []
  for (const record of records) items.push(await prepareItem(record, stateOf(record) as RecordState))
  checkDistinct(binding, items)
  return items
}

/** Row by row, each in a transaction with its guards. */
async function insertEach(
  binding: ModelBinding,
  records: readonly Attributes[],
  items: readonly AttributeMap[],
  { concurrency = CONCURRENCY, onProgress, signal }: BatchSettings,
): Promise<readonly Attributes[]> {
  let done = 0
  const failures: HookFailedError[] = []
  const insert = async (record: Attributes, at: number): Promise<void> => {
    failures.push(...(await commitOne(pendingPut(record, stateOf(record) as RecordState, items[at] as AttributeMap))))
    onProgress?.(++done, records.length)
  }
  try {
    await mapConcurrent(records, concurrency, insert, signal)
  } catch (error) {
    const left = records.filter((record) => stateOf(record)?.stored === undefined)
    if (left.length === records.length) throw error
    const how = `${left.length} of ${records.length} rows of ${binding.schema.name} were not written.`
    throw new BatchError('BATCH.FAILED', how, left, withFailures(error, failures))
  }
  report(failures)
  return records
}

/**
 * A record that is not saved yet.
 *
 * @param force guarded attributes, too
 * @throws ModelError `MODEL.UNKNOWN_ATTRIBUTE` or `MODEL.NOT_FILLABLE`
 */
export function madeRecord(binding: ModelBinding, values: Readonly<Attributes>, force = false): Attributes {
  const record = binding.factory()
  setState(record, newState(binding))
  fillRecord(binding, record, values, force)
  return record
}

/** BatchWriteItem takes no key twice, and the second row would silently replace the first. */
function checkDistinct(binding: ModelBinding, items: readonly AttributeMap[]): void {
  const seen = new Set<string>()
  for (const item of items) {
    const key = keyText(binding.table, item)
    if (seen.has(key))
      throw new ModelError('MODEL.DUPLICATE_KEY', `Two of the ${binding.schema.name} rows have the same key.`, {
        hint: 'Nothing was written.',
      })
    seen.add(key)
  }
}
