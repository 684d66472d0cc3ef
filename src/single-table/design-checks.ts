import type { EntitySchema } from '../schema/index.js'
import type { SlotWish } from './access-slots.js'
import type { DesignOptions } from './design-options.js'
import { DesignError } from './errors.js'
import { keyTypeOf } from './native-keys.js'
import type { PathKey } from './path-key.js'
import type { AccessPath, EntityDesign, IndexDesign } from './table-design.js'
import type { Slot } from './table-slots.js'
import { NOTE_TYPES } from './unique-guard.js'

/** An attribute must not have the name of a key attribute of the table. */
export function checkNames(schema: EntitySchema, slots: readonly Slot[], options: DesignOptions): void {
  const reserved = [
    ...(options.enabled ? [options.partitionKeyName, options.sortKeyName] : []),
    options.entityTypeAttribute,
    ...(options.enabled
      ? [...slots.flatMap((slot) => slot.synthetic.names), ...Object.keys(schema.keyPattern ?? {})]
      : []),
  ]
  const taken = schema.attributes.find((attribute) => reserved.includes(attribute.name))
  if (taken === undefined) return
  throw new DesignError(
    'DESIGN.NAME_CONFLICT',
    `${schema.name}.${taken.name} has the name of a key attribute of the table.`,
    {
      hint: 'Rename the attribute, or choose other names in singleTableDesign.',
      details: { model: schema.name, attribute: taken.name },
    },
  )
}

/** What is encrypted differs each time it is stored: no key is made of it. */
export function checkPlain(schema: EntitySchema, paths: readonly AccessPath[]): void {
  for (const { attributes, index } of paths) {
    const attribute = attributes.find((name) => schema.attribute.get(name)?.encrypted)
    if (attribute === undefined) continue
    throw new DesignError(
      'DESIGN.ENCRYPTED_KEY',
      `${schema.name}.${attribute} is encrypted, and ${index === undefined ? 'the key of the table' : `a key of the index ${index}`} is made of it.`,
      { details: { model: schema.name, attribute } },
    )
  }
}

/** A local index orders the rows of one partition: a model whose rows each have their own has nothing to order. */
export function checkLocal(schema: EntitySchema, partition: PathKey, wish: SlotWish): void {
  const other = wish.partitionAttributes.find((name) => !partition.attributes.includes(name))
  if (!partition.attributes.includes(schema.primaryKey) && other === undefined) return
  throw new DesignError(
    'DESIGN.INVALID_INDEX',
    `The index ${wish.name} of ${schema.name} cannot be local: ${other === undefined ? `every ${schema.name} has a partition of its own (${partition.text})` : `"${other}" is not part of the partition key ${partition.text}`}.`,
    {
      hint: 'Leave out local, or give the model a keyPattern whose partition holds many rows.',
      details: { model: schema.name },
    },
  )
}

/** DynamoDB: "Naming rules", 3 to 255 of these characters. */
export function checkIndexName(model: string, name: string): void {
  if (/^[A-Za-z0-9_.-]{3,255}$/.test(name)) return
  throw new DesignError(
    'DESIGN.INVALID_INDEX',
    `The index ${name} of ${model} has a name that DynamoDB does not take.`,
    {
      hint: 'Names of indexes have 3 to 255 characters: letters, digits, "_", "-" and ".".',
      details: { model, index: name },
    },
  )
}

export function checkPrefixes(schemas: readonly EntitySchema[]): void {
  const seen = new Map<string, string>()
  for (const { name, prefix } of schemas) {
    const other = seen.get(prefix)
    if (other !== undefined) {
      throw new DesignError(
        'DESIGN.NAME_CONFLICT',
        `${other} and ${name} would both write keys that start with "${prefix}".`,
        { hint: 'Rename one, or give it `static modelName`.', details: { models: [other, name] } },
      )
    }
    seen.set(prefix, name)
  }
}

/** Where every model has a table of its own, no two share one, and none has that of the package's notes. */
export function checkTables(schemas: readonly EntitySchema[], { tableName }: DesignOptions): void {
  const seen = new Map<string, string>([[tableName, 'the table of unique guards (defaultTableName)']])
  for (const { name, table } of schemas) {
    const other = seen.get(table)
    if (other !== undefined) {
      throw new DesignError('DESIGN.NAME_CONFLICT', `${name} and ${other} have the same table "${table}".`, {
        hint: 'Give each model its own `static table`, or let all share one: singleTableDesign.enabled = true.',
        details: { model: name, table },
      })
    }
    seen.set(table, name)
  }
}

/** What the type attribute says of an item stands for one model. */
export function checkTypes(entities: readonly EntityDesign[]): void {
  const seen = new Map(NOTE_TYPES.map((type) => [type, 'the package itself']))
  for (const { schema, recognition } of entities) {
    if (recognition.kind !== 'type') continue
    const other = seen.get(schema.entityType)
    if (other !== undefined) {
      throw new DesignError(
        'DESIGN.NAME_CONFLICT',
        `${schema.name} and ${other} are known by the same type "${schema.entityType}".`,
        {
          hint: "Give one another entityType, or tell them apart by their keys: static recognizedBy = 'keys'.",
          details: { models: [other, schema.name] },
        },
      )
    }
    seen.set(schema.entityType, schema.name)
  }
}

/**
 * DynamoDB refuses a row whose attribute is a key of an index and has another type than the index says: where attributes
 * are keys themselves, every model of the table must store them alike.
 */
export function checkKeyTypes(
  schemas: readonly EntitySchema[],
  indexes: readonly IndexDesign[],
  options: DesignOptions,
): void {
  for (const index of indexes) {
    for (const { name, type } of [...index.key.partition, ...index.key.sort]) {
      for (const schema of schemas) {
        const attribute = schema.attribute.get(name)
        if (attribute === undefined || keyTypeOf(attribute, options) === type) continue
        throw new DesignError(
          'DESIGN.TYPE_CONFLICT',
          `${schema.name}.${name} is a ${attribute.type}, but the attribute ${name} is a key of the index ${index.name} and stored as ${type} there.`,
          {
            hint: 'Give the attribute the same type in all models, or another name in one of them.',
            details: { model: schema.name, attribute: name, index: index.name },
          },
        )
      }
    }
  }
}
