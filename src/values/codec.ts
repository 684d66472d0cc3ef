import { InternalError } from '../kernel/index.js'
import type { AttributeTypeName, AttributeValue } from './attribute-value.js'
import { kindOf, ValueError } from './errors.js'

/** The types that an attribute can be declared with. */
export type AttributeType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'date'
  | 'list'
  | 'map'
  | 'set'
  | 'binary'
  | 'bigint'
  | 'decimal'
  | 'json'
  | 'any'

/** What the elements of a set can be declared as. */
export type SetElementType = 'string' | 'number' | 'bigint' | 'decimal' | 'binary'

export interface CodecOptions {
  /** Element type of a `set`; without it the first element decides. */
  readonly set?: SetElementType
  /** How a `date` is stored: text of `toISOString` (the default), whole seconds, or milliseconds since 1970. */
  readonly dateFormat?: 'iso' | 'unix' | 'unix_ms'
}

/**
 * Turns values of one attribute type into DynamoDB's JSON and back, exactly. `null` is stored as NULL by every codec.
 * `path` is the attribute's name and is used in errors alone.
 */
export interface Codec {
  readonly type: AttributeType
  /** @throws ValueError when the value is of another type or cannot be stored exactly */
  encode(value: unknown, path: string): AttributeValue
  /** @throws ValueError when the stored value is of another type or has no exact counterpart in JS */
  decode(value: AttributeValue, path: string): unknown
}

/** All codecs are made here: one object shape keeps the calls through them fast. */
export function codec(type: AttributeType, encode: Codec['encode'], decode: Codec['decode']): Codec {
  return Object.freeze({ type, encode, decode })
}

export const NULL: AttributeValue = Object.freeze({ NULL: true })

/** The way out of an encoder whose value is not of its type: null becomes NULL, everything else is an error. */
export function encodeOther(value: unknown, path: string, expected: string, hint?: string): AttributeValue {
  if (value === null) return NULL
  if (value === undefined) throw new InternalError(`undefined reached the codec of "${path}"; it is left out before`)
  throw new ValueError('VALUE.WRONG_TYPE', path, `must be ${expected}, not ${kindOf(value)}`, hint)
}

const STORED: Readonly<Record<AttributeTypeName, string>> = {
  S: 'a string',
  N: 'a number',
  B: 'binary',
  BOOL: 'a boolean',
  NULL: 'null',
  M: 'a map',
  L: 'a list',
  SS: 'a string set',
  NS: 'a number set',
  BS: 'a binary set',
}

/** The way out of a decoder whose item holds another type: NULL becomes null, everything else is an error. */
export function decodeOther(value: AttributeValue, path: string, declared: string, expected: AttributeTypeName): null {
  if ('NULL' in value) return null
  const found = Object.keys(value)[0] as AttributeTypeName
  const what = Object.hasOwn(STORED, found) ? `${STORED[found]} (${found})` : 'something that is no attribute value'
  throw new ValueError(
    'VALUE.TYPE_MISMATCH',
    path,
    `is declared as ${declared} and expects ${STORED[expected]} (${expected}), but the item holds ${what}`,
  )
}
