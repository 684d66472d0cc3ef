import { randomBytes } from 'node:crypto'
import { FactoryError } from './errors.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const LETTERS_AND_DIGITS = `${LETTERS}0123456789`
/** "Now" of everything that is made from a seed number. */
const SEEDED_NOW = Date.UTC(2025, 0, 1)

/**
 * Where made-up values come from: the same seed number gives the same values in the same order. Without one they differ in every
 * process. (The generator is sfc32; no secret may be made with it.)
 */
export class Random {
  /** The moment that dates are made around, in milliseconds; fixed where there is a seed number. */
  readonly now: number
  readonly seeded: boolean
  readonly #state: Uint32Array
  #count = 0

  /** @throws FactoryError `FACTORY.INVALID` for a seed that is no whole number */
  constructor(seed?: number) {
    if (seed !== undefined) checkSeed(seed)
    this.seeded = seed !== undefined
    this.now = seed === undefined ? Date.now() : SEEDED_NOW
    const start = seed ?? randomBytes(6).readUIntBE(0, 6)
    this.#state = Uint32Array.of(0x9e3779b9, start >>> 0, Math.floor(start / 2 ** 32) >>> 0, 1)
    for (let i = 0; i < 16; i++) this.#next32()
  }

  /** A number of its own for everything that must not come twice from this source. */
  count(): number {
    return this.#count++
  }

  /** From 0 up to, but not, 1; 53 random bits. */
  next(): number {
    return ((this.#next32() >>> 5) * 2 ** 26 + (this.#next32() >>> 6)) / 2 ** 53
  }

  /** A whole number from `min` to `max`, both among them. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  element<V>(values: readonly V[]): V {
    return values[this.int(0, values.length - 1)] as V
  }

  /** Different elements in random order. */
  elements<V>(values: readonly V[], count: number): V[] {
    const left = [...values]
    const taken: V[] = []
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.int(0, left.length - 1), 1))
    return taken
  }

  /** Lower-case letters and digits, a letter first. */
  text(length: number): string {
    let text = length > 0 ? this.element([...LETTERS]) : ''
    while (text.length < length) text += LETTERS_AND_DIGITS[this.int(0, 35)] as string
    return text
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255))
  }

  ulid(now: number = this.now): string {
    let time = ''
    for (let i = 0, rest = now; i < 10; i++) {
      time = (CROCKFORD[rest % 32] as string) + time
      rest = Math.floor(rest / 32)
    }
    return time + Array.from({ length: 16 }, () => CROCKFORD[this.int(0, 31)]).join('')
  }

  /** RFC 9562, version 4, or 7 with a time. */
  uuid(version: 4 | 7 = 4): string {
    const bytes = Buffer.from(this.bytes(16))
    if (version === 7) bytes.writeUIntBE(this.now, 0, 6)
    bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }

  #next32(): number {
    const s = this.#state
    const [a, b, c, d] = s as unknown as readonly [number, number, number, number]
    const t = (a + b + d) >>> 0
    s[3] = d + 1
    s[0] = b ^ (b >>> 9)
    s[1] = c + (c << 3)
    s[2] = ((c << 21) | (c >>> 11)) + t
    return t
  }
}

/** @throws FactoryError `FACTORY.INVALID` for a seed that is no whole number */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed)) return
  throw new FactoryError('FACTORY.INVALID', `A seed is a whole number, not ${String(seed)}.`)
}

let shared: Random | undefined
let current: Random | undefined

/** Everything that is made without a seed of its own comes from this number on; undefined for different values again. */
export function seedAll(seed: number | undefined): void {
  shared = seed === undefined ? undefined : new Random(seed)
}

/** Where values come from now: from the factory at work, else from what `Factory.seed` was given. */
export function currentRandom(): Random {
  return current ?? (shared ??= new Random())
}

/** Calls a function whose random values come from here. */
export function withRandom<R>(random: Random, work: () => R): R {
  const before = current
  current = random
  try {
    return work()
  } finally {
    current = before
  }
}
