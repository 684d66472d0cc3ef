import { type AttributeMap, type AttributeValue, compareAttributeValues } from '../values/index.js'
import type { OrderBy } from './query-spec.js'

/** Room beyond the limit before the surplus is sorted away. */
const SLACK = 1000

/** Sorts items in memory; with a limit it never holds more than the limit and some slack. Equal items keep their order. */
export class ItemSorter {
  readonly #order: readonly OrderBy[]
  readonly #limit: number
  #items: AttributeMap[] = []

  constructor(order: readonly OrderBy[], limit: number | undefined) {
    this.#order = order
    this.#limit = limit ?? Number.POSITIVE_INFINITY
  }

  add(item: AttributeMap): void {
    this.#items.push(item)
    if (this.#items.length > this.#limit + SLACK) this.#items = this.sorted()
  }

  sorted(): AttributeMap[] {
    this.#items.sort((a, b) => this.#compare(a, b))
    return this.#items.slice(0, this.#limit)
  }

  #compare(a: AttributeMap, b: AttributeMap): number {
    for (const { attribute, descending } of this.#order) {
      const order = compareOptional(a[attribute], b[attribute])
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

/** Items without the attribute come first, as NULLs do in MySQL; those with NULL count as without. */
function compareOptional(a: AttributeValue | undefined, b: AttributeValue | undefined): number {
  const [noA, noB] = [a === undefined || 'NULL' in a, b === undefined || 'NULL' in b]
  if (noA || noB) return noA === noB ? 0 : noA ? -1 : 1
  return compareAttributeValues(a as AttributeValue, b as AttributeValue)
}
