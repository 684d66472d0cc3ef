const OWN_FOLDER = new URL('..', import.meta.url).pathname
const MOST_SITES = 1000

/** The line of the program that asked: the first frame outside this package; undefined where none is to be seen. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 50
  const seen: { stack?: string } = {}
  Error.captureStackTrace(seen, callSite)
  Error.stackTraceLimit = limit
  const frame = seen.stack
    ?.split('\n')
    .slice(1)
    .find(
      (line) =>
        !line.includes(OWN_FOLDER) &&
        !line.includes('node:internal') &&
        !line.includes('(<anonymous>)') &&
        line.includes(':'),
    )
  return frame?.replace(/^\s*at (?:async )?/, '').replace(/^.*\((.*)\)$/, '$1')
}

/** Places of the program that were told something once; bounded, so that code made on the fly cannot fill the memory. */
export class ToldSites {
  readonly #owners = new WeakMap<object, Set<string>>()

  /** True the first time for an owner and a place. */
  isNew(owner: object, place: string): boolean {
    const places = this.#owners.get(owner) ?? new Set()
    this.#owners.set(owner, places)
    if (places.has(place) || places.size >= MOST_SITES) return false
    places.add(place)
    return true
  }
}
