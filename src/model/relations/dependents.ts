import { condition, type QueryBuilder } from '../../query/index.js'
import type { OnDelete, RelationSchema } from '../../schema/index.js'
import { SchemaError } from '../../schema/index.js'
import type { AttributeMap } from '../../values/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { pivotModel, pivotQuery } from './pivots.js'
import { anyOf, narrowed, type RelatedQuery } from './relation-load.js'

/** Rows of a model that a row of another leaves behind when it is deleted, and what becomes of them. */
export interface Dependent {
  readonly rule: OnDelete
  /** The relation that says so: `User.posts`. */
  readonly relation: string
  readonly model: ModelBinding
  /** Attributes that hold the key (and the kind) of the row they belong to. */
  readonly keys: readonly string[]
  /** The attribute of the owner that they hold. */
  readonly localKey: string
  /** The rows that belong to a row, by what is stored of it; undefined where it has no key. */
  rows(owner: AttributeMap): QueryBuilder<any, Attributes> | undefined
}

/** What depends on the rows of a model: by its own relations, and by those of others that belong to it. */
export function dependentsOf(owner: ModelBinding): readonly Dependent[] {
  const own = [...owner.schema.relations.values()].flatMap((relation) => ofOwn(owner, relation) ?? [])
  const others = owner.space.models.flatMap((other) =>
    [...other.schema.relations.values()].flatMap((relation) => ofOther(owner, other, relation) ?? []),
  )
  const all = [...own, ...others]
  // A row that is deleted in any case needs nothing else.
  return [...all.filter(({ rule }) => rule !== 'nullify'), ...all.filter(({ rule }) => rule === 'nullify')]
}

function ofOwn(owner: ModelBinding, relation: RelationSchema): Dependent | undefined {
  const { onDelete: rule, type, name, foreignKey, morph } = relation
  if (rule === undefined || type === 'belongsTo') return undefined
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const related = owner.space.related(owner.schema, relation)
  const label = `${owner.schema.name}.${name}`
  if (type === 'belongsToMany' || type === 'morphToMany' || type === 'morphedByMany') {
    const pivot = pivotModel(owner, relation, related)
    return dependent(owner, rule, label, pivot.model, [pivot.foreignKey], localKey, () => pivotQuery(pivot))
  }
  const kind = morph === undefined ? undefined : `${morph}Type`
  const of = (): RelatedQuery =>
    kind === undefined
      ? anyOf(related)
      : narrowed(anyOf(related), condition(related.schema, kind, '=', owner.schema.name))
  return dependent(owner, rule, label, related, kind === undefined ? [foreignKey] : [foreignKey, kind], localKey, of)
}

function ofOther(owner: ModelBinding, other: ModelBinding, relation: RelationSchema): Dependent | undefined {
  const { onDelete: rule, type, name, foreignKey, localKey = owner.schema.primaryKey } = relation
  if (rule === undefined || type !== 'belongsTo') return undefined
  if (other.space.related(other.schema, relation) !== owner) return undefined
  return dependent(owner, rule, `${other.schema.name}.${name}`, other, [foreignKey], localKey, () => anyOf(other))
}

function dependent(
  owner: ModelBinding,
  rule: OnDelete,
  relation: string,
  model: ModelBinding,
  keys: readonly string[],
  localKey: string,
  all: () => RelatedQuery,
): Dependent {
  const [foreignKey = ''] = keys
  const required = rule === 'nullify' ? keys.find((name) => model.schema.attribute.get(name)?.required) : undefined
  if (required !== undefined)
    throw new SchemaError(
      'SCHEMA.INVALID_RELATION',
      `${relation} takes ${model.schema.name}.${required} away on delete, which every ${model.schema.name} must have.`,
      { hint: "Use onDelete: 'cascade' or 'restrict', or let the attribute be missing." },
    )
  return {
    rule,
    relation,
    model,
    keys,
    localKey,
    rows({ [localKey]: key }) {
      if (key === undefined || 'NULL' in key) return undefined
      const value = owner.codec.decodeAttribute(localKey, key)
      // What hides rows from readers keeps none from being taken along.
      return narrowed(all(), condition(model.schema, foreignKey, '=', value), { unscoped: 'all' }).builder
    },
  }
}
