import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'
import { ValueError } from './errors.js'

export const stringCodec: Codec = codec('string', encodeString, decodeString)

/** In Node since 20; the ES2023 library does not declare it. */
interface WellFormed {
  isWellFormed(): boolean
}

function encodeString(value: unknown, path: string): AttributeValue {
  return typeof value === 'string' ? { S: wellFormed(value, path) } : encodeOther(value, path, 'text')
}

/** DynamoDB stores UTF-8, which has no place for half of a surrogate pair: it would come back as another character. */
export function wellFormed(value: string, path: string): string {
  if (isWellFormed(value)) return value
  throw new ValueError('VALUE.NOT_WELL_FORMED', path, 'holds half of a surrogate pair, which UTF-8 cannot carry')
}

export function isWellFormed(value: string): boolean {
  return (value as unknown as WellFormed).isWellFormed()
}

function decodeString(value: AttributeValue, path: string): string | null {
  const text = (value as { S?: string }).S
  return text === undefined ? decodeOther(value, path, 'string', 'S') : text
}
