import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'
import type { AttributeMap } from '../values/index.js'

export const SERVICE_CODES = [
  'SERVICE.THROTTLED',
  'SERVICE.CONDITION_FAILED',
  'SERVICE.TRANSACTION_CANCELED',
  'SERVICE.TRANSACTION_CONFLICT',
  'SERVICE.IDEMPOTENCY_MISMATCH',
  'SERVICE.RESOURCE_NOT_FOUND',
  'SERVICE.RESOURCE_IN_USE',
  'SERVICE.LIMIT_EXCEEDED',
  'SERVICE.ITEM_COLLECTION_TOO_LARGE',
  'SERVICE.VALIDATION',
  'SERVICE.ACCESS_DENIED',
  'SERVICE.INTERNAL',
  'SERVICE.UNKNOWN',
] as const
export type ServiceCode = (typeof SERVICE_CODES)[number]

export interface ServiceErrorOptions extends ErrorOptions {
  /** The exception's name as the engine sent it, without its namespace: `ConditionalCheckFailedException`. */
  readonly exception: string
  readonly statusCode: number
  /** Attempts made when this error came back; 2 or more means an earlier attempt may have taken effect. */
  readonly attempts?: number
}

/** An answer of the engine that says no. `code` is ours, `exception` is DynamoDB's name for it. */
export class ServiceError<Code extends ServiceCode = ServiceCode> extends DynamoDBToolingError<Code> {
  readonly exception: string
  readonly statusCode: number
  /** Attempts made; set by whoever retries. */
  attempts: number

  constructor(code: Code, message: string, options: ServiceErrorOptions) {
    super(code, message, options)
    this.exception = options.exception
    this.statusCode = options.statusCode
    this.attempts = options.attempts ?? 1
  }
}

/** The request was over the table's, index's or account's rate. Nothing was written. */
export class ThrottlingError extends ServiceError<'SERVICE.THROTTLED'> {}

/** The condition of a put, update or delete did not hold. Nothing was written. */
export class ConditionalCheckFailedError extends ServiceError<'SERVICE.CONDITION_FAILED'> {
  /** The item as it stood, when ReturnValuesOnConditionCheckFailure asked for it. */
  readonly item: AttributeMap | undefined

  constructor(message: string, options: ServiceErrorOptions & { readonly item?: AttributeMap | undefined }) {
    super('SERVICE.CONDITION_FAILED', message, options)
    this.item = options.item
  }
}

/** Why one write of a canceled transaction failed; `Code` is `None` for those that were fine. */
export interface CancellationReason {
  readonly Code?: string
  readonly Message?: string
  readonly Item?: AttributeMap
}

/** TransactWriteItems or TransactGetItems was canceled. Nothing was written. */
export class TransactionCanceledError extends ServiceError<'SERVICE.TRANSACTION_CANCELED'> {
  /** One reason per write, in the order of the request. */
  readonly reasons: readonly CancellationReason[]

  constructor(message: string, options: ServiceErrorOptions & { readonly reasons: readonly CancellationReason[] }) {
    super('SERVICE.TRANSACTION_CANCELED', message, options)
    this.reasons = options.reasons
  }
}

export const NETWORK_CODES = ['NETWORK.UNREACHABLE', 'NETWORK.TIMEOUT', 'NETWORK.ABORTED', 'NETWORK.CORRUPT'] as const

/** The request got no usable answer. A write may or may not have taken effect, unless `sent` is false. */
export class NetworkError extends DynamoDBToolingError<(typeof NETWORK_CODES)[number]> {
  /** False when the request certainly never left (connection refused, aborted before sending). */
  readonly sent: boolean
  attempts: number

  constructor(
    code: (typeof NETWORK_CODES)[number],
    message: string,
    options: ErrorOptions & { readonly sent?: boolean; readonly attempts?: number } = {},
  ) {
    super(code, message, options)
    this.sent = options.sent ?? true
    this.attempts = options.attempts ?? 1
  }
}

export const DRIVER_CODES = [
  'DRIVER.UNKNOWN',
  'DRIVER.INVALID',
  'DRIVER.UNSUPPORTED',
  'DRIVER.CLOSED',
  'DRIVER.MISSING_PACKAGE',
  'DRIVER.RAW_EXPRESSION',
  'DRIVER.INVALID_REQUEST',
  'ENDPOINT.INVALID',
  'ENDPOINT.INSECURE',
  'ENDPOINT.REGION_MISSING',
  'CREDENTIALS.MISSING',
  'CREDENTIALS.INVALID',
] as const

/** The driver itself cannot do what was asked: no such driver, no credentials, not supported by this engine. */
export class DriverError extends DynamoDBToolingError<(typeof DRIVER_CODES)[number]> {}

export const ENGINE_CODES = [
  'ENGINE.NOT_INSTALLED',
  'ENGINE.START_FAILED',
  'ENGINE.PORT_IN_USE',
  'ENGINE.DATA_LOCKED',
  'ENGINE.DATA_DAMAGED',
  'ENGINE.STOPPED',
] as const

/** The local engine could not be started, or stopped working. */
export class EngineError extends DynamoDBToolingError<(typeof ENGINE_CODES)[number]> {}

type Guard = (error: unknown) => boolean
const hasCode =
  (...codes: readonly string[]): Guard =>
  (error) =>
    typeof error === 'object' && error !== null && codes.includes(String((error as { code?: unknown }).code))

/** True for an answer that says "slower": throughput exceeded, request limit, throttling. */
export const isThrottlingError: (error: unknown) => error is ThrottlingError = hasCode('SERVICE.THROTTLED') as never
/** True when a condition did not hold. */
export const isConditionalCheckFailedError: (error: unknown) => error is ConditionalCheckFailedError = hasCode(
  'SERVICE.CONDITION_FAILED',
) as never
/** True when a transaction was canceled; read `error.reasons`. */
export const isTransactionCanceledError: (error: unknown) => error is TransactionCanceledError = hasCode(
  'SERVICE.TRANSACTION_CANCELED',
) as never
/** True when the table or index named in the request is not there. */
export const isResourceNotFoundError: (error: unknown) => error is ServiceError = hasCode(
  'SERVICE.RESOURCE_NOT_FOUND',
) as never
/** True when the request never got a usable answer. */
export const isNetworkError: (error: unknown) => error is NetworkError = hasCode(...NETWORK_CODES) as never
