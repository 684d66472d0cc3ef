import { and, type Condition, ExpressionCompiler, type UpdateAction } from '../expressions/index.js'
import { checkReadable } from '../runtime/index.js'
import { type AttributeSchema, ValidationError } from '../schema/index.js'
import { checkNativeKeys, keysOf, keyText, primaryKeyOf, storedKeyOf } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues, type ValueError } from '../values/index.js'
import { hasRules } from './atomic-change.js'
import { refuseStrays } from './attribute-names.js'
import { commit } from './commit.js'
import { companionsOf, linkedNames, tracedIn } from './companions.js'
import { ModelError } from './errors.js'
import { SAVING, UPDATE } from './events.js'
import { ask, toldAfter } from './fire.js'
import type { ModelBinding } from './model-space.js'
import { buildMove } from './move-row.js'
import { holdsNested, mergedRoots, type NestedChanges, nestedWrite } from './nested-change.js'
import { refuseCounted } from './own-counters.js'
import { type Attributes, dirtyAttributes, dirtyNames } from './record.js'
import type { RecordState } from './record-state.js'
import { exists, isAbsent, refuseOther, unchanged } from './row-conditions.js'
import {
  blindStep,
  countedBlindly,
  refuseStale,
  type VersionStep,
  versionConditions,
  versionStep,
} from './row-version.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { applySetters } from './setters.js'
import { applyChanges, type Changed, finishUpdate, gone, holds, readStored, takeOver } from './stored-row.js'
import { stamps } from './unstamped.js'

/**
 * Writes what changed on a record: one UpdateItem with SET and REMOVE of the changed attributes and of every index key
 * they are part of, on condition that the row exists and that nobody changed the rest of those keys meanwhile.
 *
 * @returns false when nothing had changed and nothing was sent
 * @throws ModelNotFoundError when the row is gone, ModelError `MODEL.WRITE_CONFLICT` when other writers were always faster
 */
export async function updateRecord(
  record: Attributes,
  state: RecordState,
  options: UpdateOptions = AS_IT_IS,
): Promise<boolean> {
  const pending = await pendingUpdate(record, state, options)
  if (pending === undefined) return false
  await commit(pending)
  return true
}

/** How a record is written besides what changed on it. */
export interface UpdateOptions {
  /** Must hold of the row as it is stored then; ConditionError where it does not. */
  readonly still?: Condition | undefined
  /** Changes of attributes that no record carries, in their stored form. */
  readonly besides?: Changed | undefined
  /** The attributes that are written whatever else changed on the record; undefined for all. */
  readonly only?: readonly string[] | undefined
  /** Changes inside maps, which leave the rest of them. */
  readonly nested?: NestedChanges | undefined
  /** True where any version will do (optimistic lock). */
  readonly anyVersion?: boolean | undefined
}
const AS_IT_IS: UpdateOptions = Object.freeze({})

/** The update of what changed on a record, once hooks were asked and it was validated; undefined when nothing changed. */
export async function pendingUpdate(
  record: Attributes,
  state: RecordState,
  options: UpdateOptions = AS_IT_IS,
): Promise<PendingWrite | undefined> {
  const { binding } = state
  if (binding.hookTable === undefined) return updateOf(record, state, options)
  applySetters(record, state)
  const saving = await ask(binding, record, SAVING)
  const changing = options.nested !== undefined || dirtyNames(record, state).length > 0
  const updating = changing && (await ask(binding, record, UPDATE))
  if (saving || updating) refuseStrays(record, state)
  const pending = await updateOf(record, state, options)
  return pending && { ...pending, ...toldAfter(binding, record, UPDATE) }
}

