import { and, notExists } from '../expressions/index.js'
import { primaryKeyOf } from '../single-table/index.js'
import { type Key, keyValues } from './find.js'
import { scopeCondition } from './global-scopes.js'
import type { ModelBinding } from './model-space.js'
import { type Attributes, newState } from './record.js'
import { setState } from './record-state.js'
import { isPrimary } from './update.js'

/**
 * A record that stands for the row with this key, of which nothing else is known: it can be written without being read.
 * Sends nothing.
 *
 * @param trashed whether a soft-deleted row counts as there
 */
export function recordOfKey(binding: ModelBinding, key: Key, trashed: 'with' | 'without' = 'without'): Attributes {
  const values = Object.fromEntries(
    Object.entries(keyValues(binding, key)).filter(([name]) => isPrimary(binding, name)),
  )
  const record = binding.factory()
  for (const [name, value] of Object.entries(values)) record[name] = binding.codec.decodeAttribute(name, value)
  const state = newState(binding, { ...values, ...primaryKeyOf(binding.design, values) })
  state.partial = true
  const scope = scopeCondition(binding)
  const live = binding.schema.softDeletes && trashed === 'without' ? notExists([binding.schema.deletedAt]) : undefined
  state.scope = scope && live ? and(scope, live) : (scope ?? live)
  setState(record, state)
  return record
}
