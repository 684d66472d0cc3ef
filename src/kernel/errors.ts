/** Marks our errors across copies of the package: two copies in one program still know each other's errors. */
const ERROR_BRAND = Symbol.for('dynamodb-tooling.error')

/** What every error of this package may carry besides its code and message. */
export interface ErrorOptions {
  /** The next step for the reader, in one sentence. Without it the error says what its code says: `nextSteps`. */
  readonly hint?: string | undefined
  /** The error that led to this one. */
  readonly cause?: unknown
  /** The id AWS gave the failed request (`x-amzn-RequestId`). */
  readonly requestId?: string | undefined
  /** Machine-readable facts; never holds the value of a hidden or encrypted attribute. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Base class of every error this package throws. Recognise an error by `code` (or a guard such as
 * `isThrottlingError`), never by its message: messages are for people and may change.
 *
 * @example
 * try {
 *   await User.findOrFail('u1')
 * } catch (error) {
 *   if (isDynamoDBToolingError(error, 'MODEL.NOT_FOUND')) console.log(error.hint)
 *   else throw error
 * }
 */
export class DynamoDBToolingError<Code extends string = string> extends Error {
  /** The next step by code: the hint of an error that knows nothing more exact. */
  static readonly nextSteps: Readonly<Record<string, string>> = {}
  readonly code: Code
  readonly hint: string | undefined
  readonly requestId: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.hint = options.hint ?? new.target.nextSteps[code]
    this.requestId = options.requestId
    this.details = Object.freeze({ ...options.details })
  }

  /** The error as plain data for logs: no stack, no attribute values. */
  toJSON(): { name: string; code: Code; message: string; hint?: string; requestId?: string } {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.requestId === undefined ? {} : { requestId: this.requestId }),
    }
  }
}

Object.defineProperty(DynamoDBToolingError.prototype, ERROR_BRAND, { value: true })

/** True for an error of this package, from any copy of it; with `code`, only for that code. */
export function isDynamoDBToolingError<Code extends string = string>(
  error: unknown,
  code?: Code,
): error is DynamoDBToolingError<Code> {
  if (typeof error !== 'object' || error === null || !(ERROR_BRAND in error)) return false
  return code === undefined || (error as { readonly code?: unknown }).code === code
}

/** The codes of the room, each with its next step; every room has such a list. */
export const KERNEL_CODES = {
  'INTERNAL.BUG': 'This is a fault in dynamodb-tooling. Please report it with the message and the stack.',
} as const

/** A state that the code believes impossible: a fault of this package, never of its user. */
export class InternalError extends DynamoDBToolingError<keyof typeof KERNEL_CODES> {
  static override readonly nextSteps: typeof KERNEL_CODES = KERNEL_CODES

  constructor(message: string, options: ErrorOptions = {}) {
    super('INTERNAL.BUG', message, options)
  }
}
