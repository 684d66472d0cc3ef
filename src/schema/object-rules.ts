import type { AttributeSchema } from './entity-schema.js'
import type { LateRule } from './late-rules.js'
import { memberOf } from './rule-spec.js'
import type { Rule } from './rules.js'

/** What a rule object of ts-validation has; its rules are asked one by one, so that each has its message. */
interface RuleObject {
  readonly name?: string
  readonly rules?: readonly RulePart[]
  readonly validate: (value: unknown) => unknown
}
interface RulePart {
  readonly name: string
  readonly test: (value: unknown) => unknown
  readonly message?: string
  readonly params?: object
}

/** The rules of a rule object: its parts one by one, then the whole, which may know more. */
export function objectRules(
  given: unknown,
  type: AttributeSchema['type'],
): { readonly now: readonly Rule[]; readonly late: readonly LateRule[] } {
  const object = given as RuleObject
  const seen = (value: unknown): unknown => asExpected(value, type, object.name)
  const parts = Array.isArray(object.rules) ? object.rules.filter((part) => typeof part.test === 'function') : []
  const rules = parts.map(
    (part): Rule => ({
      rule: part.name,
      words: Object.fromEntries(Object.entries(part.params ?? {}).map(([name, word]) => [name, String(word)])),
      // To ts-validation empty text is none; where there must be some, that is said by then.
      check: failsClosed((value) => value === '' || part.test(seen(value)) === true, textOf(part)),
    }),
  )
  const whole: LateRule = {
    rule: object.name ?? 'validate',
    check: async (value) => {
      const verdict: unknown = await object.validate(seen(value))
      return verdict === true || memberOf(verdict, 'valid') === true ? [] : [{ message: 'is not valid.' }]
    },
  }
  // The rules of ts-validation are all there is to it, unless they are a shape.
  const known = rules.length > 0 && memberOf(given, 'schema') === undefined && object.name !== undefined
  return { now: rules, late: known ? [] : [whole] }
}

/** Its dates are Dates, its timestamps seconds or milliseconds; here all of them may be a date. */
function asExpected(value: unknown, type: AttributeSchema['type'], name: string | undefined): unknown {
  if (type === 'decimal' && typeof value === 'string') return Number(value)
  if (type === 'set' && value instanceof Set) return [...(value as Set<unknown>)]
  if (type !== 'date') return value
  const moment = value instanceof Date ? value : new Date(String(value))
  if (name === 'timestamp' || name === 'unix') return Math.floor(moment.getTime() / 1000)
  return name === 'timestampTz' ? moment.toISOString() : moment
}

function failsClosed(test: (value: unknown) => boolean, message: string): Rule['check'] {
  return (value) => {
    try {
      return test(value) ? undefined : message
    } catch {
      return 'could not be checked: its rule threw.'
    }
  }
}

/** `Must be at least {min} characters long`, with its number, to follow the attribute's name. */
function textOf({ message, params }: RulePart): string {
  if (typeof message !== 'string') return 'is not valid.'
  const text = message.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => (memberOf(params, name) as string | undefined) ?? whole,
  )
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
