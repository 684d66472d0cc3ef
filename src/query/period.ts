import { COMPARATORS } from '../expressions/index.js'
import { type DatePart, secondsOfDay } from '../values/index.js'
import type { Where } from './where.js'

/** A day, month or year in UTC, by its first and its last millisecond. */
interface Period {
  readonly first: Date
  readonly last: Date
}

const PERIOD = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/

/** The period that `2026`, `2026-01` or `2026-01-31` names; undefined for other text, and for days that no month has. */
export function periodOf(text: string): Period | undefined {
  const [, year, month, day] = PERIOD.exec(text) ?? []
  if (year === undefined) return undefined
  const at = (y: number, m: number, d: number): Date => {
    const date = new Date(0)
    date.setUTCFullYear(y, m, d)
    return date
  }
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)]
  const first = at(y, m, d)
  if (first.getUTCMonth() !== m || first.getUTCDate() !== d) return undefined
  const next = day !== undefined ? at(y, m, d + 1) : month !== undefined ? at(y, m + 1, 1) : at(y + 1, 0, 1)
  return { first, last: new Date(next.getTime() - 1) }
}

/** The day of a Date, or that `2026-01-31` names. */
export function dayOf(given: unknown): Period | undefined {
  if (typeof given === 'string') return given.length === 10 ? periodOf(given) : undefined
  if (!(given instanceof Date) || Number.isNaN(given.getTime())) return undefined
  return periodOf(given.toISOString().slice(0, 10))
}

/** `attribute op period`: before its first millisecond, after its last, or in between. One range of keys, whatever the format. */
export function inPeriod(attribute: string, op: string, { first, last }: Period): Where {
  const compare = (op: '<' | '<=' | '>' | '>=', value: Date): Where => ({ kind: 'compare', attribute, op, value })
  switch (COMPARATORS[op]) {
    case '<':
      return compare('<', first)
    case '<=':
      return compare('<=', last)
    case '>':
      return compare('>', last)
    case '>=':
      return compare('>=', first)
    case '<>':
      return { kind: 'not', where: { kind: 'between', attribute, low: first, high: last } }
    default:
      return { kind: 'between', attribute, low: first, high: last }
  }
}

/** `part of attribute op value`, which no range of keys is. */
export function onPart(attribute: string, op: string, part: DatePart, value: number): Where {
  const comparator = COMPARATORS[op] ?? '='
  if (comparator === '<>') return { kind: 'not', where: onPart(attribute, '=', part, value) }
  return { kind: 'date-part', attribute, part, op: comparator, value }
}

/** Seconds since midnight of `10:30`, `10:30:15`, or a Date. */
export function timeOf(given: unknown): number | undefined {
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? undefined : secondsOfDay(given)
  const [, hours, minutes, seconds] = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(String(given)) ?? []
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)
}

/** A whole number from 1 to `most`, or its digits. */
export function numberTo(most: number, given: unknown): number | undefined {
  const number = typeof given === 'string' && /^\d{1,2}$/.test(given) ? Number(given) : given
  return Number.isInteger(number) && (number as number) >= 1 && (number as number) <= most
    ? (number as number)
    : undefined
}
