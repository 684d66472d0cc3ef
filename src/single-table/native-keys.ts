import { type AttributeSchema, dateFormatOf, type EntitySchema } from '../schema/index.js'
import type { SlotWish } from './access-slots.js'
import type { DesignOptions } from './design-options.js'
import type { KeyAttribute, KeyPart } from './path-key.js'

/** Attributes a multi-attribute key of an index may have on either side. DynamoDB: "Multi-attribute keys". */
const MOST_ATTRIBUTES = 4

/** The type under which an attribute can be a key itself; undefined for one that cannot. */
export function keyTypeOf(
  attribute: AttributeSchema,
  { timestampFormat }: DesignOptions,
): KeyAttribute['type'] | undefined {
  switch (attribute.type) {
    case 'string':
      return 'S'
    case 'number':
    case 'bigint':
    case 'decimal':
      return 'N'
    case 'binary':
      return 'B'
    case 'date':
      return dateFormatOf(attribute, timestampFormat) === 'iso' ? 'S' : 'N'
    default:
      return undefined
  }
}

/**
 * The keys of a wish as attributes that the rows have anyway: one on either side, or up to four where the table is told
 * to use multi-attribute keys. Undefined where they cannot be: a condition, shards and booleans need text made for the
 * index.
 */
export function nativeKeys(
  schema: EntitySchema,
  wish: SlotWish,
  options: DesignOptions,
): { readonly partition: readonly KeyPart[]; readonly sort: readonly KeyPart[] } | undefined {
  const most = options.multiAttributeKeys && wish.options?.local !== true ? MOST_ATTRIBUTES : 1
  const { when, shards, local } = wish.options ?? {}
  if ((shards ?? 1) > 1 || Object.keys(when ?? {}).length > 0) return undefined
  const lists = local !== true && wish.partitionAttributes.length === 0
  const partition = [
    // In a table of many models the model's name is part of the key; a list of the model has no other.
    ...(options.enabled || lists ? [modelName(schema, options)] : []),
    ...wish.partitionAttributes.map((name) => own(schema, name, options)),
  ]
  const { primaryKey } = schema
  const tail = wish.partitionAttributes.includes(primaryKey) ? [] : [primaryKey]
  const whole = [...wish.sortAttributes, ...tail]
  const sort = (whole.length <= most ? whole : wish.sortAttributes.length > 0 ? wish.sortAttributes : tail).map(
    (name) => own(schema, name, options),
  )
  if (partition.includes(undefined) || sort.includes(undefined)) return undefined
  if (partition.length > most || sort.length > most) return undefined
  return { partition: partition as KeyPart[], sort: sort as KeyPart[] }
}

function own(schema: EntitySchema, name: string, options: DesignOptions): KeyPart | undefined {
  const attribute = schema.attribute.get(name)
  const type = attribute === undefined ? undefined : keyTypeOf(attribute, options)
  return type === undefined ? undefined : { kind: 'attribute', name, type }
}

function modelName(schema: EntitySchema, options: DesignOptions): KeyPart {
  return {
    kind: 'constant',
    name: options.entityTypeAttribute,
    type: 'S',
    value: Object.freeze({ S: schema.entityType }),
  }
}
