import type { PutItemInput } from '../drivers/index.js'
import { ExpressionCompiler } from '../expressions/index.js'
import { withArticle } from '../kernel/index.js'
import { ValidationError } from '../schema/index.js'
import { addKeys, primaryKeyOf, recognizes } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import { refuseStrays } from './attribute-names.js'
import { commit } from './commit.js'
import { companionsOf, tracedIn } from './companions.js'
import { DuplicateKeyError, ModelError } from './errors.js'
import { CREATION } from './events.js'
import { existingRow } from './existing-row.js'
import { ask, toldAfter } from './fire.js'
import { newId } from './ids.js'
import type { ModelBinding } from './model-space.js'
import { refuseCounted } from './own-counters.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { vacant } from './row-conditions.js'
import { FIRST_VERSION } from './row-version.js'
import type { Conflict, PendingWrite, RowWrite } from './row-write.js'
import { applySetters } from './setters.js'

/**
 * Writes a new row: defaults, id and timestamps are filled in, everything is validated, and the row is put on condition
 * that its key is free. The record is as stored afterwards.
 *
 * @throws ValidationError, DuplicateKeyError, UniqueConstraintError; nothing was written then
 */
export async function insertRecord(record: Attributes, state: RecordState): Promise<void> {
  await commit(await pendingInsert(record, state))
}

/** The put of a new row, once it was completed and validated. */
export async function pendingInsert(record: Attributes, state: RecordState): Promise<PendingWrite> {
  return pendingPut(record, state, await prepareItem(record, state))
}

/** The put of a new row whose item is made. */
export function pendingPut(record: Attributes, state: RecordState, item: AttributeMap): PendingWrite {
  const { binding } = state
  const write: RowWrite = {
    binding,
    main: {
      Put: {
        TableName: binding.table.tableName,
        Item: item,
        ...isVacant(binding),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    companions: companionsOf(state, undefined, { item, key: primaryKeyOf(binding.design, item) }),
    row: item,
    traced: tracedIn(binding, undefined, item),
    succeeded: () => markCreated(record, state, item),
    // After a lost answer the retry finds the row that the first attempt wrote: that is success, not a conflict.
    refused(conflict) {
      if (conflict.retried && conflict.item !== undefined && sameItem(conflict.item, item)) return 'done'
      throw duplicateKey(binding, item, conflict)
    },
  }
  return { binding, build: () => write, ...toldAfter(binding, record, CREATION) }
}

function isVacant(binding: ModelBinding): Pick<PutItemInput, 'ConditionExpression' | 'ExpressionAttributeNames'> {
  if (binding.design.expiry === undefined)
    return { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: binding.partitionKeyName }
  const compiler = new ExpressionCompiler()
  return { ConditionExpression: compiler.condition(vacant(binding)), ...compiler.attributes() }
}

/** Fills in what a new row lacks, asks hooks, validates it, and gives the item with all its keys. */
export async function prepareItem(record: Attributes, state: RecordState): Promise<AttributeMap> {
  const { binding } = state
  completeRecord(record, state)
  if (binding.hookTable !== undefined && (await ask(binding, record, CREATION))) {
    refuseStrays(record, state)
    completeRecord(record, state)
  }
  const checked = binding.validator.violations(record)
  const violations = checked instanceof Promise ? await checked : checked
  if (violations !== undefined) throw new ValidationError(binding.schema.name, violations)
  const item: Record<string, AttributeValue> = binding.codec.encode(record)
  item[binding.table.entityTypeAttribute] = binding.typeValue
  addKeys(binding.design, item)
  if (!recognizes(binding.design, item)) {
    const { name } = binding.schema
    throw new ModelError(
      'MODEL.NOT_RECOGNIZED',
      `${name}.recognizedBy does not know this row as ${withArticle(name)}.`,
      {
        details: { model: name },
      },
    )
  }
  return item
}

/** A record whose write was acknowledged: its item becomes the stored one, its values take the form they are read in. */
export function markStored(record: Attributes, state: RecordState, item: AttributeMap): void {
  state.binding.codec.settle(record, item)
  state.stored = item
  if (state.asSet !== undefined) state.asSet = undefined
}

/** The same of one whose row is new. */
export function markCreated(record: Attributes, state: RecordState, item: AttributeMap): void {
  markStored(record, state, item)
  state.created = true
}

function completeRecord(record: Attributes, state: RecordState): void {
  const { schema, codec, connection } = state.binding
  const now = connection.clock.now()
  refuseCounted(
    schema,
    Object.keys(record).filter((name) => record[name] !== schema.attribute.get(name)?.options.default),
  )
  for (const attribute of schema.attributes) {
    const { name } = attribute
    if (attribute.managed === 'createdAt' || attribute.managed === 'updatedAt') record[name] ??= new Date(now)
    else if (attribute.managed === 'version') record[name] = FIRST_VERSION
    else if (record[name] === undefined && attribute.options.default !== undefined) {
      const { default: fallback } = attribute.options
      record[name] = typeof fallback === 'function' ? (fallback as () => unknown)() : structuredClone(fallback)
    }
    record[name] = codec.coerce(name, record[name])
    if (record[name] === undefined) delete record[name]
  }
  applySetters(record, state)
  const key = schema.attribute.get(schema.primaryKey)
  if (record[schema.primaryKey] === undefined && key?.type === 'string') record[schema.primaryKey] = newId(schema, now)
}

function duplicateKey(binding: ModelBinding, item: AttributeMap, conflict: Conflict): DuplicateKeyError {
  const { schema } = binding
  const trashed = conflict.item?.[schema.deletedAt] !== undefined
  const key = item[schema.primaryKey]
  const shown = schema.secret.has(schema.primaryKey) || key === undefined ? '' : ` "${Object.values(key)[0] as string}"`
  return new DuplicateKeyError(
    `${schema.name} with the ${schema.primaryKey}${shown} is there already${trashed ? ', soft-deleted' : ''}.`,
    {
      hint: trashed
        ? 'Restore it, or delete it for good with forceDelete().'
        : 'Use another key, or find and update the row.',
      cause: conflict.cause,
      details: { model: schema.name },
      existing: existingRow(binding, conflict.item),
    },
  )
}

function sameItem(a: AttributeMap, b: AttributeMap): boolean {
  return equalAttributeValues({ M: a }, { M: b })
}
