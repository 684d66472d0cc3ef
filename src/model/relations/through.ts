import { stateOf } from '../../query/index.js'
import { relatedName, throughKeyOf } from '../../schema/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { anyOf, arranged, distribute, type RelationLoad, rowsByValue, unlimited, valuesOf } from './relation-load.js'

/** `hasOneThrough`, `hasManyThrough`: children of children, by the rows in between. */
export async function loadThrough(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const one = relation.type === 'hasOneThrough'
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const between = throughOf(load)
  const related = owner.space.related(owner.schema, relation)
  const values = valuesOf(owner, localKey, records)
  const inBetween = await rowsByValue(between, relation.foreignKey, [...values.values()], anyOf(between))
  const throughKey = throughKeyOf(relation, between.schema.name)
  const keys = valuesOf(between, between.schema.primaryKey, inBetween.flat())
  const query = load.query(related)
  const far = await rowsByValue(related, throughKey, [...keys.values()], unlimited(query))
  const byKey = new Map([...keys.keys()].map((text, i) => [text, far[i] ?? []]))
  const farOf = (row: Attributes): readonly Attributes[] =>
    [...valuesOf(between, between.schema.primaryKey, [row]).keys()].flatMap((text) => byKey.get(text) ?? [])
  const groups = inBetween.map((rows) => arranged(related, rows.flatMap(farOf), stateOf(query.builder).spec))
  distribute(load, localKey, values, groups, (record, rows) => {
    record[relation.name] = one ? (rows[0] ?? null) : rows
  })
  return groups.flat()
}

/** The model in between. */
export function throughOf({ owner, relation }: Pick<RelationLoad, 'owner' | 'relation'>): ModelBinding {
  const name = relatedName(
    { model: relation.through },
    owner.space.models.map(({ schema }) => schema),
  )
  return owner.space.related(owner.schema, {
    ...relation,
    model: typeof relation.through === 'function' ? relation.through : name,
  })
}
