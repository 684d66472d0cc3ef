import { kindOf } from '../values/index.js'
import { ModelError, ModelNotFoundError } from './errors.js'
import { isModel } from './model-class.js'
import { bindingOf } from './model-space.js'
import { newState } from './record.js'
import { type RecordState, setState, stateOf } from './record-state.js'

/**
 * The state of a record; one that was made with `new` gets it here.
 * @throws ModelError `MODEL.INVALID_INPUT` for what is no record of a model
 */
export function stateFor(record: object): RecordState {
  const given = typeof record === 'object' && record !== null
  const known = given ? stateOf(record) : undefined
  if (known !== undefined) return known
  const model = given ? (record.constructor as unknown) : undefined
  if (!isModel(model))
    throw new ModelError('MODEL.INVALID_INPUT', `A record of a model is wanted, not ${kindOf(record)}.`, {
      hint: 'Give what find, create or make gave; for a key, give the model before it: (User, key).',
    })
  const state = newState(bindingOf(model))
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
