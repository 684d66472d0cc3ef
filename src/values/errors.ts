import { DynamoDBToolingError } from '../kernel/index.js'

export const VALUE_CODES = [
  'VALUE.TYPE',
  'VALUE.TYPE_MISMATCH',
  'VALUE.NOT_A_NUMBER',
  'VALUE.LOSSY_NUMBER',
  'VALUE.NUMBER_RANGE',
  'VALUE.UNDEFINED',
  'VALUE.EMPTY_SET',
  'VALUE.NOT_WELL_FORMED',
  'VALUE.TOO_DEEP',
  'VALUE.JSON',
] as const
export type ValueCode = (typeof VALUE_CODES)[number]

/** A value cannot be stored, or read, without being changed. `details.attribute` names it; the value itself is not told. */
export class ValueError extends DynamoDBToolingError<ValueCode> {
  /** The attribute, or the place inside one: `address.city`, `tags[2]`. */
  get attribute(): string {
    return String(this.details['attribute'])
  }
}

const HINTS: Readonly<Partial<Record<ValueCode, string>>> = {
  'VALUE.LOSSY_NUMBER': "Use the type 'bigint' or 'decimal', which keep up to 38 digits.",
  'VALUE.NUMBER_RANGE': 'DynamoDB holds up to 38 significant digits between 1E-130 and 9.9…E+125.',
  'VALUE.UNDEFINED': 'Leave the element out, or use null.',
  'VALUE.EMPTY_SET': 'DynamoDB has no empty sets: set the attribute to undefined to remove it.',
  'VALUE.NOT_WELL_FORMED':
    'The text holds half of a surrogate pair, which UTF-8 cannot hold; see String.prototype.toWellFormed.',
  'VALUE.TOO_DEEP': 'DynamoDB nests up to 32 levels; a value that contains itself cannot be stored.',
}

export function valueError(
  code: ValueCode,
  attribute: string,
  what: string,
  hint: string | undefined = HINTS[code],
): ValueError {
  return new ValueError(code, `${attribute} ${what}.`, { hint, details: { attribute } })
}

/** What a value is, in words that do not tell it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Set) return 'a Set'
  if (value instanceof Uint8Array) return 'binary'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : 'a date'
  if (typeof value === 'object') {
    const name = (value as { constructor?: { name?: unknown } }).constructor?.name
    return typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object'
  }
  return value === undefined ? 'undefined' : `a ${typeof value}`
}
