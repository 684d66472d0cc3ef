import type { UpdateItemInput } from '../drivers/index.js'
import { and, type Condition, ExpressionCompiler, type UpdateAction } from '../expressions/index.js'
import { uuidv4 } from '../kernel/index.js'
import { explainMissing } from '../query/index.js'
import { ValidationError } from '../schema/index.js'
import {
  addIndexKeys,
  addKeys,
  checkNativeKeys,
  keysOf,
  keyText,
  primaryKeyOf,
  storedKeyOf,
} from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues, type ValueError } from '../values/index.js'
import { commit, tooLarge } from './commit.js'
import { DuplicateKeyError, ModelError, ModelNotFoundError, UniqueConstraintError } from './errors.js'
import { markStored } from './insert.js'
import type { ModelBinding } from './model-space.js'
import { type Attributes, dirtyAttributes } from './record.js'
import type { RecordState } from './record-state.js'
import { guardWrites } from './unique-guards.js'

/** Times a write is tried anew after another writer changed an attribute that its keys are made of. */
const REBASES = 8

/**
 * Writes what changed on a record: one UpdateItem with SET and REMOVE of the changed attributes and of every index key
 * they are part of, on condition that the row exists and that nobody changed the rest of those keys meanwhile.
 *
 * @returns false when nothing had changed and nothing was sent
 * @throws ModelNotFoundError when the row is gone, ModelError `MODEL.WRITE_CONFLICT` when other writers were always faster
 */
export async function updateRecord(record: Attributes, state: RecordState): Promise<boolean> {
  const { binding } = state
  const { schema } = binding
  binding.codec.coerceAll(record)
  const unstorable: ValueError[] = []
  const changed = dirtyAttributes(record, state, unstorable)
  if (changed.size === 0) {
    state.changes = {}
    return false
  }
  const checked = binding.validator.violations(record, new Set(changed.keys()))
  const violations = checked instanceof Promise ? await checked : checked
  if (violations !== undefined) throw new ValidationError(schema.name, violations)
  if (unstorable[0] !== undefined) throw unstorable[0]
  // The record itself gets it when it is written.
  if (schema.timestamps && !changed.has('updatedAt'))
    changed.set('updatedAt', binding.codec.encodeAttribute('updatedAt', new Date(binding.connection.clock.now())))

  for (let rebase = 0; rebase < REBASES; rebase++) {
    if (state.partial && !knowsKeys(changed, state)) await readStored(record, state, changed)
    const stored = state.stored as AttributeMap
    const next = apply(stored, changed)
    if ([...changed.keys()].some((name) => isPrimary(binding, name)) && !keepsKey(binding, stored, next)) {
      await moveRecord(record, state, changed)
      return true
    }
    const write = updateWrite(binding, stored, next, changed)
    const guards =
      binding.uniqueAttributes.length === 0
        ? []
        : guardWrites(binding, { item: stored, key: write.key }, { item: next, key: write.key })
    const result = await commit(binding, { Update: write.input }, guards, next)
    if (result.kind === 'done' || (result.retried && result.item !== undefined && holds(result.item, changed))) {
      finish(record, state, next, changed)
      return true
    }
    if (result.item === undefined) throw gone(binding, 'cannot be updated: the row is not there')
    takeOver(record, state, result.item, changed)
  }
  throw conflict(binding)
}

