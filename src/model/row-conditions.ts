import type { Condition } from '../expressions/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'

/** The row is there. */
export function exists({ table }: ModelBinding): Condition {
  return { kind: 'exists', path: [table.key.names[0] as string] }
}

/** An attribute is as it was when the row was read. */
export function unchanged(name: string, stored: AttributeMap): Condition {
  const value = stored[name]
  if (value === undefined) return { kind: 'not-exists', path: [name] }
  return { kind: 'compare', op: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } }
}
