import type { AttributeValue } from './attribute-value.js'
import { type Codec, type CodecOptions, codec, decodeOther, encodeOther } from './codec.js'
import { ValueError } from './errors.js'
import { exactNumberOf } from './number-codec.js'

type DateFormat = NonNullable<CodecOptions['dateFormat']>

/** Dates as `toISOString` text (years 0000 to 9999), whole seconds (a fraction is cut off downwards) or milliseconds since 1970. */
export const dateCodecs: Readonly<Record<DateFormat, Codec>> = {
  iso: codec('date', (value, path) => encodeDate(value, path, isoValue), decodeIso),
  unix: codec(
    'date',
    (value, path) => encodeDate(value, path, secondsValue),
    (value, path) => decodeTime(value, path, 1000),
  ),
  unix_ms: codec(
    'date',
    (value, path) => encodeDate(value, path, millisecondsValue),
    (value, path) => decodeTime(value, path, 1),
  ),
}

/** Text of years beyond four digits does not sort by time, in keys and in conditions alike. */
function isoValue(date: Date, path: string): AttributeValue {
  const S = date.toISOString()
  if (S.length === 24) return { S }
  throw new ValueError(
    'VALUE.INVALID_DATE',
    path,
    'is a date outside the years 0000 to 9999',
    'Store its milliseconds, with the type number.',
  )
}

const secondsValue = (date: Date): AttributeValue => ({ N: `${Math.floor(date.getTime() / 1000)}` })
const millisecondsValue = (date: Date): AttributeValue => ({ N: `${date.getTime()}` })

function encodeDate(
  value: unknown,
  path: string,
  stored: (date: Date, path: string) => AttributeValue,
): AttributeValue {
  if (value instanceof Date) return stored(validDate(value, path), path)
  if (typeof value === 'string') return stored(parseIso(value, path), path)
  return encodeOther(
    value,
    path,
    'a Date or ISO 8601 text',
    typeof value === 'number' ? 'Give new Date(milliseconds).' : undefined,
  )
}

export function validDate(date: Date, path: string): Date {
  if (Number.isNaN(date.getTime())) throw new ValueError('VALUE.INVALID_DATE', path, 'is an invalid Date')
  return date
}

const ISO = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})0*)?)?(Z|[+-]\d\d:\d\d))?$/

/** Reads ISO 8601 text that means one instant, to the millisecond: a date (midnight UTC), or a date, time and zone. */
function parseIso(text: string, path: string): Date {
  const parts = ISO.exec(text)
  const date = new Date(text.length > 24 ? text.replace(/(\.\d{3})0+/, '$1') : text)
  // A day that the month does not have rolls over into the next one; the zone's offset must not hide it.
  const [year, month, day] = [Number(parts?.[1]), Number(parts?.[2]), Number(parts?.[3])]
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  if (parts === null || Number.isNaN(date.getTime()) || midnight.getUTCDate() !== day || parts[4] === '24') {
    throw new ValueError(
      'VALUE.INVALID_DATE',
      path,
      'is text that is not an exact ISO 8601 date',
      'Write 2026-01-31, or 2026-01-31T12:00:00.000Z with a zone and at most milliseconds.',
    )
  }
  return date
}

function decodeIso(value: AttributeValue, path: string): Date | null {
  const text = (value as { S?: string }).S
  if (text === undefined) return decodeOther(value, path, 'date', 'S')
  // The form that encode writes, on a day that every month has.
  if (text.length === 24 && text.charCodeAt(23) === 90 && isEarlyDay(text)) {
    const date = new Date(text)
    if (!Number.isNaN(date.getTime())) return date
  }
  return parseIso(text, path)
}

function isEarlyDay(text: string): boolean {
  const tens = text.charCodeAt(8)
  return text.charCodeAt(10) === 84 && (tens < 50 || (tens === 50 && text.charCodeAt(9) < 57))
}

function decodeTime(value: AttributeValue, path: string, unit: number): Date | null {
  const text = (value as { N?: string }).N
  if (text === undefined) return decodeOther(value, path, 'date', 'N')
  const time = exactNumberOf(text)
  const date = new Date(time === undefined ? Number.NaN : time * unit)
  if (Number.isNaN(date.getTime()) || date.getTime() !== (time as number) * unit) {
    throw new ValueError(
      'VALUE.INVALID_DATE',
      path,
      `is stored as a number that is no time in ${unit === 1 ? 'milliseconds' : 'seconds'}`,
    )
  }
  return date
}
