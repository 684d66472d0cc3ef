import { type KeyTemplate, parseKeyTemplate } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'
import { slotWishes } from './access-slots.js'
import { DesignError } from './errors.js'
import type { AccessPath, EntityDesign, IndexDesign, TableDesign } from './table-design.js'

/** What a design follows: `singleTableDesign` of the config with its defaults, and the table's physical name. */
export interface DesignOptions {
  readonly tableName: string
  readonly enabled: boolean
  readonly partitionKeyName: string
  readonly sortKeyName: string
  readonly keyDelimiter: string
  readonly gsiCount: number
  readonly gsiName: string
  readonly gsiPartitionKeyName: string
  readonly gsiSortKeyName: string
  readonly entityTypeAttribute: string
  readonly multiAttributeKeys: boolean
}

/**
 * The design of the single table that holds these models.
 *
 * @throws DesignError when the models need more indexes than `gsiCount`, or their patterns cannot be
 */
export function designTable(schemas: readonly EntitySchema[], options: DesignOptions): TableDesign {
  if (!options.enabled || options.multiAttributeKeys) {
    throw new DesignError(
      'DESIGN.NOT_AVAILABLE',
      `${options.enabled ? 'Multi-attribute index keys' : 'A table for each model'} cannot be had in this version.`,
      {
        hint: 'Leave singleTableDesign.enabled true and multiAttributeKeys false.',
      },
    )
  }
  const entities = new Map(schemas.map((schema) => [schema.name, designEntity(schema, schemas, options)]))
  checkPrefixes(schemas)
  const used = new Set([...entities.values()].flatMap((entity) => entity.secondary.map((path) => path.index)))
  return Object.freeze({
    kind: 'table-design',
    tableName: options.tableName,
    partitionKey: options.partitionKeyName,
    sortKey: options.sortKeyName,
    entityTypeAttribute: options.entityTypeAttribute,
    delimiter: options.keyDelimiter,
    indexes: Object.freeze(slots(options).filter((slot) => used.has(slot.name))),
    entities,
  } as const)
}

/** The indexes the table may have, first to last. */
function slots(options: DesignOptions): IndexDesign[] {
  return Array.from({ length: options.gsiCount }, (_, i) => {
    const name = (pattern: string): string => pattern.replaceAll('{n}', String(i + 1))
    return Object.freeze({
      kind: 'index-design',
      name: name(options.gsiName),
      partitionKey: name(options.gsiPartitionKeyName),
      sortKey: name(options.gsiSortKeyName),
      projection: 'ALL',
    } as const)
  })
}

function designEntity(schema: EntitySchema, all: readonly EntitySchema[], options: DesignOptions): EntityDesign {
  const available = slots(options)
  const reserved = [
    options.partitionKeyName,
    options.sortKeyName,
    options.entityTypeAttribute,
    ...available.flatMap((slot) => [slot.partitionKey, slot.sortKey]),
  ]
  const taken = schema.attributes.find((attribute) => reserved.includes(attribute.name))
  if (taken !== undefined) {
    throw new DesignError(
      'DESIGN.NAME_CONFLICT',
      `${schema.name}.${taken.name} has the name of a key attribute of the table.`,
      {
        hint: 'Rename the attribute, or choose other names in singleTableDesign.',
        details: { model: schema.name, attribute: taken.name },
      },
    )
  }
  const primary = primaryPath(schema, options)
  const wishes = slotWishes(schema, all, options.keyDelimiter).filter(
    (wish) => wish.partition !== primary.partition.text,
  )
  const pinned = pinnedPaths(schema, available, options)
  const free = available.filter((slot) => !pinned.some((path) => path.index === slot.name))
  const pending = wishes.filter((wish) => !pinned.some((path) => path.partition.text === wish.partition))
  if (pending.length > free.length) {
    throw new DesignError(
      'DESIGN.TOO_MANY_INDEXES',
      `${schema.name} needs ${pending.length + pinned.length} index slots and the table may have ${options.gsiCount}: no room for ${pending
        .slice(free.length)
        .map((wish) => `"${wish.purpose}"`)
        .join(', ')}.`,
      {
        hint: 'Raise singleTableDesign.gsiCount (DynamoDB allows 20), or drop an index.',
        details: { model: schema.name },
      },
    )
  }
  const derived = pending.map((wish, i) =>
    pathOf(
      free[i] as IndexDesign,
      parse(schema, wish.partition, options),
      parse(schema, wish.sort, options),
      wish.purpose,
      schema,
      options,
    ),
  )
  const order = (path: AccessPath): number => available.findIndex((slot) => slot.name === path.index)
  const secondary = [...pinned, ...derived].sort((a, b) => order(a) - order(b))
  const paths = [primary, ...secondary]
  const keyAttributes = new Map<string, AccessPath[]>()
  for (const path of paths) {
    for (const name of new Set([...path.partition.attributes, ...path.sort.attributes]))
      keyAttributes.set(name, [...(keyAttributes.get(name) ?? []), path])
  }
  return Object.freeze({
    kind: 'entity-design',
    schema,
    primary,
    secondary: Object.freeze(secondary),
    paths: Object.freeze(paths),
    keyAttributes,
  } as const)
}

