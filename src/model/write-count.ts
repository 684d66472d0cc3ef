import type { ModelBinding } from './model-space.js'

/** Writes that a change of one row of a model may need at most, guards and counters included: to keep within a transaction. */
export function writesOf({ uniqueAttributes, counters }: ModelBinding): number {
  return 1 + 2 * (uniqueAttributes.length + counters.length)
}
