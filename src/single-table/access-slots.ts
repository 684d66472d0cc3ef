import type { EntitySchema, RelationSchema } from '../schema/index.js'
import { upperSnakeCase } from '../schema/index.js'
import { DesignError } from './errors.js'

/** A wish for a place in an index: the templates, and what they are for. */
export interface SlotWish {
  readonly partition: string
  readonly sort: string
  readonly purpose: string
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
  const want = (partition: string, sort: string, purpose: string): void => {
    const key = `${partition} ${sort}`
    if (!wishes.has(key)) wishes.set(key, { partition, sort, purpose })
  }
  // Both sides of a relation ask for the same place, whatever they say of its order.
  const wantChildren = (partition: string, sort: string, purpose: string): void => {
    if (![...wishes.values()].some((wish) => wish.partition === partition)) want(partition, sort, purpose)
  }
  const join = (...segments: string[]): string => segments.join(delimiter)
  const own = (...sortedBy: string[]): string =>
    join(entity.prefix, ...[...sortedBy, entity.primaryKey].map((name) => `{${name}}`))

  for (const relation of entity.relations.values()) {
    if (relation.type !== 'belongsTo') continue
    const parent = relatedName(relation, all)
    const far = all.find((other) => other.name === parent)
    wantChildren(
      join(prefixOf(parent, all), `{${relation.foreignKey}}`),
      own(...sortOf(relation, far === undefined ? undefined : childRelation(far, entity, relation.foreignKey))),
      `belongs to ${parent} (${relation.foreignKey})`,
    )
  }
  for (const attribute of entity.attributes) {
    if (attribute.index)
      want(join(entity.prefix, attribute.name, `{${attribute.name}}`), own(), `index on ${attribute.name}`)
  }
  for (const [name, index] of Object.entries(entity.indexes)) {
    checkIndex(entity, name, index as unknown as Record<string, unknown>)
    const partition = index.partition ?? []
    const sort = (index.sort ?? []).filter((attribute) => attribute !== entity.primaryKey)
    const segments =
      partition.length === 0
        ? [entity.prefix]
        : [entity.prefix, ...partition.flatMap((attribute) => [attribute, `{${attribute}}`])]
    want(join(...segments), own(...sort), `index ${name}`)
  }
  for (const other of [...all].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const relation of other.relations.values()) {
      if (relation.type !== 'hasMany' && relation.type !== 'hasOne') continue
      if (relatedName(relation, all) !== entity.name) continue
      wantChildren(
        join(other.prefix, `{${relation.foreignKey}}`),
        own(...sortOf(relation)),
        `${relation.name} of ${other.name} (${relation.foreignKey})`,
      )
    }
  }
  for (const wish of wishes.values()) checkAttributes(entity, wish)
  return [...wishes.values()]
}

/** The name a relation points to, whether it names the model or gives its class. */
export function relatedName(relation: RelationSchema, all: readonly EntitySchema[]): string {
  if (typeof relation.model === 'string') return relation.model
  const model = relation.model?.() as { name?: string; modelName?: string } | undefined
  const name = model?.modelName ?? model?.name
  return all.find((entity) => entity.name === name)?.name ?? String(name)
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

const INDEX_OPTIONS = ['partition', 'sort']

function checkIndex(entity: EntitySchema, name: string, index: Readonly<Record<string, unknown>>): void {
  const later = Object.keys(index).find((option) => !INDEX_OPTIONS.includes(option))
  if (later !== undefined) {
    throw new DesignError(
      'DESIGN.NOT_AVAILABLE',
      `The index ${name} of ${entity.name} asks for "${later}", which this version cannot do.`,
      {
        hint: 'Available are partition and sort.',
      },
    )
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
    if (['list', 'map', 'set', 'json', 'any'].includes(attribute.type)) {
      throw new DesignError(
        'DESIGN.INVALID_INDEX',
        `${entity.name}.${name} is a ${attribute.type} and cannot be part of a key ("${wish.purpose}").`,
        {
          hint: 'Keys are made of strings, numbers, booleans, dates and binary values.',
          details: { model: entity.name, attribute: name },
        },
      )
    }
  }
}
