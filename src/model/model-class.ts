import { kindOf } from '../values/index.js'
import { ModelError } from './errors.js'
import type { ModelClass } from './model-space.js'

/** True for a model class. */
export function isModel(given: unknown): given is ModelClass {
  return typeof given === 'function' && typeof (given as { query?: unknown }).query === 'function'
}

/** @throws ModelError `MODEL.INVALID_INPUT` for what is no model class */
export function checkModel(model: unknown): asserts model is ModelClass {
  if (isModel(model)) return
  throw new ModelError('MODEL.INVALID_INPUT', `A model is a class, not ${kindOf(model)}.`, {
    hint: 'Give the class itself (User), not its name.',
  })
}