/** Deletes the row of a record and frees its unique values. */
export async function deleteRecord(record: Attributes, state: RecordState): Promise<void> {
  const { binding } = state
  const none = new Map<string, AttributeValue | undefined>()
  for (let rebase = 0; rebase < REBASES; rebase++) {
    if (state.partial && binding.uniqueAttributes.length > 0) await readStored(record, state, none)
    const stored = state.stored as AttributeMap
    const key = storedKeyOf(binding.table, binding.design, stored)
    const compiler = new ExpressionCompiler()
    const ConditionExpression = compiler.condition(
      and(exists(binding), ...binding.uniqueAttributes.map((name) => unchanged(name, stored))),
    )
    const result = await commit(
      binding,
      {
        Delete: {
          TableName: binding.table.tableName,
          Key: key,
          ConditionExpression,
          ...compiler.attributes(),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      guardWrites(binding, { item: stored, key }, undefined),
    )
    // Gone after a retry: our own first attempt deleted it.
    if (result.kind === 'done' || (result.retried && result.item === undefined)) {
      state.stored = undefined
      return
    }
    if (result.item === undefined) throw gone(binding, 'cannot be deleted: the row is not there')
    takeOver(record, state, result.item, none)
  }
  throw conflict(binding)
}

type Changed = ReadonlyMap<string, AttributeValue | undefined>

function updateWrite(
  binding: ModelBinding,
  stored: AttributeMap,
  next: AttributeMap,
  changed: Changed,
): { readonly key: AttributeMap; readonly input: UpdateItemInput & { readonly UpdateExpression: string } } {
  const { design, schema, table } = binding
  checkNativeKeys(design, next)
  const key = storedKeyOf(table, design, stored)
  const actions: UpdateAction[] = []
  const conditions: Condition[] = [exists(binding)]
  for (const [name, value] of changed) actions.push(setOrRemove(name, value))
  const touched = new Set([...changed.keys()].flatMap((name) => design.keyAttributes.get(name) ?? []))
  touched.delete(design.primary)
  const watched = new Set<string>()
  for (const path of touched) {
    const keys = keysOf(path, next, schema.name)
    for (const name of path.synthetic) actions.push(setOrRemove(name, keys?.[name]))
    for (const name of path.attributes) if (!changed.has(name) && !isPrimary(binding, name)) watched.add(name)
  }
  for (const name of binding.uniqueAttributes) if (changed.has(name)) watched.add(name)
  for (const name of watched) conditions.push(unchanged(name, stored))
  const compiler = new ExpressionCompiler()
  const input = {
    TableName: table.tableName,
    Key: key,
    UpdateExpression: compiler.update(actions),
    ConditionExpression: compiler.condition(and(...conditions)),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...compiler.attributes(),
  }
  return { key, input }
}

/** The row gets another key: the new row is put and the old one deleted in one transaction, if nobody changed it meanwhile. */
async function moveRecord(record: Attributes, state: RecordState, changed: Changed): Promise<void> {
  const { binding } = state
  const { table } = binding
  for (let rebase = 0; rebase < REBASES; rebase++) {
    const from = await readStored(record, state, changed)
    const next: Record<string, AttributeValue> = { ...apply(from, changed) }
    for (const path of binding.design.paths) for (const name of path.synthetic) delete next[name]
    addKeys(binding.design, next)
    const oldKey = storedKeyOf(table, binding.design, from)
    const newKey = primaryKeyOf(binding.design, next)
    const compiler = new ExpressionCompiler()
    const still = compiler.condition(and(exists(binding), ...binding.codec.names.map((name) => unchanged(name, from))))
    const guards = guardWrites(binding, { item: from, key: oldKey }, { item: next, key: newKey })
    try {
      await binding.connection.send(
        'TransactWriteItems',
        {
          TransactItems: [
            {
              Put: {
                TableName: table.tableName,
                Item: next,
                ConditionExpression: 'attribute_not_exists(#pk)',
                ExpressionAttributeNames: binding.partitionKeyName,
              },
            },
            {
              Delete: { TableName: table.tableName, Key: oldKey, ConditionExpression: still, ...compiler.attributes() },
            },
            ...guards.map((guard) => guard.write),
          ],
          ClientRequestToken: uuidv4(),
        },
        undefined,
        binding.context,
      )
      finish(record, state, next, changed)
      return
    } catch (error) {
      const reasons = (error as { reasons?: readonly { Code?: string }[] }).reasons
      if (reasons?.[0]?.Code === 'ConditionalCheckFailed') {
        throw new DuplicateKeyError(
          'MODEL.DUPLICATE_KEY',
          `${binding.schema.name} with the new key is there already.`,
          { cause: error },
        )
      }
      if (reasons?.[1]?.Code === 'ConditionalCheckFailed') continue
      const taken = guards.find((_, i) => reasons?.[i + 2]?.Code === 'ConditionalCheckFailed')
      if (taken !== undefined) throw new UniqueConstraintError(binding.schema.name, taken.attribute, { cause: error })
      throw tooLarge(binding, next, error) ?? explainMissing(error, binding)
    }
  }
  throw conflict(binding)
}

/** What the changes make of a stored item. */
function apply(stored: AttributeMap, changed: Changed): AttributeMap {
  const next: Record<string, AttributeValue> = { ...stored }
  for (const [name, value] of changed) {
    if (value === undefined) delete next[name]
    else next[name] = value
  }
  return next
}

/** After an acknowledged update: index keys as they are now, what changed for `wasChanged`, values in their read form. */
function finish(record: Attributes, state: RecordState, next: AttributeMap, changed: Changed): void {
  const { binding } = state
  const item: Record<string, AttributeValue> = { ...next }
  if (!state.partial) {
    for (const path of binding.design.secondary) for (const name of path.synthetic) delete item[name]
    addIndexKeys(binding.design, item)
  }
  markStored(record, state, item)
  state.changes = Object.fromEntries([...changed.keys()].map((name) => [name, record[name]]))
}

/**
 * Another writer changed the row: its state becomes the stored one, and the attributes that this record did not change
 * take its values. Those it changed stay, and are tried again.
 */
function takeOver(record: Attributes, state: RecordState, item: AttributeMap, changed: Changed): void {
  const { binding } = state
  for (const name of binding.codec.names) {
    if (changed.has(name) || (state.partial && !Object.hasOwn(record, name))) continue
    const value = item[name]
    if (value === undefined) delete record[name]
    else record[name] = binding.codec.decodeAttribute(name, value)
  }
  state.stored = item
}

/** Reads the whole row of a record, strongly consistent. */
async function readStored(record: Attributes, state: RecordState, changed: Changed): Promise<AttributeMap> {
  const { binding } = state
  const { Item } = await binding.readRow(storedKeyOf(binding.table, binding.design, state.stored as AttributeMap))
  if (Item === undefined) throw gone(binding, 'cannot be written: the row is not there')
  takeOver(record, state, Item, changed)
  return Item
}

/** True when a partial read brought every attribute that the changed keys and guards are made of. */
function knowsKeys(changed: Changed, state: RecordState): boolean {
  const { design, uniqueAttributes } = state.binding
  const paths = [...changed.keys()].flatMap((name) => design.keyAttributes.get(name) ?? [])
  return paths.length === 0 && !uniqueAttributes.some((name) => changed.has(name))
}

/** True when a row that others wrote only gets the attributes that its key is made of. */
function keepsKey({ table, design }: ModelBinding, stored: AttributeMap, next: AttributeMap): boolean {
  return keyText(table, primaryKeyOf(design, next)) === keyText(table, storedKeyOf(table, design, stored))
}

function isPrimary(binding: ModelBinding, name: string): boolean {
  const { partition, sort } = binding.design.primary
  return partition.attributes.includes(name) || sort.attributes.includes(name)
}

function holds(item: AttributeMap, changed: Changed): boolean {
  return [...changed].every(([name, value]) => {
    const now = item[name]
    return value === undefined ? now === undefined : now !== undefined && equalAttributeValues(now, value)
  })
}

const partitionKeyName = ({ table }: ModelBinding): string => table.key.names[0] as string
const exists = (binding: ModelBinding): Condition => ({ kind: 'exists', path: [partitionKeyName(binding)] })

function unchanged(name: string, stored: AttributeMap): Condition {
  const value = stored[name]
  if (value === undefined) return { kind: 'not-exists', path: [name] }
  return { kind: 'compare', op: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } }
}

function setOrRemove(name: string, value: AttributeValue | undefined): UpdateAction {
  return value === undefined
    ? { kind: 'remove', path: [name] }
    : { kind: 'set', path: [name], value: { kind: 'value', value } }
}

function gone(binding: ModelBinding, what: string): ModelNotFoundError {
  return new ModelNotFoundError(binding.schema.name, what, { hint: 'It was deleted, or never saved.' })
}

function conflict(binding: ModelBinding): ModelError {
  return new ModelError(
    'MODEL.WRITE_CONFLICT',
    `The ${binding.schema.name} was changed by others ${REBASES} times in a row while it was being written.`,
    {
      hint: 'Nothing was written. Try again.',
    },
  )
}
