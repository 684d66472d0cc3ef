import { compareNumberText, kindOf } from '../values/index.js'
import type { AttributeSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'

/** Says what is wrong with a value that is there, or undefined. The message follows the attribute's name. */
export type Rule = {
  readonly rule: string
  /** What stands for `:min` and the like in messages. */
  readonly words?: Readonly<Record<string, string>>
  readonly check: Checked
}
export type Checked = (value: any) => string | undefined

/** No part of what is before the @ is empty, and the host has a dot. */
const EMAIL =
  /^[^\s@"(),:;<>[\\\].]+(?:\.[^\s@"(),:;<>[\\\].]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/
const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i],
  ['ulid', /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i],
  ['ipv4', /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/],
  ['slug', /^[a-z0-9]+(?:-[a-z0-9]+)*$/],
])
const PARSED: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['email', (text) => text.length <= 254 && text.lastIndexOf('@') <= 64 && EMAIL.test(text)],
  // A host must be there: `javascript:alert(1)` is none.
  ['url', (text) => /^[a-z][a-z\d+.-]*:\/\/[^/?#]/i.test(text) && URL.canParse(text)],
  ['date', (text) => isDay(text)],
  ['datetime', (text) => DATETIME.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))],
  ['ipv6', (text) => text.includes(':') && URL.canParse(`http://[${text}]/`)],
])

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const isText = (value: unknown): boolean => typeof value === 'string'
const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const TYPE_CHECKS: Readonly<Record<AttributeSchema['type'], { is: (value: unknown) => boolean; a: string }>> = {
  string: { is: isText, a: 'a string' },
  number: { is: (value) => typeof value === 'number', a: 'a number' },
  boolean: { is: (value) => typeof value === 'boolean', a: 'true or false' },
  date: {
    is: (value) =>
      value instanceof Date
        ? !Number.isNaN(value.getTime())
        : isText(value) && !Number.isNaN(Date.parse(value as string)),
    a: 'a Date or ISO 8601 text',
  },
  list: { is: Array.isArray, a: 'a list' },
  map: { is: isPlain, a: 'an object' },
  set: { is: (value) => value instanceof Set, a: 'a Set' },
  binary: { is: (value) => value instanceof Uint8Array || value instanceof ArrayBuffer, a: 'a Uint8Array' },
  bigint: { is: (value) => typeof value === 'bigint', a: 'a bigint' },
  decimal: {
    is: (value) => isText(value) || typeof value === 'number' || typeof value === 'bigint',
    a: 'a decimal number',
  },
  json: { is: () => true, a: 'JSON' },
  any: { is: () => true, a: 'anything' },
}

/** Equal as values of attributes are: dates by their moment, bytes by their content. */
function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return Object.is(a, b)
}

/** The synchronous rules of an attribute, its type first. */
export function rulesOf(attribute: AttributeSchema, model: string): readonly Rule[] {
  const { options, type } = attribute
  const rules: Rule[] = []
  if (typeof attribute.cast !== 'object') {
    const { is, a } = TYPE_CHECKS[type]
    rules.push({ rule: 'type', check: (value) => (is(value) ? undefined : `must be ${a}, not ${nameOf(value)}.`) })
  }
  const allowed = options.enum
  if (allowed !== undefined)
    rules.push({
      rule: 'enum',
      check: (value) =>
        allowed.some((each) => isSame(each, value)) ? undefined : `must be one of ${allowed.map(show).join(', ')}.`,
    })
  const { min, max, minLength, maxLength } = options
  if (min !== undefined)
    rules.push({
      rule: 'min',
      words: { min: show(min) },
      check: (value) => (compare(value, min) < 0 ? `must be at least ${show(min)}.` : undefined),
    })
  if (max !== undefined)
    rules.push({
      rule: 'max',
      words: { max: show(max) },
      check: (value) => (compare(value, max) > 0 ? `must be at most ${show(max)}.` : undefined),
    })
  if (minLength !== undefined)
    rules.push({
      rule: 'minLength',
      words: { min: show(minLength) },
      check: (value) => (lengthOf(value) < minLength ? `must have a length of at least ${minLength}.` : undefined),
    })
  if (maxLength !== undefined)
    rules.push({
      rule: 'maxLength',
      words: { max: show(maxLength) },
      check: (value) => (lengthOf(value) > maxLength ? `must have a length of at most ${maxLength}.` : undefined),
    })
  if (options.pattern !== undefined) {
    const pattern = patternOf(attribute.name, options.pattern, model)
    rules.push({
      rule: 'pattern',
      check: (value) => {
        pattern.lastIndex = 0
        return pattern.test(String(value)) ? undefined : `must match ${String(pattern)}.`
      },
    })
  }
  if (options.format !== undefined) rules.push(formatRule(attribute.name, options.format, model))
  return rules
}

function patternOf(attribute: string, pattern: RegExp | string, model: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch (cause) {
    throw new SchemaError('SCHEMA.INVALID_ATTRIBUTE', `${model}.${attribute} has a pattern that is none.`, { cause })
  }
}

/** The test of a format by its name. */
export function formatTest(format: string): ((value: unknown) => boolean) | undefined {
  const pattern = FORMATS.get(format)
  const test = pattern === undefined ? PARSED.get(format) : (text: string): boolean => pattern.test(text)
  return test && ((value) => typeof value === 'string' && test(value))
}

export function formatNames(): readonly string[] {
  return [...FORMATS.keys(), ...PARSED.keys()]
}

function formatRule(attribute: string, format: string, model: string): Rule {
  const test = formatTest(format)
  if (test === undefined) {
    throw new SchemaError(
      'SCHEMA.INVALID_ATTRIBUTE',
      `${model}.${attribute} has the format "${format}", which nobody can check.`,
      {
        hint: `Formats are ${formatNames().join(', ')}; for others use pattern or validate.`,
      },
    )
  }
  return { rule: 'format', check: (value) => (test(value) ? undefined : `must be a valid ${format}.`) }
}

/** True for a day of the calendar: no 30th of February. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const day = new Date(text)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function nameOf(value: unknown): string {
  if (value instanceof Date) return 'an invalid Date'
  return typeof value === 'string' ? 'a string' : kindOf(value)
}

function show(limit: unknown): string {
  return limit instanceof Date ? limit.toISOString() : String(limit)
}

/** Orders numbers, bigints, decimal text and dates; anything else compares as equal, for the type rule to refuse. */
export function compare(value: unknown, limit: unknown): number {
  // Decimal text holds more digits than a JS number.
  if ((isText(value) || isText(limit)) && isDecimal(value) && isDecimal(limit))
    return compareNumberText(`${value}`, `${limit}`)
  const [a, b] = [comparable(value), comparable(limit)]
  if (a === undefined || b === undefined) return 0
  return a < b ? -1 : a > b ? 1 : 0
}

export function isDecimal(value: unknown): value is string | number | bigint {
  return typeof value === 'string' ? DECIMAL.test(value) : typeof value === 'bigint' || Number.isFinite(value)
}

function comparable(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Date) return value.getTime()
  if (typeof value !== 'string') return undefined
  const number = Number(value)
  if (!Number.isNaN(number)) return number
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : date
}

export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length
  if (Array.isArray(value)) return value.length
  if (value instanceof Set) return value.size
  if (value instanceof Uint8Array) return value.byteLength
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}
