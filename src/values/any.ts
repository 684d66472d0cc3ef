import type { AttributeMap, AttributeValue } from './attribute-value.js'
import { kindOf, valueError } from './errors.js'
import { ExactNumber } from './exact-number.js'
import { canonicalNumber, encodeNumber, isExact } from './number.js'

/** DynamoDB: "Quotas", nested attribute depth. */
const DEEPEST = 32
const NULL: AttributeValue = Object.freeze({ NULL: true })

/**
 * A value of any kind as an AttributeValue. Dates become ISO 8601 text (and come back as text), bigint and ExactNumber
 * become N, sets SS, NS or BS. Members of objects that are undefined are left out, as JSON does; in lists they are an error.
 *
 * @throws ValueError naming the place of what cannot be stored
 */
export function encodeAny(value: unknown, path: string, depth = 0): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: wellFormed(value, path) }
    case 'number':
      return { N: encodeNumber(value, path) }
    case 'boolean':
      return { BOOL: value }
    case 'bigint':
      return { N: canonicalNumber(value.toString(), path) }
    case 'object':
      return value === null ? NULL : encodeObject(value, path, depth)
    default:
      throw valueError(
        value === undefined ? 'VALUE.UNDEFINED' : 'VALUE.TYPE',
        path,
        `is ${kindOf(value)} and cannot be stored`,
      )
  }
}

function encodeObject(value: object, path: string, depth: number): AttributeValue {
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) throw tooDeep(path)
    const L: AttributeValue[] = []
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i]
      if (element === undefined) throw valueError('VALUE.UNDEFINED', `${path}[${i}]`, 'is undefined')
      // Strings and small numbers need no name for the place unless they fail.
      L.push(
        typeof element === 'object' ? encodeAny(element, `${path}[${i}]`, depth + 1) : encodeElement(element, path, i),
      )
    }
    return { L }
  }
  if (value instanceof Uint8Array) return { B: toBase64(value) }
  if (value instanceof Set) return encodeAnySet(value, path)
  if (value instanceof Date) return { S: encodeIso(value, path) }
  if (value instanceof ExactNumber) return { N: value.value }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw valueError(
      'VALUE.TYPE',
      path,
      `is ${kindOf(value)} and cannot be stored`,
      'Store plain objects, or give the attribute a cast.',
    )
  if (depth >= DEEPEST) throw tooDeep(path)
  return { M: encodeMembers(value as Record<string, unknown>, path, depth + 1) }
}

function encodeElement(element: unknown, path: string, index: number): AttributeValue {
  try {
    return encodeAny(element, path)
  } catch {
    return encodeAny(element, `${path}[${index}]`)
  }
}

function encodeMembers(object: Record<string, unknown>, path: string, depth: number): AttributeMap {
  const members: Record<string, AttributeValue> = {}
  for (const key of Object.keys(object)) {
    const member = object[key]
    if (member === undefined) continue
    wellFormed(key, path)
    setOwn(members, key, encodeAny(member, path === '' ? key : `${path}.${key}`, depth))
  }
  return members
}

const tooDeep = (path: string): unknown =>
  valueError('VALUE.TOO_DEEP', path.slice(0, 80), 'is nested too deeply, or contains itself')

function encodeAnySet(set: ReadonlySet<unknown>, path: string): AttributeValue {
  const [first] = set
  if (set.size === 0) throw valueError('VALUE.EMPTY_SET', path, 'is an empty set')
  if (typeof first === 'string')
    return { SS: elements(set, path, (each) => (typeof each === 'string' ? wellFormed(each, path) : undefined)) }
  if (first instanceof Uint8Array)
    return { BS: elements(set, path, (each) => (each instanceof Uint8Array ? toBase64(each) : undefined)) }
  return { NS: elements(set, path, (each) => numberText(each, path)) }
}

function numberText(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return encodeNumber(value, path)
  if (typeof value === 'bigint') return canonicalNumber(value.toString(), path)
  return value instanceof ExactNumber ? value.value : undefined
}

/** The encoded elements of a set, each once; `encode` gives undefined for one of the wrong kind. */
export function elements(
  set: ReadonlySet<unknown>,
  path: string,
  encode: (element: unknown) => string | undefined,
): string[] {
  if (set.size === 0) throw valueError('VALUE.EMPTY_SET', path, 'is an empty set')
  const encoded = new Set<string>()
  for (const element of set) {
    const text = encode(element)
    if (text === undefined)
      throw valueError(
        'VALUE.TYPE',
        path,
        `is a set with ${kindOf(element)} in it`,
        'Sets hold strings, numbers or binary, all of one kind.',
      )
    encoded.add(text)
  }
  return [...encoded]
}

/** The value of an AttributeValue whose type nobody declared: numbers as number, bigint or ExactNumber, whichever is exact. */
export function decodeAny(value: AttributeValue, path: string): unknown {
  if ('S' in value) return value.S
  if ('N' in value) return decodeAnyNumber(value.N)
  if ('BOOL' in value) return value.BOOL
  if ('NULL' in value) return null
  if ('L' in value) return value.L.map((element) => decodeAny(element, path))
  if ('M' in value) return unmarshall(value.M)
  if ('B' in value) return fromBase64(value.B)
  if ('SS' in value) return new Set(value.SS)
  if ('NS' in value) return new Set(value.NS.map(decodeAnyNumber))
  if ('BS' in value) return new Set(value.BS.map(fromBase64))
  throw valueError('VALUE.TYPE_MISMATCH', path, 'holds a value of a type that DynamoDB does not have')
}

function decodeAnyNumber(text: string): number | bigint | ExactNumber {
  const value = Number(text)
  if ((text.length <= 15 && !/[eE]/.test(text)) || isExact(text, value)) return value
  const canonical = canonicalNumber(text)
  return /^-?\d+$/.test(canonical) ? BigInt(canonical) : new ExactNumber(canonical)
}

/** A plain object as an item. Members that are undefined are left out. */
export function marshall(object: Readonly<Record<string, unknown>>): AttributeMap {
  return encodeMembers(object, '', 0)
}

/** An item as a plain object; a member called `__proto__` is an own property like any other. */
export function unmarshall(map: AttributeMap): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(map)) setOwn(object, key, decodeAny(map[key] as AttributeValue, key))
  return object
}

function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

/** @throws ValueError `VALUE.NOT_WELL_FORMED` for half a surrogate pair */
export function wellFormed(text: string, path: string): string {
  if ((text as string & { isWellFormed(): boolean }).isWellFormed()) return text
  throw valueError('VALUE.NOT_WELL_FORMED', path, 'is not well-formed Unicode text')
}

export function encodeIso(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw valueError('VALUE.TYPE', path, 'is an invalid date', undefined)
  return date.toISOString()
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
