import { DELETION, type WriteEvents } from './events.js'
import type { Key } from './find.js'
import { listens } from './fire.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import { recordOfKey } from './record-of-key.js'
import { savedStateOf } from './state-for.js'
import { NO_CHANGE, readStored } from './stored-row.js'

/**
 * The record of a key, for a write: of what it was read for nothing is known, unless hooks are told of the write. They see
 * the whole row, which is read for them.
 *
 * @throws ModelNotFoundError where it is read and not there
 */
export async function knownRecord(binding: ModelBinding, key: Key, events: WriteEvents): Promise<Attributes> {
  const record = recordOfKey(binding, key, events === DELETION ? 'with' : 'without')
  if (!listens(binding, [...events.before, ...events.after])) return record
  const state = savedStateOf(record)
  binding.codec.decodeInto(record, await readStored(record, state, NO_CHANGE))
  state.partial = false
  return record
}
