import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'

/**
 * The binding for one reading of rows: items that do not fit the model are left out while they are read, so that limits
 * count rows. The record that was made to find out is the one that `hydrate` gives.
 *
 * @param select the attributes that the rows are made of; undefined for all
 */
export function asRows(binding: EntityBinding, select: readonly string[] | undefined): EntityBinding {
  const { connection, schema, design, table, codec, uniqueAttributes } = binding
  const made = new WeakMap<AttributeMap, object>()
  return {
    ...{ connection, schema, design, table, codec, uniqueAttributes },
    hydrate: (item) => made.get(item) ?? binding.hydrate(item, select),
    rowOf: (item) => binding.rowOf(item, select),
    fits: (item) => {
      if (made.has(item)) return true
      const row = binding.rowOf(item, select)
      if (row !== undefined) made.set(item, row)
      return row !== undefined
    },
    load: (records, relations) => binding.load(records, relations),
    countRelated: (records, asked, atMost) => binding.countRelated(records, asked, atMost),
    aggregateRelated: (records, aggregate) => binding.aggregateRelated(records, aggregate),
  }
}
