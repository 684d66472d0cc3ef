import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'
import { canonicalAt, decimalText, misfitOf, parseDecimal } from './decimal-text.js'
import { ValueError } from './errors.js'

const MAX_SAFE = Number.MAX_SAFE_INTEGER
/** Below this, JS writes numbers with an exponent. */
const SMALLEST_PLAIN = 1e-6
const [ZERO, NINE, MINUS] = [48, 57, 45]

export const numberCodec: Codec = codec('number', encodeNumber, decodeNumber)

function encodeNumber(value: unknown, path: string): AttributeValue {
  return typeof value === 'number' ? { N: numberText(value, path) } : encodeOther(value, path, 'a number')
}

/** Canonical decimal text of a JS number. `-0` becomes `0`: DynamoDB has one zero. */
export function numberText(value: number, path: string): string {
  const size = value < 0 ? -value : value
  if (size <= MAX_SAFE && (size >= SMALLEST_PLAIN || size === 0)) return `${value}`
  if (!Number.isFinite(value)) {
    throw new ValueError(
      'VALUE.NUMBER_RANGE',
      path,
      'is NaN or Infinity, which DynamoDB cannot store',
      'Store null, or leave the attribute out.',
    )
  }
  if (size > MAX_SAFE) {
    throw new ValueError(
      'VALUE.LOSSY_NUMBER',
      path,
      'is beyond the whole numbers that a JS number holds exactly (2^53 - 1)',
      'Declare the attribute as bigint or decimal and give a bigint or decimal text.',
    )
  }
  return canonicalAt(`${value}`, path)
}

function decodeNumber(value: AttributeValue, path: string): number | null {
  const text = (value as { N?: string }).N
  if (text === undefined) return decodeOther(value, path, 'number', 'N')
  const number = exactNumberOf(text)
  return number === undefined ? refuse(text, path) : number
}

function refuse(text: string, path: string): never {
  if (parseDecimal(text) === undefined) throw new ValueError('VALUE.NUMBER_RANGE', path, misfitOf(undefined) as string)
  throw new ValueError('VALUE.LOSSY_NUMBER', path, 'is stored with more digits than a JS number holds exactly')
}

/**
 * The JS number that means exactly the text: writing it gives the same decimal number again, and a whole number is a
 * safe one. Undefined when there is none, or when the text is not decimal.
 */
export function exactNumberOf(text: string): number | undefined {
  const number = +text + 0 // DynamoDB's zero has no sign; -0 + 0 is 0
  const size = number < 0 ? -number : number
  if (!(size <= MAX_SAFE)) return undefined
  // Fifteen digits always survive; what else Number() reads (hex, blanks, underflow) does not look like this.
  if (text.length <= 15 && looksDecimal(text) && (size > 1e-100 || text === '0')) return number
  return survives(text, number) ? number : undefined
}

function looksDecimal(text: string): boolean {
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(text.length - 1)
  if (last < ZERO || last > NINE) return false
  if (first === ZERO) return text.length === 1 || text.charCodeAt(1) <= NINE
  return (first > ZERO && first <= NINE) || first === MINUS
}

function survives(text: string, number: number): boolean {
  const [stored, read] = [parseDecimal(text), parseDecimal(`${number}`)]
  return stored !== undefined && read !== undefined && decimalText(stored) === decimalText(read)
}
