import { suggest } from '../kernel/index.js'
import { kindOf } from '../values/index.js'
import { secondsOf } from './duration.js'

/** What an option may be. */
export interface OptionKind {
  /** In words, to follow "must be". */
  readonly a: string
  readonly accepts: (value: unknown) => boolean
}

/** The kind of every option of a definition: a new option does not compile until it is named here. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: OptionKind }

const kind = (a: string, accepts: OptionKind['accepts']): OptionKind => Object.freeze({ a, accepts })

export const ANYTHING: OptionKind = kind('anything', () => true)
export const FLAG: OptionKind = kind('true or false', (value) => typeof value === 'boolean')
export const TEXT: OptionKind = kind('text', (value) => typeof value === 'string' && value !== '')
export const FUNCTION: OptionKind = kind('a function', (value) => typeof value === 'function')
export const TEXT_OR_FUNCTION: OptionKind = kind(
  'text or a function',
  (value) => TEXT.accepts(value) || typeof value === 'function',
)
export const LENGTH: OptionKind = kind(
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)
export const COUNT: OptionKind = kind(
  'a whole number from 1',
  (value) => Number.isSafeInteger(value) && (value as number) >= 1,
)
export const NAMES: OptionKind = kind(
  'a list of names',
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
)
export const CHOICES: OptionKind = kind('a list of values', (value) => Array.isArray(value) && value.length > 0)
export const OBJECT: OptionKind = kind(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)
/** A method of the class's own may have such a name, too. */
export const SETTING: OptionKind = kind('true, false, text or an object', (value) =>
  ['boolean', 'string', 'object', 'function'].includes(typeof value),
)
export const FLAG_OR_OPTIONS: OptionKind = kind('true, false or an object', (value) =>
  ['boolean', 'object'].includes(typeof value),
)
export const LIFETIME: OptionKind = kind(
  "a number of seconds, or text such as '90s', '12h', '30d'",
  (value) => secondsOf(value) !== undefined,
)
/** What the rules `min` and `max` can compare with: they would let everything pass otherwise. */
export const BOUND: OptionKind = kind('a number, a decimal number as text, or a date', (value) =>
  typeof value === 'string'
    ? value.trim() !== '' && (!Number.isNaN(Number(value)) || !Number.isNaN(Date.parse(value)))
    : typeof value === 'bigint' || (value instanceof Date ? !Number.isNaN(value.getTime()) : isNumber(value)),
)
export const PATTERN: OptionKind = kind(
  'a regular expression, or its text',
  (value) => typeof value === 'string' || Object.prototype.toString.call(value) === '[object RegExp]',
)
/** Some libraries make schemas that are functions. */
export const STANDARD_SCHEMA: OptionKind = kind('a Standard Schema (zod, valibot, arktype …)', (value) => {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard']
  return typeof standard?.validate === 'function'
})
export const MODEL: OptionKind = kind(
  'the name of a model, or a function that returns it',
  (value) => (typeof value === 'string' && value !== '') || typeof value === 'function',
)

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}

/** What is wrong with options, to follow the name of what they belong to; undefined when nothing is. */
export function faultIn(
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
): { readonly message: string; readonly hint?: string } | undefined {
  for (const [name, value] of Object.entries(options)) {
    const allowed = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (allowed === undefined) {
      const meant = suggest(name, Object.keys(kinds))
      return {
        message: `has an unknown option "${name}".`,
        hint: meant === undefined ? `Options are ${Object.keys(kinds).join(', ')}.` : `Did you mean "${meant}"?`,
      }
    }
    if (value !== undefined && !allowed.accepts(value))
      return { message: `has the option "${name}", which must be ${allowed.a}, not ${kindOf(value)}.` }
  }
  return undefined
}
