import { DynamoDBToolingError } from '../kernel/index.js'

export const CONNECTION_CODES = ['CONNECTION.CLOSED'] as const

/** The connection cannot be used. */
export class ConnectionError extends DynamoDBToolingError<(typeof CONNECTION_CODES)[number]> {}

export const BATCH_CODES = ['BATCH.UNPROCESSED', 'BATCH.FAILED'] as const

/** A batch did not finish. Everything that is not in `remaining` was read or written. */
export class BatchError<T = unknown> extends DynamoDBToolingError<(typeof BATCH_CODES)[number]> {
  /** What was not read or written: keys of a batch read, write requests of a batch write. Ready to be tried again. */
  readonly remaining: readonly T[]

  constructor(code: (typeof BATCH_CODES)[number], message: string, remaining: readonly T[], cause?: unknown) {
    super(code, message, {
      cause,
      hint: 'What is left is in error.remaining; it can be tried again as it is.',
      details: { remaining: remaining.length },
    })
    this.remaining = remaining
  }
}
