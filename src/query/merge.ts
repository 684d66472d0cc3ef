import { mapConcurrent } from '../kernel/index.js'
import type { AttributeMap } from '../values/index.js'
import { compareOrder } from './item-sorter.js'
import type { OrderBy } from './query-spec.js'

/** Requests under way at once when the sources of an order are begun. */
const CONCURRENCY = 16
/** Sources that are begun before their turn, where one is read after the other. */
const MOST_AHEAD = 8
/** Items that the sources of an order hold together, about; DynamoDB's pages of 1 MB are smaller still where items are large. */
const MOST_HELD = 10_000
const SMALLEST_SHARE = 25

/** The items that one request brought, and the key it began after. */
export interface ReadPage {
  readonly items: readonly AttributeMap[]
  readonly after: AttributeMap | undefined
}

export type Pages = AsyncGenerator<ReadPage>

/** One source of a merge: its items in order, a page in memory at a time. */
export class Source {
  /** Its place among the plans that are merged. */
  readonly branch: number
  readonly #pages: Pages
  #items: readonly AttributeMap[] = []
  #at = 0
  #after: AttributeMap | undefined
  #first: AttributeMap | undefined

  constructor(branch: number, pages: Pages) {
    this.branch = branch
    this.#pages = pages
  }

  /** The next item, without taking it; undefined at the end. */
  get head(): AttributeMap | undefined {
    return this.#items[this.#at]
  }

  /** The first item it brought. */
  get first(): AttributeMap | undefined {
    return this.#first
  }

  /** The last item that was taken of the page in memory. */
  get last(): AttributeMap | undefined {
    return this.#items[this.#at - 1]
  }

  /** The key that the page in memory began after. */
  get after(): AttributeMap | undefined {
    return this.#after
  }

  /** How many items of the page in memory come in a row that fulfil the condition. */
  run(fulfils: (item: AttributeMap) => boolean): number {
    let end = this.#at
    while (end < this.#items.length && fulfils(this.#items[end] as AttributeMap)) end++
    return end - this.#at
  }

  take(n: number): readonly AttributeMap[] {
    const from = this.#at
    this.#at += n
    return this.#items.slice(from, this.#at)
  }

  /** Reads on until there is a head, or nothing is left. */
  async fill(): Promise<void> {
    while (this.#at >= this.#items.length) {
      const { done, value } = await this.#pages.next()
      if (done) return
      this.#items = value.items
      this.#at = 0
      this.#after = value.after
      this.#first ??= value.items[0]
    }
  }

  async close(): Promise<void> {
    await this.#pages.return(undefined)
  }
}

/** A source whose next items are the next of the merge: so many of them, in a row. */
export interface Run {
  readonly source: Source
  readonly length: number
}

/**
 * Which source comes next, until nothing is left; the caller takes one item of the run or more. By the order, and items
 * that are equal in it by their sources: read backwards (the sources from the last to the first, each backwards) the
 * same merge gives the same items backwards. Without an order, one source is read after the other.
 */
export async function* runsOf(sources: readonly Source[], order: readonly OrderBy[]): AsyncGenerator<Run> {
  try {
    yield* order.length === 0 ? inSequence(sources) : inOrder(sources, order)
  } finally {
    // What is still being read is waited for, so that no request outlives the loop.
    await Promise.all(sources.map((source) => source.close()))
  }
}

async function* inOrder(sources: readonly Source[], order: readonly OrderBy[]): AsyncGenerator<Run> {
  await mapConcurrent(sources, CONCURRENCY, (source) => source.fill())
  for (;;) {
    let least: { readonly source: Source; readonly head: AttributeMap; readonly at: number } | undefined
    let rival: typeof least
    for (const [at, source] of sources.entries()) {
      const { head } = source
      if (head === undefined) continue
      if (least === undefined || compareOrder(head, least.head, order) < 0) {
        rival = least
        least = { source, head, at }
      } else if (rival === undefined || compareOrder(head, rival.head, order) < 0) rival = { source, head, at }
    }
    if (least === undefined) return
    const { source, at } = least
    const next = rival
    const precedes = (item: AttributeMap): boolean => {
      if (next === undefined) return true
      const result = compareOrder(item, next.head, order)
      return result < 0 || (result === 0 && at < next.at)
    }
    yield { source, length: source.run(precedes) }
    await source.fill()
  }
}

/** The first source alone: it may be all that is wanted. Each time it was not, more of them are begun at the same time. */
async function* inSequence(sources: readonly Source[]): AsyncGenerator<Run> {
  const begun: Promise<void>[] = []
  let ahead = 1
  for (const [at, source] of sources.entries()) {
    for (const next of sources.slice(begun.length, at + ahead)) {
      const filling = next.fill()
      // A failure is thrown when it is its turn.
      filling.catch(() => undefined)
      begun.push(filling)
    }
    await begun[at]
    while (source.head !== undefined) {
      yield { source, length: source.run(() => true) }
      await source.fill()
    }
    ahead = Math.min(ahead * 2, MOST_AHEAD)
  }
}

/**
 * The items of several sources, merged.
 *
 * @param isNew asked for every item, where sources may bring the same one
 */
export async function* mergePages(
  sources: readonly Source[],
  order: readonly OrderBy[],
  isNew?: (item: AttributeMap) => boolean,
): Pages {
  for await (const { source, length } of runsOf(sources, order)) {
    const items = source.take(length)
    yield { items: isNew === undefined ? items : items.filter(isNew), after: undefined }
  }
}

/** What each of so many sources should read at a time. */
export function shareOf(
  sources: number,
  wanted: number | undefined,
  order: readonly OrderBy[],
): { readonly wanted: number | undefined; readonly most?: number } {
  if (order.length === 0) return { wanted }
  // Rows are seldom all in one source: twice its part will mostly do, and less than a page of 4 KB is not cheaper.
  const share =
    wanted === undefined ? undefined : Math.min(wanted, Math.max(SMALLEST_SHARE, Math.ceil(wanted / sources) * 2))
  return { wanted: share, most: Math.floor(MOST_HELD / sources) }
}
