import type { AttributeMap, AttributeValue } from '../values/index.js'
import { KeyError } from './errors.js'
import { encodeSegment, isKeyable, ordersByValue, plainSegment } from './segment.js'

/** A piece of a key template: fixed text, or the place of an attribute. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'attribute'; readonly name: string /** Stored as N. */; readonly numeric: boolean }

/** How values stand in keys: escaped and in the order of their values, or plain, as other programs write them. */
export type Segments = 'escaped' | 'plain'

/** `USER#{id}` taken apart: how one key attribute's text is made from the attributes of an item. Frozen plain data. */
export interface KeyTemplate {
  readonly kind: 'key-template'
  /** As people read it: `USER#{id}`. */
  readonly text: string
  readonly parts: readonly TemplatePart[]
  /** Attributes it needs, in order, each once. */
  readonly attributes: readonly string[]
  readonly delimiter: string
  readonly segments: Segments
}

export interface TemplateOptions {
  /** Default `escaped`. */
  readonly segments?: Segments
  /** True for attributes that are stored as N. Default: none is. */
  readonly isNumeric?: (attribute: string) => boolean
}

const PLACE = /\{\{?\s*([^{}\s]+)\s*\}?\}/g

/**
 * Reads a key template. `USER#{id}` and `USER#{{id}}` mean the same.
 *
 * @throws KeyError `KEY.TEMPLATE` for stray braces, an empty template, or two attributes with no text between them
 */
export function parseKeyTemplate(text: string, delimiter: string, options: TemplateOptions = {}): KeyTemplate {
  const parts: TemplatePart[] = []
  let end = 0
  for (const match of text.matchAll(PLACE)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) })
    else if (end > 0) throw fault(text, 'has two attributes side by side: put the delimiter between them')
    const name = match[1] as string
    parts.push({ kind: 'attribute', name, numeric: options.isNumeric?.(name) ?? false })
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  if (parts.length === 0) throw fault(text, 'is empty')
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'text') {
      if (/[{}]/.test(part.text)) throw fault(text, 'has a brace that is not closed')
      continue
    }
    const after = parts[i + 1]
    if (after?.kind === 'text' && !after.text.startsWith(delimiter))
      throw fault(text, `needs the delimiter "${delimiter}" right after {${part.name}}`)
  }
  return templateOf(parts, delimiter, options.segments ?? 'escaped')
}

function templateOf(parts: readonly TemplatePart[], delimiter: string, segments: Segments): KeyTemplate {
  const names = parts.flatMap((part) => (part.kind === 'attribute' ? [part.name] : []))
  return Object.freeze({
    kind: 'key-template',
    text: parts.map((part) => (part.kind === 'text' ? part.text : `{${part.name}}`)).join(''),
    parts: Object.freeze(parts.map((part) => Object.freeze(part))),
    attributes: Object.freeze([...new Set(names)]),
    delimiter,
    segments,
  })
}

function fault(text: string, what: string): KeyError {
  return new KeyError('KEY.TEMPLATE', `The key template "${text}" ${what}.`, {
    details: { template: text },
  })
}

/** A value in a key of the template. @throws KeyError `KEY.TYPE` for a value that cannot be part of a key */
export function segmentOf({ segments, delimiter }: KeyTemplate, value: AttributeValue, attribute: string): string {
  return segments === 'plain' ? plainSegment(value, attribute) : encodeSegment(value, delimiter, attribute)
}

/**
 * The key text for an item, or undefined when an attribute of the template is absent or null: then the item has no
 * such key (a sparse index), never a placeholder.
 *
 * @throws KeyError `KEY.DELIMITER` for a plain value that holds the delimiter where others follow: it would reach into them
 */
export function renderKey(template: KeyTemplate, item: AttributeMap): string | undefined {
  let out = ''
  for (const part of template.parts) {
    if (part.kind === 'text') out += part.text
    else {
      const value: AttributeValue | undefined = item[part.name]
      if (value === undefined || !isKeyable(value)) return undefined
      const segment = segmentOf(template, value, part.name)
      if (template.segments === 'plain' && part !== template.parts.at(-1)) checkPlain(segment, part.name, template)
      out += segment
    }
  }
  return out
}

/** What follows a segment is found at the first delimiter. */
function checkPlain(segment: string, attribute: string, { delimiter, text }: KeyTemplate): void {
  if ((segment + delimiter).indexOf(delimiter) === segment.length) return
  throw new KeyError(
    'KEY.DELIMITER',
    `The value of "${attribute}" holds the delimiter "${delimiter}", and more follows it in the key "${text}".`,
    { details: { attribute, template: text } },
  )
}

/** What is known of a key from its leading parts. */
export interface KeyPrefix {
  /** Text of every part up to the first attribute without a value. */
  readonly text: string
  /** True when no part is missing: `text` is the whole key. */
  readonly complete: boolean
  /** The first attribute without a value, where one is missing. */
  readonly next: string | undefined
  /** True when `next` is the last part, so a condition on it is a condition on the key's end. */
  readonly nextIsLast: boolean
  /** True when the keys with this beginning are in the order of the values of `next`. */
  readonly ordered: boolean
}

/** The longest part of a key that the given attributes decide: the leading text of a `begins_with` or a range. */
export function renderPrefix(template: KeyTemplate, values: AttributeMap): KeyPrefix {
  let text = ''
  for (const part of template.parts) {
    if (part.kind === 'text') {
      text += part.text
      continue
    }
    const value = values[part.name]
    if (value === undefined || !isKeyable(value)) {
      const nextIsLast = part === template.parts.at(-1)
      const ordered = template.segments === 'plain' ? nextIsLast && !part.numeric : ordersByValue(template.delimiter)
      return { text, complete: false, next: part.name, nextIsLast, ordered }
    }
    text += segmentOf(template, value, part.name)
  }
  return { text, complete: true, next: undefined, nextIsLast: false, ordered: false }
}
