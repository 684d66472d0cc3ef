import { isIP } from 'node:net'
import { suggest } from '../kernel/index.js'
import { type Checked, compare, formatNames, formatTest, isDecimal, lengthOf, type Rule } from './rules.js'

/** Makes a check of the words after the colon; undefined where they are none for this rule. */
type Maker = (words: readonly string[], measure: (value: unknown) => unknown) => Checked | undefined
/** What is wrong with a rule that is written as text. */
export interface RuleFault {
  readonly message: string
  readonly hint: string
}

const holds =
  (test: (value: any) => boolean, message: string): Checked =>
  (value) =>
    test(value) ? undefined : message
const isText = (value: unknown): value is string => typeof value === 'string'
const isNumeric = (value: unknown): boolean => typeof value !== 'object' && isDecimal(value)
const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const isJson = (value: unknown): boolean => {
  try {
    if (!isText(value)) return false
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
const isZone = (value: unknown): boolean => {
  try {
    return isText(value) && new Intl.DateTimeFormat('en', { timeZone: value }).format(0) !== ''
  } catch {
    return false
  }
}
const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : isScalar(value) ? String(value) : '\0'

/** A rule without words. */
const plain =
  (test: (value: any) => boolean, message: string): Maker =>
  (words) =>
    words.length === 0 ? holds(test, message) : undefined
const pattern = (regex: RegExp, message: string): Maker => plain((value) => isText(value) && regex.test(value), message)
/** A rule with one number, about the length of text and lists and the value of numbers. */
const bound =
  (test: (order: number) => boolean, words: string): Maker =>
  ([limit, ...more], measure) =>
    limit !== undefined && more.length === 0 && isDecimal(limit)
      ? holds((value) => test(compare(measure(value), limit)), `must be ${words} ${limit}.`)
      : undefined
/** A rule with one moment. */
const moment =
  (test: (order: number) => boolean, words: string): Maker =>
  (given) => {
    const limit = Date.parse(given.join(','))
    if (Number.isNaN(limit)) return undefined
    return holds(
      (value) => {
        const at = value instanceof Date ? value.getTime() : isText(value) ? Date.parse(value) : Number.NaN
        return !Number.isNaN(at) && test(at - limit)
      },
      `must be ${words} ${given.join(',')}.`,
    )
  }
const affix =
  (test: (text: string, part: string) => boolean, words: string): Maker =>
  (parts) =>
    parts.length === 0
      ? undefined
      : holds(
          (value) => isText(value) && parts.some((part) => test(value, part)),
          `must ${words} ${parts.join(' or ')}.`,
        )
const regex =
  (wanted: boolean): Maker =>
  (words) => {
    const [, source, flags] = /^\/([^]*)\/([dimsuv]*)$/.exec(words.join(',')) ?? []
    if (source === undefined) return undefined
    try {
      const compiled = new RegExp(source, flags)
      return holds(
        (value) => isText(value) && compiled.test(value) === wanted,
        wanted ? 'has the wrong form.' : 'has a form that is not allowed.',
      )
    } catch {
      return undefined
    }
  }

const NAMED: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['string', plain(isText, 'must be text.')],
  ['list', plain(Array.isArray, 'must be a list.')],
  ['object', plain(isPlain, 'must be an object.')],
  ['map', plain(isPlain, 'must be an object.')],
  ['json', plain(isJson, 'must be JSON.')],
  ['timezone', plain(isZone, 'must be a time zone.')],
  ['mac_address', pattern(/^[\da-f]{2}(?:([:-])[\da-f]{2}(?:\1[\da-f]{2}){4})$/i, 'must be a MAC address.')],
  ['numeric', plain(isNumeric, 'must be a number.')],
  ['number', plain(isNumeric, 'must be a number.')],
  ['integer', plain((value) => isNumeric(value) && /^[+-]?\d+$/.test(String(value)), 'must be a whole number.')],
  ['boolean', plain((value) => typeof value === 'boolean', 'must be true or false.')],
  ['array', plain(Array.isArray, 'must be a list.')],
  ['accepted', plain((value) => [true, 1, '1', 'true', 'yes', 'on'].includes(value), 'must be accepted.')],
  ['declined', plain((value) => [false, 0, '0', 'false', 'no', 'off'].includes(value), 'must be declined.')],
  ['filled', plain((value) => lengthOf(value) > 0 || typeof value !== 'string', 'must not be empty.')],
  ['alpha', pattern(/^[\p{L}\p{M}]+$/u, 'must hold letters only.')],
  ['alpha_num', pattern(/^[\p{L}\p{M}\p{N}]+$/u, 'must hold letters and digits only.')],
  ['alpha_dash', pattern(/^[\p{L}\p{M}\p{N}_-]+$/u, 'must hold letters, digits, - and _ only.')],
  ['ascii', pattern(/^\p{ASCII}*$/u, 'must hold ASCII characters only.')],
  ['hex_color', pattern(/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i, 'must be a colour such as #ff8800.')],
  ['lowercase', plain((value) => isText(value) && value === value.toLowerCase(), 'must be in lower case.')],
  ['uppercase', plain((value) => isText(value) && value === value.toUpperCase(), 'must be in upper case.')],
  ['ip', plain((value) => isText(value) && isIP(value) > 0, 'must be an IP address.')],
  ['min', bound((order) => order >= 0, 'at least')],
  ['max', bound((order) => order <= 0, 'at most')],
  ['gte', bound((order) => order >= 0, 'at least')],
  ['lte', bound((order) => order <= 0, 'at most')],
  ['gt', bound((order) => order > 0, 'more than')],
  ['lt', bound((order) => order < 0, 'less than')],
  ['size', bound((order) => order === 0, 'exactly')],
  ['length', bound((order) => order === 0, 'exactly')],
  [
    'between',
    ([low, high, ...more], measure) =>
      low !== undefined && high !== undefined && more.length === 0 && isDecimal(low) && isDecimal(high)
        ? holds(
            (value) => compare(measure(value), low) >= 0 && compare(measure(value), high) <= 0,
            `must be between ${low} and ${high}.`,
          )
        : undefined,
  ],
  [
    'digits',
    ([count, ...more]) =>
      count !== undefined && more.length === 0 && /^\d+$/.test(count)
        ? holds(
            (value) => /^\d+$/.test(textOf(value)) && textOf(value).length === Number(count),
            `must have ${count} digits.`,
          )
        : undefined,
  ],
  [
    'in',
    (words) =>
      words.length === 0
        ? undefined
        : holds((value) => words.includes(textOf(value)), `must be one of ${words.join(', ')}.`),
  ],
  [
    'not_in',
    (words) =>
      words.length === 0
        ? undefined
        : holds((value) => !words.includes(textOf(value)), `must be none of ${words.join(', ')}.`),
  ],
  ['starts_with', affix((text, part) => text.startsWith(part), 'begin with')],
  ['ends_with', affix((text, part) => text.endsWith(part), 'end with')],
  ['after', moment((order) => order > 0, 'after')],
  ['before', moment((order) => order < 0, 'before')],
  ['after_or_equal', moment((order) => order >= 0, 'at or after')],
  ['before_or_equal', moment((order) => order <= 0, 'at or before')],
  ['regex', regex(true)],
  ['not_regex', regex(false)],
])
/** Rules that say no more than what holds without them. */
const SAID_ELSEWHERE: readonly string[] = ['required', 'nullable', 'sometimes', 'optional', 'bail']

