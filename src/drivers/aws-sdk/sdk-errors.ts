import { isDynamoDBToolingError } from '../../kernel/index.js'
import type { AttributeMap } from '../../values/index.js'
import { type CancellationReason, DriverError, NetworkError, ServiceError } from '../errors.js'
import { type Asked, serviceError } from '../http/service-errors.js'
import { fromSdk } from './sdk-values.js'

interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly syscall?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number }
  readonly $response?: { readonly statusCode?: number }
  readonly $fault?: string
  readonly Item?: unknown
  readonly CancellationReasons?: unknown
}

/** The typed error for what the SDK threw, by its name; the SDK's own error is the cause. */
export function fromSdkError(thrown: unknown, asked: Asked): Error {
  if (isDynamoDBToolingError(thrown)) return thrown
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }) as SdkError
  const attempts = error.$metadata?.attempts ?? 1
  const found = translate(error, thrown, asked, attempts)
  if (found instanceof ServiceError) {
    found.attempts = attempts
    // What the attempts before this one met, the SDK does not say.
    found.uncertain = attempts > 1
  }
  return found
}

function translate(error: SdkError, cause: unknown, asked: Asked, attempts: number): Error {
  const { name = 'Error' } = error
  // The SDK adds a line about a hidden field of its own error, which is the cause of ours.
  const message = (error.message ?? '').split('\n', 1)[0] as string
  const statusCode = error.$metadata?.httpStatusCode ?? error.$response?.statusCode
  const requestId = error.$metadata?.requestId
  if (error.$fault !== undefined && statusCode !== undefined) {
    const item = fromSdk(error.Item) as AttributeMap | undefined
    const reasons = fromSdk(error.CancellationReasons) as readonly CancellationReason[] | undefined
    return serviceError({ exception: name, message, statusCode, requestId, item, reasons }, asked, cause)
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return new DriverError('CREDENTIALS.MISSING', `The AWS SDK found no credentials: ${message}`, {
      cause,
      hint: 'Give the client `credentials`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    })
  }
  if (name === 'AbortError') {
    return new NetworkError('NETWORK.ABORTED', 'The request was aborted by its AbortSignal.', { cause, attempts })
  }
  // The SDK calls a connection that broke a timeout, too.
  if (name === 'TimeoutError' && error.syscall === undefined && error.code !== 'ECONNRESET') {
    const sent = !/connect/i.test(error.code ?? '')
    return new NetworkError('NETWORK.TIMEOUT', `No answer in time: ${message}`, { cause, attempts, sent })
  }
  if (statusCode !== undefined && statusCode !== 200) {
    return new ServiceError(
      'SERVICE.UNKNOWN',
      `The answer has status ${statusCode} and is not DynamoDB's: ${message}`,
      {
        exception: `HTTP ${statusCode}`,
        statusCode,
        requestId,
        cause,
        hint: 'A proxy, gateway or other server answered: check the client’s endpoint, and proxies on the way.',
      },
    )
  }
  if (statusCode !== undefined || error.code?.startsWith('HPE_') === true || name === 'SyntaxError') {
    return new NetworkError('NETWORK.CORRUPT', `The answer could not be read: ${message}`, { cause, attempts })
  }
  if (error.code !== undefined || error.syscall !== undefined) {
    const sent = error.syscall !== 'connect' && error.syscall !== 'getaddrinfo'
    return new NetworkError(
      'NETWORK.UNREACHABLE',
      `The AWS SDK could not reach the engine: ${message || error.code}.`,
      {
        cause,
        attempts,
        sent,
        hint: 'Check the client’s endpoint and region, and the network connection.',
      },
    )
  }
  return new DriverError('DRIVER.INVALID_REQUEST', `${asked.operation}: the AWS SDK refused the request: ${message}`, {
    cause,
  })
}
