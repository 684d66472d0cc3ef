import { type KeyTemplate, parseKeyTemplate } from '../keys/index.js'
import type { AttributeSchema, EntitySchema } from '../schema/index.js'
import { codecFor } from '../values/index.js'
import { type SlotWish, slotWishes } from './access-slots.js'
import { DesignError } from './errors.js'
import type { AccessPath, EntityDesign, IndexDesign, Projected, SparseCondition, TableDesign } from './table-design.js'

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
  checkPrefixes(schemas)
  const wanted = schemas.map((schema) => ({ schema, paths: pathsOf(schema, schemas, options) }))
  const indexes = indexesOf(
    wanted.flatMap(({ paths }) => paths),
    options,
  )
  // An index holds what all models in it ask for, so each of them may find more there than it asked.
  const held = (path: AccessPath): AccessPath => {
    const index = indexes.find(({ name }) => name === path.index)
    return index === undefined ? path : Object.freeze({ ...path, projection: index.projection })
  }
  const entities = new Map(wanted.map(({ schema, paths }) => [schema.name, entityDesign(schema, paths.map(held))]))
  checkCollisions([...entities.values()])
  return Object.freeze({
    kind: 'table-design',
    tableName: options.tableName,
    partitionKey: options.partitionKeyName,
    sortKey: options.sortKeyName,
    entityTypeAttribute: options.entityTypeAttribute,
    delimiter: options.keyDelimiter,
    indexes: Object.freeze(indexes),
    entities,
  } as const)
}

/** Local secondary indexes a table may have. DynamoDB: "Service quotas". */
const LOCAL_INDEXES = 5

/** The global indexes the table may have, first to last. */
function slots(options: DesignOptions): IndexDesign[] {
  return Array.from({ length: options.gsiCount }, (_, i) => {
    const name = (pattern: string): string => pattern.replaceAll('{n}', String(i + 1))
    return Object.freeze({
      kind: 'index-design',
      name: name(options.gsiName),
      local: false,
      partitionKey: name(options.gsiPartitionKeyName),
      sortKey: name(options.gsiSortKeyName),
      projection: 'ALL',
    } as const)
  })
}

function localSlots(options: DesignOptions): IndexDesign[] {
  return Array.from({ length: LOCAL_INDEXES }, (_, i) =>
    Object.freeze({
      kind: 'index-design',
      name: `LSI${i + 1}`,
      local: true,
      partitionKey: options.partitionKeyName,
      sortKey: `lsi${i + 1}sk`,
      projection: 'ALL',
    } as const),
  )
}

/** The indexes that paths use, each with everything that one of them asks it to hold. */
function indexesOf(paths: readonly AccessPath[], options: DesignOptions): IndexDesign[] {
  return [...slots(options), ...localSlots(options)].flatMap((slot) => {
    const mine = paths.filter((path) => path.index === slot.name)
    if (mine.length === 0) return []
    return [Object.freeze({ ...slot, projection: mine.map((path) => path.projection).reduce(both) })]
  })
}

function both(a: Projected, b: Projected): Projected {
  if (a === 'ALL' || b === 'ALL') return 'ALL'
  if (a === 'KEYS_ONLY') return b
  return b === 'KEYS_ONLY' ? a : Object.freeze([...new Set([...a, ...b])])
}

/** The table's key and the index slots of a model. */
function pathsOf(schema: EntitySchema, all: readonly EntitySchema[], options: DesignOptions): AccessPath[] {
  const available = slots(options)
  checkNames(schema, available, options)
  const primary = primaryPath(schema, options)
  const pinned = pinnedPaths(schema, available, options)
  const pending = slotWishes(schema, all, options.keyDelimiter).filter(
    (wish) =>
      wish.partition !== primary.partition.text && !pinned.some((path) => path.partition.text === wish.partition),
  )
  const locals = assign(
    schema,
    primary,
    pending.filter((wish) => wish.options?.local),
    localSlots(options),
    0,
    options,
  )
  const free = available.filter((slot) => !pinned.some((path) => path.index === slot.name))
  const globals = assign(
    schema,
    primary,
    pending.filter((wish) => !wish.options?.local),
    free,
    pinned.length,
    options,
  )
  const order = (path: AccessPath): number => available.findIndex((slot) => slot.name === path.index)
  return [primary, ...[...pinned, ...globals].sort((a, b) => order(a) - order(b)), ...locals]
}

function entityDesign(schema: EntitySchema, paths: readonly AccessPath[]): EntityDesign {
  const [primary, ...secondary] = paths as [AccessPath, ...AccessPath[]]
  const keyAttributes = new Map<string, AccessPath[]>()
  for (const path of paths)
    for (const name of path.attributes) keyAttributes.set(name, [...(keyAttributes.get(name) ?? []), path])
  return Object.freeze({
    kind: 'entity-design',
    schema,
    primary,
    secondary: Object.freeze(secondary),
    paths: Object.freeze([...paths]),
    keyAttributes,
  } as const)
}