/** The same without hooks. */
export async function updateOf(
  record: Attributes,
  state: RecordState,
  options: UpdateOptions = AS_IT_IS,
): Promise<PendingWrite | undefined> {
  const { binding } = state
  const { schema } = binding
  if (options.only === undefined) {
    binding.codec.coerceAll(record)
    applySetters(record, state)
  }
  const unstorable: ValueError[] = []
  const changed = dirtyAttributes(record, state, unstorable, options.only)
  const nested = changesInside(record, state, changed, options.nested)
  refuseCounted(schema, changed.keys())
  addBlindIndexes(state, changed, options.only)
  if (changed.size === 0 && nested === undefined) {
    state.changes = {}
    return undefined
  }
  const checked = binding.validator.violations(record, new Set(changed.keys()))
  const violations = checked instanceof Promise ? await checked : checked
  if (violations !== undefined) throw new ValidationError(schema.name, violations)
  if (unstorable[0] !== undefined) throw unstorable[0]
  touchUpdatedAt(binding, changed)
  const version = versionStep(record, state, options.anyVersion)
  if (version?.known !== undefined) changed.set(version.name, version.known.next)
  if (options.besides !== undefined) for (const [name, value] of options.besides) changed.set(name, value)
  const update: RowUpdate = { record, state, changed, nested, version, still: options.still, known: !state.partial }
  return { binding, build: () => buildUpdate(update) }
}

/** The hashes of encrypted attributes that change, and of those that have none yet: they were stored before they had any. */
function addBlindIndexes(
  { binding, stored = {}, partial }: RecordState,
  changed: Map<string, AttributeValue | undefined>,
  only: readonly string[] | undefined,
): void {
  for (const [source, { name, hash }] of binding.codec.blindIndexes) {
    const isKnown = changed.has(source) || (!partial && only === undefined && stored[source] !== undefined)
    if (!isKnown) continue
    const value = changed.has(source) ? changed.get(source) : stored[source]
    if (value !== undefined) checkReadable(value)
    const now = hash(value)
    const before = stored[name]
    if (
      now === undefined ? before !== undefined || partial : before === undefined || !equalAttributeValues(now, before)
    )
      changed.set(name, now)
  }
}

/** One update of a row. */
export interface RowUpdate {
  readonly record: Attributes
  readonly state: RecordState
  readonly changed: Changed
  readonly nested: NestedChanges | undefined
  readonly version: VersionStep | undefined
  readonly still: Condition | undefined
  /** True once the whole row was seen. */
  known: boolean
}

/** Sets `updatedAt` where the model has it; the record itself gets it when it is written. */
export function touchUpdatedAt(binding: ModelBinding, changed: Map<string, AttributeValue | undefined>): void {
  const { codec, connection, schema } = binding
  const { updatedAt } = schema
  if (!changed.has(updatedAt) && stamps(binding))
    changed.set(updatedAt, codec.encodeAttribute(updatedAt, new Date(connection.clock.now())))
}

async function buildUpdate(update: RowUpdate): Promise<RowWrite> {
  const { record, state, changed, nested, version, still } = update
  const { binding } = state
  const whole = ruledRoots(binding, nested)
  if (state.partial && (!knowsKeys(changed, state) || (whole.length > 0 && !update.known))) {
    await readStored(record, state, changed)
    update.known = true
  }
  const stored = state.stored as AttributeMap
  const maps = mergedRoots(nested, stored, update.known)
  const all = new Map([...changed, ...maps])
  if (whole.length > 0) await validateRoots(binding, whole, all)
  const next = applyChanges(stored, new Map([...all, ...countedBlindly(version, stored)]))
  const inside = nested && nestedWrite(nested, stored, update.known, binding.schema)
  if ([...changed.keys()].some((name) => isPrimary(binding, name)) && !keepsKey(binding, stored, next))
    return buildMove(update)
  return {
    ...updateWrite(state, stored, next, changed, {
      actions: [...(inside?.actions ?? []), ...blindStep(version)],
      watched: whole,
      conditions: [
        ...(inside?.conditions ?? []),
        ...versionConditions(version),
        ...(still === undefined ? [] : [still]),
      ],
    }),
    succeeded() {
      for (const [root, value] of maps) record[root] = value && binding.codec.decodeAttribute(root, value)
      finishUpdate(record, state, next, all)
    },
    refused(conflict) {
      const { item, retried } = conflict
      if (isAbsent(item, state)) throw gone(binding, 'cannot be updated: the row is not there')
      refuseStale(binding, version, conflict)
      if (retried && holds(item, changed) && (nested === undefined || holdsNested(nested, item))) return 'done'
      refuseOther(binding, still, conflict)
      takeOver(record, state, item, changed)
      update.known = true
      return 'again'
    },
  }
}

