import { withArticle } from '../kernel/index.js'
import {
  type EntitySchema,
  type IndexOptions,
  pivotOf,
  type RelationSchema,
  relatedName,
  throughKeyOf,
  upperSnakeCase,
} from '../schema/index.js'
import { DesignError } from './errors.js'
import { keyFault } from './primary-path.js'

/** A wish for a place in an index: the keys as templates and as attributes, and what they are for. */
export interface SlotWish {
  /** What it is called where slots are recorded: `parent User.userId`, `attribute status`, `index byStatus`. */
  readonly access: string
  /** Templates, for keys that are text made for the index. */
  readonly partition: string
  readonly sort: string
  /** The attributes themselves, for indexes whose keys are the model's own. Without any the index lists the model. */
  readonly partitionAttributes: readonly string[]
  /** Without the primary key, which comes after them where there is room. */
  readonly sortAttributes: readonly string[]
  readonly purpose: string
  /** The name it was declared under. */
  readonly name?: string
  /** What was declared besides partition and sort. */
  readonly options?: IndexOptions
}

/**
 * The places in indexes that a model needs, in the order they are given: first its own `belongsTo` relations as they
 * are declared, then declared indexes, then relations other models have to it, by model name. A place that the table's
 * own key or an earlier wish already gives is not asked for twice.
 *
 * @param all every model of the table, for relations that are declared on the far side only
 */
export function slotWishes(entity: EntitySchema, all: readonly EntitySchema[], delimiter: string): readonly SlotWish[] {
  const wishes = new Map<string, SlotWish>()
  const want = (wish: SlotWish): void => {
    const { partition, sort, options } = wish
    const { local = false, when = {}, shards = 1, projection = 'ALL' } = options ?? {}
    const key = JSON.stringify([partition, sort, local, when, shards, projection])
    const before = wishes.get(key)
    if (before === undefined) wishes.set(key, wish)
    else if (before.name === undefined && wish.name !== undefined) wishes.set(key, { ...before, name: wish.name })
    else if (before.name !== undefined && wish.name !== undefined)
      throw new DesignError(
        'DESIGN.INVALID_INDEX',
        `${before.name} and ${wish.name} of ${entity.name} are the same index.`,
        {
          hint: 'Leave one of them out.',
          details: { model: entity.name, index: wish.name },
        },
      )
  }
  const join = (...segments: string[]): string => segments.join(delimiter)
  const own = (sortedBy: readonly string[]): string =>
    join(entity.prefix, ...[...sortedBy, entity.primaryKey].map((name) => `{${name}}`))
  const wantChildren = (
    parent: string,
    prefix: string,
    foreignKey: string,
    sortedBy: string[],
    purpose: string,
  ): void => {
    const partition = join(prefix, `{${foreignKey}}`)
    checkOrder(sortedBy, purpose)
    // Both sides of a relation ask for the same place, whatever they say of its order.
    if ([...wishes.values()].some((wish) => wish.partition === partition)) return
    want({
      access: `parent ${parent}.${foreignKey}`,
      partition,
      sort: own(sortedBy),
      partitionAttributes: [foreignKey],
      sortAttributes: sortedBy,
      purpose,
    })
  }

  const checkOrder = (sortedBy: readonly string[], purpose: string): void => {
    const missing = sortedBy.find((name) => !isAlwaysThere(entity, name))
    if (missing === undefined || !entity.attribute.has(missing)) return
    throw new DesignError(
      'DESIGN.INVALID_INDEX',
      `${entity.name}.${missing} orders "${purpose}", and ${withArticle(entity.name)} may be without it: the relation would lose such rows.`,
      {
        hint: `Mark ${missing} as required, or sort by createdAt or by the key.`,
        details: { model: entity.name, attribute: missing },
      },
    )
  }
  const wantMorphs = ({ morph = '', sortBy }: RelationSchema, purpose: string): void => {
    const [type, key] = [`${morph}Type`, `${morph}Id`]
    if (sortBy !== undefined) checkOrder([sortBy], purpose)
    want({
      access: `morph ${morph}`,
      partition: join(`{${type}}`, `{${key}}`),
      sort: own(sortBy === undefined ? [] : [sortBy]),
      partitionAttributes: [type, key],
      sortAttributes: sortBy === undefined ? [] : [sortBy],
      purpose,
    })
  }

  for (const relation of entity.relations.values()) {
    if (relation.type === 'morphTo') wantMorphs(relation, `morphs to many models (${relation.morph})`)
    if (relation.type !== 'belongsTo') continue
    const parent = relatedName(relation, all)
    const far = all.find((other) => other.name === parent)
    wantChildren(
      parent,
      prefixOf(parent, all),
      relation.foreignKey,
      sortOf(relation, far === undefined ? undefined : childRelation(far, entity, relation.foreignKey)),
      `belongs to ${parent} (${relation.foreignKey})`,
    )
  }
  for (const { name, index } of entity.attributes) {
    if (!index) continue
    want({
      access: `attribute ${name}`,
      partition: join(entity.prefix, name, `{${name}}`),
      sort: own([]),
      partitionAttributes: [name],
      sortAttributes: [],
      purpose: `index on ${name}`,
    })
  }
  for (const [name, index] of Object.entries(entity.indexes)) {
    checkIndex(entity, name, index)
    const sort = (index.sort ?? []).filter((attribute) => attribute !== entity.primaryKey)
    want({
      access: `index ${name}`,
      partition: index.local ? '' : declaredPartition(entity, index, join),
      sort: own(sort),
      partitionAttributes: index.partition ?? [],
      sortAttributes: sort,
      purpose: `index ${name}`,
      name,
      options: index,
    })
  }
  for (const other of [...all].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const relation of other.relations.values()) {
      for (const { parent, key, sortBy } of placesOf(entity, other, relation, all))
        wantChildren(parent, prefixOf(parent, all), key, sortBy, `${relation.name} of ${other.name} (${key})`)
      if ((relation.type === 'morphMany' || relation.type === 'morphOne') && relatedName(relation, all) === entity.name)
        wantMorphs(relation, `${relation.name} of ${other.name} (${relation.morph})`)
    }
  }
  for (const wish of wishes.values()) checkAttributes(entity, wish)
  return [...wishes.values()]
}

