import { type Clock, fullJitter, isDynamoDBToolingError, systemClock } from '../kernel/index.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from './driver.js'
import {
  isNetworkError,
  isThrottlingError,
  isTransactionCanceledError,
  NetworkError,
  type ServiceError,
} from './errors.js'
import type { OperationInput, OperationName, OperationOutput } from './operations.js'
import { RetryBudget } from './retry-budget.js'

/** How often and how long to retry. Times are milliseconds. */
export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly maxRetries: number
  /** The wait before retry n (0 = the first) is random between 0 and baseDelay * 2^n (full jitter), at most maxDelay. */
  readonly baseDelay: number
  readonly maxDelay: number
  /** For the whole call, waits included. */
  readonly deadline: number | undefined
}

export interface RetryTools {
  readonly clock?: Clock
  /** At least 0, below 1. */
  readonly random?: () => number
  readonly budget?: RetryBudget
}

/** Tokens a retry takes from the driver's budget; every success gives one back, so retries stay a small share of traffic. */
const RETRY_COST = 5
const NO_OPTIONS: SendOptions = Object.freeze({})

/**
 * A driver that sends again what may succeed on another attempt: throttling, 5xx answers and network failures, with
 * full jitter, within a budget, a deadline and the caller's AbortSignal. Errors carry the number of `attempts`.
 */
export function retrying(driver: Driver, policy: RetryPolicy, tools: RetryTools = {}): Driver {
  return new RetryingDriver(driver, policy, tools)
}

class RetryingDriver implements Driver {
  readonly name: string
  readonly capabilities: DriverCapabilities
  readonly #driver: Driver
  readonly #policy: RetryPolicy
  readonly #clock: Clock
  readonly #random: () => number
  readonly #budget: RetryBudget

  constructor(driver: Driver, policy: RetryPolicy, tools: RetryTools) {
    this.name = driver.name
    this.capabilities = Object.freeze({ ...driver.capabilities, retries: true })
    this.#driver = driver
    this.#policy = policy
    this.#clock = tools.clock ?? systemClock
    this.#random = tools.random ?? Math.random
    this.#budget = tools.budget ?? new RetryBudget()
  }

