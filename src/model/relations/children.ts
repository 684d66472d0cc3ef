import { condition, stateOf } from '../../query/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { distribute, narrowed, type RelatedQuery, type RelationLoad, rowsByValue, valuesOf } from './relation-load.js'

/** `hasOne`, `hasMany`, `morphOne`, `morphMany`: the rows whose foreign key is the record's key. */
export async function loadChildren(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const related = owner.space.related(owner.schema, relation)
  const one = relation.type === 'hasOne' || relation.type === 'morphOne'
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const query = ofMorph(owner, related, relation.morph, load.query(related), one)
  const values = valuesOf(owner, localKey, records)
  const groups = await rowsByValue(related, relation.foreignKey, [...values.values()], query)
  distribute(load, localKey, values, groups, (record, rows) => {
    record[relation.name] = one ? (rows[0] ?? null) : rows
  })
  return groups.flat()
}

/** Only the children of this model, where rows of many models have children of a kind; only one, where there is one. */
export function ofMorph(
  owner: ModelBinding,
  related: ModelBinding,
  morph: string | undefined,
  query: RelatedQuery,
  one: boolean,
): RelatedQuery {
  const change = one ? { limit: 1 } : {}
  if (morph !== undefined)
    return narrowed(query, condition(related.schema, `${morph}Type`, '=', owner.schema.name), change)
  return one ? narrowed(query, stateOf(query.builder).spec.where, change) : query
}