/** The changes inside maps that change anything, as far as the row is known. */
function changesInside(
  record: Attributes,
  { binding: { schema }, stored = {}, partial }: RecordState,
  changed: Changed,
  nested: NestedChanges | undefined,
): NestedChanges | undefined {
  if (nested === undefined) return undefined
  const unsaved = [...nested.keys()].find((root) => changed.has(root))
  if (unsaved !== undefined)
    throw new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${unsaved} has an unsaved change.`, {
      hint: `Save it first, or change record.${unsaved} itself.`,
    })
  const left = [...nested].filter(([root, change]) => partial || !holdsNested(new Map([[root, change]]), stored))
  return left.length === 0 ? undefined : new Map(left)
}

/** Maps whose rules are about all of them. */
function ruledRoots({ schema }: ModelBinding, nested: NestedChanges | undefined): readonly string[] {
  return [...(nested?.keys() ?? [])].filter((root) => hasRules(schema.attribute.get(root) as AttributeSchema))
}

async function validateRoots(binding: ModelBinding, roots: readonly string[], all: Changed): Promise<void> {
  const data = Object.fromEntries(
    roots.map((root) => {
      const value = all.get(root)
      return [root, value === undefined ? undefined : binding.codec.decodeAttribute(root, value)]
    }),
  )
  const violations = await binding.validator.violations(data, new Set(roots))
  if (violations !== undefined) throw new ValidationError(binding.schema.name, violations)
}

/** What an update does besides setting values that are known. */
export interface UpdateExtras {
  readonly actions: readonly UpdateAction[]
  /** Attributes that must be as they are stored. */
  readonly watched: readonly string[]
  readonly conditions: readonly Condition[]
}

/** The UpdateItem that brings a row from its stored state to the next, with its index keys and guards. */
export function updateWrite(
  state: RecordState,
  stored: AttributeMap,
  next: AttributeMap,
  changed: Changed,
  extras: UpdateExtras,
): Pick<RowWrite, 'binding' | 'main' | 'companions' | 'row' | 'traced'> {
  const { binding } = state
  const { design, schema, table } = binding
  checkNativeKeys(design, next)
  const key = storedKeyOf(table, design, stored)
  const actions: UpdateAction[] = [...extras.actions]
  const conditions: Condition[] = [exists(binding, state), ...extras.conditions]
  for (const [name, value] of changed) actions.push(setOrRemove(name, value))
  const touched = new Set([...changed.keys()].flatMap((name) => design.keyAttributes.get(name) ?? []))
  touched.delete(design.primary)
  const watched = new Set<string>(extras.watched)
  for (const path of touched) {
    const keys = keysOf(path, next, schema.name)
    for (const name of path.synthetic) actions.push(setOrRemove(name, keys?.[name]))
    for (const name of path.attributes) if (!changed.has(name) && !isPrimary(binding, name)) watched.add(name)
  }
  for (const name of linkedNames(binding, changed)) watched.add(name)
  for (const name of watched) conditions.push(unchanged(name, stored))
  const compiler = new ExpressionCompiler()
  return {
    binding,
    main: {
      Update: {
        TableName: table.tableName,
        Key: key,
        UpdateExpression: compiler.update(actions),
        ConditionExpression: compiler.condition(and(...conditions)),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...compiler.attributes(),
      },
    },
    companions: companionsOf(state, { item: stored, key }, { item: next, key }),
    row: next,
    traced: tracedIn(binding, stored, next),
  }
}

/** True when a partial read brought every attribute that the changed keys and guards are made of. */
export function knowsKeys(changed: Changed, state: RecordState): boolean {
  const { design } = state.binding
  const paths = [...changed.keys()].flatMap((name) => design.keyAttributes.get(name) ?? [])
  return paths.length === 0 && linkedNames(state.binding, changed).length === 0
}

/** True when a row that others wrote only gets the attributes that its key is made of. */
function keepsKey({ table, design }: ModelBinding, stored: AttributeMap, next: AttributeMap): boolean {
  return keyText(table, primaryKeyOf(design, next)) === keyText(table, storedKeyOf(table, design, stored))
}

/** True for an attribute that the key of the row in its table is made of. */
export function isPrimary(binding: ModelBinding, name: string): boolean {
  const { partition, sort } = binding.design.primary
  return partition.attributes.includes(name) || sort.attributes.includes(name)
}

function setOrRemove(name: string, value: AttributeValue | undefined): UpdateAction {
  return value === undefined
    ? { kind: 'remove', path: [name] }
    : { kind: 'set', path: [name], value: { kind: 'value', value } }
}
