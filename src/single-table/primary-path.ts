import { type KeyTemplate, parseKeyTemplate } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'
import type { DesignOptions } from './design-options.js'
import { DesignError } from './errors.js'
import { keyTypeOf } from './native-keys.js'
import { type KeyPart, type PathKey, pathKey } from './path-key.js'
import type { Slot } from './table-slots.js'

/** Reads a template of a model. @throws DesignError for one that uses what is no attribute */
export function modelTemplate(schema: EntitySchema, text: string, options: DesignOptions): KeyTemplate {
  const template = parseKeyTemplate(text, options.keyDelimiter, {
    segments: schema.keySegments,
    isNumeric: (name) => {
      const attribute = schema.attribute.get(name)
      return attribute !== undefined && keyTypeOf(attribute, options) === 'N'
    },
  })
  const unknown = template.attributes.find((name) => !schema.attribute.has(name))
  if (unknown !== undefined) {
    throw new DesignError(
      'DESIGN.INVALID_PATTERN',
      `The key pattern "${text}" of ${schema.name} uses "${unknown}", which is no attribute.`,
      {
        hint: `Attributes are ${[...schema.attribute.keys()].join(', ')}.`,
        details: { model: schema.name, attribute: unknown },
      },
    )
  }
  for (const name of template.attributes) {
    const fault = keyFault(schema, name)
    if (fault !== undefined)
      throw new DesignError(
        'DESIGN.INVALID_PATTERN',
        `The key pattern "${text}" of ${schema.name} uses ${name}, which is ${fault}.`,
        {
          hint: 'Keys are made of strings, numbers, booleans, dates and binary values that writes do not change by themselves.',
          details: { model: schema.name, attribute: name },
        },
      )
  }
  return template
}

/** What an attribute is that cannot be part of a key's text; undefined for others. */
export function keyFault({ attribute, version }: EntitySchema, name: string): string | undefined {
  const type = attribute.get(name)?.type ?? ''
  if (['list', 'map', 'set', 'json', 'any'].includes(type)) return `a ${type}`
  return name === version ? 'the version, and writes count that up without knowing it' : undefined
}

/** A key attribute whose text is made from a template. */
export function templateKey(schema: EntitySchema, name: string, text: string, options: DesignOptions): PathKey {
  return pathKey([{ kind: 'template', name, type: 'S', template: modelTemplate(schema, text, options) }])
}

/**
 * The table's key as a model has it: `USER#{id}` twice, or what its key pattern says. In a table of its own that is the
 * model's primary key attribute, and a pattern with one attribute (`{ pk: 'USER#{userId}', sk: '{placedAt}' }`) is that attribute.
 */
export function primaryKeys(schema: EntitySchema, options: DesignOptions): { partition: PathKey; sort: PathKey } {
  const { partitionKeyName, sortKeyName, keyDelimiter } = options
  const pattern = schema.keyPattern ?? {}
  const partition = pattern[partitionKeyName] ?? pattern['pk']
  const sort = pattern[sortKeyName] ?? pattern['sk']
  if (options.enabled) {
    const own = `${schema.prefix}${keyDelimiter}{${schema.primaryKey}}`
    return {
      partition: templateKey(schema, partitionKeyName, partition ?? own, options),
      sort: templateKey(schema, sortKeyName, sort ?? own, options),
    }
  }
  const key = (name: string, text: string): KeyPart => {
    const template = modelTemplate(schema, text, options)
    // The text around the only attribute tells models apart, which a table of one model need not.
    const [only, ...others] = template.attributes
    const attribute = only === undefined || others.length > 0 ? undefined : schema.attribute.get(only)
    const type = attribute === undefined ? undefined : keyTypeOf(attribute, options)
    // What others wrote has the text in it.
    const literal = schema.keySegments === 'plain' && template.parts.length > 1
    return attribute === undefined || type === undefined || literal
      ? { kind: 'template', name, type: 'S', template }
      : { kind: 'attribute', name: attribute.name, type }
  }
  return {
    partition: pathKey([key(partitionKeyName, partition ?? `{${schema.primaryKey}}`)]),
    sort: pathKey(sort === undefined ? [] : [key(sortKeyName, sort)]),
  }
}

/** Index keys that a model's `static keyPattern` fixes by name: `{ gsi1pk: 'STATUS#{status}', gsi1sk: '…' }`. */
export function pinnedKeys(
  schema: EntitySchema,
  slots: readonly Slot[],
  options: DesignOptions,
): readonly { readonly slot: Slot; readonly partition: PathKey; readonly sort: PathKey }[] {
  const pattern = { ...schema.keyPattern }
  const existing = Object.values(options.indexes).flatMap(({ partitionKey, sortKey = partitionKey }) => [
    partitionKey,
    sortKey,
  ])
  for (const name of [options.partitionKeyName, options.sortKeyName, 'pk', 'sk', ...existing]) delete pattern[name]
  const names = (slot: Slot): readonly [string, string] => slot.synthetic.names as readonly [string, string]
  const pinned = slots.flatMap((slot) => {
    const [partitionName, sortName] = names(slot)
    const [partition, sort] = [pattern[partitionName], pattern[sortName]]
    delete pattern[partitionName]
    delete pattern[sortName]
    if (partition === undefined && sort === undefined) return []
    if (partition === undefined || sort === undefined) {
      throw new DesignError(
        'DESIGN.INVALID_PATTERN',
        `The key pattern of ${schema.name} gives only one of ${partitionName} and ${sortName}.`,
        { hint: 'An index of the table has both: give both.' },
      )
    }
    return [
      {
        slot,
        partition: templateKey(schema, partitionName, partition, options),
        sort: templateKey(schema, sortName, sort, options),
      },
    ]
  })
  const unknown = Object.keys(pattern)[0]
  if (unknown !== undefined) {
    throw new DesignError(
      'DESIGN.INVALID_PATTERN',
      `The key pattern of ${schema.name} names "${unknown}", which is no key of the table.`,
      {
        hint: `Keys are ${[options.partitionKeyName, options.sortKeyName, ...slots.flatMap(names), ...existing].join(', ')}.`,
      },
    )
  }
  return pinned
}
