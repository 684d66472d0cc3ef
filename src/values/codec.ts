import { decodeAny, elements, encodeAny, encodeIso, fromBase64, toBase64, wellFormed } from './any.js'
import type { AttributeTypeName, AttributeValue } from './attribute-value.js'
import { kindOf, valueError } from './errors.js'
import { ExactNumber } from './exact-number.js'
import { canonicalNumber, decodeNumber, encodeNumber } from './number.js'

/** The types an attribute can be declared with. */
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
export type SetElement = 'string' | 'number' | 'bigint' | 'decimal' | 'binary'

export interface CodecOptions {
  /** Elements of a set. Default `string`. */
  readonly set?: SetElement
  /** How dates are stored: ISO 8601 text (default), Unix seconds, or Unix milliseconds. */
  readonly dateFormat?: 'iso' | 'unix' | 'unix_ms'
}

/** Turns values of one type into AttributeValues and back, exactly. null is `{ NULL: true }` for every type. */
export interface Codec {
  readonly type: AttributeType
  /** @param path the attribute's name, for errors @throws ValueError */
  encode(value: unknown, path: string): AttributeValue
  decode(value: AttributeValue, path: string): unknown
}

const NULL: AttributeValue = Object.freeze({ NULL: true })

/** The codec of a type. Codecs are stateless; one for each type and option exists. */
export function codecFor(type: AttributeType, options: CodecOptions = {}): Codec {
  if (type === 'set') return SETS[options.set ?? 'string']
  if (type === 'date') return DATES[options.dateFormat ?? 'iso']
  return CODECS[type]
}

function codec(type: AttributeType, encode: Codec['encode'], decode: Codec['decode']): Codec {
  return Object.freeze({
    type,
    encode: (value: unknown, path: string) => (value === null ? NULL : encode(value, path)),
    decode: (value: AttributeValue, path: string) => ('NULL' in value ? null : decode(value, path)),
  })
}

const wrongType = (path: string, wanted: string, value: unknown): unknown =>
  valueError('VALUE.TYPE', path, `must be ${wanted}, not ${kindOf(value)}`)

function mismatch(path: string, wanted: AttributeTypeName, value: AttributeValue): unknown {
  return valueError(
    'VALUE.TYPE_MISMATCH',
    path,
    `holds ${Object.keys(value)[0] ?? 'nothing'} in the table, where ${wanted} was expected`,
    'The item was written by another program, or the type of the attribute was changed.',
  )
}

const string = codec(
  'string',
  (value, path) => {
    if (typeof value !== 'string') throw wrongType(path, 'a string', value)
    return { S: wellFormed(value, path) }
  },
  (value, path) => {
    if ('S' in value) return value.S
    throw mismatch(path, 'S', value)
  },
)

const number = codec(
  'number',
  (value, path) => {
    if (typeof value !== 'number') throw wrongType(path, 'a number', value)
    return { N: encodeNumber(value, path) }
  },
  (value, path) => {
    if ('N' in value) return decodeNumber(value.N, path)
    throw mismatch(path, 'N', value)
  },
)

const boolean = codec(
  'boolean',
  (value, path) => {
    if (typeof value !== 'boolean') throw wrongType(path, 'true or false', value)
    return { BOOL: value }
  },
  (value, path) => {
    if ('BOOL' in value) return value.BOOL
    throw mismatch(path, 'BOOL', value)
  },
)

const bigint = codec(
  'bigint',
  (value, path) => {
    if (typeof value !== 'bigint') throw wrongType(path, 'a bigint', value)
    return { N: canonicalNumber(value.toString(), path) }
  },
  (value, path) => {
    if (!('N' in value)) throw mismatch(path, 'N', value)
    return toBigInt(value.N, path)
  },
)

function toBigInt(text: string, path: string): bigint {
  if (/^-?\d+$/.test(text)) return BigInt(text)
  const canonical = canonicalNumber(text, path)
  if (/^-?\d+$/.test(canonical)) return BigInt(canonical)
  const integer = /^(-?)(\d)(?:\.(\d+))?E\+(\d+)$/.exec(canonical)
  if (integer === null)
    throw valueError('VALUE.LOSSY_NUMBER', path, 'holds a number with a fraction, which no bigint can be')
  const fraction = integer[3] ?? ''
  return BigInt(`${integer[1]}${integer[2]}${fraction}${'0'.repeat(Number(integer[4]) - fraction.length)}`)
}

function decimalText(value: unknown, path: string): string {
  if (typeof value === 'string') return canonicalNumber(value, path)
  if (typeof value === 'number') return encodeNumber(value, path)
  if (typeof value === 'bigint') return canonicalNumber(value.toString(), path)
  if (value instanceof ExactNumber) return value.value
  throw wrongType(path, 'a decimal number', value)
}

const decimal = codec(
  'decimal',
  (value, path) => ({ N: decimalText(value, path) }),
  (value, path) => {
    if ('N' in value) return canonicalNumber(value.N, path)
    throw mismatch(path, 'N', value)
  },
)

const ISO = /^[+-]?\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

function toDate(value: unknown, path: string): Date {
  if (value instanceof Date) return value
  if (typeof value === 'string' && ISO.test(value)) {
    const date = new Date(value)
    if (!Number.isNaN(date.getTime())) return date
  }
  throw wrongType(path, 'a Date or ISO 8601 text', value)
}

