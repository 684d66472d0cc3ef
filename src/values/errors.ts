import { DynamoDBToolingError } from '../kernel/index.js'

export const VALUE_CODES = [
  'VALUE.WRONG_TYPE',
  'VALUE.TYPE_MISMATCH',
  'VALUE.UNSUPPORTED',
  'VALUE.UNDEFINED',
  'VALUE.INVALID_NAME',
  'VALUE.NOT_WELL_FORMED',
  'VALUE.NUMBER_RANGE',
  'VALUE.LOSSY_NUMBER',
  'VALUE.INVALID_DATE',
  'VALUE.INVALID_BINARY',
  'VALUE.INVALID_JSON',
  'VALUE.EMPTY_SET',
  'VALUE.MIXED_SET',
  'VALUE.TOO_DEEP',
] as const

export type ValueCode = (typeof VALUE_CODES)[number]

/**
 * A value that cannot be stored, or read back, exactly. `details.attribute` is the place of the value (`address.city`,
 * `tags[2]`); the value itself is neither in the message nor in the details.
 */
export class ValueError extends DynamoDBToolingError<ValueCode> {
  readonly #place: string
  readonly #problem: string

  /** @param problem what is wrong, to follow the name of the attribute: "is a number, not text" */
  constructor(code: ValueCode, place: string, problem: string, hint?: string) {
    const named = place !== '' && !place.startsWith('.') && !place.startsWith('[')
    super(code, named ? `Attribute "${place}" ${problem}.` : `The value ${problem}.`, {
      hint,
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
    return new ValueError(error.code, container + error.#place, error.#problem, error.hint)
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
  return typeof maker === 'function' && maker.name !== '' ? `a ${maker.name}` : 'an instance of a class'
}
