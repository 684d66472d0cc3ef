import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'

export const booleanCodec: Codec = codec('boolean', encodeBoolean, decodeBoolean)

function encodeBoolean(value: unknown, path: string): AttributeValue {
  return typeof value === 'boolean' ? { BOOL: value } : encodeOther(value, path, 'true or false')
}

function decodeBoolean(value: AttributeValue, path: string): boolean | null {
  const flag = (value as { BOOL?: boolean }).BOOL
  return flag === undefined ? decodeOther(value, path, 'boolean', 'BOOL') : flag
}
