import { InternalError } from '../kernel/index.js'
import { checkKeyText, KeyError, renderKey } from '../keys/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import type { AccessPath, EntityDesign } from './table-design.js'

/** The key attributes of one access path for an item, or undefined where an attribute of a template is missing. */
export function keysOf(
  path: AccessPath,
  item: AttributeMap,
  model: string,
): { readonly [attribute: string]: { readonly S: string } } | undefined {
  for (const { attribute, value } of path.when) {
    const now = item[attribute]
    if (now === undefined || !equalAttributeValues(now, value)) return undefined
  }
  const rendered = renderKey(path.partition, item)
  if (rendered === undefined) return undefined
  const partition = path.shards === 1 ? rendered : shardKey(path, rendered, shardOf(path, item))
  const sort = path.sort === path.partition ? rendered : renderKey(path.sort, item)
  if (sort === undefined) return undefined
  checkKeyText(partition, 'partition', path.partitionKey, model)
  checkKeyText(sort, 'sort', path.sortKey, model)
  return { [path.partitionKey]: { S: partition }, [path.sortKey]: { S: sort } }
}

/** The partition key of one shard. */
export function shardKey(path: AccessPath, partition: string, shard: number): string {
  return `${partition}${path.partition.delimiter}${shard}`
}

/** The shard of a row: FNV-1a of its own partition key, so that it never moves. */
function shardOf(path: AccessPath, item: AttributeMap): number {
  const text = renderKey(path.shardBy, item) ?? ''
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % path.shards
}

/**
 * The table key of an item.
 * @throws KeyError `KEY.EMPTY` when an attribute of the key is missing, null or an empty string
 */
export function primaryKeyOf(design: EntityDesign, item: AttributeMap): AttributeMap {
  const { primary, schema } = design
  for (const name of new Set([...primary.partition.attributes, ...primary.sort.attributes])) {
    const value = item[name]
    if (value === undefined || 'NULL' in value || ('S' in value && value.S === '')) {
      throw new KeyError('KEY.EMPTY', `${schema.name}.${name} is part of the key and has no value.`, {
        hint: `Give ${name} a value.`,
        details: { model: schema.name, attribute: name },
      })
    }
  }
  const keys = keysOf(primary, item, schema.name)
  if (keys === undefined) throw new InternalError(`no key for ${schema.name}`)
  return keys
}

/** Writes the keys of every access path onto an item; paths with a missing attribute write nothing (sparse). */
export function addKeys(design: EntityDesign, item: Record<string, AttributeValue>): void {
  Object.assign(item, primaryKeyOf(design, item))
  for (const path of design.secondary) {
    const keys = keysOf(path, item, design.schema.name)
    if (keys !== undefined) Object.assign(item, keys)
  }
}
