import { decodeSegment, readTemplate, type SegmentType } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { KeyPart } from './path-key.js'
import type { AccessPath, EntityDesign } from './table-design.js'

/** A key attribute whose text tells attributes of the row. */
type TextKey = Extract<KeyPart, { readonly kind: 'template' }>

/** What an entry of an index tells of its row, without a look at the table. Frozen plain data. */
export interface IndexContents {
  readonly kind: 'index-contents'
  /** Attributes that it has as they are; undefined for all of them. */
  readonly stored: ReadonlySet<string> | undefined
  /** Attributes of the model that the text of its keys is made of, and how each is stored. */
  readonly fromKeys: ReadonlyMap<string, SegmentType>
  /** The keys that are text, those of the index first. */
  readonly keys: readonly TextKey[]
  /** True where nobody but this package makes the keys: what they tell is what the row has. */
  readonly ownKeys: boolean
}

const known = new WeakMap<AccessPath, IndexContents>()

/** What entries of a path's index hold. Made once for each path. */
export function indexContentsOf(design: EntityDesign, path: AccessPath): IndexContents {
  let contents = known.get(path)
  if (contents === undefined) known.set(path, (contents = makeContents(design, path)))
  return contents
}

/** True for an attribute that an entry has as it is. */
export function storesAttribute({ stored }: IndexContents, name: string): boolean {
  return stored === undefined || stored.has(name)
}

function makeContents({ primary, recognition, schema }: EntityDesign, path: AccessPath): IndexContents {
  const parts = [...path.partition.parts, ...path.sort.parts, ...primary.partition.parts, ...primary.sort.parts]
  if (path.projection === 'ALL' || path.index === undefined)
    return Object.freeze({
      kind: 'index-contents',
      stored: undefined,
      fromKeys: new Map(),
      keys: [],
      ownKeys: true,
    } as const)
  const named = path.projection === 'KEYS_ONLY' ? [] : path.projection
  const stored = new Set([...parts.map(({ name }) => name), ...named])
  // Where keys are what tells the model's rows from others, plain ones prove nothing by their own text.
  const keys = parts
    .filter((part) => part.kind === 'template')
    .filter(({ template }) => {
      return template.segments === 'escaped' || (template.attributes.length < 2 && recognition.kind !== 'keys')
    })
  const fromKeys = new Map<string, SegmentType>()
  for (const { template } of keys)
    for (const part of template.parts) {
      if (part.kind === 'text' || stored.has(part.name)) continue
      const type = part.numeric ? 'N' : segmentTypeOf(schema, part.name)
      if (type !== undefined) fromKeys.set(part.name, type)
    }
  const { keyPattern, keySegments, recognizedBy, entityType, name } = schema
  const ownKeys =
    keyPattern === undefined && keySegments === 'escaped' && recognizedBy === undefined && entityType === name
  return Object.freeze({ kind: 'index-contents', stored, fromKeys, keys: Object.freeze(keys), ownKeys } as const)
}

/** How an attribute is stored that is no number; undefined where that depends on its value. */
function segmentTypeOf({ attribute }: EntitySchema, name: string): SegmentType | undefined {
  switch (attribute.get(name)?.type) {
    case 'string':
    case 'date':
      return 'S'
    case 'boolean':
      return 'BOOL'
    case 'binary':
      return 'B'
    default:
      return undefined
  }
}

/**
 * An entry of an index with the attributes that its keys are made of; undefined for one whose keys the model did not
 * make.
 */
export function readEntry(design: EntityDesign, path: AccessPath, item: AttributeMap): AttributeMap | undefined {
  const { fromKeys, keys } = indexContentsOf(design, path)
  const read: Record<string, AttributeValue> = { ...item }
  for (const { name, template } of keys) {
    const text = textOf(item[name])
    const whole = path.shards > 1 && path.partition.parts.some((part) => part.name === name)
    const segments =
      text === undefined ? undefined : readTemplate(template, whole ? unsharded(text, template.delimiter) : text)
    if (segments === undefined) return undefined
    for (const [attribute, segment] of segments) {
      const type = fromKeys.get(attribute)
      if (type === undefined) continue
      const value = decodeSegment(segment, type, template.segments)
      if (value === undefined) return undefined
      read[attribute] = value
    }
  }
  return read
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && 'S' in value ? value.S : undefined
}

/** The partition key without the number of its shard. */
function unsharded(text: string, delimiter: string): string {
  return text.slice(0, text.lastIndexOf(delimiter))
}
