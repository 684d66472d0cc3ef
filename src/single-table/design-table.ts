import type { AttributeSchema, EntitySchema } from '../schema/index.js'
import { codecFor } from '../values/index.js'
import { type SlotWish, slotWishes } from './access-slots.js'
import {
  checkIndexName,
  checkKeyTypes,
  checkLocal,
  checkNames,
  checkPlain,
  checkPrefixes,
  checkTables,
  checkTypes,
} from './design-checks.js'
import type { DesignOptions } from './design-options.js'
import { existingPlaces } from './existing-indexes.js'
import { expiryAttribute, ledgerExpiry } from './expiry.js'
import { checkCollisions } from './key-collisions.js'
import { nativeKeys } from './native-keys.js'
import { type KeyAttribute, type KeyPart, keyShape, type PathKey, pathKey } from './path-key.js'
import { pinnedKeys, primaryKeys, templateKey } from './primary-path.js'
import { type Recognition, recognitionOf } from './recognition.js'
import { EMPTY_LOCK } from './schema-lock.js'
import type {
  AccessPath,
  EntityDesign,
  IndexDesign,
  NativeKey,
  Projected,
  SparseCondition,
  TableDesign,
} from './table-design.js'
import { type Slot, type SlotClaim, TableSlots } from './table-slots.js'

/**
 * The design of the tables that hold these models: one that they share, or one for each and one for the package's notes.
 *
 * @throws DesignError when the models need more indexes than `gsiCount`, or their patterns cannot be
 */
export function designTables(schemas: readonly EntitySchema[], options: DesignOptions): readonly TableDesign[] {
  checkPrefixes(schemas)
  const shared = physical(options.tableName, options)
  if (options.enabled) {
    const expiry = expiryAttribute(schemas)
    return [designTable(schemas, schemas, options, shared, { own: expiry, ledger: expiry })]
  }
  checkTables(schemas, options)
  const notes = ledgerExpiry(schemas)
  const ledger = designTable([], schemas, { ...options, enabled: true }, shared, { own: notes, ledger: notes })
  const each = schemas.map((schema) =>
    designTable([schema], schemas, options, physical(schema.table, options), {
      own: expiryAttribute([schema]),
      ledger: notes,
    }),
  )
  return [ledger, ...each]
}

function physical(name: string, { tablePrefix, tableSuffix }: DesignOptions): string {
  return `${tablePrefix}${name}${tableSuffix}`
}

/**
 * @param all every model, for relations that are declared on the far side only
 * @param expiry attributes by which items expire: of the table, and of the table with the package's notes
 */
function designTable(
  schemas: readonly EntitySchema[],
  all: readonly EntitySchema[],
  options: DesignOptions,
  tableName: string,
  expiry: { readonly own: string | undefined; readonly ledger: string | undefined },
): TableDesign {
  const { partitionKeyName, sortKeyName, entityTypeAttribute, keyDelimiter } = options
  const layout = new Layout(options)
  // Attributes as keys make one model's place depend on another's: the order of names keeps that the same everywhere.
  const inOrder = options.multiAttributeKeys ? [...schemas].sort((a, b) => (a.name < b.name ? -1 : 1)) : schemas
  const paths = new Map(inOrder.map((schema) => [schema.name, layout.pathsOf(schema, all)]))
  const indexes = layout.indexes([...paths.values()].flat())
  const entities = new Map(
    schemas.map((schema) => [
      schema.name,
      entityDesign(schema, paths.get(schema.name) as readonly AccessPath[], indexes, expiry.own, options),
    ]),
  )
  const [first] = entities.values()
  const primary = first?.primary
  const key =
    options.enabled || primary === undefined
      ? keyShape([{ name: partitionKeyName, type: 'S' }], [{ name: sortKeyName, type: 'S' }])
      : keyShape(primary.partition.parts, primary.sort.parts)
  checkKeyTypes(schemas, indexes, options)
  checkCollisions([...entities.values()], keyDelimiter, options.enabled)
  checkTypes([...entities.values()])
  const ledger = {
    tableName: physical(options.tableName, options),
    partitionKey: partitionKeyName,
    sortKey: sortKeyName,
    entityTypeAttribute,
    delimiter: keyDelimiter,
    expiry: expiry.ledger,
  }
  return Object.freeze({
    kind: 'table-design',
    tableName,
    key,
    entityTypeAttribute,
    delimiter: keyDelimiter,
    expiry: expiry.own,
    indexes: Object.freeze(indexes),
    entities,
    dedicated: !options.enabled,
    ledger: Object.freeze(ledger),
  } as const)
}

/** Local secondary indexes a table may have. DynamoDB: "Service quotas". */
const LOCAL_INDEXES = 5

