import { holds } from '../expressions/index.js'
import { explainMissing } from '../query/index.js'
import { batchGetItems } from '../runtime/index.js'
import { keyText, primaryKeyOf, recognizes } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, kindOf } from '../values/index.js'
import { unknownAttribute } from './attribute-names.js'
import { readTogether } from './coalesced-reads.js'
import { ModelError } from './errors.js'
import { scopeCondition } from './global-scopes.js'
import type { ModelBinding } from './model-space.js'
import { stateOf } from './record-state.js'

/** How a row is named: the primary key's value, or every attribute its key is made of. */
export type Key = unknown

export interface FindOptions {
  /** See every write that was acknowledged before; twice the price. */
  readonly consistentRead?: boolean
}

/** The table key of a row. */
export function tableKey(binding: ModelBinding, key: Key): AttributeMap {
  return primaryKeyOf(binding.design, keyValues(binding, key))
}

/** The attributes that name a row, in their stored form. */
export function keyValues(binding: ModelBinding, key: Key): Record<string, AttributeValue> {
  const { schema, codec } = binding
  if (key === undefined || key === null) {
    throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} was asked for the key ${String(key)}.`, {
      hint: `Give the ${schema.primaryKey} of a row.`,
    })
  }
  if (Array.isArray(key)) {
    throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} was asked for one row by a list.`, {
      hint: 'For several rows there is findMany(keys).',
    })
  }
  const given = isComposite(key) ? key : { [schema.primaryKey]: key }
  const isRecord = stateOf(given) !== undefined
  const values: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(given)) {
    if (schema.attribute.has(name)) {
      if (value !== undefined) values[name] = codec.encodeAttribute(name, value)
    } else if (!isRecord) throw unknownAttribute(schema, name)
  }
  return values
}

function isComposite(key: unknown): key is Record<string, unknown> {
  return typeof key === 'object' && key !== null && !(key instanceof Date) && !(key instanceof Uint8Array)
}

/** One GetItem; null when the row is not there, is soft-deleted or expired, or is of another model. */
export async function findByKey(binding: ModelBinding, key: Key, options: FindOptions = {}): Promise<object | null> {
  const Key = tableKey(binding, key)
  const input = { TableName: binding.table.tableName, Key, ...(options.consistentRead ? { ConsistentRead: true } : {}) }
  let item: AttributeMap | undefined
  try {
    item = binding.connection.config.queryBuilder.coalesce
      ? await readTogether(binding, Key, options.consistentRead === true)
      : (await binding.connection.send('GetItem', input, undefined, binding.context)).Item
  } catch (error) {
    return explainMissing(error, binding)
  }
  if (item === undefined || !isLive(binding, item)) return null
  const record = binding.hydrate(item)
  if (binding.retrieved !== undefined) await binding.retrieved([record])
  return record
}

/** Rows by key in the order asked for, each once, missing ones left out: one BatchGetItem for each 100. */
export async function findByKeys(
  binding: ModelBinding,
  keys: readonly Key[],
  options: FindOptions = {},
): Promise<object[]> {
  if (!Array.isArray(keys)) {
    throw new ModelError('MODEL.INVALID_INPUT', `findMany takes a list of keys, not ${kindOf(keys)}.`, {
      hint: 'Write findMany([key, …]); for one row there is find(key).',
    })
  }
  const wanted = new Map<string, AttributeMap>()
  for (const key of keys as readonly Key[]) {
    const tableKeys = tableKey(binding, key)
    wanted.set(keyText(binding.table, tableKeys), tableKeys)
  }
  if (wanted.size === 0) return []
  const items = await batchGetItems(binding.connection, binding.table.tableName, [...wanted.values()], {
    consistentRead: options.consistentRead,
    context: binding.context,
  }).catch((error: unknown) => explainMissing(error, binding))
  const found = new Map(items.map((item) => [keyText(binding.table, item), item]))
  const records: object[] = []
  for (const text of wanted.keys()) {
    const item = found.get(text)
    const record = item !== undefined && isLive(binding, item) ? binding.rowOf(item) : undefined
    if (record !== undefined) records.push(record)
  }
  if (binding.retrieved !== undefined) await binding.retrieved(records)
  return records
}

/** False for an item that is no row of the model, one that is soft-deleted or expired, or that a global scope leaves out. */
export function isLive(binding: ModelBinding, item: AttributeMap): boolean {
  const { design, schema, connection } = binding
  if (!recognizes(design, item) || (schema.softDeletes && item[schema.deletedAt] !== undefined)) return false
  if (schema.ttl !== undefined && hasPassed(item[schema.ttl], connection.clock)) return false
  const scope = scopeCondition(binding)
  return scope === undefined || holds(scope, item)
}

/** The moment is now or was before: DynamoDB is yet to remove the row. */
function hasPassed(moment: AttributeValue | undefined, clock: { now(): number }): boolean {
  return moment !== undefined && 'N' in moment && Number(moment.N) <= Math.floor(clock.now() / 1000)
}
