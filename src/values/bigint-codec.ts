import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'
import { canonicalAt, misfitOf, parseDecimal } from './decimal-text.js'
import { ValueError } from './errors.js'

export const bigintCodec: Codec = codec('bigint', encodeBigint, decodeBigint)

const LARGEST_PLAIN = 10n ** 38n

function encodeBigint(value: unknown, path: string): AttributeValue {
  if (typeof value === 'bigint') return { N: bigintText(value, path) }
  return encodeOther(
    value,
    path,
    'a bigint',
    typeof value === 'number' ? 'Write it as 1n, or BigInt(value).' : undefined,
  )
}

/** Canonical decimal text: at most 38 significant digits, trailing zeros beyond them up to 10^125. */
export function bigintText(value: bigint, path: string): string {
  return value < LARGEST_PLAIN && value > -LARGEST_PLAIN ? `${value}` : canonicalAt(`${value}`, path)
}

function decodeBigint(value: AttributeValue, path: string): bigint | null {
  const text = (value as { N?: string }).N
  if (text === undefined) return decodeOther(value, path, 'bigint', 'N')
  const decimal = parseDecimal(text)
  const misfit = misfitOf(decimal)
  if (misfit !== undefined) throw new ValueError('VALUE.NUMBER_RANGE', path, misfit)
  const whole = wholeOf(text)
  if (whole !== undefined) return whole
  throw new ValueError(
    'VALUE.LOSSY_NUMBER',
    path,
    'is declared as bigint, but the stored number is not whole',
    'Declare the attribute as decimal.',
  )
}

/** The whole number that a decimal text means; undefined when it has a fraction. */
export function wholeOf(text: string): bigint | undefined {
  const decimal = parseDecimal(text)
  if (decimal === undefined || decimal.exponent < decimal.digits.length) return undefined
  const size = BigInt(decimal.digits) * 10n ** BigInt(decimal.exponent - decimal.digits.length)
  return decimal.negative ? -size : size
}
