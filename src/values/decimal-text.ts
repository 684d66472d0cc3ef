import { ValueError } from './errors.js'

/** A decimal number taken apart: 0.`digits` * 10^`exponent`. No zeros at either end of the digits; zero has none. */
export interface Decimal {
  readonly negative: boolean
  readonly digits: string
  readonly exponent: number
}

export const MAX_DIGITS = 38
const MIN_EXPONENT = -129 // 1E-130
const MAX_EXPONENT = 126 // 9.99…E+125
/** Longest plain notation, sign apart; it is that of 38 digits after `0.`. */
const MAX_PLAIN = 40

const [ZERO, NINE, DOT, PLUS, MINUS, UPPER_E, LOWER_E] = [48, 57, 46, 43, 45, 69, 101]

/** Reads decimal text (`-12.50`, `1E+20`, `.5`); undefined when it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const length = text.length
  let at = 0
  const sign = text.charCodeAt(0)
  if (sign === MINUS || sign === PLUS) at = 1
  let digits = ''
  let start = at
  while (at < length && isDigit(text.charCodeAt(at))) at++
  digits = text.slice(start, at)
  let exponent = digits.length
  if (text.charCodeAt(at) === DOT) {
    start = ++at
    while (at < length && isDigit(text.charCodeAt(at))) at++
    digits += text.slice(start, at)
  }
  if (digits === '') return undefined
  if (at < length) {
    const power = readPower(text, at)
    if (power === undefined) return undefined
    exponent += power
  }
  let first = 0
  while (first < digits.length && digits.charCodeAt(first) === ZERO) first++
  let end = digits.length
  while (end > first && digits.charCodeAt(end - 1) === ZERO) end--
  if (end === first) return { negative: false, digits: '', exponent: 0 }
  return { negative: sign === MINUS, digits: digits.slice(first, end), exponent: exponent - first }
}

function readPower(text: string, from: number): number | undefined {
  const mark = text.charCodeAt(from)
  if (mark !== UPPER_E && mark !== LOWER_E) return undefined
  const sign = text.charCodeAt(from + 1)
  const start = sign === MINUS || sign === PLUS ? from + 2 : from + 1
  if (start === text.length) return undefined
  for (let at = start; at < text.length; at++) if (!isDigit(text.charCodeAt(at))) return undefined
  const power = Number(text.slice(start))
  return sign === MINUS ? -power : power
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

/** What keeps a number out of DynamoDB, to follow the attribute's name; undefined when it fits. */
export function misfitOf(decimal: Decimal | undefined): string | undefined {
  if (decimal === undefined) return 'is not the text of a decimal number'
  if (decimal.digits.length > MAX_DIGITS) return `has ${decimal.digits.length} significant digits; DynamoDB keeps 38`
  if (decimal.digits === '') return undefined
  if (decimal.exponent > MAX_EXPONENT) return "is beyond DynamoDB's greatest number, 9.99…E+125 with 38 digits"
  if (decimal.exponent < MIN_EXPONENT) return "is nearer to zero than DynamoDB's smallest number, 1E-130"
  return undefined
}

/** The one text of a number: plain notation where it takes at most 40 characters besides the sign, else `1.5E+100`. */
export function decimalText({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0'
  return (negative ? '-' : '') + unsigned(digits, exponent)
}

function unsigned(digits: string, exponent: number): string {
  const length = digits.length
  if (exponent >= length && exponent <= MAX_PLAIN) return digits + '0'.repeat(exponent - length)
  if (exponent > 0 && exponent < length) return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
  if (exponent <= 0 && 2 - exponent + length <= MAX_PLAIN) return `0.${'0'.repeat(-exponent)}${digits}`
  const power = exponent - 1
  const mantissa = length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`
  return `${mantissa}E${power < 0 ? '-' : '+'}${Math.abs(power)}`
}

/** Decimal text of a number that DynamoDB can hold, in canonical form. @throws ValueError `VALUE.NUMBER_RANGE` */
export function canonicalAt(text: string, path: string): string {
  const decimal = parseDecimal(text)
  const misfit = misfitOf(decimal)
  if (misfit !== undefined) throw new ValueError('VALUE.NUMBER_RANGE', path, misfit)
  return decimalText(decimal as Decimal)
}

/**
 * The canonical text of a number: no leading or trailing zeros, no `-0`, plain notation where it takes at most 40
 * characters besides the sign, else scientific (`1.5E+100`, `1E-130`). Equal numbers have equal texts.
 *
 * @throws ValueError `VALUE.NUMBER_RANGE` when the text is no number, or none that DynamoDB can hold
 */
export function canonicalNumber(text: string): string {
  return canonicalAt(text, '')
}

/**
 * Compares decimal texts by value: negative when `a` is less, positive when it is greater, 0 when equal.
 *
 * @throws ValueError `VALUE.NUMBER_RANGE` when either is not the text of a decimal number
 */
export function compareNumberText(a: string, b: string): number {
  if (a === b) return 0
  const [x, y] = [readDecimal(a), readDecimal(b)]
  const sign = signOf(x)
  if (sign !== signOf(y)) return sign - signOf(y)
  if (sign === 0) return 0
  if (x.exponent !== y.exponent) return x.exponent > y.exponent ? sign : -sign
  if (x.digits === y.digits) return 0
  return x.digits > y.digits ? sign : -sign
}

function readDecimal(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (decimal === undefined) throw new ValueError('VALUE.NUMBER_RANGE', '', misfitOf(decimal) as string)
  return decimal
}

function signOf({ negative, digits }: Decimal): number {
  return digits === '' ? 0 : negative ? -1 : 1
}