function checkNames(schema: EntitySchema, available: readonly IndexDesign[], options: DesignOptions): void {
  const reserved = [
    options.partitionKeyName,
    options.sortKeyName,
    options.entityTypeAttribute,
    ...[...available, ...localSlots(options)].flatMap((slot) => [slot.partitionKey, slot.sortKey]),
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

/** Gives each wish a slot, in order. @param taken slots of the model that are not free to give */
function assign(
  schema: EntitySchema,
  primary: AccessPath,
  wishes: readonly SlotWish[],
  free: readonly IndexDesign[],
  taken: number,
  options: DesignOptions,
): AccessPath[] {
  if (wishes.length > free.length) {
    const local = free[0]?.local === true
    throw new DesignError(
      'DESIGN.TOO_MANY_INDEXES',
      `${schema.name} needs ${wishes.length + taken} ${local ? 'local indexes' : 'index slots'} and the table may have ${free.length + taken}: no room for ${wishes
        .slice(free.length)
        .map((wish) => `"${wish.purpose}"`)
        .join(', ')}.`,
      {
        hint: local
          ? 'Drop a local index.'
          : 'Raise singleTableDesign.gsiCount (DynamoDB allows 20), or drop an index.',
        details: { model: schema.name },
      },
    )
  }
  return wishes.map((wish, i) => {
    const slot = free[i] as IndexDesign
    if (slot.local) checkLocal(schema, primary, wish)
    const partition = slot.local ? primary.partition : parse(schema, wish.partition, options)
    return pathOf(slot, partition, parse(schema, wish.sort, options), wish, schema, options, primary)
  })
}

/** A local index orders the rows of one partition: a model whose rows each have their own has nothing to order. */
function checkLocal(schema: EntitySchema, primary: AccessPath, wish: SlotWish): void {
  const partition = wish.options?.partition
  const other = partition?.find((name) => !primary.partition.attributes.includes(name))
  if (!primary.partition.attributes.includes(schema.primaryKey) && other === undefined) return
  throw new DesignError(
    'DESIGN.INVALID_INDEX',
    `The index ${wish.name} of ${schema.name} cannot be local: ${other === undefined ? `every ${schema.name} has a partition of its own (${primary.partition.text})` : `"${other}" is not part of the partition key ${primary.partition.text}`}.`,
    {
      hint: 'Leave out local, or give the model a keyPattern whose partition holds many rows.',
      details: { model: schema.name },
    },
  )
}

function primaryPath(schema: EntitySchema, options: DesignOptions): AccessPath {
  const own = `${schema.prefix}${options.keyDelimiter}{${schema.primaryKey}}`
  const pattern = schema.keyPattern ?? {}
  const partition = pattern[options.partitionKeyName] ?? pattern['pk'] ?? own
  const sort = pattern[options.sortKeyName] ?? pattern['sk'] ?? own
  const place = { name: undefined, local: false, partitionKey: options.partitionKeyName, sortKey: options.sortKeyName }
  return pathOf(
    place,
    parse(schema, partition, options),
    parse(schema, sort, options),
    { purpose: 'primary key' },
    schema,
    options,
  )
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
        { purpose: `key pattern ${slot.name}` },
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
  place: {
    readonly name: string | undefined
    readonly local: boolean
    readonly partitionKey: string
    readonly sortKey: string
  },
  partition: KeyTemplate,
  sort: KeyTemplate,
  wish: Pick<SlotWish, 'purpose' | 'name' | 'options'>,
  schema: EntitySchema,
  options: DesignOptions,
  primary?: AccessPath,
): AccessPath {
  const mine = (template: KeyTemplate): boolean => {
    const first = template.parts[0]
    return (
      first?.kind === 'text' &&
      (first.text === schema.prefix || first.text.startsWith(schema.prefix + options.keyDelimiter))
    )
  }
  const when = sparseConditions(schema, wish)
  const shards = wish.options?.shards ?? 1
  const shardBy = primary?.partition ?? partition
  return Object.freeze({
    kind: 'access-path',
    index: place.name,
    name: wish.name,
    local: place.local,
    partitionKey: place.partitionKey,
    sortKey: place.sortKey,
    partition,
    sort,
    when,
    shards,
    shardBy,
    projection: projectionOf(schema, wish, options),
    attributes: Object.freeze([
      ...new Set([
        ...partition.attributes,
        ...sort.attributes,
        ...when.map(({ attribute }) => attribute),
        ...(shards === 1 ? [] : shardBy.attributes),
      ]),
    ]),
    purpose: wish.purpose,
    identifiesModel: schema.keyPattern === undefined && mine(sort),
  } as const)
}

function sparseConditions(
  schema: EntitySchema,
  wish: Pick<SlotWish, 'options' | 'purpose'>,
): readonly SparseCondition[] {
  return Object.freeze(
    Object.entries(wish.options?.when ?? {}).map(([attribute, value]) => {
      const { type, elements } = schema.attribute.get(attribute) as AttributeSchema
      return Object.freeze({
        attribute,
        value: codecFor(type, elements === undefined ? {} : { set: elements }).encode(value, attribute),
      })
    }),
  )
}

/** What an index must hold to be read as this model: its type, and whether the row is soft-deleted. */
function projectionOf(schema: EntitySchema, wish: Pick<SlotWish, 'options'>, options: DesignOptions): Projected {
  const asked = wish.options?.projection ?? 'ALL'
  if (typeof asked === 'string') return asked
  return Object.freeze([
    ...new Set([...asked, options.entityTypeAttribute, ...(schema.softDeletes ? ['deletedAt'] : [])]),
  ])
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

/** Two models whose key patterns differ only in the names of attributes would overwrite each other's rows. */
function checkCollisions(entities: readonly EntityDesign[]): void {
  const seen = new Map<string, string>()
  for (const { schema, primary } of entities) {
    const shape = [primary.partition.text, primary.sort.text]
      .map((text) => text.replaceAll(/\{[^}]*\}/g, '{}'))
      .join(' ')
    const other = seen.get(shape)
    if (other !== undefined) {
      throw new DesignError(
        'DESIGN.NAME_CONFLICT',
        `${other} and ${schema.name} have the same key pattern: ${primary.partition.text}, ${primary.sort.text}.`,
        {
          hint: 'Put the name of the model into one of them, such as "ORDER#{id}".',
          details: { models: [other, schema.name] },
        },
      )
    }
    seen.set(shape, schema.name)
  }
}
