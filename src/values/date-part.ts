import type { AttributeValue } from './attribute-value.js'
import type { CodecOptions } from './codec.js'
import { dateCodecs } from './date-codec.js'

/** What can be asked of a date apart from when it is: the month (1 to 12), the day of the month, seconds since midnight. */
export type DatePart = 'month' | 'day' | 'time'

/** A part of a stored date, in UTC; undefined for what is no date in this format. */
export function datePartOf(
  value: AttributeValue,
  part: DatePart,
  format: NonNullable<CodecOptions['dateFormat']>,
): number | undefined {
  let date: unknown
  try {
    date = dateCodecs[format].decode(value, '')
  } catch {
    return undefined
  }
  if (!(date instanceof Date)) return undefined
  if (part === 'month') return date.getUTCMonth() + 1
  return part === 'day' ? date.getUTCDate() : secondsOfDay(date)
}

/** Whole seconds since midnight UTC. */
export function secondsOfDay(date: Date): number {
  return date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds()
}
