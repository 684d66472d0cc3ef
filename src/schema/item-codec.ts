import { InternalError } from '../kernel/index.js'
import { checkReadable, secretValue } from '../runtime/index.js'
import { type AttributeMap, type AttributeValue, type Codec, codec, codecFor } from '../values/index.js'
import { type BlindIndex, blindIndexesOf } from './blind-index.js'
import { CastCodec, coerceOf } from './casts.js'
import type { AttributeSchema, EntitySchema } from './entity-schema.js'

/** How timestamps are stored. */
export type DateFormat = 'iso' | 'unix' | 'unix_ms'

/** Turns records of one model into items and back. Made once per model and connection; attribute order is the model's. */
export class ItemCodec {
  readonly names: readonly string[]
  /** Attributes that are shown in another form than they are stored in (`get`). */
  readonly getters: ReadonlySet<string>
  /** What makes the stored form of values that are given (`set`). */
  readonly setters: ReadonlyMap<string, (value: any, record?: unknown) => unknown>
  readonly #codecs: readonly Codec[]
  readonly #byName: ReadonlyMap<string, Codec>
  readonly #coerce: ReadonlyMap<string, (value: unknown) => unknown>
  /** Attributes whose value may change its form on the way through: casts, dates given as text, numbers as decimals. */
  readonly #reshaped: readonly number[]

  /** What is stored of encrypted attributes so that they can be found, by attribute. */
  readonly blindIndexes: ReadonlyMap<string, BlindIndex>

  /** @param blindIndexKey the key of blind indexes: 32 bytes; it is needed where the model has any */
  constructor(schema: EntitySchema, timestampFormat: DateFormat, blindIndexKey?: Uint8Array) {
    // Hashes are no attributes of records.
    const attributes = schema.attributes.filter(({ blindIndexOf }) => blindIndexOf === undefined)
    this.blindIndexes = blindIndexesOf(schema, blindIndexKey)
    const codecs = attributes.map((attribute) =>
      codecOf(attribute, timestampFormat, schema.name, schema.secret.has(attribute.name)),
    )
    this.names = attributes.map((attribute) => attribute.name)
    this.#codecs = codecs
    this.getters = new Set(attributes.flatMap(({ name, options }) => (options.get === undefined ? [] : [name])))
    this.setters = new Map(
      attributes.flatMap(({ name, options: { set } }) => (typeof set === 'function' ? [[name, set] as const] : [])),
    )
    this.#byName = new Map([
      ...attributes.map(({ name }, i) => [name, codecs[i] as Codec] as const),
      ...[...this.blindIndexes.values()].map(({ name }) => [name, codecFor('string')] as const),
    ])
    this.#coerce = new Map(
      attributes.flatMap((attribute) => {
        const coerce = coerceOf(attribute, schema.name)
        return coerce === undefined ? [] : [[attribute.name, coerce] as const]
      }),
    )
    this.#reshaped = attributes.flatMap((attribute, i) =>
      attribute.cast !== undefined ||
      attribute.options.get !== undefined ||
      ['date', 'decimal', 'binary'].includes(attribute.type)
        ? [i]
        : [],
    )
  }

  /** Applies named casts to what the caller gave; other values pass as they are. */
  coerce(name: string, value: unknown): unknown {
    const coerce = this.#coerce.get(name)
    return coerce === undefined ? value : coerce(value)
  }

  /** Applies named casts to every attribute of a record. */
  coerceAll(record: Record<string, unknown>): void {
    for (const [name, coerce] of this.#coerce) if (record[name] !== undefined) record[name] = coerce(record[name])
  }

  /**
   * The attributes of a record as an item; those that are undefined are left out.
   * @throws ValueError naming the attribute whose value cannot be stored exactly
   */
  encode(record: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
    const item: Record<string, AttributeValue> = {}
    const { names } = this
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      const value = record[name]
      if (value !== undefined) item[name] = (this.#codecs[i] as Codec).encode(value, name)
    }
    for (const [source, { name, hash }] of this.blindIndexes) {
      const value = hash(item[source])
      if (value !== undefined) item[name] = value
    }
    return item
  }

  /** One attribute's value as it is stored. */
  encodeAttribute(name: string, value: unknown): AttributeValue {
    return this.#codec(name).encode(this.coerce(name, value), name)
  }

  /** What the `set` function of an attribute made, without what its `get` function makes of it. */
  decodeUnseen(name: string, value: AttributeValue): unknown {
    const codec = this.#codec(name)
    return this.getters.has(name) && codec instanceof CastCodec
      ? codec.inner.decode(value, name)
      : codec.decode(value, name)
  }

  decodeAttribute(name: string, value: AttributeValue): unknown {
    return this.#codec(name).decode(value, name)
  }

  /** Puts the attributes of an item on a record as plain properties; those the model does not know are left out. */
  decodeInto(record: Record<string, unknown>, item: AttributeMap): void {
    const { names } = this
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      const value = item[name]
      if (value !== undefined) record[name] = (this.#codecs[i] as Codec).decode(value, name)
    }
  }

  /** After a write: gives the attributes that change their form on the way the form they will have when read. */
  settle(record: Record<string, unknown>, item: AttributeMap): void {
    for (const i of this.#reshaped) {
      const name = this.names[i] as string
      const value = item[name]
      if (value !== undefined) record[name] = (this.#codecs[i] as Codec).decode(value, name)
    }
  }

  /** What stands for a value of an attribute in its blind index. */
  blind(attribute: string, value: unknown): unknown {
    const hashed = this.blindIndexes.get(attribute)?.hash(this.encodeAttribute(attribute, value))
    return hashed !== undefined && 'S' in hashed ? hashed.S : null
  }

  #codec(name: string): Codec {
    const codec = this.#byName.get(name)
    if (codec === undefined) throw new InternalError(`no codec for "${name}"`)
    return codec
  }
}

/** How dates of an attribute are stored. DynamoDB takes nothing but epoch seconds for Time to Live. */
export function dateFormatOf({ managed }: AttributeSchema, timestampFormat: DateFormat): DateFormat {
  if (managed === 'expiry') return 'unix'
  return managed === undefined ? 'iso' : timestampFormat
}

/** A codec whose values are encrypted on their way to DynamoDB. */
function secretCodec(inner: Codec, model: string, attribute: string): Codec {
  return codec(
    inner.type,
    (value, path) => secretValue(inner.encode(value, path), { model, attribute }),
    (value, path) => {
      checkReadable(value)
      return inner.decode(value, path)
    },
  )
}

function codecOf(attribute: AttributeSchema, timestampFormat: DateFormat, model: string, secret: boolean): Codec {
  const plain = codecFor(attribute.type, {
    ...(attribute.elements === undefined ? {} : { set: attribute.elements }),
    dateFormat: dateFormatOf(attribute, timestampFormat),
  })
  const codec = attribute.encrypted ? secretCodec(plain, model, attribute.name) : plain
  const cast = typeof attribute.cast === 'object' ? new CastCodec(codec, attribute.cast, secret) : codec
  const { get } = attribute.options
  return get === undefined ? cast : new CastCodec(cast, { get, set: (value) => value }, secret)
}
