import { InternalError } from '../kernel/index.js'
import { checkKeyBytes, checkKeyText, encodeSegment, isKeyable, KeyError, renderKey } from '../keys/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import type { KeyPart, PathKey } from './path-key.js'
import type { AccessPath, EntityDesign, TableDesign } from './table-design.js'

type Keys = Record<string, AttributeValue>

/**
 * The key attributes of one access path for an item, or undefined where an attribute they are made of is missing. Of a
 * path whose keys are the model's own attributes and nothing else, that is those attributes.
 */
export function keysOf(path: AccessPath, item: AttributeMap, model: string): AttributeMap | undefined {
  for (const { attribute, value } of path.when) {
    const now = item[attribute]
    if (now === undefined || !equalAttributeValues(now, value)) return undefined
  }
  const keys: Keys = {}
  if (!put(keys, path.partition, 'partition', item, model)) return undefined
  if (path.shards > 1) {
    const [{ name }] = path.partition.parts as readonly [KeyPart]
    const text = shardKey(path, (keys[name] as { S: string }).S, shardOf(path, item))
    checkKeyText(text, 'partition', name, model)
    keys[name] = { S: text }
  }
  return put(keys, path.sort, 'sort', item, model) ? keys : undefined
}

function put(keys: Keys, key: PathKey, side: 'partition' | 'sort', item: AttributeMap, model: string): boolean {
  for (const part of key.parts) {
    if (part.kind === 'template') {
      const text = renderKey(part.template, item)
      if (text === undefined) return false
      checkKeyText(text, side, part.name, model)
      keys[part.name] = { S: text }
    } else {
      const value = part.kind === 'constant' ? part.value : item[part.name]
      if (value === undefined || 'NULL' in value) return false
      checkNative(part.name, part.type, value, side, model)
      keys[part.name] = value
    }
  }
  return true
}

/**
 * DynamoDB's own terms for an attribute that is a key: of one type, never null or empty, at most 2,048 or 1,024 bytes.
 * @throws KeyError `KEY.TYPE`, `KEY.EMPTY` or `KEY.TOO_LONG`
 */
function checkNative(
  name: string,
  type: KeyPart['type'],
  value: AttributeValue,
  side: 'partition' | 'sort',
  model: string,
): void {
  if ('S' in value && type === 'S') checkKeyText(value.S, side, name, model)
  else if ('B' in value && type === 'B') checkKeyBytes(Buffer.byteLength(value.B, 'base64'), side, name, model)
  else if (!(type in value)) {
    throw new KeyError(
      'KEY.TYPE',
      `${model}.${name} is a key of the table or of an index and cannot hold ${Object.keys(value)[0]}.`,
      {
        hint:
          'NULL' in value
            ? `Leave ${name} out (undefined) instead of null: the row is then not in that index.`
            : `A key of type ${type} takes that type only.`,
        details: { attribute: name, model },
      },
    )
  }
}

/** The partition key of one shard. */
export function shardKey(path: AccessPath, partition: string, shard: number): string {
  const [part] = path.partition.parts
  if (part?.kind !== 'template') throw new InternalError(`shards of ${path.purpose} without a template`)
  return `${partition}${part.template.delimiter}${shard}`
}

/** The shard of a row: FNV-1a of its own partition key, so that it never moves. */
function shardOf(path: AccessPath, item: AttributeMap): number {
  const text = path.shardBy.parts.map((part) => partValue(part, item)).join('')
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % path.shards
}

function partValue(part: KeyPart, item: AttributeMap): string {
  if (part.kind === 'template') return renderKey(part.template, item) ?? ''
  const value = part.kind === 'constant' ? part.value : item[part.name]
  return value === undefined || !isKeyable(value) ? '' : encodeSegment(value, '#', part.name)
}

/**
 * The table key of an item.
 * @throws KeyError `KEY.EMPTY` when an attribute of the key is missing, null or an empty string
 */
export function primaryKeyOf(design: EntityDesign, item: AttributeMap): AttributeMap {
  const { primary, schema } = design
  for (const attributes of [primary.partition.attributes, primary.sort.attributes])
    for (const name of attributes) {
      const value = item[name]
      if (value === undefined || 'NULL' in value || ('S' in value && value.S === '')) {
        throw new KeyError('KEY.EMPTY', `${schema.name}.${name} is part of the key and has no value.`, {
          hint: keyHint(design),
          details: { model: schema.name, attribute: name },
        })
      }
    }
  const keys = keysOf(primary, item, schema.name)
  if (keys === undefined) throw new InternalError(`no key for ${schema.name}`)
  return keys
}

function keyHint({ schema, primary: { partition, sort } }: EntityDesign): string {
  const names = [...new Set([...partition.attributes, ...sort.attributes])]
  if (names.length === 1) return `Give ${names[0]} a value.`
  const key = `{ ${names.join(', ')} }`
  return `The key of ${schema.name} is ${key}: give each a value, as in find(${key}).`
}

/** Writes the keys of every access path onto an item; paths with a missing attribute write nothing (sparse). */
export function addKeys(design: EntityDesign, item: Record<string, AttributeValue>): void {
  Object.assign(item, primaryKeyOf(design, item))
  addIndexKeys(design, item)
}

/** Writes the keys of every index onto an item; those with a missing attribute are not written (sparse). */
export function addIndexKeys(design: EntityDesign, item: Record<string, AttributeValue>): void {
  for (const path of design.secondary) {
    if (path.synthetic.length === 0) continue
    const keys = keysOf(path, item, design.schema.name)
    if (keys !== undefined) for (const name of path.synthetic) item[name] = keys[name] as AttributeValue
  }
  checkNativeKeys(design, item)
}

/**
 * Checks the attributes that are keys of an index themselves, as far as the item has them.
 * @throws KeyError `KEY.TYPE`, `KEY.EMPTY` or `KEY.TOO_LONG`
 */
export function checkNativeKeys({ nativeKeys, schema }: EntityDesign, item: AttributeMap): void {
  if (nativeKeys.size === 0) return
  for (const { name, type, side } of nativeKeys.values()) {
    const value = item[name]
    if (value !== undefined) checkNative(name, type, value, side, schema.name)
  }
}

/** The key of an item in its table. */
export function tableKeyOf(table: Pick<TableDesign, 'key'>, item: AttributeMap): AttributeMap {
  const key: Keys = {}
  for (const name of table.key.names) key[name] = item[name] as AttributeValue
  return key
}

/**
 * The key that a stored item has: the one it came with, whoever wrote it. A selection comes without, and its attributes
 * make it.
 */
export function storedKeyOf(table: Pick<TableDesign, 'key'>, design: EntityDesign, item: AttributeMap): AttributeMap {
  return table.key.names.every((name) => item[name] !== undefined)
    ? tableKeyOf(table, item)
    : primaryKeyOf(design, item)
}

/** A table key as text, equal for equal keys. */
export function keyText(table: Pick<TableDesign, 'key'>, item: AttributeMap): string {
  const values = table.key.names.map((name) => String(Object.values(item[name] ?? {})[0]))
  // The length in front keeps ("a", "bc") and ("ab", "c") apart.
  return values.length === 1 ? (values[0] as string) : `${values[0]?.length}:${values.join('')}`
}
