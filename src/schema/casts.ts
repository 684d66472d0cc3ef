import { type AttributeValue, type Codec, exactNumberOf, ValueError } from '../values/index.js'
import type { AttributeSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'

type Coerce = (value: unknown) => unknown

/** Text that a JS number cannot hold exactly stays text, and is refused. */
const toNumber: Coerce = (value) => {
  if (typeof value === 'string') return exactNumberOf(value.trim()) ?? value
  return typeof value === 'boolean' ? Number(value) : value
}
const toInteger: Coerce = (value) => {
  const number = toNumber(value)
  return typeof number === 'number' ? Math.trunc(number) : number
}
const toBoolean: Coerce = (value) => {
  if (value === 1 || value === '1' || value === 'true') return true
  if (value === 0 || value === '0' || value === 'false') return false
  return value
}
const toText: Coerce = (value) =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : value
const toDate: Coerce = (value) => {
  if (typeof value !== 'number' && typeof value !== 'string') return value
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}

const NAMED: ReadonlyMap<string, Coerce> = new Map([
  ['string', toText],
  ['int', toInteger],
  ['integer', toInteger],
  ['float', toNumber],
  ['number', toNumber],
  ['bool', toBoolean],
  ['boolean', toBoolean],
  ['date', toDate],
  ['datetime', toDate],
])

/** What a cast does on the way in: a value it cannot coerce is left as it is, for validation to refuse. */
export function coerceOf(attribute: AttributeSchema, model: string): Coerce | undefined {
  const { cast } = attribute
  if (cast === undefined) return undefined
  if (typeof cast === 'object' && typeof cast.get === 'function' && typeof cast.set === 'function') return undefined
  const coerce = typeof cast === 'string' ? NAMED.get(cast) : undefined
  if (coerce !== undefined) return (value) => (value === null || value === undefined ? value : coerce(value))
  throw new SchemaError('SCHEMA.INVALID_ATTRIBUTE', `${model}.${attribute.name} has an unknown cast.`, {
    hint: `Casts are ${[...NAMED.keys()].join(', ')}, or an object with get and set.`,
    details: { model, attribute: attribute.name },
  })
}

/** A codec with a custom cast around it: `set` before it is stored, `get` after it is read. */
export class CastCodec implements Codec {
  readonly type: Codec['type']
  readonly inner: Codec
  readonly #get: (value: unknown) => unknown
  readonly #set: (value: unknown) => unknown
  readonly #secret: boolean

  /** @param secret what the functions say of a value stays with them: it may be in their errors */
  constructor(inner: Codec, cast: { get(value: unknown): unknown; set(value: unknown): unknown }, secret: boolean) {
    this.type = inner.type
    this.inner = inner
    this.#secret = secret
    this.#get = (value) => cast.get(value)
    this.#set = (value) => cast.set(value)
  }

  encode(value: unknown, path: string): AttributeValue {
    const given = value === null ? null : this.#set(value)
    if (given === undefined)
      throw new ValueError(
        'VALUE.UNDEFINED',
        path,
        'became undefined in the set function of its cast',
        'Return null for "no value".',
      )
    return this.inner.encode(given, path)
  }

  decode(value: AttributeValue, path: string): unknown {
    const stored = this.inner.decode(value, path)
    if (stored === null) return null
    try {
      return this.#get(stored)
    } catch (error) {
      const cause = this.#secret ? undefined : error
      throw new ValueError('VALUE.CAST_FAILED', path, 'cannot be read by its cast or get function', undefined, cause)
    }
  }
}