function primaryPath(schema: EntitySchema, options: DesignOptions): AccessPath {
  const own = `${schema.prefix}${options.keyDelimiter}{${schema.primaryKey}}`
  const pattern = schema.keyPattern ?? {}
  const partition = pattern[options.partitionKeyName] ?? pattern['pk'] ?? own
  const sort = pattern[options.sortKeyName] ?? pattern['sk'] ?? own
  const place = { name: undefined, partitionKey: options.partitionKeyName, sortKey: options.sortKeyName }
  return pathOf(place, parse(schema, partition, options), parse(schema, sort, options), 'primary key', schema, options)
}

/** Index keys that a model's `static keyPattern` fixes by name: `{ gsi1pk: 'STATUS#{status}', gsi1sk: '…' }`. */
function pinnedPaths(schema: EntitySchema, available: readonly IndexDesign[], options: DesignOptions): AccessPath[] {
  const pattern = { ...schema.keyPattern }
  for (const name of [options.partitionKeyName, options.sortKeyName, 'pk', 'sk']) delete pattern[name]
  const pinned: AccessPath[] = []
  for (const slot of available) {
    const partition = pattern[slot.partitionKey]
    const sort = pattern[slot.sortKey]
    delete pattern[slot.partitionKey]
    delete pattern[slot.sortKey]
    if (partition === undefined && sort === undefined) continue
    if (partition === undefined || sort === undefined) {
      throw new DesignError(
        'DESIGN.INVALID_PATTERN',
        `The key pattern of ${schema.name} gives only one of ${slot.partitionKey} and ${slot.sortKey}.`,
        {
          hint: 'An index of the table has both: give both.',
        },
      )
    }
    pinned.push(
      pathOf(
        slot,
        parse(schema, partition, options),
        parse(schema, sort, options),
        `key pattern ${slot.name}`,
        schema,
        options,
      ),
    )
  }
  const unknown = Object.keys(pattern)[0]
  if (unknown !== undefined) {
    throw new DesignError(
      'DESIGN.INVALID_PATTERN',
      `The key pattern of ${schema.name} names "${unknown}", which is no key of the table.`,
      {
        hint: `Keys are ${[options.partitionKeyName, options.sortKeyName, ...available.flatMap((slot) => [slot.partitionKey, slot.sortKey])].join(', ')}.`,
      },
    )
  }
  return pinned
}

function parse(schema: EntitySchema, text: string, options: DesignOptions): KeyTemplate {
  const template = parseKeyTemplate(text, options.keyDelimiter)
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
  return template
}

function pathOf(
  place: { readonly name: string | undefined; readonly partitionKey: string; readonly sortKey: string },
  partition: KeyTemplate,
  sort: KeyTemplate,
  purpose: string,
  schema: EntitySchema,
  options: DesignOptions,
): AccessPath {
  const mine = (template: KeyTemplate): boolean => {
    const first = template.parts[0]
    return (
      first?.kind === 'text' &&
      (first.text === schema.prefix || first.text.startsWith(schema.prefix + options.keyDelimiter))
    )
  }
  return Object.freeze({
    kind: 'access-path',
    index: place.name,
    partitionKey: place.partitionKey,
    sortKey: place.sortKey,
    partition,
    sort,
    purpose,
    identifiesModel: schema.keyPattern === undefined && mine(sort),
  } as const)
}

function checkPrefixes(schemas: readonly EntitySchema[]): void {
  const seen = new Map<string, string>()
  for (const { name, prefix } of schemas) {
    const other = seen.get(prefix)
    if (other !== undefined) {
      throw new DesignError(
        'DESIGN.NAME_CONFLICT',
        `${other} and ${name} would both write keys that start with "${prefix}".`,
        {
          hint: 'Rename one, or give it `static modelName`.',
        },
      )
    }
    seen.set(prefix, name)
  }
}
