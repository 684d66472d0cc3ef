import type { BatchWriteItemOutput, WriteRequest } from '../drivers/index.js'
import { mapConcurrent } from '../kernel/index.js'
import { BATCH_CONCURRENCY, type BatchOptions, isHopeless, metered, pause } from './batch-options.js'
import type { Connection } from './connection.js'
import { BatchError } from './errors.js'

/** Writes of one BatchWriteItem request. DynamoDB: "BatchWriteItem", up to 25 puts and deletes. */
const WRITES_PER_REQUEST = 25

export type BatchWriteOptions = BatchOptions

/** A put or delete, and the table it is for. */
export interface TableWrite {
  readonly table: string
  readonly write: WriteRequest
}

/**
 * Puts and deletes any number of items, in chunks of 25, until DynamoDB left none unprocessed. BatchWriteItem knows no
 * conditions: a put replaces what is there. No key may occur twice.
 *
 * @throws BatchError with every write that was not done in `remaining`; the others took effect
 */
export async function batchWriteItems(
  connection: Connection,
  table: string,
  writes: readonly WriteRequest[],
  options: BatchWriteOptions = {},
): Promise<void> {
  try {
    await batchWriteTables(
      connection,
      writes.map((write) => ({ table, write })),
      options,
    )
  } catch (error) {
    if (!(error instanceof BatchError)) throw error
    const remaining = (error.remaining as readonly TableWrite[]).map(({ write }) => write)
    throw new BatchError(error.code, error.message, remaining, error.cause)
  }
}

/** The same for several tables at once: requests are shared. */
export async function batchWriteTables(
  connection: Connection,
  writes: readonly TableWrite[],
  options: BatchWriteOptions = {},
): Promise<void> {
  const chunks: (readonly TableWrite[])[] = []
  for (let i = 0; i < writes.length; i += WRITES_PER_REQUEST) chunks.push(writes.slice(i, i + WRITES_PER_REQUEST))
  const remaining: TableWrite[] = []
  let done = 0
  let failure: unknown
  await mapConcurrent(chunks, options.concurrency ?? BATCH_CONCURRENCY, async (chunk) => {
    // After a failure the chunks not yet begun are left alone, and reported.
    const left = failure === undefined ? await writeChunk(connection, chunk, options).catch(failed) : chunk
    for (const write of left) remaining.push(write)
    done += chunk.length - left.length
    options.onProgress?.(done, writes.length)
  })
  if (remaining.length === 0) return
  throw new BatchError(
    failure === undefined ? 'BATCH.UNPROCESSED' : 'BATCH.FAILED',
    `${remaining.length} of ${writes.length} writes were not done.`,
    remaining,
    failure,
  )

  function failed(error: unknown): readonly TableWrite[] {
    const stopped = error as ChunkFailure
    failure ??= stopped.cause
    return stopped.remaining
  }
}

/** A chunk that stopped half way: what is left, and why. Never leaves this file. */
interface ChunkFailure {
  readonly remaining: readonly TableWrite[]
  readonly cause: unknown
}

async function writeChunk(
  connection: Connection,
  chunk: readonly TableWrite[],
  options: BatchWriteOptions,
): Promise<readonly TableWrite[]> {
  let pending = chunk
  let fruitless = 0
  for (;;) {
    let answer: BatchWriteItemOutput
    try {
      answer = await connection.send(
        'BatchWriteItem',
        { RequestItems: byTable(pending), ...metered(options) },
        options.send,
        options.context,
      )
    } catch (cause) {
      throw { remaining: pending, cause } satisfies ChunkFailure
    }
    options.capacity?.add(answer.ConsumedCapacity)
    const left = Object.entries(answer.UnprocessedItems ?? {}).flatMap(([table, writes]) =>
      writes.map((write) => ({ table, write })),
    )
    if (left.length === 0) return left
    fruitless = left.length === pending.length ? fruitless + 1 : 0
    if (isHopeless(fruitless, options)) return left
    pending = left
    try {
      await pause(connection, fruitless, options)
    } catch (cause) {
      throw { remaining: pending, cause } satisfies ChunkFailure
    }
  }
}

function byTable(writes: readonly TableWrite[]): Readonly<Record<string, readonly WriteRequest[]>> {
  const tables = new Map<string, WriteRequest[]>()
  for (const { table, write } of writes) {
    const known = tables.get(table)
    if (known === undefined) tables.set(table, [write])
    else known.push(write)
  }
  return Object.fromEntries(tables)
}
