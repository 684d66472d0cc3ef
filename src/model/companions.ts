import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'
import type { RecordState } from './record-state.js'
import { counterWrites } from './relations/counter-caches.js'
import type { CompanionWrite } from './row-write.js'
import type { Traced } from './trail.js'
import { type GuardedRow, guardWrites } from './unique-guards.js'

/** What has to be written together with a row that goes from one state to another: guards of unique values, and counters. */
export function companionsOf(
  state: RecordState,
  before: GuardedRow | undefined,
  after: GuardedRow | undefined,
): readonly CompanionWrite[] {
  const { binding } = state
  const guards = binding.uniqueAttributes.length === 0 ? NONE : guardWrites(binding, before, after)
  if (binding.counters.length === 0) return guards
  const orphan = (owner: string): void => {
    state.orphaned = new Set([...(state.orphaned ?? []), owner])
  }
  return [...guards, ...counterWrites(state, before?.item, after?.item, orphan)]
}
const NONE: readonly CompanionWrite[] = Object.freeze([])

/**
 * Attributes that guards and counters hang on: of those that change, or all. Others must not have changed them meanwhile.
 */
export function linkedNames(
  { uniqueAttributes, counters, design, schema, codec }: ModelBinding,
  changed?: { has(name: string): boolean },
): readonly string[] {
  if (uniqueAttributes.length === 0 && counters.length === 0 && !schema.audit) return NO_NAMES
  const touched = (name: string): boolean => changed === undefined || changed.has(name)
  return [
    ...guardedNames(uniqueAttributes, design.expiry, touched),
    ...counters.flatMap(({ watched }) => (watched.some(touched) ? watched : [])),
    // What is recorded of a change is what it was before.
    ...(schema.audit && changed !== undefined ? codec.names.filter(touched) : []),
  ]
}
const NO_NAMES: readonly string[] = Object.freeze([])

/** What a write makes of a row, where that is recorded. */
export function tracedIn(
  { schema }: ModelBinding,
  before: AttributeMap | undefined,
  after: AttributeMap | undefined,
): Traced | undefined {
  return schema.audit ? { before, after } : undefined
}

/** Guards carry the value they guard and, of rows that expire, the moment. */
function guardedNames(
  unique: readonly string[],
  expiry: string | undefined,
  touched: (name: string) => boolean,
): readonly string[] {
  if (expiry === undefined || unique.length === 0) return unique.filter(touched)
  const names = touched(expiry) ? unique : unique.filter(touched)
  return names.length === 0 ? names : [...names, expiry]
}
