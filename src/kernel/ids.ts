import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { InternalError } from './errors.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10
const RANDOM_LENGTH = 16

let lastTime = -1
let lastRandom: number[] = []

/**
 * A ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32, 26 characters. Ids made by one process in
 * the same millisecond (or after its clock stepped back) still sort in the order they were made.
 */
export function ulid(now: number = Date.now()): string {
  const time48 = milliseconds(now)
  if (time48 > lastTime) {
    lastTime = time48
    lastRandom = Array.from(randomBytes(RANDOM_LENGTH), (byte) => byte & 31)
  } else increment(lastRandom)
  let time = ''
  for (let i = 0, rest = lastTime; i < TIME_LENGTH; i++) {
    time = (CROCKFORD[rest % 32] as string) + time
    rest = Math.floor(rest / 32)
  }
  let random = ''
  for (const digit of lastRandom) random += CROCKFORD[digit]
  return time + random
}

function increment(digits: number[]): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = digits[i] as number
    if (digit < 31) {
      digits[i] = digit + 1
      return
    }
    digits[i] = 0
  }
  lastTime++ // 2^80 ids in one millisecond: borrow from the next
}

function milliseconds(now: number): number {
  if (now >= 0 && now < 2 ** 48) return Math.floor(now)
  throw new InternalError('the time of an id is outside the 48 bits it has room for')
}

/** A random UUID (version 4, RFC 9562). */
export function uuidv4(): string {
  return randomUUID()
}

/** A UUID that sorts by time (version 7, RFC 9562); within one millisecond the order is random. */
export function uuidv7(now: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(milliseconds(now), 0, 6)
  return uuidOf(bytes, 7)
}

/** The same UUID for the same text (version 8, RFC 9562: the first 122 bits of its SHA-256). */
export function uuidOfText(text: string): string {
  return uuidOf(createHash('sha256').update(text).digest().subarray(0, 16), 8)
}

function uuidOf(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
