import { createHash } from 'node:crypto'
import type { AttributeMap, AttributeValue } from './attribute-value.js'

/** Parts that keys are spread over: where tables differ, the rows of a few parts are looked at instead of all. */
const PARTS = 65_536
const LANES = 4

/** What a table holds, in constant memory (1 MiB) and whatever the order: rows and the sum of their SHA-256, part by part. */
export class TableDigest {
  readonly #sums = new Uint32Array(PARTS * LANES)
  #count = 0

  /** Rows that were added. */
  get count(): number {
    return this.#count
  }

  /** @param key of the item, as text */
  add(key: string, item: AttributeMap): void {
    const hash = createHash('sha256').update(itemText(item)).digest()
    const at = partOf(key) * LANES
    // A sum and no XOR: rows that are there twice do not take each other away. Of 2^32 it keeps the rest.
    for (let lane = 0; lane < LANES; lane++)
      this.#sums[at + lane] = (this.#sums[at + lane] as number) + hash.readUInt32LE(lane * 4)
    this.#count++
  }

  /** Parts of keys in which two tables differ. */
  partsApartFrom(other: TableDigest): ReadonlySet<number> {
    const parts = new Set<number>()
    for (let at = 0; at < this.#sums.length; at++)
      if (this.#sums[at] !== other.#sums[at]) parts.add(Math.floor(at / LANES))
    return parts
  }

  /** The same for the same rows, whatever their order. SHA-256 in hexadecimal digits. */
  toString(): string {
    return createHash('sha256').update(String(this.#count)).update(this.#sums).digest('hex')
  }
}

/** The part of a key. */
export function partOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt16LE(0)
}

/** An item as text, the same for equal items: attributes and members of sets in order. */
export function itemText(item: AttributeMap): string {
  return JSON.stringify(sorted({ M: item }))
}

function sorted(value: AttributeValue): unknown {
  if ('M' in value) {
    const names = Object.keys(value.M).sort()
    return names.map((name) => [name, sorted(value.M[name] as AttributeValue)])
  }
  if ('L' in value) return value.L.map(sorted)
  if ('SS' in value) return { SS: value.SS.toSorted() }
  if ('NS' in value) return { NS: value.NS.toSorted() }
  if ('BS' in value) return { BS: value.BS.toSorted() }
  return value
}
