import { and, type Condition } from '../expressions/index.js'
import { mapConcurrent } from '../kernel/index.js'
import {
  bindingOf,
  isConditionError,
  isModelNotFoundError,
  type MigrationProgress,
  type ModelBinding,
  type ModelClass,
  savedStateOf,
  updateRecord,
} from '../model/index.js'
import { AS_RECORDS, measure, Pace, patiently } from '../runtime/index.js'
import type { Row } from '../schema/index.js'
import { keyText, recognizes, tableKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { MigrationError } from './errors.js'
import type { Lease } from './lease.js'
import { forgetSweep, sweep } from './sweep.js'

/** Changes a row; it is saved when anything differs afterwards. Called again where others changed the row meanwhile. */
export type MapRows<T extends ModelClass> = (row: Row<T>) => unknown

const CONCURRENCY = 8
const ATTEMPTS = 8

export interface MapRowsOptions {
  readonly lease: Lease
  /** Under which name it is resumed. */
  readonly id: string
  readonly maxCapacity?: number | undefined
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
}

/**
 * Changes every row of a model, soft-deleted ones among them: each is read, changed and written on condition that it is as it
 * was read. Broken off, it goes on where it was; a row of the last page may be changed twice, so that a change should be one
 * that can be repeated.
 *
 * @returns rows that were looked at and written
 */
export async function mapRows<T extends ModelClass>(
  model: T,
  change: MapRows<T>,
  { lease, id, maxCapacity, onProgress }: MapRowsOptions,
): Promise<{ readonly scanned: number; readonly written: number }> {
  const binding = bindingOf(model)
  const { connection, table } = binding
  const { Table } = await connection.send('DescribeTable', { TableName: table.tableName })
  const pace = new Pace(connection.clock, maxCapacity)
  const done = await sweep({
    connection,
    table,
    lease,
    pace,
    phase: 'map',
    id,
    total: Table?.ItemCount ?? 0,
    onProgress,
    async visit(items) {
      let written = 0
      // Rows of a tenant are visited for that tenant.
      const binding = bindingOf(model)
      const rows = items.filter((item) => recognizes(binding.design, item))
      await mapConcurrent(rows, CONCURRENCY, async (item) => {
        lease.signal.throwIfAborted()
        await pace.ready(lease.signal)
        const changed = () => changeRow(binding, item, { change: change as (row: object) => unknown, pace })
        if (await patiently(connection, lease.signal, changed)) written++
      })
      return written
    },
  })
  await forgetSweep({ connection, table }, id)
  return done
}

async function changeRow(
  binding: ModelBinding,
  read: AttributeMap,
  { change, pace }: { readonly change: (row: object) => unknown; readonly pace: Pace },
): Promise<boolean> {
  const { connection, table } = binding
  let item: AttributeMap | undefined = read
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0)
      item = (
        await connection.send(
          'GetItem',
          { TableName: table.tableName, Key: tableKeyOf(table, read), ConsistentRead: true },
          undefined,
          AS_RECORDS,
        )
      ).Item
    const row = item === undefined ? undefined : binding.rowOf(item)
    if (item === undefined || row === undefined) return false
    await changeIt(binding, read, () => change(row))
    try {
      const still = same(binding, item)
      const update = () => updateRecord(row as never, savedStateOf(row), { still, anyVersion: true })
      const { result, readUnits, writeUnits } = await measure(update)
      pace.spend(readUnits + writeUnits)
      return result
    } catch (error) {
      if (isModelNotFoundError(error)) return false
      if (!isConditionError(error)) throw error
    }
  }
  throw new MigrationError('MIGRATION.BACKFILL_BEHIND', `A row of ${binding.schema.name} changes all the time.`)
}

/** @throws MigrationError `MIGRATION.CODE_FAILED` naming the row */
async function changeIt({ schema, table }: ModelBinding, item: AttributeMap, change: () => unknown): Promise<void> {
  try {
    await change()
  } catch (error) {
    const key = keyText(table, item)
    const why = error instanceof Error ? error.message : String(error)
    throw new MigrationError('MIGRATION.CODE_FAILED', `${why} (${schema.name}, ${key})`, {
      cause: error,
      details: { model: schema.name, key },
    })
  }
}

/** The row is as it was read. */
function same({ codec, schema }: ModelBinding, item: AttributeMap): Condition {
  return and(
    ...codec.names
      .filter((name) => name !== schema.version)
      .map((name): Condition => {
        const value = item[name]
        if (value === undefined) return { kind: 'not-exists', path: [name] }
        return { kind: 'compare', op: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } }
      }),
  )
}
