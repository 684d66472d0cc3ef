import { fitsKey, isKeyable, type KeyPrefix, type KeyTemplate, renderPrefix } from '../keys/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'

/** An attribute of a key schema and its type. DynamoDB: "AttributeDefinition". */
export interface KeyAttribute {
  readonly name: string
  readonly type: 'S' | 'N' | 'B'
}

/** The key attributes of a table or an index: one of each, none or one to sort, or up to four (multi-attribute keys). */
export interface KeyShape {
  readonly partition: readonly KeyAttribute[]
  readonly sort: readonly KeyAttribute[]
  /** The names of all of them. */
  readonly names: readonly string[]
}

/** One key attribute of a path, and where its value comes from. */
export type KeyPart = KeyAttribute &
  (
    | {
        /** Text made from a template, written beside the model's attributes. */ readonly kind: 'template'
        readonly template: KeyTemplate
      }
    | { /** The model's own attribute. */ readonly kind: 'attribute' }
    | {
        /** The same on every row of the model: the entity type attribute. */ readonly kind: 'constant'
        readonly value: AttributeValue
      }
  )

/** The partition key or the sort key of a path: what a row has there. Frozen plain data. */
export interface PathKey {
  readonly kind: 'path-key'
  readonly parts: readonly KeyPart[]
  /** Attributes of the model that it depends on, in order. */
  readonly attributes: readonly string[]
  /** As people read it: `USER#{userId}`. */
  readonly text: string
}

export function pathKey(parts: readonly KeyPart[]): PathKey {
  const attributes = parts.flatMap((part) => {
    if (part.kind === 'template') return part.template.attributes
    return part.kind === 'attribute' ? [part.name] : []
  })
  return Object.freeze({
    kind: 'path-key',
    parts: Object.freeze(parts.map((part) => Object.freeze(part))),
    attributes: Object.freeze([...new Set(attributes)]),
    text: parts.map(partText).join(', '),
  } as const)
}

/** What is written under a key attribute: its template, `{userId}` for an attribute itself, or the constant. */
export function partText(part: KeyPart): string {
  if (part.kind === 'template') return part.template.text
  return part.kind === 'attribute' ? `{${part.name}}` : Object.values(part.value).join('')
}

export function keyShape(partition: readonly KeyAttribute[], sort: readonly KeyAttribute[]): KeyShape {
  const plain = (list: readonly KeyAttribute[]): readonly KeyAttribute[] =>
    Object.freeze(list.map(({ name, type }) => Object.freeze({ name, type })))
  return Object.freeze({
    partition: plain(partition),
    sort: plain(sort),
    names: Object.freeze([...partition, ...sort].map(({ name }) => name)),
  })
}

/** What a query's fixed values make of a key: its leading parts, and the first that is open. */
export interface KeyMatch {
  /** Leading key attributes whose whole value is known. */
  readonly known: readonly { readonly name: string; readonly value: AttributeValue }[]
  /** True when every part is known. */
  readonly complete: boolean
  /** The part that is not, and for a template the text that is known of it. */
  readonly open: { readonly part: KeyPart; readonly prefix: KeyPrefix | undefined } | undefined
  /** The first attribute without a value. */
  readonly next: string | undefined
  /** False when no row can have such a key: an empty or too long value. */
  readonly possible: boolean
}

export function matchKey(key: PathKey, values: AttributeMap, side: 'partition' | 'sort'): KeyMatch {
  const known: { name: string; value: AttributeValue }[] = []
  let possible = true
  const upTo = (open: KeyMatch['open'], next: string | undefined): KeyMatch => ({
    known,
    complete: open === undefined,
    open,
    next,
    possible: possible && fitsKey(open?.prefix?.text ?? '', side),
  })
  for (const part of key.parts) {
    let value: AttributeValue
    if (part.kind === 'template') {
      const prefix = renderPrefix(part.template, values)
      if (!prefix.complete) return upTo({ part, prefix }, prefix.next)
      value = { S: prefix.text }
    } else if (part.kind === 'constant') value = part.value
    else {
      const given = values[part.name]
      if (given === undefined || !isKeyable(given) || !(part.type in given))
        return upTo({ part, prefix: undefined }, part.name)
      value = given
    }
    possible &&= isPossible(value, side)
    known.push({ name: part.name, value })
  }
  return upTo(undefined, undefined)
}

/** DynamoDB takes no empty key value and none over 2,048 bytes (partition) or 1,024 bytes (sort). */
function isPossible(value: AttributeValue, side: 'partition' | 'sort'): boolean {
  if ('S' in value) return value.S !== '' && fitsKey(value.S, side)
  if ('B' in value)
    return value.B !== '' && Buffer.byteLength(value.B, 'base64') <= (side === 'partition' ? 2048 : 1024)
  return true
}
