import type { Condition } from '../expressions/index.js'
import type { EntityBinding } from './entity-binding.js'
import type { QuerySpec } from './query-spec.js'

/** Soft-deleted rows in or out, as the query asks. */
export function trashFilter(spec: QuerySpec, binding: EntityBinding): Condition[] {
  if (!binding.schema.softDeletes || spec.trashed === 'with') return []
  return [{ kind: spec.trashed === 'only' ? 'exists' : 'not-exists', path: ['deletedAt'] }]
}

/** Only rows of the model: for keys that other models share. */
export function typeFilter(binding: EntityBinding): Condition {
  const { table, schema } = binding
  return {
    kind: 'compare',
    op: '=',
    left: { kind: 'path', path: [table.entityTypeAttribute] },
    right: { kind: 'value', value: { S: schema.name } },
  }
}
