import { type AttributeValue, canonicalNumber } from '../values/index.js'
import type { KeyTemplate } from './key-template.js'
import { decodeOrderedNumber } from './ordered-number.js'
import { unescapeSegment } from './segment.js'

const ORDERED_NUMBER = /^(?:1\d{3,}|0\d{4,}~)$/
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$/i
const HEX = /^(?:[0-9a-f]{2})*$/

/** How a value in a key is stored as an attribute: text, a number, true or false, or bytes. */
export type SegmentType = 'S' | 'N' | 'BOOL' | 'B'

/**
 * The segments of a key's text by attribute, as they stand there; undefined for text that the template did not make.
 * Of a plain template the last one is all that is left.
 */
export function readTemplate(template: KeyTemplate, text: string): ReadonlyMap<string, string> | undefined {
  const { parts, delimiter, segments } = template
  const found = new Map<string, string>()
  let at = 0
  for (const part of parts) {
    if (part.kind === 'text') {
      if (!text.startsWith(part.text, at)) return undefined
      at += part.text.length
      continue
    }
    const last = part === parts.at(-1)
    const next = last && segments === 'plain' ? -1 : text.indexOf(delimiter, at)
    const segment = text.slice(at, next === -1 ? undefined : next)
    found.set(part.name, segment)
    at += segment.length
  }
  return at === text.length ? found : undefined
}

/** The value that a segment of a key was made of; undefined for text that no such value makes. */
export function decodeSegment(
  segment: string,
  type: SegmentType,
  segments: KeyTemplate['segments'],
): AttributeValue | undefined {
  switch (type) {
    case 'S':
      return { S: segments === 'plain' ? segment : unescapeSegment(segment) }
    case 'N':
      if (segments === 'plain') return PLAIN_NUMBER.test(segment) ? { N: canonicalNumber(segment) } : undefined
      return ORDERED_NUMBER.test(segment) ? { N: decodeOrderedNumber(segment) } : undefined
    case 'BOOL':
      return segment === 'true' || segment === 'false' ? { BOOL: segment === 'true' } : undefined
    case 'B':
      return HEX.test(segment) ? { B: Buffer.from(segment, 'hex').toString('base64') } : undefined
  }
}
