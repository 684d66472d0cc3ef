import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { updateRecord } from './update.js'

/** Writes `deletedAt`; a record whose write failed is as it was. */
export async function markDeleted(record: Attributes, state: RecordState, deletedAt: Date | undefined): Promise<void> {
  const before = record['deletedAt']
  record['deletedAt'] = deletedAt
  try {
    await updateRecord(record, state)
  } catch (error) {
    record['deletedAt'] = before
    throw error
  }
}
