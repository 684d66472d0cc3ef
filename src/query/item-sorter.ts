import type { TableDesign } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, compareAttributeValues } from '../values/index.js'
import type { OrderBy } from './query-spec.js'

/** Room beyond the limit before the surplus is sorted away. */
const SLACK = 1000

/** Sorts items in memory; with a limit it never holds more than the limit and some slack. */
export class ItemSorter {
  readonly #compare: (a: AttributeMap, b: AttributeMap) => number
  readonly #limit: number
  #items: AttributeMap[] = []

  constructor(compare: (a: AttributeMap, b: AttributeMap) => number, limit: number | undefined) {
    this.#compare = compare
    this.#limit = limit ?? Number.POSITIVE_INFINITY
  }

  add(item: AttributeMap): void {
    this.#items.push(item)
    if (this.#items.length > this.#limit + SLACK) this.#items = this.sorted()
  }

  sorted(): AttributeMap[] {
    this.#items.sort(this.#compare)
    return this.#items.slice(0, this.#limit)
  }
}

/** A table by its key. */
export type TableKeys = Pick<TableDesign, 'key'>

/** The order of two items: by the attributes asked for, then by the table's key, so that it is always the same. */
export function compareItems(a: AttributeMap, b: AttributeMap, order: readonly OrderBy[], keys: TableKeys): number {
  const result = compareOrder(a, b, order)
  if (result !== 0) return result
  for (const name of keys.key.names) {
    const result = compareOptional(a[name], b[name])
    if (result !== 0) return result
  }
  return 0
}

/** The order of two items by the attributes asked for. */
export function compareOrder(a: AttributeMap, b: AttributeMap, order: readonly OrderBy[]): number {
  for (const { attribute, descending } of order) {
    const result = compareOptional(a[attribute], b[attribute])
    if (result !== 0) return descending ? -result : result
  }
  return 0
}

/** Items without the attribute come first, as NULLs do in MySQL; those with NULL count as without. */
function compareOptional(a: AttributeValue | undefined, b: AttributeValue | undefined): number {
  const [noA, noB] = [a === undefined || 'NULL' in a, b === undefined || 'NULL' in b]
  if (noA || noB) return noA === noB ? 0 : noA ? -1 : 1
  return compareAttributeValues(a as AttributeValue, b as AttributeValue)
}
