import { stateOf } from './record-state.js'

/**
 * Records are made without the class's field initialisers, so `attributes`, `relationships` and `scopes` are not fields of theirs.
 * What the types say of them is answered here, from the definition.
 */
export function answerDefinitions(prototype: object): void {
  for (const field of ['attributes', 'relationships', 'scopes'] as const)
    Object.defineProperty(prototype, field, {
      configurable: true,
      get(this: object) {
        return stateOf(this)?.binding.schema.definition[field]
      },
      // For compilers that assign the fields of a class instead of defining them.
      set(this: object, value: unknown) {
        Object.defineProperty(this, field, { value, writable: true, enumerable: true, configurable: true })
      },
    })
}
