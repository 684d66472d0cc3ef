import { InternalError } from '../kernel/index.js'
import type { AttributeMap, AttributeValue } from './attribute-value.js'
import { bigintText } from './bigint-codec.js'
import { base64Of, bytesOf } from './binary-codec.js'
import { type Codec, codec, decodeOther, encodeOther, NULL } from './codec.js'
import { validDate } from './date-codec.js'
import { canonicalAt } from './decimal-text.js'
import { kindOf, ValueError } from './errors.js'
import { isExactNumber } from './exact-number.js'
import { numberText } from './number-codec.js'
import { isPlainObject, setOwn } from './own-property.js'
import { decodeSet, encodeSet } from './set-codec.js'
import { isWellFormed, wellFormed } from './string-codec.js'
import { decodeNumberText } from './wide-number.js'

/** DynamoDB's limit: a value stands at most on level 32, so that there are 31 lists and maps around it. */
const MAX_LEVEL = 32
/** Nothing that DynamoDB stored is nested so deep; other sources must not bring down the stack. */
const MAX_READ_LEVEL = 500

/**
 * Every value by what it is. Text S, number, bigint and ExactNumber N, boolean BOOL, null NULL, Uint8Array and
 * ArrayBuffer B, Set SS/NS/BS, Array L, plain object M, Date S (it comes back as ISO text, since the item does not say
 * that it was a date). A number comes back as a number where that is exact, else as bigint, else as ExactNumber.
 */
export const anyCodec: Codec = codec(
  'any',
  (value, path) => (value === undefined ? encodeOther(value, path, 'a value') : encodeAny(value, path, 1)),
  (value, path) => decodeAny(value, path, 1),
)

/** Arrays; elements as of `any`. An undefined element is an error: leaving it out would shift the others. */
export const listCodec: Codec = codec(
  'list',
  (value, path) => (Array.isArray(value) ? encodeList(value, path, 1) : encodeOther(value, path, 'a list')),
  (value, path) => ('L' in value ? decodeList(value.L, path, 1) : decodeOther(value, path, 'list', 'L')),
)

/**
 * Plain objects; their own enumerable members as of `any`. Members that are undefined are left out, as in JSON. A member
 * named `__proto__` is a member like any other, both ways.
 */
export const mapCodec: Codec = codec(
  'map',
  (value, path) => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && isPlainObject(value)
    return isMap ? encodeMap(value, path, 1) : encodeOther(value, path, 'a plain object')
  },
  (value, path) => ('M' in value ? decodeMap(value.M, path, 1) : decodeOther(value, path, 'map', 'M')),
)

function encodeAny(value: unknown, path: string, depth: number): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: wellFormed(value, path) }
    case 'number':
      return { N: numberText(value, path) }
    case 'boolean':
      return { BOOL: value }
    case 'bigint':
      return { N: bigintText(value, path) }
    case 'object':
      return value === null ? NULL : encodeObject(value, path, depth)
    case 'undefined':
      throw new ValueError(
        'VALUE.UNDEFINED',
        path,
        'is undefined inside a list',
        'Use null for "no value", or filter the list first.',
      )
    default:
      throw unsupported(value, path)
  }
}

function encodeObject(value: object, path: string, depth: number): AttributeValue {
  if (Array.isArray(value)) return encodeList(value, path, depth)
  if (isPlainObject(value)) return encodeMap(value, path, depth)
  if (value instanceof Set) return encodeSet(value, path)
  if (value instanceof Date) return { S: validDate(value, path).toISOString() }
  if (isExactNumber(value)) return { N: canonicalAt(value.value, path) }
  const binary = base64Of(value)
  if (binary !== undefined) return { B: binary }
  throw unsupported(value, path)
}

function encodeList(list: readonly unknown[], path: string, depth: number): AttributeValue {
  if (depth >= MAX_LEVEL) throw tooDeep(path)
  const L: AttributeValue[] = []
  try {
    for (let i = 0; i < list.length; i++) L.push(encodeAny(list[i], '', depth + 1))
  } catch (error) {
    throw ValueError.inside(error, `${path}[${L.length}]`)
  }
  return { L }
}

