import type { AttributeValue } from './attribute-value.js'
import { bigintText } from './bigint-codec.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'
import { canonicalAt } from './decimal-text.js'
import { isExactNumber } from './exact-number.js'
import { numberText } from './number-codec.js'

/** Decimal numbers as canonical text: `12.5`, `-0.001`, `1E+100`. Takes decimal text, numbers, bigint and ExactNumber. */
export const decimalCodec: Codec = codec('decimal', encodeDecimal, decodeDecimal)

function encodeDecimal(value: unknown, path: string): AttributeValue {
  if (typeof value === 'string') return { N: canonicalAt(value, path) }
  if (typeof value === 'number') return { N: numberText(value, path) }
  if (typeof value === 'bigint') return { N: bigintText(value, path) }
  if (isExactNumber(value)) return { N: canonicalAt(value.value, path) }
  return encodeOther(value, path, 'decimal text such as "12.50", a number or a bigint')
}

function decodeDecimal(value: AttributeValue, path: string): string | null {
  const text = (value as { N?: string }).N
  return text === undefined ? decodeOther(value, path, 'decimal', 'N') : canonicalAt(text, path)
}
