import { InternalError } from '../kernel/index.js'
import { type AttributeMap, type AttributeValue, type Codec, codecFor } from '../values/index.js'
import { CastCodec, coerceOf } from './casts.js'
import type { AttributeSchema, EntitySchema } from './entity-schema.js'

/** How timestamps are stored. */
export type DateFormat = 'iso' | 'unix' | 'unix_ms'

/** Turns records of one model into items and back. Made once per model and connection; attribute order is the model's. */
export class ItemCodec {
  readonly names: readonly string[]
  readonly #codecs: readonly Codec[]
  readonly #byName: ReadonlyMap<string, Codec>
  readonly #coerce: ReadonlyMap<string, (value: unknown) => unknown>
  /** Attributes whose value may change its form on the way through: casts, dates given as text, numbers as decimals. */
  readonly #reshaped: readonly number[]

  constructor(schema: EntitySchema, timestampFormat: DateFormat) {
    const codecs = schema.attributes.map((attribute) =>
      codecOf(attribute, timestampFormat, schema.hidden.has(attribute.name)),
    )
    this.names = schema.attributes.map((attribute) => attribute.name)
    this.#codecs = codecs
    this.#byName = new Map(schema.attributes.map((attribute, i) => [attribute.name, codecs[i] as Codec]))
    this.#coerce = new Map(
      schema.attributes.flatMap((attribute) => {
        const coerce = coerceOf(attribute, schema.name)
        return coerce === undefined ? [] : [[attribute.name, coerce] as const]
      }),
    )
    this.#reshaped = schema.attributes.flatMap((attribute, i) =>
      attribute.cast !== undefined || ['date', 'decimal', 'binary'].includes(attribute.type) ? [i] : [],
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
    return item
  }

  /** One attribute's value as it is stored. */
  encodeAttribute(name: string, value: unknown): AttributeValue {
    return this.#codec(name).encode(this.coerce(name, value), name)
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

function codecOf(attribute: AttributeSchema, timestampFormat: DateFormat, secret: boolean): Codec {
  const codec = codecFor(attribute.type, {
    ...(attribute.elements === undefined ? {} : { set: attribute.elements }),
    dateFormat: dateFormatOf(attribute, timestampFormat),
  })
  return typeof attribute.cast === 'object' ? new CastCodec(codec, attribute.cast, secret) : codec
}
