import type { AttributeMap } from '../../values/index.js'
import { unsupported } from '../capabilities.js'
import {
  type CancellationReason,
  ConditionalCheckFailedError,
  type DriverError,
  type ServiceCode,
  ServiceError,
  type ServiceErrorOptions,
  ThrottlingError,
  TransactionCanceledError,
} from '../errors.js'

/** Our code for each exception name of the DynamoDB API reference ("Error handling", and the errors of each operation). */
const CODES: ReadonlyMap<string, ServiceCode> = new Map<string, ServiceCode>(
  (
    [
      [
        'SERVICE.THROTTLED',
        'ProvisionedThroughputExceededException RequestLimitExceeded RequestLimitExceededException ThrottlingException Throttling ThrottledException RequestThrottled RequestThrottledException TooManyRequestsException SlowDown',
      ],
      ['SERVICE.CONDITION_FAILED', 'ConditionalCheckFailedException DuplicateItemException DuplicateItem'],
      ['SERVICE.TRANSACTION_CANCELED', 'TransactionCanceledException'],
      [
        'SERVICE.TRANSACTION_CONFLICT',
        'TransactionConflictException TransactionInProgressException ReplicatedWriteConflictException',
      ],
      ['SERVICE.IDEMPOTENCY_MISMATCH', 'IdempotentParameterMismatchException'],
      [
        'SERVICE.RESOURCE_NOT_FOUND',
        'ResourceNotFoundException TableNotFoundException IndexNotFoundException BackupNotFoundException ExportNotFoundException ImportNotFoundException GlobalTableNotFoundException ReplicaNotFoundException PolicyNotFoundException',
      ],
      [
        'SERVICE.RESOURCE_IN_USE',
        'ResourceInUseException TableInUseException TableAlreadyExistsException BackupInUseException',
      ],
      ['SERVICE.LIMIT_EXCEEDED', 'LimitExceededException'],
      ['SERVICE.ITEM_COLLECTION_TOO_LARGE', 'ItemCollectionSizeLimitExceededException'],
      ['SERVICE.VALIDATION', 'ValidationException SerializationException'],
      [
        'SERVICE.ACCESS_DENIED',
        'AccessDeniedException UnrecognizedClientException InvalidSignatureException SignatureDoesNotMatch IncompleteSignatureException IncompleteSignature MissingAuthenticationToken MissingAuthenticationTokenException ExpiredTokenException ExpiredToken RequestExpired RequestTimeTooSkewed NotAuthorized OptInRequired InvalidClientTokenId',
      ],
      [
        'SERVICE.INTERNAL',
        'InternalServerError InternalServerErrorException InternalFailure ServiceUnavailable ServiceUnavailableException',
      ],
    ] as const
  ).flatMap(([code, names]) => names.split(' ').map((name): [string, ServiceCode] => [name, code])),
)

/** A refusal as the engine sent it. */
export interface Refusal {
  /** Without its namespace: `ConditionalCheckFailedException`. */
  readonly exception: string
  readonly message: string
  readonly statusCode: number
  readonly requestId: string | undefined
  readonly item?: AttributeMap | undefined
  readonly reasons?: readonly CancellationReason[] | undefined
}

/** What of a request its errors say. */
export interface Asked {
  readonly driver: string
  readonly operation: string
  readonly table: string | undefined
  readonly index: string | undefined
}

export function askedOf(driver: string, operation: string, input: unknown): Asked {
  const { TableName, IndexName } = (input ?? {}) as { TableName?: unknown; IndexName?: unknown }
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return { driver, operation, table: text(TableName), index: text(IndexName) }
}

/** The typed error for an answer that says no, chosen by the exception's name and never by its message. */
export function serviceError(refusal: Refusal, asked: Asked, cause?: unknown): ServiceError | DriverError {
  const { exception, statusCode, requestId } = refusal
  if (exception === 'UnknownOperationException' || exception === 'UnknownOperation') {
    return unsupported(asked.driver, asked.operation, requestId)
  }
  const code = CODES.get(exception) ?? (statusCode >= 500 ? 'SERVICE.INTERNAL' : 'SERVICE.UNKNOWN')
  const subject = asked.table === undefined ? asked.operation : `${asked.operation} on table "${asked.table}"`
  const message = `${subject}: ${refusal.message === '' ? exception : refusal.message}`
  const options: ServiceErrorOptions = {
    exception,
    statusCode,
    requestId,
    cause,
    hint: code === 'SERVICE.VALIDATION' ? missingIndex(asked) : undefined,
    details: {
      operation: asked.operation,
      ...(asked.table === undefined ? {} : { table: asked.table }),
      ...(asked.index === undefined ? {} : { index: asked.index }),
    },
  }
  if (code === 'SERVICE.THROTTLED') return new ThrottlingError(code, message, options)
  if (code === 'SERVICE.CONDITION_FAILED')
    return new ConditionalCheckFailedError(message, { ...options, item: refusal.item })
  if (code === 'SERVICE.TRANSACTION_CANCELED') {
    return new TransactionCanceledError(message, { ...options, reasons: refusal.reasons ?? [] })
  }
  return new ServiceError(code, message, options)
}

/** An index that the table lacks is refused as a wrong request, in words that differ from engine to engine. */
function missingIndex({ index, table }: Asked): string | undefined {
  return index === undefined
    ? undefined
    : `If the table${table === undefined ? '' : ` "${table}"`} has no index "${index}", migrate it: await DynamoDBModel.migrate(). Else correct the request as the message says.`
}
