import type { TableDesign } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, compareAttributeValues } from '../values/index.js'
import type { OrderBy } from './query-spec.js'

/** Room beyond the limit before the surplus is sorted away. */
const SLACK = 1000

/** Sorts items in memory; with a limit it never holds more than the limit and some slack. Equal items come in the order of their keys. */
export class ItemSorter {
  readonly #order: readonly OrderBy[]
  readonly #limit: number
  readonly #keys: TableKeys
  #items: AttributeMap[] = []

  constructor(order: readonly OrderBy[], keys: TableKeys, limit: number | undefined) {
    this.#order = order
    this.#keys = keys
    this.#limit = limit ?? Number.POSITIVE_INFINITY
  }

  add(item: AttributeMap): void {
    this.#items.push(item)
    if (this.#items.length > this.#limit + SLACK) this.#items = this.sorted()
  }

  sorted(): AttributeMap[] {
    this.#items.sort((a, b) => compareItems(a, b, this.#order, this.#keys))
    return this.#items.slice(0, this.#limit)
  }
}

/** A table by its key. */
export type TableKeys = Pick<TableDesign, 'key'>

/** The order of two items: by the attributes asked for, then by the table's key, so that it is always the same. */
export function compareItems(a: AttributeMap, b: AttributeMap, order: readonly OrderBy[], keys: TableKeys): number {
  for (const { attribute, descending } of order) {
    const result = compareOptional(a[attribute], b[attribute])
    if (result !== 0) return descending ? -result : result
  }
  for (const name of keys.key.names) {
    const result = compareOptional(a[name], b[name])
    if (result !== 0) return result
  }
  return 0
}

/** Items without the attribute come first, as NULLs do in MySQL; those with NULL count as without. */
function compareOptional(a: AttributeValue | undefined, b: AttributeValue | undefined): number {
  const [noA, noB] = [a === undefined || 'NULL' in a, b === undefined || 'NULL' in b]
  if (noA || noB) return noA === noB ? 0 : noA ? -1 : 1
  return compareAttributeValues(a as AttributeValue, b as AttributeValue)
}