  get endpoint(): string {
    return this.#driver.endpoint
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options: SendOptions = NO_OPTIONS,
  ): Promise<OperationOutput<Name>> {
    const allowed = options.deadline ?? this.#policy.deadline
    const end = allowed === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() + allowed
    let uncertain = false
    for (let attempt = 1; ; attempt++) {
      try {
        const left = end - this.#clock.now()
        const answer = await this.#driver.send(
          operation,
          input,
          allowed === undefined ? options : { ...options, deadline: left },
        )
        this.#budget.give(1)
        options.onAttempt?.(attempt)
        return answer
      } catch (error) {
        if (isDynamoDBToolingError(error) && 'attempts' in error) error.attempts = attempt
        if (isDynamoDBToolingError(error) && 'uncertain' in error) error.uncertain = uncertain
        uncertain ||= isAmbiguous(error)
        const wait = this.#waitBeforeRetry(operation, input, options, error, attempt)
        if (wait === undefined) {
          options.onAttempt?.(attempt)
          throw error
        }
        if (this.#clock.now() + wait >= end) {
          options.onAttempt?.(attempt)
          throw pastDeadline(operation, allowed as number, attempt, error)
        }
        await this.#sleep(wait, attempt, error, options)
      }
    }
  }

  /** Milliseconds to wait, or undefined when the error is final. */
  #waitBeforeRetry(
    operation: string,
    input: unknown,
    { atLeastOnce }: SendOptions,
    error: unknown,
    attempt: number,
  ): number | undefined {
    if (attempt > this.#policy.maxRetries || !isRetryable(error)) return undefined
    if (isAmbiguous(error) && atLeastOnce !== true && !isIdempotent(operation, input)) return undefined
    const { baseDelay, maxDelay } = this.#policy
    if (this.#budget.take(RETRY_COST)) return fullJitter(attempt - 1, baseDelay, maxDelay, this.#random)
    // With the budget spent, a struggling engine is left alone; throttled work goes on, but as slowly as allowed.
    return saysSlower(error) ? maxDelay / 2 + fullJitter(0, maxDelay / 2, maxDelay / 2, this.#random) : undefined
  }

  async #sleep(wait: number, attempt: number, lastError: unknown, { signal, onAttempt }: SendOptions): Promise<void> {
    try {
      await this.#clock.sleep(wait, signal)
    } catch {
      onAttempt?.(attempt)
      throw new NetworkError(
        'NETWORK.ABORTED',
        `The request was aborted by its AbortSignal after ${attempt} attempts.`,
        {
          cause: signal?.reason,
          sent: isAmbiguous(lastError),
          attempts: attempt,
          details: { lastError },
        },
      )
    }
  }

  connect(): Promise<void> {
    return this.#driver.connect()
  }

  healthCheck(): Promise<Health> {
    return this.#driver.healthCheck()
  }

  close(): Promise<void> {
    return this.#driver.close()
  }
}

/** Reasons of a canceled transaction that say "later" rather than "no". */
const PASSING_REASONS = new Set([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'TransactionConflict',
  'TransactionInProgress',
])

/** True when the engine was reached, did nothing, and asks for another attempt at a lower rate. */
function saysSlower(error: unknown): boolean {
  if (isTransactionCanceledError(error)) {
    const failed = error.reasons.filter(({ Code }) => Code !== undefined && Code !== 'None')
    return failed.length > 0 && failed.every(({ Code }) => PASSING_REASONS.has(Code as string))
  }
  return isThrottlingError(error) || isDynamoDBToolingError(error, 'SERVICE.TRANSACTION_CONFLICT')
}

function isServerFault(error: unknown): boolean {
  return isDynamoDBToolingError(error) && ((error as Partial<ServiceError>).statusCode ?? 0) >= 500
}

/** True for an error that another attempt may not meet: throttling and conflicts, 5xx answers, network failures. */
export function isRetryable(error: unknown): boolean {
  if (isNetworkError(error)) return error.code !== 'NETWORK.ABORTED'
  return saysSlower(error) || isServerFault(error)
}

/** True when the attempt may have taken effect though it failed. */
function isAmbiguous(error: unknown): boolean {
  return isNetworkError(error) ? error.sent : isServerFault(error)
}

/** Changes that are reckoned from the value there is. ADD of elements to a set could be made twice, but is not told apart. */
const COUNTING = /(?:^|\s)ADD\s|list_append\s*\(|\s[+-]\s/i

/**
 * A transaction without a token that took effect unseen would be canceled, or doubled, by its own retry. A counter would be
 * raised twice.
 */
function isIdempotent(operation: string, input: unknown): boolean {
  const request = input as {
    readonly UpdateExpression?: string
    readonly ClientRequestToken?: string
    readonly Statement?: string
    readonly Statements?: readonly { readonly Statement?: string }[]
    readonly TransactStatements?: readonly { readonly Statement?: string }[]
  }
  const isCounting = ({ Statement = '' }): boolean => isCountingStatement(Statement)
  switch (operation) {
    case 'UpdateItem':
      return !COUNTING.test(request.UpdateExpression ?? '')
    case 'ExecuteStatement':
      return !isCounting(request)
    case 'BatchExecuteStatement':
      return !request.Statements?.some(isCounting)
    case 'TransactWriteItems':
      return request.ClientRequestToken !== undefined
    case 'ExecuteTransaction':
      return (
        request.ClientRequestToken !== undefined ||
        request.TransactStatements?.every(({ Statement = '' }) => /^\s*select\b/i.test(Statement)) === true
      )
    default:
      return true
  }
}

/** True for a PartiQL statement that reckons from the value there is: sent twice, it would count twice. */
export function isCountingStatement(statement: string): boolean {
  return /^\s*update\b/i.test(statement) && COUNTING.test(statement)
}

function pastDeadline(operation: string, deadline: number, attempts: number, cause: unknown): NetworkError {
  return new NetworkError(
    'NETWORK.TIMEOUT',
    `${operation} was not done within its deadline of ${deadline} ms (${attempts} attempts).`,
    {
      cause,
      attempts,
      sent: isAmbiguous(cause),
      hint: 'The cause is the error of the last attempt. Raise `retries.deadline` if the call may take longer.',
    },
  )
}