/** An access path before it is known what its index holds: where it is and what is written there. */
interface Place {
  readonly slot: Slot | undefined
  readonly partition: PathKey
  readonly sort: PathKey
  readonly wish: Pick<SlotWish, 'purpose' | 'name' | 'options' | 'access'>
}

/** How the models of one table are put into its indexes. */
class Layout {
  readonly #options: DesignOptions
  readonly #global: readonly Slot[]
  readonly #local: readonly Slot[]
  readonly #globals: TableSlots
  readonly #locals: TableSlots
  /** Index keys by index: they are what the first path in it needs. */
  readonly #used: Slot[] = []

  constructor(options: DesignOptions) {
    this.#options = options
    this.#global = globalSlots(options)
    this.#local = localSlots(options)
    this.#globals = new TableSlots(this.#global, options.lock, options.tableName)
    this.#locals = new TableSlots(this.#local, options.lock, options.tableName)
  }

  /** The table's key and the index slots of a model. */
  pathsOf(schema: EntitySchema, all: readonly EntitySchema[]): readonly AccessPath[] {
    const options = this.#options
    checkNames(schema, [...this.#global, ...this.#local], options)
    const primary: Place = {
      slot: undefined,
      ...primaryKeys(schema, options),
      wish: { purpose: 'primary key', access: 'primary key' },
    }
    const pinned = pinnedKeys(schema, this.#global, options).map(
      ({ slot, ...keys }): Place => ({
        slot,
        ...keys,
        wish: { purpose: `key pattern ${slot.name}`, access: `pattern ${slot.name}` },
      }),
    )
    const existing = existingPlaces(schema, primary, options).map((place): Place => {
      this.#used.push(place.slot)
      const { name } = place.slot
      const projection = options.indexes[name]?.projection ?? 'ALL'
      return { ...place, wish: { purpose: `index ${name}`, access: `pattern ${name}`, name, options: { projection } } }
    })
    const wishes = slotWishes(schema, all, options.keyDelimiter).filter(
      (wish) => ![primary, ...pinned, ...existing].some((place) => serves(schema, place, wish)),
    )
    const places = [
      ...pinned,
      ...existing,
      ...this.#place(schema, primary, wishes, pinned),
      ...this.#placeLocal(schema, primary, wishes),
    ]
    const order = [...this.#global, ...this.#local, ...this.#used].map(({ name }) => name)
    places.sort((a, b) => order.indexOf(a.slot?.name as string) - order.indexOf(b.slot?.name as string))
    return [primary, ...places].map((place) => accessPath(schema, place, primary, options))
  }

  #place(schema: EntitySchema, primary: Place, all: readonly SlotWish[], pinned: readonly Place[]): Place[] {
    const options = this.#options
    const seen = new Set<string>()
    const asked = all.flatMap((wish) => {
      if (wish.options?.local === true) return []
      const keys = options.enabled && !options.multiAttributeKeys ? undefined : nativeKeys(schema, wish, options)
      const text = keys && keyShape(keys.partition, keys.sort).names.join(' ')
      // Two parents through one attribute are two places as text, and one as the attribute itself.
      if (text !== undefined && seen.has(text)) return []
      if (text !== undefined) seen.add(text)
      return [{ wish, keys }]
    })
    const [wishes, native] = [asked.map(({ wish }) => wish), asked.map(({ keys }) => keys)]
    const claims = wishes.map((wish, i): SlotClaim => {
      const keys = native[i]
      return { ...wish, model: schema.name, native: keys && keyShape(keys.partition, keys.sort) }
    })
    const slots = options.enabled
      ? this.#globals.assign(
          claims,
          pinned.flatMap(({ slot }) => slot?.name ?? []),
        )
      : this.#named(claims, this.#global.slice(pinned.length))
    return wishes.map((wish, i): Place => {
      const slot = slots[i] as Slot
      const keys = native[i]
      this.#used.push(slot)
      if (keys !== undefined) return { slot, partition: pathKey(keys.partition), sort: pathKey(keys.sort), wish }
      const [partitionName, sortName] = slot.synthetic.names as readonly [string, string]
      return {
        slot,
        partition: templateKey(schema, partitionName, wish.partition, options),
        sort: templateKey(schema, sortName, wish.sort, options),
        wish,
      }
    })
  }

  #placeLocal(schema: EntitySchema, primary: Place, all: readonly SlotWish[]): Place[] {
    const options = this.#options
    const wishes = all.filter((wish) => wish.options?.local === true)
    for (const wish of wishes) checkLocal(schema, primary.partition, wish)
    const native = wishes.map((wish): KeyPart | undefined =>
      (options.enabled && !options.multiAttributeKeys) || wish.sortAttributes.length !== 1
        ? undefined
        : nativeKeys(schema, { ...wish, partitionAttributes: [] }, { ...options, enabled: true })?.sort[0],
    )
    const claims = wishes.map((wish, i): SlotClaim => {
      const sort = native[i]
      return { ...wish, model: schema.name, native: sort && keyShape(primary.partition.parts, [sort]) }
    })
    const slots = options.enabled ? this.#locals.assign(claims, []) : this.#named(claims, this.#local)
    return wishes.map((wish, i): Place => {
      const slot = { ...(slots[i] as Slot), local: true }
      const sort = native[i]
      this.#used.push(slot)
      const [, sortName] = slot.synthetic.names as readonly [string, string]
      return {
        slot,
        partition: primary.partition,
        sort: sort === undefined ? templateKey(schema, sortName, wish.sort, options) : pathKey([sort]),
        wish,
      }
    })
  }

