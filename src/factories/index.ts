export {
  type FactoryDefinition,
  type FactoryDraft,
  type FactoryState,
  type FactoryValues,
} from './definition.js'
export { FACTORY_CODES, FactoryError } from './errors.js'
export { Factory } from './factory.js'
export {
  randomBoolean,
  randomDate,
  randomElement,
  randomElements,
  randomFloat,
  randomInt,
  randomString,
  randomUuid,
  uniqueEmail,
  uniqueId,
} from './random-values.js'
