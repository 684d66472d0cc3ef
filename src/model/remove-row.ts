import { type DeleteOptions, deleteRecord, pendingDelete } from './delete-row.js'
import { deletionEvents, markEvents } from './events.js'
import { ask } from './fire.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { cascade } from './relations/cascade.js'
import { markDeleted, pendingMark } from './soft-delete.js'

/** Deletes the row of a record for good, and does with the rows that depend on it what their relations say. */
export async function removeRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  await ask(state.binding, record, deletionEvents(state.binding.schema))
  const own = async (): Promise<ReturnType<typeof pendingDelete>> => pendingDelete(record, state, options)
  if (!(await cascade(record, state, { kind: 'delete' }, own))) await deleteRecord(record, state, options)
}

/** Marks the row of a record as deleted, and with it those rows that depend on it and can be marked. */
export async function trashRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  const deletedAt = new Date(state.binding.connection.clock.now())
  await ask(state.binding, record, markEvents(deletedAt))
  const own = (): ReturnType<typeof pendingMark> => pendingMark(record, state, deletedAt, options)
  if (!(await cascade(record, state, { kind: 'mark', deletedAt }, own)))
    await markDeleted(record, state, deletedAt, options)
}

/** Takes the mark away, also from rows that were marked together with it. */
export async function untrashRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  await ask(state.binding, record, markEvents(undefined))
  const { deletedAt } = record
  const own = (): ReturnType<typeof pendingMark> => pendingMark(record, state, undefined, options)
  const together = deletedAt instanceof Date && (await cascade(record, state, { kind: 'unmark', deletedAt }, own))
  if (!together) await markDeleted(record, state, undefined, options)
}