/** True for an attribute that every row of the model has. */
export function isAlwaysThere(schema: EntitySchema, name: string): boolean {
  const attribute = schema.attribute.get(name)
  if (attribute === undefined) return false
  const { required, managed } = attribute
  return required || name === schema.primaryKey || managed === 'createdAt' || managed === 'updatedAt'
}

/** The parents by which a relation of another model reads rows of this one. */
function placesOf(
  entity: EntitySchema,
  other: EntitySchema,
  relation: RelationSchema,
  all: readonly EntitySchema[],
): readonly { readonly parent: string; readonly key: string; readonly sortBy: string[] }[] {
  const related = relation.type === 'morphTo' ? undefined : relatedName(relation, all)
  switch (relation.type) {
    case 'hasOne':
    case 'hasMany':
      return related === entity.name ? [{ parent: other.name, key: relation.foreignKey, sortBy: sortOf(relation) }] : []
    case 'hasOneThrough':
    case 'hasManyThrough': {
      const through = relatedName({ model: relation.through }, all)
      const far = { parent: through, key: throughKeyOf(relation, through), sortBy: sortOf(relation) }
      return [
        ...(through === entity.name ? [{ parent: other.name, key: relation.foreignKey, sortBy: [] }] : []),
        ...(related === entity.name ? [far] : []),
      ]
    }
    case 'belongsToMany': {
      const { name, foreignKey, relatedKey } = pivotOf(other, relation, all)
      if (name !== entity.name || related === undefined) return []
      return [
        { parent: other.name, key: foreignKey, sortBy: [] },
        { parent: related, key: relatedKey, sortBy: [] },
      ]
    }
    default:
      return []
  }
}

function prefixOf(name: string, all: readonly EntitySchema[]): string {
  return all.find((entity) => entity.name === name)?.prefix ?? upperSnakeCase(name)
}

function childRelation(parent: EntitySchema, child: EntitySchema, foreignKey: string): RelationSchema | undefined {
  return [...parent.relations.values()].find(
    (relation) =>
      (relation.type === 'hasMany' || relation.type === 'hasOne') &&
      relation.foreignKey === foreignKey &&
      relation.model !== undefined &&
      (relation.model === child.name ||
        (typeof relation.model === 'function' && (relation.model() as { name?: string }).name === child.name)),
  )
}

