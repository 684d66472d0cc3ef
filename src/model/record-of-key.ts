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
 */
export function recordOfKey(binding: ModelBinding, key: Key): Attributes {
  const values = Object.fromEntries(
    Object.entries(keyValues(binding, key)).filter(([name]) => isPrimary(binding, name)),
  )
  const record = binding.factory()
  for (const [name, value] of Object.entries(values)) record[name] = binding.codec.decodeAttribute(name, value)
  const state = newState(binding, { ...values, ...primaryKeyOf(binding.design, values) })
  state.partial = true
  state.scope = scopeCondition(binding)
  setState(record, state)
  return record
}