/**
 * The check that `min:5` names; nothing for `required`, which the attribute keeps; a fault for a rule nobody can check.
 * @param type of the attribute: whether its value or its length is measured; undefined where each value says it
 */
export function namedRule(
  text: string,
  type: 'value' | 'length' | undefined,
  others: readonly string[],
): Rule | RuleFault | undefined {
  const at = text.indexOf(':')
  const rule = at < 0 ? text : text.slice(0, at)
  const words = at < 0 ? [] : text.slice(at + 1).split(',')
  if (SAID_ELSEWHERE.includes(rule) && at < 0) return undefined
  const format = words.length === 0 ? formatTest(rule) : undefined
  if (format !== undefined)
    return {
      rule,
      check: (value) => {
        const moment = value instanceof Date && (rule === 'date' || rule === 'datetime')
        return (moment && !Number.isNaN(value.getTime())) || format(value) ? undefined : `must be a valid ${rule}.`
      },
    }
  const maker = NAMED.get(rule)
  if (maker === undefined) {
    const known = [...SAID_ELSEWHERE, ...formatNames(), ...NAMED.keys(), ...others]
    const meant = suggest(rule, known)
    return {
      message: `has the rule "${rule}", which nobody can check.`,
      hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Rules are ${known.join(', ')}; for others write a function. A pattern that holds | stands in a list.`,
    }
  }
  const check = text.endsWith(':')
    ? undefined
    : maker(words, (value) => (measuresValue(value, type) ? value : lengthOf(value)))
  if (check === undefined)
    return {
      message: `has the rule "${text}", which is not complete.`,
      hint: 'Write it like min:5, in:a,b or regex:/^a/.',
    }
  return { rule, words: shownWords(rule, words), check }
}

function measuresValue(value: unknown, type: 'value' | 'length' | undefined): boolean {
  return type === 'value' || (type === undefined && (typeof value === 'number' || typeof value === 'bigint'))
}

/** What stands for `:min`, `:max`, `:values` and the rule's own name in a message. */
function shownWords(rule: string, words: readonly string[]): Readonly<Record<string, string>> {
  const [first = '', second = ''] = words
  return {
    ...(rule === 'between' ? { min: first, max: second } : { [rule]: first }),
    values: words.join(', '),
  }
}
