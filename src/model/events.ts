import { suggest } from '../kernel/index.js'
import { ModelError } from './errors.js'

/** What happens to rows, in the words of Eloquent: `…ing` before it happens, and may stop it; the others after it did. */
export const EVENTS = [
  'retrieved',
  'saving',
  'creating',
  'updating',
  'validating',
  'created',
  'updated',
  'saved',
  'deleting',
  'trashed',
  'deleted',
  'forceDeleting',
  'forceDeleted',
  'restoring',
  'restored',
  'replicating',
] as const
export type ModelEvent = (typeof EVENTS)[number]

/** The same in the words of ActiveRecord. */
type EventAlias =
  | `${'before' | 'after'}${'Save' | 'Create' | 'Update' | 'Delete' | 'ForceDelete' | 'Restore'}`
  | 'beforeValidate'
  | 'afterTrash'
  | 'afterFind'
  | 'beforeReplicate'
const ALIASES: Readonly<Record<EventAlias, ModelEvent>> = {
  beforeValidate: 'validating',
  beforeSave: 'saving',
  afterSave: 'saved',
  beforeCreate: 'creating',
  afterCreate: 'created',
  beforeUpdate: 'updating',
  afterUpdate: 'updated',
  beforeDelete: 'deleting',
  afterDelete: 'deleted',
  beforeForceDelete: 'forceDeleting',
  afterForceDelete: 'forceDeleted',
  beforeRestore: 'restoring',
  afterRestore: 'restored',
  afterTrash: 'trashed',
  afterFind: 'retrieved',
  beforeReplicate: 'replicating',
}
export type ModelEventName = ModelEvent | EventAlias

const BY_NAME: ReadonlyMap<string, ModelEvent> = new Map<string, ModelEvent>([
  ...EVENTS.map((event) => [event, event] as const),
  ...Object.entries(ALIASES),
])

/** The event that a name says; undefined for a name that says none. */
export function eventOf(name: string): ModelEvent | undefined {
  return BY_NAME.get(name)
}

/** The event that a name says. @throws ModelError `MODEL.UNKNOWN_EVENT` */
export function eventNamed(name: unknown, where: string): ModelEvent {
  const event = BY_NAME.get(name as string)
  if (event !== undefined) return event
  throw unknownEvent(String(name), where)
}

/** A name that is nearly one of an event was meant to be one, and would never be called. @throws ModelError `MODEL.UNKNOWN_EVENT` */
export function refuseNearly(name: string, where: string): void {
  if (suggest(name, BY_NAME.keys()) !== undefined) throw unknownEvent(name, where)
}

function unknownEvent(name: string, where: string): ModelError {
  const meant = suggest(name, BY_NAME.keys())
  return new ModelError('MODEL.UNKNOWN_EVENT', `${where} names "${name}", which is no event.`, {
    hint: meant === undefined ? `Events are ${[...BY_NAME.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
    details: { event: name },
  })
}

/** Events around a write, in their order. */
export interface WriteEvents {
  readonly before: readonly ModelEvent[]
  readonly after: readonly ModelEvent[]
}
const around = (before: readonly ModelEvent[], after: readonly ModelEvent[]): WriteEvents =>
  Object.freeze({ before, after })

export const RETRIEVED: readonly ModelEvent[] = Object.freeze(['retrieved'] as const)
export const REPLICATING: readonly ModelEvent[] = Object.freeze(['replicating'] as const)

export const CREATION: WriteEvents = around(['saving', 'creating', 'validating'], ['created', 'saved'])
/** Told of a record that is saved, whether or not anything changed. */
export const SAVING: WriteEvents = around(['saving'], [])
/** Told after `saving`, where something changed. */
export const UPDATE: WriteEvents = around(['updating', 'validating'], ['updated', 'saved'])
/** A counter, list or set that changes in place. */
export const CHANGE: WriteEvents = around(['updating'], ['updated'])
/** What may be told of a deletion, whichever it is. */
export const DELETION: WriteEvents = around(['forceDeleting', 'deleting'], ['trashed', 'deleted', 'forceDeleted'])
const PLAIN_DELETION = around(['deleting'], ['deleted'])
/** The deletion for good of a row that could have been marked. */
const FORCED_DELETION = around(['forceDeleting', 'deleting'], ['deleted', 'forceDeleted'])
const TRASHING = around(['deleting'], ['trashed', 'deleted'])
const RESTORATION = around(['restoring'], ['restored'])

/** The deletion of a row for good. */
export function deletionEvents({ softDeletes }: { readonly softDeletes: boolean }): WriteEvents {
  return softDeletes ? FORCED_DELETION : PLAIN_DELETION
}

/** A soft delete, or one that is taken back. */
export function markEvents(deletedAt: Date | undefined): WriteEvents {
  return deletedAt === undefined ? RESTORATION : TRASHING
}
