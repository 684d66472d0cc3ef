import type { RelationSchema } from '../../schema/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateOf } from '../record-state.js'

/** Keeps what a relation of a record led to, for whoever awaits it next. */
export function keepLazily(record: Attributes, relation: RelationSchema, value: unknown): void {
  const state = stateOf(record)
  if (state === undefined) return
  state.lazy ??= new Map()
  state.lazy.set(relation.name, { key: keyIn(record, state.binding, relation), value })
}

/** What a relation of a record is found by. */
export function keyIn(record: Attributes, { schema }: ModelBinding, relation: RelationSchema): unknown {
  const { type, foreignKey, localKey, morph } = relation
  if (type === 'belongsTo') return record[foreignKey]
  if (type === 'morphTo') return `${String(record[`${morph ?? ''}Type`])} ${String(record[foreignKey])}`
  return record[localKey ?? schema.primaryKey]
}
