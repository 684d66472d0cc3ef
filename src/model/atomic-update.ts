import type { Condition } from '../expressions/index.js'
import { ValidationError } from '../schema/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { type AtomicChange, needsValue } from './atomic-change.js'
import { commit } from './commit.js'
import { ModelError } from './errors.js'
import { CHANGE } from './events.js'
import { ask, toldAfter } from './fire.js'
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

/** Makes a change of one attribute; the record has the new value afterwards, reckoned from the value that it knew. */
export async function changeAtomically(
  record: Attributes,
  state: RecordState,
  change: AtomicChange,
  options: AtomicWrite = {},
): Promise<void> {
  await ask(state.binding, record, CHANGE)
  await commit(pendingAtomic(record, state, change, options))
}

/**
 * A change of one attribute, which hooks were asked about, that DynamoDB makes itself, or (where keys, guards or rules hang on the new value) one that is
 * made here on condition that nobody else changed the value.
 *
 * @throws ModelError `MODEL.INVALID_INPUT` for an attribute of the key, or one with an unsaved change
 */
export function pendingAtomic(
  record: Attributes,
  state: RecordState,
  change: AtomicChange,
  { atLeastOnce = false, still }: AtomicWrite = {},
): PendingWrite {
  const { binding } = state
  const { attribute } = change
  const unsaved = dirtyAttributes(record, state, [])
  const refused = isPrimary(binding, attribute)
    ? 'is part of the key'
    : unsaved.has(attribute)
      ? 'has an unsaved change'
      : undefined
  if (refused !== undefined)
    throw new ModelError('MODEL.INVALID_INPUT', `${binding.schema.name}.${attribute} ${refused}.`, {
      hint: 'Assign the new value and save().',
    })
  const touched = new Map<string, AttributeValue | undefined>()
  touchUpdatedAt(binding, touched)
  const version = versionStep(record, state, true)
  if (version?.known !== undefined) touched.set(version.name, version.known.next)
  const once = !change.repeatable && !atLeastOnce
  return {
    binding,
    attempts: ATTEMPTS,
    build: () => build({ record, state, change, unsaved, touched, version, still, once }),
    ...toldAfter(binding, record, CHANGE),
  }
}

interface AtomicUpdate {
  readonly record: Attributes
  readonly state: RecordState
  readonly change: AtomicChange
  /** What the record is to be saved with later. */
  readonly unsaved: Changed
  readonly touched: Changed
  readonly version: VersionStep | undefined
  readonly still: Condition | undefined
  readonly once: boolean
}

async function build({
  record,
  state,
  change,
  unsaved,
  touched,
  version,
  still,
  once,
}: AtomicUpdate): Promise<RowWrite> {
  const { binding } = state
  const { attribute } = change
  const here = needsValue(binding, change, state.stored as AttributeMap)
  if (state.partial && (here || !knowsKeys(touched, state))) await readStored(record, state, unsaved)
  const stored = state.stored as AttributeMap
  const value = change.next(stored[attribute])
  if (here) await validate(state, attribute, value)
  const changed: Changed = here ? new Map([...touched, [attribute, value]]) : touched
  const counted = countedBlindly(version, stored)
  const all = new Map([...touched, [attribute, value], ...counted])
  // What a partial read left out is not known before, and not afterwards.
  const known = here || !state.partial || Object.hasOwn(record, attribute) ? all : new Map([...touched, ...counted])
  return {
    ...updateWrite(state, stored, applyChanges(stored, all), changed, {
      actions: [...(here ? [] : [change.action]), ...blindStep(version)],
      watched: here ? [attribute] : [],
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
      if (retried && change.repeatable && holds(item, changed)) return 'done'
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
