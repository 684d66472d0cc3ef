import { valueError } from './errors.js'

// DynamoDB: "Data types", Number: up to 38 digits of precision, positive range 1E-130 to 9.9…E+125.
const MOST_DIGITS = 38
const LEAST_EXPONENT = -130
const GREATEST_EXPONENT = 125
/** Decimal texts of so many digits are exact as JS numbers. */
const SAFE_LENGTH = 15
/** Plain notation up to this length, scientific beyond. */
const PLAIN_LENGTH = 41

/** A number taken apart: 0.digits * 10^exponent. Zero has no digits. */
export interface Decimal {
  readonly negative: boolean
  readonly digits: string
  readonly exponent: number
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** @throws ValueError `VALUE.NOT_A_NUMBER` or `VALUE.NUMBER_RANGE` */
export function parseDecimal(text: string, attribute: string): Decimal {
  const match = NUMBER.exec(text)
  const whole = match?.[2] ?? ''
  const fraction = match?.[3] ?? ''
  if (match === null || whole + fraction === '')
    throw valueError('VALUE.NOT_A_NUMBER', attribute, 'is not a decimal number')
  const all = whole + fraction
  let start = 0
  while (start < all.length && all.charCodeAt(start) === 48) start++
  let end = all.length
  while (end > start && all.charCodeAt(end - 1) === 48) end--
  if (start === end) return { negative: false, digits: '', exponent: 0 }
  const digits = all.slice(start, end)
  const exponent = whole.length - start + Number(match[4] ?? '0')
  if (digits.length > MOST_DIGITS || exponent - 1 > GREATEST_EXPONENT || exponent - 1 < LEAST_EXPONENT)
    throw valueError('VALUE.NUMBER_RANGE', attribute, 'is a number that DynamoDB cannot hold exactly')
  return { negative: match[1] === '-', digits, exponent }
}

/**
 * The one text of a number: no leading or trailing zeros, `-0` is `0`, plain notation where it is not longer than 41
 * characters (`12.5`, `0.001`), else scientific (`1.5E+100`).
 *
 * @throws ValueError `VALUE.NOT_A_NUMBER` or `VALUE.NUMBER_RANGE`
 */
export function canonicalNumber(text: string, attribute = 'The value'): string {
  const { negative, digits, exponent } = parseDecimal(text, attribute)
  if (digits === '') return '0'
  return (negative ? '-' : '') + showDecimal(digits, exponent)
}

function showDecimal(digits: string, exponent: number): string {
  if (exponent > PLAIN_LENGTH || exponent - digits.length < -PLAIN_LENGTH) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${digits[0]}${fraction}E${exponent > 0 ? '+' : ''}${exponent - 1}`
  }
  if (exponent <= 0) return `0.${'0'.repeat(-exponent)}${digits}`
  if (exponent >= digits.length) return digits + '0'.repeat(exponent - digits.length)
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
}

/** The text of a JS number. @throws ValueError for NaN, infinities, integers beyond 2^53 - 1 and what is out of range */
export function encodeNumber(value: number, attribute: string): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value)
  if (!Number.isFinite(value))
    throw valueError('VALUE.NOT_A_NUMBER', attribute, `is ${value}, which no DynamoDB number can be`)
  if (Number.isInteger(value) && Math.abs(value) < 1e21)
    throw valueError('VALUE.LOSSY_NUMBER', attribute, 'is an integer beyond 2^53, where JavaScript numbers lose digits')
  const size = Math.abs(value)
  return size >= 1e-6 && size < 1e21 ? String(value) : canonicalNumber(String(value), attribute)
}

/** The JS number of a text. @throws ValueError `VALUE.LOSSY_NUMBER` when it would be another number */
export function decodeNumber(text: string, attribute: string): number {
  const value = Number(text)
  if (text.length <= SAFE_LENGTH && !text.includes('E') && !text.includes('e')) return value
  if (isExact(text, value)) return value
  throw valueError('VALUE.LOSSY_NUMBER', attribute, 'holds a number with more digits than a JavaScript number can have')
}

/** True when the JS number says the same as the text it was read from. */
export function isExact(text: string, value: number): boolean {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21))
    return false
  return canonicalNumber(String(value)) === canonicalNumber(text)
}

/** Order of two decimal texts by value: negative, zero or positive. */
export function compareNumberText(a: string, b: string): number {
  const [x, y] = [parseDecimal(a, 'The value'), parseDecimal(b, 'The value')]
  const [signX, signY] = [sign(x), sign(y)]
  if (signX !== signY) return signX - signY
  const size =
    x.exponent === y.exponent ? (x.digits < y.digits ? -1 : x.digits > y.digits ? 1 : 0) : x.exponent - y.exponent
  return signX * size
}

const sign = ({ negative, digits }: Decimal): number => (digits === '' ? 0 : negative ? -1 : 1)
