import { commit } from './commit.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import type { PendingWrite } from './row-write.js'
import { pendingUpdate } from './update.js'

/** Writes `deletedAt`, or takes it away; a record whose write failed is as it was. */
export async function markDeleted(record: Attributes, state: RecordState, deletedAt: Date | undefined): Promise<void> {
  const pending = await pendingMark(record, state, deletedAt)
  if (pending !== undefined) await commit(pending)
}

/** The update that marks a row as deleted or takes the mark away. The record has it as soon as it is written. */
export async function pendingMark(
  record: Attributes,
  state: RecordState,
  deletedAt: Date | undefined,
): Promise<PendingWrite | undefined> {
  const before = record['deletedAt']
  // An own property that is undefined says "take it away", on a record that was read in part too.
  record['deletedAt'] = deletedAt
  const pending = await pendingUpdate(record, state).finally(() => put(record, before))
  if (pending === undefined) return undefined
  const build: PendingWrite['build'] = async () => {
    const write = await pending.build()
    return {
      ...write,
      succeeded() {
        put(record, deletedAt)
        write.succeeded()
      },
    }
  }
  return { binding: pending.binding, build }
}

function put(record: Attributes, deletedAt: unknown): void {
  if (deletedAt === undefined) delete record['deletedAt']
  else record['deletedAt'] = deletedAt
}
