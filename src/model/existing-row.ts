import { recognizes } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'

/** Makes the record that an error carries of a row that stood in the way, where the item is a row of the model. */
export function existingRow(binding: ModelBinding, item: AttributeMap | undefined): () => object | undefined {
  return () => (item !== undefined && recognizes(binding.design, item) ? binding.rowOf(item) : undefined)
}
