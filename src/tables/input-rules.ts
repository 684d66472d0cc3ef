import { suggest } from '../kernel/index.js'
import { kindOf } from '../values/index.js'
import { TableError } from './errors.js'

/** The faults of a value that stands at a place, in words; none when it may be used. */
export type Rule = (value: unknown, at: string) => readonly string[]

/** Refuses (`TABLE.INVALID_INPUT`) input that has faults, naming all of them. */
export function refuse(what: string, faults: readonly string[]): void {
  if (faults.length === 0) return
  throw new TableError('TABLE.INVALID_INPUT', `${what} cannot be done as asked: ${faults.join('; ')}.`, { faults })
}

/** Checks each argument of a function by its name. */
export function checkInput(what: string, given: Readonly<Record<string, unknown>>, rules: Fields): void {
  refuse(
    what,
    Object.entries(rules).flatMap(([name, rule]) => rule(given[name], name)),
  )
}

export type Fields = Readonly<Record<string, Rule>>

/** A value for which a test holds. */
export function rule(allowed: string, holds: (value: unknown) => boolean): Rule {
  return (value, at) => (holds(value) ? [] : [`${at} is ${show(value)}, and must be ${allowed}`])
}

export function optional(inner: Rule): Rule {
  return (value, at) => (value === undefined ? [] : inner(value, at))
}

/** An object of known options. */
export function options(fields: Fields): Rule {
  return (value, at) => {
    if (!isPlain(value)) return [`${at} is ${show(value)}, and must be an object`]
    const inside = (name: string): string => (at === '' ? name : `${at}.${name}`)
    const unknown = Object.keys(value)
      .filter((name) => !Object.hasOwn(fields, name) && value[name] !== undefined)
      .map((name) => {
        const meant = suggest(name, Object.keys(fields))
        return `${inside(name)} is no option; ${meant === undefined ? `options are ${Object.keys(fields).join(', ')}` : `did you mean ${meant}?`}`
      })
    return [...unknown, ...Object.entries(fields).flatMap(([name, field]) => field(value[name], inside(name)))]
  }
}

/** An object of any names. */
export function record(name: Rule, inner: Rule, most: number): Rule {
  return (value, at) => {
    if (!isPlain(value)) return [`${at} is ${show(value)}, and must be an object`]
    const entries = Object.entries(value)
    return [
      ...(entries.length > most ? [`${at} has ${entries.length} entries, and DynamoDB takes ${most}`] : []),
      ...entries.flatMap(([key, each]) => [...name(key, `a name in ${at}`), ...inner(each, `${at}.${key}`)]),
    ]
  }
}

export function list(inner: Rule, least: number, most: number): Rule {
  return (value, at) => {
    if (!Array.isArray(value)) return [`${at} is ${show(value)}, and must be a list`]
    return [
      ...(value.length < least ? [`${at} is empty`] : []),
      ...(value.length > most ? [`${at} has ${value.length} entries, and DynamoDB takes ${most}`] : []),
      ...value.flatMap((each, index) => inner(each, `${at}[${index}]`)),
    ]
  }
}

/** The first rule where the test holds, else the other. */
export function where(holds: (value: unknown) => boolean, then: Rule, otherwise: Rule): Rule {
  return (value, at) => (holds(value) ? then : otherwise)(value, at)
}

export function oneOf(...allowed: readonly (string | boolean)[]): Rule {
  return rule(allowed.map((each) => JSON.stringify(each)).join(' or '), (value) => allowed.includes(value as string))
}

export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): Rule {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return rule(
    `a whole number ${range}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  )
}

export const flag: Rule = oneOf(true, false)

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : kindOf(value)
}
