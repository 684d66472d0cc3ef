import { DynamoDBToolingError } from '../kernel/index.js'

export const VALUE_CODES = {
  'VALUE.WRONG_TYPE': 'Give a value of the type the message names, or give the attribute a cast.',
  'VALUE.TYPE_MISMATCH': 'Declare the type that is stored, or migrate the stored items.',
  'VALUE.UNSUPPORTED': 'Turn it into a plain object, a list, text, a number or binary first.',
  'VALUE.UNDEFINED': 'Use null for "no value", or take the element out.',
  'VALUE.INVALID_NAME': 'Rename the member.',
  'VALUE.NOT_WELL_FORMED': 'Cut text between characters, or use the type binary for raw bytes.',
  'VALUE.NUMBER_RANGE': 'Round the number, or store it as text.',
  'VALUE.LOSSY_NUMBER': 'Declare the attribute as bigint or decimal.',
  'VALUE.INVALID_DATE': 'Give a valid Date; for a stored one, check the format that the items were written in.',
  'VALUE.INVALID_BINARY': 'Other software wrote the item: correct it there.',
  'VALUE.INVALID_JSON': 'Other software wrote the item: correct it, or declare the attribute as string.',
  'VALUE.CAST_FAILED': 'Let the get function of the cast take what is stored, or migrate the stored items.',
  'VALUE.EMPTY_SET': 'Remove the attribute instead (set it to undefined), or store null.',
  'VALUE.MIXED_SET': 'A set holds text, numbers or binary, one of them; use a list.',
  'VALUE.TOO_DEEP': 'Store less nested data, or JSON text; look for an object that holds itself.',
} as const

export type ValueCode = keyof typeof VALUE_CODES

/**
 * A value that cannot be stored, or read back, exactly. `details.attribute` is the place of the value (`address.city`,
 * `tags[2]`); the value itself is neither in the message nor in the details.
 */
export class ValueError extends DynamoDBToolingError<ValueCode> {
  static override readonly nextSteps: typeof VALUE_CODES = VALUE_CODES
  readonly #place: string
  readonly #problem: string

  /** @param problem what is wrong, to follow the name of the attribute: "is a number, not text" */
  constructor(code: ValueCode, place: string, problem: string, hint?: string, cause?: unknown) {
    const named = place !== '' && !place.startsWith('.') && !place.startsWith('[')
    super(code, named ? `Attribute "${place}" ${problem}.` : `The value ${problem}.`, {
      hint,
      cause,
      details: place === '' ? {} : { attribute: place },
    })
    this.#place = place
    this.#problem = problem
  }

  /** The attribute, or the place inside one: `address.city`, `tags[2]`; empty when the value has no name. */
  get attribute(): string {
    return this.#place
  }

  /** The same error, seen from outside the list or map that holds the value. */
  static inside(error: unknown, container: string): unknown {
    if (!(error instanceof ValueError)) return error
    return new ValueError(error.code, container + error.#place, error.#problem, error.hint, error.cause)
  }
}

/** What kind of thing a JS value is, in words; never the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return typeof value === 'string' ? 'text' : `a ${typeof value}`
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null
  const maker = prototype?.constructor
  if (prototype === null || maker === Object) return 'an object'
  return typeof maker === 'function' && maker.name !== '' ? `an instance of ${maker.name}` : 'an instance of a class'
}