function sortOf(...relations: (RelationSchema | undefined)[]): string[] {
  const sortBy = relations.find((relation) => relation?.sortBy !== undefined)?.sortBy
  return sortBy === undefined ? [] : [sortBy]
}

/** `POST#status#open`: the names are part of it, so that patterns of one model never meet in a partition. */
function declaredPartition(entity: EntitySchema, index: IndexOptions, join: (...segments: string[]) => string): string {
  const fixed = Object.keys(index.when ?? {}).filter((name) => !index.partition?.includes(name))
  const named = [...(index.partition ?? []), ...fixed].flatMap((name) => [name, `{${name}}`])
  return join(entity.prefix, ...named)
}

const INDEX_OPTIONS = ['partition', 'sort', 'when', 'shards', 'projection', 'local'] as const
const MOST_SHARDS = 1000

function checkIndex(entity: EntitySchema, name: string, index: IndexOptions): void {
  const fault = (message: string, hint?: string): DesignError =>
    new DesignError('DESIGN.INVALID_INDEX', `The index ${name} of ${entity.name} ${message}.`, {
      hint,
      details: { model: entity.name, index: name },
    })
  const unknown = Object.keys(index).find((option) => !(INDEX_OPTIONS as readonly string[]).includes(option))
  if (unknown !== undefined)
    throw fault(`has an unknown option "${unknown}"`, `Options are ${INDEX_OPTIONS.join(', ')}.`)
  for (const list of [index.partition, index.sort])
    if (list !== undefined && !Array.isArray(list))
      throw fault('takes lists of attributes', "Write { partition: ['status'], sort: ['createdAt'] }.")
  const { shards, projection, local } = index
  if (shards !== undefined && !(Number.isSafeInteger(shards) && shards >= 1 && shards <= MOST_SHARDS))
    throw fault(`is spread over ${String(shards)} shards`, `A whole number from 1 to ${MOST_SHARDS}.`)
  if (projection !== undefined && projection !== 'ALL' && projection !== 'KEYS_ONLY') {
    if (!Array.isArray(projection))
      throw fault('has a projection that is none', "Write 'ALL', 'KEYS_ONLY' or a list of attributes.")
    const missing = projection.find((attribute) => !entity.attribute.has(attribute))
    if (missing !== undefined) throw fault(`projects "${missing}", which is no attribute`)
  }
  if (local && (shards !== undefined || index.when !== undefined))
    throw fault('is local and cannot have shards or a condition')
  if (local && (index.sort ?? []).length === 0)
    throw fault('is local and gives no other order', 'Name the attributes of its sort.')
  for (const [name, value] of Object.entries(index.when ?? {})) {
    const attribute = entity.attribute.get(name)
    if (attribute === undefined) throw fault(`has a condition on "${name}", which is no attribute`)
    if (value === undefined || value === null)
      throw fault(`has no value for its condition on "${name}"`, 'Rows without a value are in no index.')
    const choices = attribute.options.enum
    if (choices !== undefined && !choices.includes(value))
      throw fault(`waits for a "${name}" that no row has`, `It is one of ${choices.map(String).join(', ')}.`)
  }
}

function checkAttributes(entity: EntitySchema, wish: SlotWish): void {
  for (const [, name] of `${wish.partition} ${wish.sort}`.matchAll(/\{([^}]+)\}/g)) {
    const attribute = entity.attribute.get(name as string)
    if (attribute === undefined) {
      throw new DesignError(
        'DESIGN.INVALID_INDEX',
        `${entity.name} has no attribute "${name}", which it needs for "${wish.purpose}".`,
        {
          hint: `Add ${name} to the attributes of ${entity.name}.`,
          details: { model: entity.name, attribute: name },
        },
      )
    }
    const fault = keyFault(entity, name as string)
    if (fault !== undefined) {
      throw new DesignError(
        'DESIGN.INVALID_INDEX',
        `${entity.name}.${name} is ${fault} and cannot be part of a key ("${wish.purpose}").`,
        {
          hint: 'Keys are made of strings, numbers, booleans, dates and binary values.',
          details: { model: entity.name, attribute: name },
        },
      )
    }
  }
}
