import { bindingOf, type ModelClass } from './model-space.js'
import { newState } from './record.js'
import { type RecordState, setState, stateOf } from './record-state.js'

/** The state of a record; one that was made with `new` gets it here. */
export function stateFor(record: object): RecordState {
  const known = stateOf(record)
  if (known !== undefined) return known
  const state = newState(bindingOf(record.constructor as ModelClass))
  setState(record, state)
  return state
}
