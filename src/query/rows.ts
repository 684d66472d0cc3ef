import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'

/**
 * The binding for one reading of rows that are counted: items that do not fit the model are left out while they are read,
 * so that limits and pages are full. The record that was made to find out is the one that `rowOf` gives.
 *
 * @param select the attributes that the rows are made of; undefined for all
 */
export function countingRows(binding: EntityBinding, select: readonly string[] | undefined): EntityBinding {
  const { connection, context, schema, design, table, codec, uniqueAttributes } = binding
  const made = new WeakMap<AttributeMap, object>()
  const rowOf = (item: AttributeMap): object | undefined => made.get(item) ?? binding.rowOf(item, select)
  return {
    connection,
    keyless: binding.keyless ?? false,
    context,
    schema,
    design,
    table,
    codec,
    uniqueAttributes,
    rowOf,
    hydrate: (item) => binding.hydrate(item, select),
    fits: (item) => {
      const row = rowOf(item)
      if (row !== undefined) made.set(item, row)
      return row !== undefined
    },
    readCollection: (plan, relations, isWanted) => binding.readCollection(plan, relations, isWanted),
    noteSiblings: (records) => binding.noteSiblings(records),
    retrieved: binding.retrieved,
    load: (records, relations) => binding.load(records, relations),
    countRelated: (records, asked, atMost) => binding.countRelated(records, asked, atMost),
    aggregateRelated: (records, aggregate) => binding.aggregateRelated(records, aggregate),
  }
}

/** The records of items, without those that do not fit the model: they are reported. */
export function rowsOf(
  items: readonly AttributeMap[],
  binding: EntityBinding,
  select: readonly string[] | undefined,
): object[] {
  const rows: object[] = []
  for (const item of items) {
    const row = binding.rowOf(item, select)
    if (row !== undefined) rows.push(row)
  }
  return rows
}
