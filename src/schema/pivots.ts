import type { AttributeOptions, ModelDefinition, RelationOptions } from './definition.js'
import type { EntitySchema, RelationSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'
import { camelCase, pascalCase, upperSnakeCase } from './names.js'
import { relatedName } from './related-name.js'

/** The rows between two models of a `belongsToMany`, or between one model and many kinds (`morphToMany`). */
export interface Pivot {
  /** The pivot's model: the one that `through` names, or both names in the order of the alphabet: `RoleUser`. */
  readonly name: string
  /** The attribute that holds the key of the model that has the relation. */
  readonly foreignKey: string
  /** The attribute that holds the key of the other. */
  readonly relatedKey: string
  /** The attribute that holds the name of the model on the side of many kinds. */
  readonly typeKey: string | undefined
}

const MANY: readonly RelationSchema['type'][] = ['belongsToMany', 'morphToMany', 'morphedByMany']

/** The pivot of a many-to-many relation. @throws SchemaError when a model relates to itself and its keys have no names */
export function pivotOf(owner: EntitySchema, relation: RelationSchema, all: readonly EntitySchema[]): Pivot {
  const related = relatedName(relation, all)
  if (relation.type === 'belongsToMany') {
    const through = relation.through === undefined ? undefined : relatedName({ model: relation.through }, all)
    if (related === owner.name && (relation.relatedKey === undefined || through === undefined)) {
      throw new SchemaError(
        'SCHEMA.INVALID_RELATION',
        `${owner.name}.${relation.name} relates ${owner.name} to itself and does not say how.`,
        {
          hint: "Write { type: 'belongsToMany', model: 'User', through: 'Follow', foreignKey: 'followerId', relatedKey: 'followedId' }.",
          details: { model: owner.name, relation: relation.name },
        },
      )
    }
    return {
      name: through ?? [owner.name, related].sort().join(''),
      foreignKey: relation.foreignKey,
      relatedKey: relation.relatedKey ?? `${camelCase(related)}Id`,
      typeKey: undefined,
    }
  }
  const morph = relation.morph as string
  const [one, many] = [
    relation.type === 'morphToMany' ? related : owner.name,
    { key: `${morph}Id`, type: `${morph}Type` },
  ]
  const oneKey = relation.relatedKey ?? `${camelCase(one)}Id`
  return {
    name: relation.through === undefined ? pascalCase(morph) : relatedName({ model: relation.through }, all),
    foreignKey: relation.type === 'morphToMany' ? many.key : oneKey,
    relatedKey: relation.type === 'morphToMany' ? oneKey : many.key,
    typeKey: many.type,
  }
}

interface Side {
  readonly model: string
  readonly key: string
  /** Set for the side of many kinds. */
  readonly typeKey?: string
}
interface Draft {
  readonly name: string
  readonly sides: readonly [Side, Side]
  readonly attributes: Readonly<Record<string, AttributeOptions>>
}

/**
 * Definitions of the pivots that no model of the program stands for. A pivot row is one item: readable from both sides,
 * and written once for a pair. Whichever side declares the relation, the keys are the same.
 */
export function pivotDefinitions(all: readonly EntitySchema[], delimiter: string): readonly ModelDefinition[] {
  const drafts = new Map<string, Draft>()
  for (const owner of all) {
    for (const relation of owner.relations.values()) {
      if (!MANY.includes(relation.type)) continue
      const pivot = pivotOf(owner, relation, all)
      if (all.some(({ name }) => name === pivot.name)) continue
      const draft = draftOf(owner, relation, pivot, all)
      const before = drafts.get(pivot.name)
      if (before !== undefined && text(before.sides) !== text(draft.sides)) {
        throw new SchemaError(
          'SCHEMA.INVALID_RELATION',
          `${owner.name}.${relation.name} and another relation mean different rows by ${pivot.name}.`,
          {
            hint: 'Both sides must name the same foreignKey and relatedKey, crosswise; other relations need a `through` of their own.',
            details: { model: owner.name, relation: relation.name },
          },
        )
      }
      drafts.set(pivot.name, { ...draft, attributes: { ...before?.attributes, ...draft.attributes } })
    }
  }
  return [...drafts.values()].map((draft) => definitionOf(draft, all, delimiter))
}

const text = (sides: Draft['sides']): string => sides.map(({ model, key }) => `${model}.${key}`).join(' ')

function draftOf(owner: EntitySchema, relation: RelationSchema, pivot: Pivot, all: readonly EntitySchema[]): Draft {
  const related = relatedName(relation, all)
  const attributes = relation.pivot ?? {}
  const { name, foreignKey, relatedKey, typeKey } = pivot
  if (typeKey !== undefined) {
    const [one, many] = relation.type === 'morphToMany' ? [related, foreignKey] : [owner.name, relatedKey]
    const oneKey = relation.type === 'morphToMany' ? relatedKey : foreignKey
    return {
      name,
      attributes,
      sides: [
        { model: one, key: oneKey },
        { model: '', key: many, typeKey },
      ],
    }
  }
  const sides: readonly [Side, Side] = [
    { model: owner.name, key: foreignKey },
    { model: related, key: relatedKey },
  ]
  const [first, second] = sides
  const inOrder = `${first.model} ${first.key}` <= `${second.model} ${second.key}`
  return { name, attributes, sides: inOrder ? sides : [second, first] }
}

function definitionOf(
  { name, sides, attributes }: Draft,
  all: readonly EntitySchema[],
  delimiter: string,
): ModelDefinition {
  const [first, second] = sides
  const prefix = (model: string): string => all.find((each) => each.name === model)?.prefix ?? upperSnakeCase(model)
  const keyOf = ({ model }: Side): AttributeOptions => {
    const schema = all.find((each) => each.name === model)
    return { type: schema?.attribute.get(schema.primaryKey)?.type ?? 'string', required: true }
  }
  const other = second.typeKey === undefined ? '' : `{${second.typeKey}}${delimiter}`
  const named = (key: string): string => (key.endsWith('Id') ? key.slice(0, -2) : `${key}Model`)
  const relationships: Record<string, RelationOptions> = {
    [named(first.key)]: { type: 'belongsTo', model: first.model, foreignKey: first.key },
    [named(second.key)]:
      second.typeKey === undefined
        ? { type: 'belongsTo', model: second.model, foreignKey: second.key }
        : { type: 'morphTo', name: named(second.key) },
  }
  return {
    name,
    primaryKey: first.key,
    ...(isShared(first, all) && isShared(second, all) ? { tenant: false } : {}),
    attributes: {
      [first.key]: keyOf(first),
      ...(second.typeKey === undefined ? {} : { [second.typeKey]: { type: 'string', required: true } }),
      [second.key]: second.typeKey === undefined ? keyOf(second) : { type: 'string', required: true },
      ...attributes,
    },
    relationships,
    keyPattern: {
      pk: `${prefix(first.model)}${delimiter}{${first.key}}`,
      sk: `${upperSnakeCase(name)}${delimiter}${other}{${second.key}}`,
    },
  }
}

/** True for a side whose rows all tenants share. */
const isShared = ({ model }: Side, all: readonly EntitySchema[]): boolean =>
  all.find(({ name }) => name === model)?.tenant === false
