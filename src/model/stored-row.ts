import { addIndexKeys, storedKeyOf } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import { ModelNotFoundError } from './errors.js'
import { markStored } from './insert.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { isAbsent } from './row-conditions.js'

/** New values of attributes in their stored form; undefined stands for "to be removed". */
export type Changed = ReadonlyMap<string, AttributeValue | undefined>

export const NO_CHANGE: Changed = new Map()

/** What the changes make of a stored item. */
export function applyChanges(stored: AttributeMap, changed: Changed): Record<string, AttributeValue> {
  const next: Record<string, AttributeValue> = { ...stored }
  for (const [name, value] of changed) {
    if (value === undefined) delete next[name]
    else next[name] = value
  }
  return next
}

/** A stored item after a change of attributes: with its index keys as they are now, where all of them are known. */
export function storedAfter({ binding: { design }, partial }: RecordState, next: AttributeMap): AttributeMap {
  if (partial) return next
  const item: Record<string, AttributeValue> = { ...next }
  for (const path of design.secondary) for (const name of path.synthetic) delete item[name]
  addIndexKeys(design, item)
  return item
}

/** After an acknowledged update: the stored item, what changed for `wasChanged`, values in their read form. */
export function finishUpdate(record: Attributes, state: RecordState, next: AttributeMap, changed: Changed): void {
  markStored(record, state, storedAfter(state, next))
  const { codec, schema } = state.binding
  const version = schema.version === undefined ? undefined : next[schema.version]
  if (version !== undefined) record[schema.version as string] = codec.decodeAttribute(schema.version as string, version)
  // What is taken away is no longer a change that waits.
  if (state.partial) for (const [name, value] of changed) if (value === undefined) delete record[name]
  const names = [...changed.keys()].filter(
    (name) => schema.attribute.get(name)?.blindIndexOf === undefined && schema.attribute.has(name),
  )
  state.changes = Object.fromEntries(names.map((name) => [name, record[name]]))
}

/** True for an item that has the new values. */
export function holds(item: AttributeMap, changed: Changed): boolean {
  return [...changed].every(([name, value]) => {
    const now = item[name]
    return value === undefined ? now === undefined : now !== undefined && equalAttributeValues(now, value)
  })
}

/**
 * Another writer changed the row: its state becomes the stored one, and the attributes that this record did not change
 * take its values. Those it changed stay, and are tried again.
 */
export function takeOver(record: Attributes, state: RecordState, item: AttributeMap, changed: Changed): void {
  const { binding } = state
  for (const name of binding.codec.names) {
    if (changed.has(name) || (state.partial && !Object.hasOwn(record, name))) continue
    const value = item[name]
    if (value === undefined) delete record[name]
    else record[name] = binding.codec.decodeAttribute(name, value)
  }
  state.stored = item
}

/** Reads the whole row of a record, strongly consistent. */
export async function readStored(record: Attributes, state: RecordState, changed: Changed): Promise<AttributeMap> {
  const { binding } = state
  const { Item } = await binding.readRow(storedKeyOf(binding.table, binding.design, state.stored as AttributeMap))
  if (isAbsent(Item, state)) throw gone(binding, 'cannot be written: the row is not there')
  takeOver(record, state, Item, changed)
  return Item
}

export function gone(binding: ModelBinding, what: string): ModelNotFoundError {
  return new ModelNotFoundError(binding.schema.name, what, { hint: 'It was deleted, or never saved.' })
}
