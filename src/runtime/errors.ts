import { DynamoDBToolingError } from '../kernel/index.js'

export const CONNECTION_CODES = {
  'CONNECTION.CLOSED': 'Open another one with connect(), or call configure() again.',
} as const

/** The connection cannot be used. */
export class ConnectionError extends DynamoDBToolingError<keyof typeof CONNECTION_CODES> {
  static override readonly nextSteps: typeof CONNECTION_CODES = CONNECTION_CODES
}

export const BATCH_CODES = {
  'BATCH.UNPROCESSED':
    'The table refuses more load than it has capacity for. What is left is in error.remaining: try it again later.',
  'BATCH.FAILED': 'error.cause says why. What is left is in error.remaining; it can be tried again as it is.',
} as const
type BatchCode = keyof typeof BATCH_CODES

/** A batch did not finish. Everything that is not in `remaining` was read or written. */
export class BatchError<T = unknown> extends DynamoDBToolingError<BatchCode> {
  static override readonly nextSteps: typeof BATCH_CODES = BATCH_CODES
  /** What was not read or written: keys of a batch read, write requests of a batch write. Ready to be tried again. */
  readonly remaining: readonly T[]
  /** How many were done, where that is known. */
  readonly done: number | undefined

  constructor(code: BatchCode, message: string, remaining: readonly T[], cause?: unknown, done?: number) {
    super(code, message, { cause, details: { remaining: remaining.length, ...(done === undefined ? {} : { done }) } })
    this.remaining = remaining
    this.done = done
    // Items may hold what nobody should read in a log: not printed with the error.
    Object.defineProperty(this, 'remaining', { enumerable: false })
  }
}
