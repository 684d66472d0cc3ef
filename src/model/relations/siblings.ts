import type { ModelBinding } from '../model-space.js'
import { stateOf } from '../record-state.js'

/** Notes which records were read by one query: a relation of one of them is likely wanted of all. */
export function noteSiblings(binding: ModelBinding, rows: readonly object[]): void {
  const { lazyLoading } = binding.connection.config.queryBuilder
  if (lazyLoading === 'allow' || rows.length < 2 || binding.schema.relations.size === 0) return
  const siblings = { count: rows.length, rows: lazyLoading === 'together' ? rows : [] }
  for (const row of rows) {
    const state = stateOf(row)
    if (state !== undefined) state.siblings = siblings
  }
}
