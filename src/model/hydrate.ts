import { explainMissing } from '../query/index.js'
import { batchGetItems } from '../runtime/index.js'
import { keyText, recognizes, storedKeyOf } from '../single-table/index.js'
import { type AttributeMap, kindOf } from '../values/index.js'
import { ModelError } from './errors.js'
import type { FindOptions } from './find.js'
import type { ModelBinding } from './model-space.js'
import { stateOf } from './record-state.js'

/**
 * Whole records of rows that were read in part, in the order of the rows: one BatchGetItem for each 100. Rows that are
 * gone are left out, deleted ones that are only marked are not.
 *
 * @throws ModelError `MODEL.INVALID_INPUT` for what is no row of the model
 */
export async function hydrateRows(
  binding: ModelBinding,
  rows: readonly object[],
  options: FindOptions = {},
): Promise<object[]> {
  const { table, connection, context, design } = binding
  if (!Array.isArray(rows)) throw notRows(binding, rows)
  const keys = (rows as readonly object[]).map((row) => keyOfRow(binding, row))
  const wanted = new Map(keys.map((key) => [keyText(table, key), key]))
  if (wanted.size === 0) return []
  const items = await batchGetItems(connection, table.tableName, [...wanted.values()], {
    consistentRead: options.consistentRead,
    context,
  }).catch((error: unknown) => explainMissing(error, binding))
  const found = new Map(items.map((item) => [keyText(table, item), item]))
  const records = keys.flatMap((key) => {
    const item = found.get(keyText(table, key))
    return item !== undefined && recognizes(design, item) ? (binding.rowOf(item) ?? []) : []
  })
  await binding.retrieved?.(records)
  return records
}

function keyOfRow(binding: ModelBinding, row: unknown): AttributeMap {
  const state = typeof row === 'object' && row !== null ? stateOf(row) : undefined
  if (state?.stored === undefined || state.binding.schema !== binding.schema) throw notRows(binding, row)
  return storedKeyOf(binding.table, binding.design, state.stored)
}

function notRows({ schema }: ModelBinding, given: unknown): ModelError {
  return new ModelError(
    'MODEL.INVALID_INPUT',
    `${schema.name}.hydrate takes a list of rows that were read, not ${kindOf(given)}.`,
    { hint: 'Write hydrate([row, …]); for keys there is findMany([key, …]).' },
  )
}
