import type { EntitySchema } from '../schema/index.js'
import type { DesignOptions } from './design-options.js'
import { DesignError } from './errors.js'
import { keyTypeOf } from './native-keys.js'
import { type KeyAttribute, type KeyPart, keyShape, type PathKey, pathKey } from './path-key.js'
import { templateKey } from './primary-path.js'
import { recognitionOf } from './recognition.js'
import type { Slot } from './table-slots.js'

/** A model's place in an index that the table has under names of its own. */
interface ExistingPlace {
  readonly slot: Slot
  readonly partition: PathKey
  readonly sort: PathKey
}

/**
 * Where a model is in the indexes of `singleTableDesign.indexes`: in those whose key attributes its rows have, as part of
 * the table's key, by its key pattern, as attributes of its own, or as its type.
 *
 * @throws DesignError `DESIGN.INVALID_PATTERN` for a key pattern that gives half of an index's key
 */
export function existingPlaces(
  schema: EntitySchema,
  primary: { readonly partition: PathKey; readonly sort: PathKey },
  options: DesignOptions,
): readonly ExistingPlace[] {
  if (!options.enabled) return []
  return Object.entries(options.indexes).flatMap(([name, { partitionKey, sortKey }]) => {
    const names = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey]
    const [partition, sort] = names.map((each) => keyPart(schema, each, primary, options))
    if (partition !== undefined && (sort !== undefined || sortKey === undefined)) {
      const keys = [pathKey([partition]), pathKey(sort === undefined ? [] : [sort])] as const
      const attributes = [partition, ...(sort === undefined ? [] : [sort])].map(
        ({ name, type }): KeyAttribute => ({ name, type }),
      )
      const synthetic = keyShape(attributes.slice(0, 1), attributes.slice(1))
      return [{ slot: { name, local: false, synthetic }, partition: keys[0], sort: keys[1] }]
    }
    const given = names.find((each) => Object.hasOwn(schema.keyPattern ?? {}, each))
    if (given === undefined) return []
    throw new DesignError(
      'DESIGN.INVALID_PATTERN',
      `The key pattern of ${schema.name} gives ${given}, but not all of the key of ${name}: ${names.join(', ')}.`,
      { hint: 'Give both, or neither.', details: { model: schema.name, index: name } },
    )
  })
}

function keyPart(
  schema: EntitySchema,
  name: string,
  { partition, sort }: { readonly partition: PathKey; readonly sort: PathKey },
  options: DesignOptions,
): KeyPart | undefined {
  const ofTable = [...partition.parts, ...sort.parts].find((part) => part.name === name)
  if (ofTable !== undefined) return ofTable
  const pattern = schema.keyPattern?.[name]
  if (pattern !== undefined) return templateKey(schema, name, pattern, options).parts[0]
  const recognition = recognitionOf(schema, options)
  if (recognition.kind === 'type' && name === recognition.attribute)
    return { kind: 'constant', name, type: 'S', value: recognition.value }
  const attribute = schema.attribute.get(name)
  const type = attribute === undefined ? undefined : keyTypeOf(attribute, options)
  return type === undefined ? undefined : { kind: 'attribute', name, type }
}
