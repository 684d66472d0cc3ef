import { isDeepStrictEqual } from 'node:util'
import type { ItemCodec } from '../schema/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues, ValueError } from '../values/index.js'
import type { ModelBinding, ModelClass } from './model-space.js'
import { type RecordState, setState } from './record-state.js'

/** Attributes of a record by name; records carry them as plain own properties. */
export type Attributes = Record<string, unknown>

/** Makes an empty record: an instance of the model's class whose constructor and field initialisers did not run. */
export type RecordFactory = () => Attributes

export function recordFactory(model: ModelClass): RecordFactory {
  // A constructor with the model's prototype gives every record the same hidden class in the engine's eyes.
  const Empty = function (this: unknown) {} as unknown as new () => Attributes
  Object.defineProperty(Empty, 'name', { value: model.name })
  Empty.prototype = model.prototype as object
  return () => new Empty()
}

export function newState(binding: ModelBinding, stored?: AttributeMap): RecordState {
  return {
    binding,
    stored,
    partial: false,
    changes: NOTHING,
    relations: NONE,
    siblings: undefined,
    shown: undefined,
    concealed: undefined,
  }
}
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})
const NONE: readonly string[] = Object.freeze([])

/** A record of an item as it is stored; with `select`, with these attributes only. */
export function hydrateRecord(binding: ModelBinding, item: AttributeMap, select?: readonly string[]): object {
  const record = binding.factory()
  const state = newState(binding, item)
  if (select === undefined) binding.codec.decodeInto(record, item)
  else {
    state.partial = true
    for (const name of select) {
      const value = item[name]
      if (value !== undefined) record[name] = binding.codec.decodeAttribute(name, value)
    }
  }
  setState(record, state)
  return record
}

/** Names of the attributes that are not as they are stored, those with a value that cannot be stored among them. */
export function dirtyNames(record: Attributes, state: RecordState): readonly string[] {
  return [...dirtyAttributes(record, state, []).keys()]
}

/**
 * The attributes that are not as they are stored, with their new form; undefined stands for "to be removed".
 * @param unstorable gets the errors of values that cannot be stored
 */
export function dirtyAttributes(
  record: Attributes,
  state: RecordState,
  unstorable: ValueError[],
  names: readonly string[] = state.binding.codec.names,
): Map<string, AttributeValue | undefined> {
  const { binding, stored } = state
  const dirty = new Map<string, AttributeValue | undefined>()
  for (const name of names) {
    // The version that a record carries is a condition of its next write, no change.
    if (name === binding.schema.version) continue
    const value = record[name]
    const before = stored?.[name]
    if (value === undefined) {
      // What a partial read left out is not a removal; what it left out and was set to undefined is.
      if (state.partial ? Object.hasOwn(record, name) : before !== undefined) dirty.set(name, undefined)
      continue
    }
    try {
      if (before === undefined || !isAsStored(binding.codec, name, value, before))
        dirty.set(name, binding.codec.encodeAttribute(name, value))
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      unstorable.push(error)
      dirty.set(name, undefined)
    }
  }
  return dirty
}

/** True for a value that stands for what is stored. @throws ValueError for one that cannot be stored */
export function isAsStored(codec: ItemCodec, name: string, value: unknown, stored: AttributeValue): boolean {
  // What a `get` function made of it is not what is stored.
  if (codec.getters.has(name)) return isDeepStrictEqual(value, codec.decodeAttribute(name, stored))
  return sameValue(codec.encodeAttribute(name, value), stored)
}

function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if ('S' in a) return 'S' in b && a.S === b.S
  if ('N' in a) return 'N' in b && (a.N === b.N || equalAttributeValues(a, b))
  if ('BOOL' in a) return 'BOOL' in b && a.BOOL === b.BOOL
  return equalAttributeValues(a, b)
}

/** A value in JSON's terms: dates as ISO 8601, sets as lists, binary as base64, integers beyond JSON as text. */
export function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? value.toString() : value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Set) return [...value].map(toPlain)
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return (value as { toJSON(): unknown }).toJSON()
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
}
