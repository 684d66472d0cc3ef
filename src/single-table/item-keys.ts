import { InternalError } from '../kernel/index.js'
import { checkKeyText, KeyError, renderKey } from '../keys/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { AccessPath, EntityDesign } from './table-design.js'

/** The key attributes of one access path for an item, or undefined where an attribute of a template is missing. */
export function keysOf(
  path: AccessPath,
  item: AttributeMap,
  model: string,
): { readonly [attribute: string]: { readonly S: string } } | undefined {
  const partition = renderKey(path.partition, item)
  if (partition === undefined) return undefined
  const sort = path.sort === path.partition ? partition : renderKey(path.sort, item)
  if (sort === undefined) return undefined
  checkKeyText(partition, 'partition', path.partitionKey, model)
  checkKeyText(sort, 'sort', path.sortKey, model)
  return { [path.partitionKey]: { S: partition }, [path.sortKey]: { S: sort } }
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
