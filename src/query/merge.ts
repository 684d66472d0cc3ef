import { keyText } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { compareItems, type TableKeys } from './item-sorter.js'
import type { OrderBy } from './query-spec.js'

type Pages = AsyncGenerator<readonly AttributeMap[]>

/** One source of a merge: its items in order, a page in memory at a time. */
class Source {
  readonly #pages: Pages
  #page: readonly AttributeMap[] = []
  #at = 0

  constructor(pages: Pages) {
    this.#pages = pages
  }

  /** The next item, without taking it; undefined at the end. */
  get head(): AttributeMap | undefined {
    return this.#page[this.#at]
  }

  take(): void {
    this.#at++
  }

  /** Reads on until there is a head, or nothing is left. */
  async fill(): Promise<void> {
    while (this.#at >= this.#page.length) {
      const { done, value } = await this.#pages.next()
      if (done) return
      this.#page = value
      this.#at = 0
    }
  }

  async close(): Promise<void> {
    await this.#pages.return(undefined)
  }
}

/**
 * The items of several ordered sources in one order, each item once. Sources that need not be ordered are read one after
 * the other.
 */
export async function* mergePages(sources: readonly Pages[], order: readonly OrderBy[], keys: TableKeys): Pages {
  const seen = new Set<string>()
  const isNew = (item: AttributeMap): boolean => {
    const key = keyText(keys, item)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
  if (order.length === 0) {
    for (const pages of sources) for await (const page of pages) yield page.filter(isNew)
    return
  }
  const open = sources.map((pages) => new Source(pages))
  try {
    await Promise.all(open.map((source) => source.fill()))
    for (;;) {
      let least: Source | undefined
      for (const source of open) {
        if (source.head === undefined) continue
        if (least?.head === undefined || compareItems(source.head, least.head, order, keys) < 0) least = source
      }
      if (least?.head === undefined) return
      const item = least.head
      least.take()
      if (isNew(item)) yield [item]
      await least.fill()
    }
  } finally {
    await Promise.all(open.map((source) => source.close()))
  }
}