/** Milliseconds of a date that exists. */
function millis(value: unknown, path: string): number {
  const date = toDate(value, path)
  encodeIso(date, path)
  return date.getTime()
}

function readDate(date: Date, path: string): Date {
  if (Number.isNaN(date.getTime())) throw valueError('VALUE.TYPE_MISMATCH', path, 'holds something that is no date')
  return date
}

const epoch = (unit: number): Codec =>
  codec(
    'date',
    (value, path) => ({ N: String(Math.floor(millis(value, path) / unit)) }),
    (value, path) => {
      if ('N' in value) return readDate(new Date(Number(value.N) * unit), path)
      throw mismatch(path, 'N', value)
    },
  )

const DATES: Readonly<Record<'iso' | 'unix' | 'unix_ms', Codec>> = {
  iso: codec(
    'date',
    (value, path) => ({ S: encodeIso(toDate(value, path), path) }),
    (value, path) => {
      if ('S' in value) return readDate(new Date(value.S), path)
      throw mismatch(path, 'S', value)
    },
  ),
  unix: epoch(1000),
  unix_ms: epoch(1),
}

const binary = codec(
  'binary',
  (value, path) => {
    if (value instanceof Uint8Array) return { B: toBase64(value) }
    if (value instanceof ArrayBuffer) return { B: toBase64(new Uint8Array(value)) }
    throw wrongType(path, 'a Uint8Array', value)
  },
  (value, path) => {
    if ('B' in value) return fromBase64(value.B)
    throw mismatch(path, 'B', value)
  },
)

const list = codec(
  'list',
  (value, path) => {
    if (!Array.isArray(value)) throw wrongType(path, 'a list', value)
    return encodeAny(value, path)
  },
  (value, path) => {
    if ('L' in value) return decodeAny(value, path)
    throw mismatch(path, 'L', value)
  },
)

const map = codec(
  'map',
  (value, path) => {
    const encoded = typeof value === 'object' ? encodeAny(value, path) : undefined
    if (encoded === undefined || !('M' in encoded)) throw wrongType(path, 'a plain object', value)
    return encoded
  },
  (value, path) => {
    if ('M' in value) return decodeAny(value, path)
    throw mismatch(path, 'M', value)
  },
)

const json = codec(
  'json',
  (value, path) => ({
    S: wellFormed(JSON.stringify(value, (key, member: unknown) => checkJson(key, member, path)) ?? '', path),
  }),
  (value, path) => {
    if (!('S' in value)) throw mismatch(path, 'S', value)
    try {
      return JSON.parse(value.S) as unknown
    } catch (cause) {
      throw valueError('VALUE.JSON', path, `holds text that is not JSON (${(cause as Error).name})`)
    }
  },
)

/** JSON.stringify drops or changes these in silence. */
function checkJson(key: string, member: unknown, path: string): unknown {
  const lost =
    member === undefined ||
    typeof member === 'function' ||
    typeof member === 'symbol' ||
    typeof member === 'bigint' ||
    (typeof member === 'number' && !Number.isFinite(member))
  if (lost || member instanceof Set || member instanceof Map || member instanceof Uint8Array)
    throw valueError('VALUE.JSON', key === '' ? path : `${path}.${key}`, `is ${kindOf(member)}, which JSON cannot hold`)
  return member
}

const CODECS: Readonly<Record<Exclude<AttributeType, 'set' | 'date'>, Codec>> = {
  string,
  number,
  boolean,
  bigint,
  decimal,
  binary,
  list,
  map,
  json,
  any: Object.freeze({
    type: 'any',
    encode: (value: unknown, path: string) => encodeAny(value, path),
    decode: decodeAny,
  }),
}

function setCodec(
  kind: 'SS' | 'NS' | 'BS',
  encode: (element: unknown, path: string) => string | undefined,
  decode: (text: string, path: string) => unknown,
): Codec {
  return codec(
    'set',
    (value, path) => {
      if (!(value instanceof Set)) throw wrongType(path, 'a Set', value)
      return { [kind]: elements(value, path, (element) => encode(element, path)) } as unknown as AttributeValue
    },
    (value, path) => {
      const texts = (value as unknown as Record<string, readonly string[] | undefined>)[kind]
      if (texts === undefined) throw mismatch(path, kind, value)
      return new Set(texts.map((text) => decode(text, path)))
    },
  )
}

const SETS: Readonly<Record<SetElement, Codec>> = {
  string: setCodec(
    'SS',
    (each, path) => (typeof each === 'string' ? wellFormed(each, path) : undefined),
    (text) => text,
  ),
  number: setCodec(
    'NS',
    (each, path) => (typeof each === 'number' ? encodeNumber(each, path) : undefined),
    decodeNumber,
  ),
  bigint: setCodec(
    'NS',
    (each, path) => (typeof each === 'bigint' ? canonicalNumber(each.toString(), path) : undefined),
    toBigInt,
  ),
  decimal: setCodec('NS', decimalText, canonicalNumber),
  binary: setCodec('BS', (each) => (each instanceof Uint8Array ? toBase64(each) : undefined), fromBase64),
}
