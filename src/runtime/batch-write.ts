import type { BatchWriteItemOutput, SendOptions, WriteRequest } from '../drivers/index.js'
import { fullJitter, mapConcurrent } from '../kernel/index.js'
import type { Connection } from './connection.js'
import { BatchError } from './errors.js'
import type { RequestContext } from './interceptor.js'

/** Writes of one BatchWriteItem request. DynamoDB: "BatchWriteItem", up to 25 puts and deletes. */
const WRITES_PER_REQUEST = 25
const CONCURRENCY = 8
const FRUITLESS_ROUNDS = 10

export interface BatchWriteOptions {
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number | undefined
  readonly send?: SendOptions | undefined
  readonly context?: RequestContext | undefined
  /** Told after each answer how many writes are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
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
  const chunks: (readonly WriteRequest[])[] = []
  for (let i = 0; i < writes.length; i += WRITES_PER_REQUEST) chunks.push(writes.slice(i, i + WRITES_PER_REQUEST))
  const remaining: WriteRequest[] = []
  let done = 0
  let failure: unknown
  await mapConcurrent(chunks, options.concurrency ?? CONCURRENCY, async (chunk) => {
    // After a failure the chunks not yet begun are left alone, and reported.
    const left = failure === undefined ? await writeChunk(connection, table, chunk, options).catch(failed) : chunk
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

  function failed(error: unknown): readonly WriteRequest[] {
    const stopped = error as ChunkFailure
    failure ??= stopped.cause
    return stopped.remaining
  }
}

/** A chunk that stopped half way: what is left, and why. Never leaves this file. */
interface ChunkFailure {
  readonly remaining: readonly WriteRequest[]
  readonly cause: unknown
}

async function writeChunk(
  connection: Connection,
  table: string,
  chunk: readonly WriteRequest[],
  options: BatchWriteOptions,
): Promise<readonly WriteRequest[]> {
  let pending = chunk
  let fruitless = 0
  for (;;) {
    let answer: BatchWriteItemOutput
    try {
      answer = await connection.send(
        'BatchWriteItem',
        { RequestItems: { [table]: pending } },
        options.send,
        options.context,
      )
    } catch (cause) {
      throw { remaining: pending, cause } satisfies ChunkFailure
    }
    const left = answer.UnprocessedItems?.[table] ?? []
    if (left.length === 0) return left
    fruitless = left.length === pending.length ? fruitless + 1 : 0
    if (fruitless > FRUITLESS_ROUNDS) return left
    pending = left
    const { baseDelay, maxDelay } = connection.config.retries
    try {
      await connection.clock.sleep(fullJitter(fruitless, baseDelay, maxDelay), options.send?.signal)
    } catch (cause) {
      throw { remaining: pending, cause } satisfies ChunkFailure
    }
  }
}
