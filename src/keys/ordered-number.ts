import { canonicalNumber } from '../values/index.js'

// A number is written as text whose string order is the numbers' order:
//   positive  1 eee digits      zero  1000      negative  0 EEE DIGITS ~
// eee is the decimal exponent of 0.ddd * 10^e plus 500; a negative number takes the nines' complement of both, and the
// `~` (above every digit) makes the shorter of two mantissas the greater one. 42 is `150242`: 0.42 * 10^2.
const BIAS = 500

/**
 * Text for a decimal number (as in `N`) whose string order equals number order, for use inside a key.
 *
 * @param text decimal text of up to 38 significant digits, such as `-12.5` or `1E+20`
 * @throws ValueError `VALUE.NUMBER_RANGE` when the text is no number DynamoDB can hold
 */
export function encodeOrderedNumber(text: string): string {
  const { negative, digits, exponent } = scientific(canonicalNumber(text))
  if (digits === '') return '1000'
  if (!negative) return `1${pad(exponent + BIAS)}${digits}`
  let complement = ''
  for (const digit of digits) complement += String(9 - Number(digit))
  return `0${pad(999 - (exponent + BIAS))}${complement}~`
}

/** The decimal text back from `encodeOrderedNumber`; canonical form. */
export function decodeOrderedNumber(encoded: string): string {
  if (encoded === '1000') return '0'
  const negative = encoded.startsWith('0')
  const body = negative ? encoded.slice(4, -1) : encoded.slice(4)
  const stored = Number(encoded.slice(1, 4))
  const exponent = (negative ? 999 - stored : stored) - BIAS
  let digits = body
  if (negative) {
    digits = ''
    for (const digit of body) digits += String(9 - Number(digit))
  }
  return canonicalNumber(`${negative ? '-' : ''}0.${digits}E${exponent}`)
}

const pad = (value: number): string => String(value).padStart(3, '0')

/** Splits canonical text into the digits and exponent of 0.ddd * 10^exponent; zero has no digits. */
function scientific(text: string): { negative: boolean; digits: string; exponent: number } {
  const negative = text.startsWith('-')
  const unsigned = negative ? text.slice(1) : text
  const [mantissa = '', power = '0'] = unsigned.toUpperCase().split('E')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let start = 0
  while (start < all.length && all[start] === '0') start++
  let end = all.length
  while (end > start && all[end - 1] === '0') end--
  return { negative, digits: all.slice(start, end), exponent: whole.length + Number(power) - start }
}
