import type { BatchGetItemOutput, KeysAndAttributes, SendOptions } from '../drivers/index.js'
import { fullJitter, mapConcurrent } from '../kernel/index.js'
import type { AttributeMap } from '../values/index.js'
import type { Connection } from './connection.js'
import { BatchError } from './errors.js'
import type { RequestContext } from './interceptor.js'

/** Keys of one BatchGetItem request. DynamoDB: "BatchGetItem", up to 100 items and 16 MB. */
const KEYS_PER_REQUEST = 100
const CONCURRENCY = 8
/** Rounds in a row that may bring nothing before the batch gives up. */
const FRUITLESS_ROUNDS = 10

export interface BatchGetOptions {
  readonly consistentRead?: boolean | undefined
  readonly projection?: Pick<KeysAndAttributes, 'ProjectionExpression' | 'ExpressionAttributeNames'> | undefined
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number | undefined
  readonly send?: SendOptions | undefined
  readonly context?: RequestContext | undefined
}

/**
 * Reads any number of items by key, in chunks of 100, until DynamoDB left none unprocessed. Items come in no order,
 * missing ones are left out. Keys must be distinct.
 *
 * @throws BatchError `BATCH.UNPROCESSED` with the keys that could not be read
 */
export async function batchGetItems(
  connection: Connection,
  table: string,
  keys: readonly AttributeMap[],
  options: BatchGetOptions = {},
): Promise<AttributeMap[]> {
  const chunks: (readonly AttributeMap[])[] = []
  for (let i = 0; i < keys.length; i += KEYS_PER_REQUEST) chunks.push(keys.slice(i, i + KEYS_PER_REQUEST))
  const found = await mapConcurrent(chunks, options.concurrency ?? CONCURRENCY, (chunk) =>
    readChunk(connection, table, chunk, options),
  )
  return found.length === 1 ? (found[0] as AttributeMap[]) : found.flat()
}

async function readChunk(
  connection: Connection,
  table: string,
  chunk: readonly AttributeMap[],
  options: BatchGetOptions,
): Promise<AttributeMap[]> {
  const items: AttributeMap[] = []
  let pending: readonly AttributeMap[] = chunk
  let fruitless = 0
  for (;;) {
    const answer: BatchGetItemOutput = await connection.send(
      'BatchGetItem',
      {
        RequestItems: {
          [table]: {
            Keys: pending,
            ...(options.consistentRead ? { ConsistentRead: true } : {}),
            ...options.projection,
          },
        },
      },
      options.send,
      options.context,
    )
    const got = answer.Responses?.[table] ?? []
    for (const item of got) items.push(item)
    const left = answer.UnprocessedKeys?.[table]?.Keys ?? []
    if (left.length === 0) return items
    fruitless = left.length === pending.length ? fruitless + 1 : 0
    if (fruitless > FRUITLESS_ROUNDS)
      throw new BatchError(
        'BATCH.UNPROCESSED',
        `${left.length} of ${chunk.length} items could not be read: the table refuses more reads.`,
        left,
      )
    pending = left
    const { baseDelay, maxDelay } = connection.config.retries
    // An abort while waiting is what the next request is refused with.
    await connection.clock
      .sleep(fullJitter(fruitless, baseDelay, maxDelay), options.send?.signal)
      .catch(() => undefined)
  }
}
