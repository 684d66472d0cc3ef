import { and, notExists } from '../expressions/index.js'
import { type AttributeValue, equalAttributeValues } from '../values/index.js'
import { commit } from './commit.js'
import { markEvents } from './events.js'
import { toldAfter } from './fire.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import type { PendingWrite } from './row-write.js'
import { type Changed, gone } from './stored-row.js'
import { type UpdateOptions, updateOf } from './update.js'

/** Writes `deletedAt`, or takes it away; a record whose write failed is as it was. */
export async function markDeleted(
  record: Attributes,
  state: RecordState,
  deletedAt: Date | undefined,
  options?: UpdateOptions,
): Promise<void> {
  const pending = await pendingMark(record, state, deletedAt, options)
  if (pending !== undefined) await commit(pending)
}

/**
 * The update that marks a row as deleted or takes the mark away, and writes nothing else; hooks were asked about it. The
 * record has it as soon as it is written. A row that is marked already keeps its moment.
 */
export async function pendingMark(
  record: Attributes,
  state: RecordState,
  deletedAt: Date | undefined,
  { still, ...options }: UpdateOptions = {},
): Promise<PendingWrite | undefined> {
  const { binding } = state
  const { deletedAt: mark } = binding.schema
  const before = record[mark]
  // An own property that is undefined says "take it away", on a record that was read in part too.
  record[mark] = deletedAt
  const conditions = [...(still === undefined ? [] : [still]), ...(deletedAt === undefined ? [] : [notExists([mark])])]
  const pending = await updateOf(record, state, {
    ...options,
    still: conditions.length === 0 ? undefined : and(...conditions),
    besides: expiryOf(state, deletedAt),
    only: [mark],
  }).finally(() => put(record, mark, before))
  if (pending === undefined) return undefined
  const build: PendingWrite['build'] = async () => {
    const write = await pending.build()
    return {
      ...write,
      succeeded() {
        put(record, mark, deletedAt)
        write.succeeded()
      },
      refused(conflict) {
        const marked = deletedAt === undefined ? undefined : conflict.item?.[mark]
        if (marked === undefined) return write.refused(conflict)
        // An answer that was lost: the mark is this one, whatever others wrote to the row since.
        if (conflict.retried && isOf(state, marked, deletedAt)) return 'done'
        throw gone(binding, 'is deleted already')
      },
    }
  }
  return { binding, build, ...toldAfter(binding, record, markEvents(deletedAt)) }
}

function isOf({ binding }: RecordState, marked: AttributeValue, deletedAt: unknown): boolean {
  return equalAttributeValues(marked, binding.codec.encodeAttribute(binding.schema.deletedAt, deletedAt))
}

/** `softDeletes.ttl`: a deleted row gets a moment at which DynamoDB removes it, and loses it when it comes back. */
function expiryOf({ binding: { schema, design } }: RecordState, deletedAt: Date | undefined): Changed | undefined {
  if (schema.trashSeconds === undefined || design.expiry === undefined) return undefined
  const moment = deletedAt && Math.floor(deletedAt.getTime() / 1000) + schema.trashSeconds
  return new Map([[design.expiry, moment === undefined ? undefined : { N: String(moment) }]])
}

function put(record: Attributes, mark: string, deletedAt: unknown): void {
  if (deletedAt === undefined) delete record[mark]
  else record[mark] = deletedAt
}
