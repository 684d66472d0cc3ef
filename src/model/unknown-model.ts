import { suggest } from '../kernel/index.js'
import { ModelError } from './errors.js'

/** `MODEL.UNKNOWN_MODEL` that names the model that was meant, and says how to register one. */
export function unknownModel(
  name: string,
  known: Iterable<string>,
  message: string,
  details: Readonly<Record<string, string>>,
): ModelError {
  const meant = suggest(name, [...known])
  return new ModelError('MODEL.UNKNOWN_MODEL', message, {
    hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Call registerModels(${name}) where the program starts, or set queryBuilder.modelsPath.`,
    details,
  })
}
