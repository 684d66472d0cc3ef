import { type DynamoDBToolingError, isDynamoDBToolingError } from '../kernel/index.js'
import type { Misfit } from '../runtime/index.js'
import { storedKeyOf } from '../single-table/index.js'
import { type AttributeMap, unmarshall } from '../values/index.js'
import type { ModelBinding } from './model-space.js'
import { hydrateRecord } from './record.js'

/** Attributes that were warned of, by model on one connection. */
const warned = new WeakMap<ModelBinding, Set<string>>()

/**
 * A record of an item, or undefined for one that does not fit the model: it is reported, and no row of a list. With
 * `queryBuilder.misfits: 'throw'` its error is thrown.
 */
export function rowOf(binding: ModelBinding, item: AttributeMap, select?: readonly string[]): object | undefined {
  try {
    return hydrateRecord(binding, item, select)
  } catch (error) {
    const { misfits, onMisfit } = binding.connection.config.queryBuilder
    if (misfits === 'throw' || !isDynamoDBToolingError(error)) throw error
    warn(binding, error)
    onMisfit?.(Object.freeze({ model: binding.schema.name, key: keyOf(binding, item), error }))
    return undefined
  }
}

function warn(binding: ModelBinding, error: DynamoDBToolingError): void {
  const seen = warned.get(binding) ?? new Set()
  warned.set(binding, seen)
  const named = error.details['attribute']
  const [attribute = ''] = (typeof named === 'string' ? named : '').split(/[.[]/)
  if (seen.has(attribute)) return
  seen.add(attribute)
  process.emitWarning(
    `A row of ${binding.schema.name} does not fit the model and is left out of lists: ${error.message} ${error.hint ?? ''} queryBuilder.onMisfit is told of each such row.`,
    { type: 'MisfitWarning', code: 'MODEL.MISFIT' },
  )
}

/** The row's key as plain values, without those of hidden attributes. */
function keyOf(binding: ModelBinding, item: AttributeMap): Misfit['key'] {
  const { design, schema } = binding
  const { partition, sort } = design.primary
  const stored = storedKey(binding, item)
  const key: Record<string, unknown> = {}
  for (const part of [...partition.parts, ...sort.parts]) {
    const value = stored[part.name]
    if (value === undefined) continue
    const made = part.kind === 'template' ? part.template.attributes : [part.name]
    key[part.name] = made.some((name) => schema.secret.has(name)) ? '[hidden]' : unmarshall({ value })['value']
  }
  return Object.freeze(key)
}

/** A selection comes without the key; a row of others may lack what would make it. */
function storedKey({ table, design }: ModelBinding, item: AttributeMap): AttributeMap {
  try {
    return storedKeyOf(table, design, item)
  } catch {
    return {}
  }
}
