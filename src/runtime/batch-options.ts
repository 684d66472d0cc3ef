import type { ConsumedCapacity, ReturnConsumedCapacity, SendOptions } from '../drivers/index.js'
import { fullJitter } from '../kernel/index.js'
import type { Connection } from './connection.js'
import type { RequestContext } from './interceptor.js'

/** How entries that DynamoDB left unprocessed are tried again. What is not said is the connection's (`retries`). */
export interface BatchRetry {
  /** Rounds in a row that may bring nothing before the batch gives up. Default 10. */
  readonly maxRetries?: number | undefined
  /** Milliseconds of the first pause and of the longest; pauses are random below (DynamoDB: "full jitter"). */
  readonly baseDelay?: number | undefined
  readonly maxDelay?: number | undefined
}

export interface BatchOptions {
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number | undefined
  readonly retry?: BatchRetry | undefined
  readonly send?: SendOptions | undefined
  readonly context?: RequestContext | undefined
  /** Told after each answer how many entries are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Asks DynamoDB what each request consumed. */
  readonly capacity?: CapacityMeter | undefined
}

/** Adds up what requests consumed. */
export interface CapacityMeter {
  readonly mode: Exclude<ReturnConsumedCapacity, 'NONE'>
  add(consumed: readonly ConsumedCapacity[] | undefined): void
}

export const BATCH_CONCURRENCY = 8
const FRUITLESS_ROUNDS = 10

/** Part of a request that asks for its capacity. */
export function metered({ capacity }: BatchOptions): { readonly ReturnConsumedCapacity?: ReturnConsumedCapacity } {
  return capacity === undefined ? NOT_METERED : { ReturnConsumedCapacity: capacity.mode }
}
const NOT_METERED = Object.freeze({})

/** True when so many rounds in a row brought nothing that the batch gives up. */
export function isHopeless(fruitless: number, { retry }: BatchOptions): boolean {
  return fruitless > (retry?.maxRetries ?? FRUITLESS_ROUNDS)
}

/** Waits before the next round. @throws what the signal was aborted with */
export function pause(connection: Connection, fruitless: number, { retry, send }: BatchOptions): Promise<void> {
  const { baseDelay, maxDelay } = { ...connection.config.retries, ...defined(retry) }
  return connection.clock.sleep(fullJitter(fruitless, baseDelay, maxDelay), send?.signal)
}

function defined({ baseDelay, maxDelay }: BatchRetry = {}): { baseDelay?: number; maxDelay?: number } {
  return { ...(baseDelay === undefined ? {} : { baseDelay }), ...(maxDelay === undefined ? {} : { maxDelay }) }
}
