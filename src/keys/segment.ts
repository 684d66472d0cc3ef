import { type AttributeValue, canonicalNumber } from '../values/index.js'
import { KeyError } from './errors.js'
import { encodeOrderedNumber } from './ordered-number.js'

const LAST_ESCAPED = 0x25 // '%'

/**
 * Escapes text for one segment of a key: every character up to `%` (and the delimiter's first) becomes `%XX`.
 *
 * All escaped characters and the default delimiter `#` sort below every character left as it is, so with that
 * delimiter the order of keys is the order of their values, segment by segment, and no value can reach into another
 * key. With a delimiter above `%` the second promise holds and the first does not: see `ordersByValue`.
 */
export function escapeSegment(text: string, delimiter: string): string {
  const special = delimiter.charCodeAt(0)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= LAST_ESCAPED || code === special) return escapeFrom(text, i, special)
  }
  return text
}

function escapeFrom(text: string, first: number, special: number): string {
  let out = text.slice(0, first)
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i)
    out += code <= LAST_ESCAPED || code === special ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : text[i]
  }
  return out
}

/** The text that `escapeSegment` was given. */
export function unescapeSegment(segment: string): string {
  if (!segment.includes('%')) return segment
  return segment.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** True when the order of keys with this delimiter is the order of their string values. */
export function ordersByValue(delimiter: string): boolean {
  return delimiter.charCodeAt(0) < LAST_ESCAPED
}

/**
 * One attribute's value as a segment of a key. Numbers are written so that text order is number order, binary as
 * lower-case hex, strings (and dates stored as ISO 8601 text) escaped.
 *
 * @throws KeyError `KEY.TYPE` for a value that cannot be part of a key (map, list, set, null)
 */
export function encodeSegment(value: AttributeValue, delimiter: string, attribute: string): string {
  if ('S' in value) return escapeSegment(value.S, delimiter)
  return 'N' in value ? encodeOrderedNumber(value.N) : plainSegment(value, attribute)
}

/**
 * One attribute's value as other programs put it into keys: text as it is, a number in plain decimals.
 *
 * @throws KeyError `KEY.TYPE` for a value that cannot be part of a key (map, list, set, null)
 */
export function plainSegment(value: AttributeValue, attribute: string): string {
  if ('S' in value) return value.S
  if ('N' in value) return canonicalNumber(value.N)
  if ('BOOL' in value) return value.BOOL ? 'true' : 'false'
  if ('B' in value) return Buffer.from(value.B, 'base64').toString('hex')
  throw new KeyError('KEY.TYPE', `A ${Object.keys(value)[0]} value of "${attribute}" cannot be part of a key.`, {
    details: { attribute },
  })
}

/** True when the value can stand in a key template: null, maps, lists and sets cannot. */
export function isKeyable(value: AttributeValue): boolean {
  return 'S' in value || 'N' in value || 'BOOL' in value || 'B' in value
}
