import type { Condition } from '../expressions/index.js'
import { ValidationError } from '../schema/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { type AtomicChange, needsValue } from './atomic-change.js'
import { commit } from './commit.js'
import { ModelError } from './errors.js'
import { CHANGE } from './events.js'
import { ask, toldAfter } from './fire.js'
import { refuseCounted } from './own-counters.js'
import { type Attributes, dirtyAttributes } from './record.js'
import type { RecordState } from './record-state.js'
import { isAbsent, refuseOther } from './row-conditions.js'
import {
  blindStep,
  countedBlindly,
  refuseStale,
  type VersionStep,
  versionConditions,
  versionStep,
} from './row-version.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { applyChanges, type Changed, gone, holds, readStored, storedAfter, takeOver } from './stored-row.js'
import { isPrimary, knowsKeys, touchUpdatedAt, updateWrite } from './update.js'

export interface AtomicOptions {
  /**
   * Sends one plain UpdateItem, for half the price: when its answer is lost and it is sent again, the change may be made
   * twice. Without it the change is a transaction with a token, and is made once.
   */
  readonly atLeastOnce?: boolean | undefined
}

/** The same with what must hold of the row as it is stored then. */
export interface AtomicWrite extends AtomicOptions {
  readonly still?: Condition | undefined
}

/** Attempts at a change of a value that others change at the same time: each time somebody got through. */
const ATTEMPTS = 50

/** Makes changes of attributes; the record has the new values afterwards, reckoned from the values that it knew. */
export async function changeAtomically(
  record: Attributes,
  state: RecordState,
  changes: readonly AtomicChange[],
  options: AtomicWrite = {},
): Promise<void> {
  await ask(state.binding, record, CHANGE)
  await commit(pendingAtomic(record, state, changes, options))
}

/**
 * Changes of attributes, each once, which hooks were asked about: DynamoDB makes them itself, or (where keys, guards or rules hang on
 * the new value) they are made here on condition that nobody else changed the value.
 *
 * @throws ModelError `MODEL.INVALID_INPUT` for an attribute of the key, or one with an unsaved change
 */
export function pendingAtomic(
  record: Attributes,
  state: RecordState,
  changes: readonly AtomicChange[],
  { atLeastOnce = false, still }: AtomicWrite = {},
): PendingWrite {
  const { binding } = state
  const unsaved = dirtyAttributes(record, state, [])
  const names = changes.map(({ attribute }) => attribute)
  refuseCounted(binding.schema, names)
  for (const attribute of names) {
    const refused = isPrimary(binding, attribute)
      ? 'is part of the key'
      : unsaved.has(attribute)
        ? 'has an unsaved change'
        : undefined
    if (refused !== undefined)
      throw new ModelError('MODEL.INVALID_INPUT', `${binding.schema.name}.${attribute} ${refused}.`, {
        hint: 'Assign the new value and save().',
      })
  }
  const touched = new Map<string, AttributeValue | undefined>()
  touchUpdatedAt(binding, touched)
  const version = versionStep(record, state, true)
  if (version?.known !== undefined) touched.set(version.name, version.known.next)
  const repeatable = changes.every((change) => change.repeatable)
  const once = !repeatable && !atLeastOnce
  return {
    binding,
    attempts: ATTEMPTS,
    build: () => build({ record, state, changes, unsaved, touched, version, still, once, repeatable }),
    ...toldAfter(binding, record, CHANGE),
  }
}

interface AtomicUpdate {
  readonly record: Attributes
  readonly state: RecordState
  readonly changes: readonly AtomicChange[]
  /** What the record is to be saved with later. */
  readonly unsaved: Changed
  readonly touched: Changed
  readonly version: VersionStep | undefined
  readonly still: Condition | undefined
  readonly once: boolean
  /** True where a second time changes nothing. */
  readonly repeatable: boolean
}

async function build({
  record,
  state,
  changes,
  unsaved,
  touched,
  version,
  still,
  once,
  repeatable,
}: AtomicUpdate): Promise<RowWrite> {
  const { binding } = state
  const needed = changes.filter((change) => needsValue(binding, change, state.stored as AttributeMap))
  if (state.partial && (needed.length > 0 || !knowsKeys(touched, state))) await readStored(record, state, unsaved)
  const stored = state.stored as AttributeMap
  const values = new Map(changes.map(({ attribute, next }) => [attribute, next(stored[attribute])]))
  const here = new Map(needed.map(({ attribute }) => [attribute, values.get(attribute)]))
  for (const [attribute, value] of here) await validate(state, attribute, value)
  const changed: Changed = new Map([...touched, ...here])
  const counted = countedBlindly(version, stored)
  const all = new Map([...touched, ...values, ...counted])
  // What a partial read left out is not known before, and not afterwards.
  const isKnown = (name: string): boolean => !state.partial || here.has(name) || Object.hasOwn(record, name)
  const known = new Map([...all].filter(([name]) => !values.has(name) || isKnown(name)))
  return {
    ...updateWrite(state, stored, applyChanges(stored, all), changed, {
      actions: [
        ...changes.flatMap(({ attribute, action }) => (here.has(attribute) ? [] : [action])),
        ...blindStep(version),
      ],
      watched: [...here.keys()],
      conditions: [...versionConditions(version), ...(still === undefined ? [] : [still])],
    }),
    once,
    succeeded() {
      state.stored = storedAfter(state, applyChanges(stored, known))
      for (const [name, now] of known) {
        if (unsaved.has(name)) continue
        if (now === undefined) delete record[name]
        else record[name] = binding.codec.decodeAttribute(name, now)
      }
      state.changes = Object.fromEntries([...known.keys()].map((name) => [name, record[name]]))
    },
    refused(conflict) {
      const { item, retried } = conflict
      if (isAbsent(item, state)) throw gone(binding, 'cannot be updated: the row is not there')
      refuseStale(binding, version, conflict)
      if (retried && repeatable && holds(item, changed)) return 'done'
      refuseOther(binding, still, conflict)
      takeOver(record, state, item, unsaved)
      return 'again'
    },
  }
}

async function validate({ binding }: RecordState, name: string, value: AttributeValue | undefined): Promise<void> {
  const data = value === undefined ? {} : { [name]: binding.codec.decodeAttribute(name, value) }
  const violations = await binding.validator.violations(data, new Set([name]))
  if (violations !== undefined) throw new ValidationError(binding.schema.name, violations)
}
