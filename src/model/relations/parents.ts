import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { distribute, type RelationLoad, rowsByValue, valuesOf } from './relation-load.js'

/** `belongsTo`: the owners of many records, one BatchGetItem for all distinct keys. */
export async function loadParents(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation } = load
  return loadFrom(load, owner.space.related(owner.schema, relation))
}

/** `morphTo`: owners of several models, a BatchGetItem for each model. */
export async function loadMorphParents(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const typeKey = `${relation.morph ?? ''}Type`
  const byType = new Map<unknown, Attributes[]>()
  for (const record of records) {
    record[relation.name] = null
    const type = record[typeKey]
    if (type === undefined || type === null) continue
    const group = byType.get(type)
    if (group === undefined) byType.set(type, [record])
    else group.push(record)
  }
  const loaded: Attributes[] = []
  for (const [type, group] of byType) {
    if (typeof type !== 'string')
      throw new ModelError('MODEL.UNKNOWN_MODEL', `${owner.schema.name}.${typeKey} holds no name of a model.`)
    const related = owner.space.related(owner.schema, { ...relation, model: type })
    for (const row of await loadFrom({ ...load, records: group }, related)) loaded.push(row)
  }
  return loaded
}

async function loadFrom(load: RelationLoad, related: ModelBinding): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const values = valuesOf(owner, relation.foreignKey, records)
  const ownerKey = relation.localKey ?? related.schema.primaryKey
  const groups = await rowsByValue(related, ownerKey, [...values.values()], load.query(related))
  distribute(load, relation.foreignKey, values, groups, (record, rows) => {
    record[relation.name] = rows[0] ?? null
  })
  return groups.flat()
}
