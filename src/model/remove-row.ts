import { type DeleteOptions, deleteRecord, pendingDelete } from './delete-row.js'
import { deletionEvents, markEvents } from './events.js'
import { ask } from './fire.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { cascade } from './relations/cascade.js'
import type { PendingWrite } from './row-write.js'
import { markDeleted, pendingMark } from './soft-delete.js'
import { NO_CHANGE, readStored } from './stored-row.js'

/** Deletes the row of a record for good, and does with the rows that depend on it what their relations say. */
export async function removeRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  await ask(state.binding, record, deletionEvents(state.binding.schema))
  const write = async (): Promise<PendingWrite> => pendingDelete(record, state, options)
  if (!(await cascade(record, state, { kind: 'delete' }, { write, options })))
    await deleteRecord(record, state, options)
}

/**
 * Marks the row of a record as deleted, and with it those rows that depend on it and can be marked. Of a record that is
 * marked already it marks those that were left, with the same moment.
 *
 * @returns false for a record that was marked before
 * @throws ModelNotFoundError for a row that others marked
 */
export async function trashRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<boolean> {
  const { binding } = state
  const before = markedAt(state)
  if (before !== undefined) {
    await cascade(record, state, { kind: 'mark', deletedAt: before }, { write: async () => undefined })
    return false
  }
  const deletedAt = new Date(binding.connection.clock.now())
  await ask(binding, record, markEvents(deletedAt))
  const write = (): ReturnType<typeof pendingMark> => pendingMark(record, state, deletedAt, options)
  if (!(await cascade(record, state, { kind: 'mark', deletedAt }, { write })))
    await markDeleted(record, state, deletedAt, options)
  return true
}

/** Takes the mark away, also from rows that were marked together with it. */
export async function untrashRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  if (state.partial && state.stored?.[state.binding.schema.deletedAt] === undefined)
    await readStored(record, state, NO_CHANGE)
  const deletedAt = markedAt(state)
  await ask(state.binding, record, markEvents(undefined))
  const write = (): ReturnType<typeof pendingMark> => pendingMark(record, state, undefined, options)
  const together = deletedAt !== undefined && (await cascade(record, state, { kind: 'unmark', deletedAt }, { write }))
  if (!together) await markDeleted(record, state, undefined, options)
}

/** When the row was marked as deleted, as it is stored. */
export function markedAt({ binding, stored }: RecordState): Date | undefined {
  const name = binding.schema.deletedAt
  const moment = stored?.[name]
  if (moment === undefined || 'NULL' in moment) return undefined
  return binding.codec.decodeUnseen(name, moment) as Date
}