  /** In a table of its own a model's indexes have the names they were declared under. @param room as many as there may be */
  #named(claims: readonly (SlotClaim & { readonly name?: string })[], room: readonly Slot[]): readonly Slot[] {
    if (claims.length > room.length) new TableSlots(room, EMPTY_LOCK, '').assign(claims, [])
    return claims.map(({ name, access, model }) => {
      const named = name ?? `by-${access.slice(access.search(/[ .][^ .]*$/) + 1)}`
      checkIndexName(model, named)
      const keys = [`${named}_pk`, `${named}_sk`].map((each): KeyAttribute => ({ name: each, type: 'S' }))
      return { name: named, local: false, synthetic: keyShape(keys.slice(0, 1), keys.slice(1)) }
    })
  }

  /** The indexes that paths use, each with everything that one of them asks it to hold. */
  indexes(paths: readonly AccessPath[]): IndexDesign[] {
    const slots = new Map([...this.#global, ...this.#local, ...this.#used].map((slot) => [slot.name, slot]))
    return [...slots.values()].flatMap(({ name }) => {
      const mine = paths.filter((path) => path.index === name)
      const [first] = mine
      if (first === undefined) return []
      const { local, partition, sort } = first
      return [
        Object.freeze({
          kind: 'index-design',
          name,
          local,
          key: keyShape(partition.parts, sort.parts),
          projection: mine.map((path) => path.projection).reduce(both),
        } as const),
      ]
    })
  }
}

/** The global indexes the table may have, first to last. */
function globalSlots(options: DesignOptions): Slot[] {
  const slots = Array.from({ length: options.gsiCount }, (_, i) => {
    const name = (pattern: string): string => pattern.replaceAll('{n}', String(i + 1))
    const partition = { name: name(options.gsiPartitionKeyName), type: 'S' } as const
    const sort = { name: name(options.gsiSortKeyName), type: 'S' } as const
    return { name: name(options.gsiName), local: false, synthetic: keyShape([partition], [sort]) }
  })
  return slots.filter(({ name }) => !Object.hasOwn(options.indexes, name))
}

function localSlots({ partitionKeyName }: DesignOptions): Slot[] {
  return Array.from({ length: LOCAL_INDEXES }, (_, i) => {
    const sort = { name: `lsi${i + 1}sk`, type: 'S' } as const
    return { name: `LSI${i + 1}`, local: true, synthetic: keyShape([{ name: partitionKeyName, type: 'S' }], [sort]) }
  })
}

/** True when a place already gives what a wish asks for. */
function serves({ keyPattern }: EntitySchema, { partition }: Place, wish: SlotWish): boolean {
  if (wish.options?.local === true) return false
  const sameAttributes = partition.attributes.join() === wish.partitionAttributes.join()
  // A pattern of the model's own may call a parent otherwise: what counts is the parent's key.
  if (partition.parts.every((part) => part.kind === 'attribute')) return sameAttributes
  return partition.text === wish.partition || (keyPattern !== undefined && wish.options === undefined && sameAttributes)
}

function both(a: Projected, b: Projected): Projected {
  if (a === 'ALL' || b === 'ALL') return 'ALL'
  if (a === 'KEYS_ONLY') return b
  return b === 'KEYS_ONLY' ? a : Object.freeze([...new Set([...a, ...b])])
}

function entityDesign(
  schema: EntitySchema,
  wanted: readonly AccessPath[],
  indexes: readonly IndexDesign[],
  expiry: string | undefined,
  options: DesignOptions,
): EntityDesign {
  // An index holds what all models in it ask for, so each of them may find more there than it asked.
  const paths = wanted.map((path) => {
    const index = indexes.find(({ name }) => name === path.index)
    return index === undefined ? path : Object.freeze({ ...path, projection: index.projection })
  })
  checkPlain(schema, paths)
  const [primary, ...secondary] = paths as [AccessPath, ...AccessPath[]]
  const keyAttributes = new Map<string, AccessPath[]>()
  for (const path of paths) {
    if (path.synthetic.length === 0 && path !== primary) continue
    for (const name of path.attributes) keyAttributes.set(name, [...(keyAttributes.get(name) ?? []), path])
  }
  return Object.freeze({
    kind: 'entity-design',
    schema,
    expiry: schema.ttl ?? (schema.trashSeconds === undefined ? undefined : expiry),
    recognition: recognitionOf(schema, options),
    primary,
    secondary: Object.freeze(secondary),
    paths: Object.freeze(paths),
    keyAttributes,
    nativeKeys: nativeKeysOf(schema, indexes),
  } as const)
}

/** The model's attributes that are keys of an index of the table, whoever asked for the index. */
function nativeKeysOf(schema: EntitySchema, indexes: readonly IndexDesign[]): ReadonlyMap<string, NativeKey> {
  const native = new Map<string, NativeKey>()
  // A sort key takes fewer bytes: where an attribute is both, that limit holds.
  for (const { name: index, key } of indexes)
    for (const side of ['sort', 'partition'] as const)
      for (const { name, type } of key[side])
        if (schema.attribute.has(name) && native.get(name)?.side !== 'sort')
          native.set(name, { name, type, index, side })
  return native
}

function accessPath(schema: EntitySchema, place: Place, primary: Place, options: DesignOptions): AccessPath {
  const { slot, partition, sort, wish } = place
  const when = sparseConditions(schema, wish.options?.when ?? {})
  const shards = wish.options?.shards ?? 1
  const shardBy = primary.partition
  const tableKeys = [...primary.partition.parts, ...primary.sort.parts].map(({ name }) => name)
  return Object.freeze({
    kind: 'access-path',
    index: slot?.name,
    access: wish.access,
    name: wish.name,
    local: slot?.local ?? false,
    partition,
    sort,
    synthetic: Object.freeze(
      [...partition.parts, ...sort.parts].flatMap(({ kind, name }) =>
        kind === 'template' && (slot === undefined || !tableKeys.includes(name)) ? [name] : [],
      ),
    ),
    when,
    shards,
    shardBy,
    projection: projectionOf(schema, wish.options?.projection ?? 'ALL', options),
    attributes: Object.freeze([
      ...new Set([
        ...partition.attributes,
        ...sort.attributes,
        ...when.map(({ attribute }) => attribute),
        ...(shards === 1 ? [] : shardBy.attributes),
      ]),
    ]),
    ambiguous: Object.freeze([...partition.parts, ...sort.parts].flatMap(ambiguousIn)),
    purpose: wish.purpose,
    identifiesModel: identifiesModel(schema, place, recognitionOf(schema, options), options),
  } as const)
}

function ambiguousIn(part: KeyPart): readonly string[] {
  if (part.kind !== 'template' || part.template.segments === 'escaped') return []
  return part.template.attributes.length > 1 ? part.template.attributes : []
}

/** Keys say enough where they hold the type, or begin with the prefix that this package alone writes. */
function identifiesModel(
  schema: EntitySchema,
  { partition, sort }: Place,
  { kind }: Recognition,
  options: DesignOptions,
): boolean {
  if (kind !== 'type') return kind === 'every'
  const { keyPattern, keySegments, entityType, name } = schema
  const ours = keyPattern === undefined && keySegments === 'escaped' && entityType === name
  return partition.parts.some((part) => part.kind === 'constant') || (ours && isOwn(schema, sort, options))
}

/** True for a template that begins with the model's own prefix. */
function isOwn({ prefix }: EntitySchema, { parts: [part] }: PathKey, { keyDelimiter }: DesignOptions): boolean {
  const first = part?.kind === 'template' ? part.template.parts[0] : undefined
  return first?.kind === 'text' && (first.text === prefix || first.text.startsWith(prefix + keyDelimiter))
}

function sparseConditions(schema: EntitySchema, when: Readonly<Record<string, unknown>>): readonly SparseCondition[] {
  return Object.freeze(
    Object.entries(when).map(([attribute, value]) => {
      const { type, elements } = schema.attribute.get(attribute) as AttributeSchema
      return Object.freeze({
        attribute,
        value: codecFor(type, elements === undefined ? {} : { set: elements }).encode(value, attribute),
      })
    }),
  )
}

/** What an index must hold to be read as this model: its type, and whether the row is soft-deleted or expired. */
function projectionOf(schema: EntitySchema, asked: Projected, options: DesignOptions): Projected {
  if (typeof asked === 'string') return asked
  return Object.freeze([
    ...new Set([
      ...asked,
      options.entityTypeAttribute,
      ...(schema.softDeletes ? [schema.deletedAt] : []),
      ...(schema.ttl === undefined ? [] : [schema.ttl]),
    ]),
  ])
}
