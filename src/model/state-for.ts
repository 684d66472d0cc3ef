import { ModelNotFoundError } from './errors.js'
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

/** The state of a record that is stored. @throws ModelNotFoundError */
export function savedStateOf(record: object): RecordState {
  const state = stateFor(record)
  if (state.stored !== undefined) return state
  throw new ModelNotFoundError(state.binding.schema.name, 'is not stored: it was never saved, or it was deleted', {
    hint: 'save() writes it as a new row.',
  })
}
