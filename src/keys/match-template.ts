import type { AttributeMap } from '../values/index.js'
import type { KeyTemplate } from './key-template.js'
import { isKeyable, plainSegment } from './segment.js'

const ORDERED_NUMBER = /^[01]\d{3,}~?$/
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$/i

/**
 * True for the text of a key that the template could have made. The last plain segment may hold the delimiter only where
 * the item itself has that value: `ORDER#1#ITEM#2` is no `ORDER#{id}`.
 */
export function matchesTemplate(template: KeyTemplate, text: string, item: AttributeMap): boolean {
  const { parts, delimiter } = template
  const plain = template.segments === 'plain'
  let at = 0
  for (const part of parts) {
    if (part.kind === 'text') {
      if (!text.startsWith(part.text, at)) return false
      at += part.text.length
      continue
    }
    const end = text.indexOf(delimiter, at)
    const whole = part === parts.at(-1) ? text.slice(at) : undefined
    const value = item[part.name]
    const own = plain && value !== undefined && isKeyable(value) && plainSegment(value, part.name) === whole
    const segment = whole !== undefined && own ? whole : text.slice(at, end === -1 ? undefined : end)
    if (segment === '' || (part.numeric && !(plain ? PLAIN_NUMBER : ORDERED_NUMBER).test(segment))) return false
    at += segment.length
  }
  return at === text.length
}