function encodeMap(map: Readonly<Record<string, unknown>>, path: string, depth: number): AttributeValue {
  if (depth >= MAX_LEVEL) throw tooDeep(path)
  const M: Record<string, AttributeValue> = {}
  let name = ''
  try {
    for (name of Object.keys(map)) {
      const value = map[name]
      if (value !== undefined) setOwn(M, checkedName(name), encodeAny(value, '', depth + 1))
    }
  } catch (error) {
    throw ValueError.inside(error, `${path}.${name}`)
  }
  return { M }
}

function decodeAny(value: AttributeValue, path: string, depth: number): unknown {
  if ('S' in value) return value.S
  if ('N' in value) return decodeNumberText(value.N, path)
  if ('M' in value) return decodeMap(value.M, path, depth)
  if ('L' in value) return decodeList(value.L, path, depth)
  if ('BOOL' in value) return value.BOOL
  if ('NULL' in value) return null
  if ('B' in value) return bytesOf(value.B, path)
  return decodeSet(value, path) ?? decodeOther(value, path, 'any', 'S')
}

function decodeList(list: readonly AttributeValue[], path: string, depth: number): unknown[] {
  if (depth >= MAX_READ_LEVEL) throw tooDeep(path)
  const values: unknown[] = []
  try {
    for (let i = 0; i < list.length; i++) values.push(decodeAny(list[i] as AttributeValue, '', depth + 1))
  } catch (error) {
    throw ValueError.inside(error, `${path}[${values.length}]`)
  }
  return values
}

function decodeMap(map: AttributeMap, path: string, depth: number): Record<string, unknown> {
  if (depth >= MAX_READ_LEVEL) throw tooDeep(path)
  const values: Record<string, unknown> = {}
  let name = ''
  try {
    for (name of Object.keys(map)) setOwn(values, name, decodeAny(map[name] as AttributeValue, '', depth + 1))
  } catch (error) {
    throw ValueError.inside(error, `${path}.${name}`)
  }
  return values
}

/**
 * An item from a plain object, each member by what it is (see `anyCodec`); undefined members are left out.
 *
 * @throws ValueError naming the attribute whose value cannot be stored exactly
 */
export function marshall(item: Readonly<Record<string, unknown>>): AttributeMap {
  if (typeof item !== 'object' || item === null || !isPlainObject(item)) {
    throw new ValueError('VALUE.WRONG_TYPE', '', `must be a plain object, not ${kindOf(item)}`)
  }
  const map: Record<string, AttributeValue> = {}
  for (const name of Object.keys(item)) {
    const value = item[name]
    if (value !== undefined) setOwn(map, checkedName(name), encodeAny(value, name, 1))
  }
  return map
}

/** A plain object from an item, each attribute by its stored type. `marshall` makes the same item of it again. */
export function unmarshall(map: AttributeMap): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  for (const name of Object.keys(map)) {
    const value = map[name]
    if (value === undefined) throw new InternalError(`attribute "${name}" of an item is undefined`)
    setOwn(item, name, decodeAny(value, name, 1))
  }
  return item
}

function unsupported(value: unknown, path: string): ValueError {
  return new ValueError('VALUE.UNSUPPORTED', path, `is ${kindOf(value)}, for which DynamoDB has no type`)
}

function tooDeep(path: string): ValueError {
  return new ValueError('VALUE.TOO_DEEP', path, 'is nested too deep for DynamoDB (32 levels), or holds itself')
}

/** The name of a member, when DynamoDB can hold it: not empty, and whole characters. */
function checkedName(name: string): string {
  if (name !== '' && isWellFormed(name)) return name
  throw new ValueError(
    'VALUE.INVALID_NAME',
    '',
    'has a name that DynamoDB cannot hold: empty, or half of a surrogate pair',
  )
}
