import { type Attributes, isAsStored } from './record.js'
import type { RecordState } from './record-state.js'

/**
 * Gives a value that was assigned the form that the attribute's `set` function makes of it. Each value goes through it
 * once: the record remembers what came out.
 */
export function setValue(record: Attributes, state: RecordState | undefined, name: string, value: unknown): void {
  const set = state?.binding.codec.setters.get(name)
  if (set === undefined || value === undefined || value === null) {
    record[name] = value
    return
  }
  record[name] = set(value, record)
  noteAsSet(record, state as RecordState, name)
}

/** The same for what was assigned to a record without `fill`: as soon as it is to be written. */
export function applySetters(record: Attributes, state: RecordState): void {
  const { setters } = state.binding.codec
  if (setters.size === 0) return
  for (const name of setters.keys()) {
    const value = record[name]
    if (value !== undefined && value !== null && !isAsSet(record, state, name)) setValue(record, state, name, value)
  }
}

/** Gives a record the value that another has of an attribute, in the form that its next write is to have. */
export function copyValue(
  from: Attributes,
  source: RecordState,
  to: Attributes,
  target: RecordState,
  name: string,
): void {
  const { codec } = source.binding
  const value = from[name]
  const stored = source.stored?.[name]
  const shown = codec.getters.has(name) && stored !== undefined && isAsStored(codec, name, value, stored)
  to[name] = shown ? codec.decodeUnseen(name, stored) : typeof value === 'object' ? structuredClone(value) : value
  if (codec.setters.has(name) && isAsSet(from, source, name)) noteAsSet(to, target, name)
}

/** True for a value that went through its `set` function, now or before it was stored. */
function isAsSet(record: Attributes, { binding, stored, asSet }: RecordState, name: string): boolean {
  const value = record[name]
  if (asSet?.has(name) && Object.is(asSet.get(name), value)) return true
  const before = stored?.[name]
  return before !== undefined && value !== undefined && isAsStored(binding.codec, name, value, before)
}

function noteAsSet(record: Attributes, state: RecordState, name: string): void {
  state.asSet ??= new Map()
  state.asSet.set(name, record[name])
}
