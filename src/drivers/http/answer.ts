import { NetworkError, ServiceError } from '../errors.js'
import { crc32 } from './crc32.js'
import type { Refusal } from './service-errors.js'
import type { TransportResponse } from './transport.js'

const decoder = new TextDecoder()

/** The value of a header, the first where it came more than once. */
export function header(response: TransportResponse, name: string): string | undefined {
  const value = response.headers[name]
  return value === undefined || typeof value === 'string' ? value : value[0]
}

/** The JSON of an answer that says yes. Throws `NETWORK.CORRUPT` when its bytes are not those that were sent. */
export function readAnswer(response: TransportResponse): unknown {
  checkCrc(response)
  let answer: unknown
  try {
    answer = JSON.parse(text(response.body))
  } catch (cause) {
    throw corrupt(response, 'is not JSON', cause)
  }
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer
  throw corrupt(response, 'is JSON, and not an answer of DynamoDB')
}

/** What an answer with an error status says. Throws `SERVICE.UNKNOWN` when it is not DynamoDB that speaks. */
export function readRefusal(response: TransportResponse): Refusal {
  checkCrc(response)
  const { statusCode } = response
  const requestId = header(response, 'x-amzn-requestid')
  let body: Record<string, unknown> | undefined
  try {
    body = JSON.parse(text(response.body)) as Record<string, unknown>
  } catch {
    // Said below, with what it was instead.
  }
  const type = typeof body?.['__type'] === 'string' ? body['__type'] : header(response, 'x-amzn-errortype')
  if (type === undefined) throw notDynamoDB(response, requestId)
  const message = body?.['message'] ?? body?.['Message']
  return {
    exception: type.slice(type.lastIndexOf('#') + 1).replace(/:.*/, ''),
    message: typeof message === 'string' ? message : '',
    statusCode,
    requestId,
    item: body?.['Item'] as Refusal['item'],
    reasons: body?.['CancellationReasons'] as Refusal['reasons'],
  }
}

function text(body: Uint8Array): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : decoder.decode(body)
}

function checkCrc(response: TransportResponse): void {
  const expected = header(response, 'x-amz-crc32')
  if (expected !== undefined && crc32(response.body) !== Number(expected)) {
    throw corrupt(response, 'does not have the checksum (x-amz-crc32) it was sent with')
  }
}

function corrupt(response: TransportResponse, what: string, cause?: unknown): NetworkError {
  return new NetworkError(
    'NETWORK.CORRUPT',
    `The answer (status ${response.statusCode}, ${response.body.length} bytes) ${what}.`,
    {
      cause,
      requestId: header(response, 'x-amzn-requestid'),
      hint: 'Something between this program and DynamoDB may have changed it: check `endpoint` and proxies.',
      details: { statusCode: response.statusCode, contentType: header(response, 'content-type') ?? '' },
    },
  )
}

function notDynamoDB(response: TransportResponse, requestId: string | undefined): ServiceError {
  const { statusCode } = response
  const contentType = header(response, 'content-type') ?? 'no content type'
  return new ServiceError(
    'SERVICE.UNKNOWN',
    `The answer has status ${statusCode} and is not DynamoDB's (${contentType}).`,
    {
      exception: `HTTP ${statusCode}`,
      statusCode,
      requestId,
      hint: 'A proxy, gateway or other server answered: check `endpoint`, and proxies on the way.',
      details: { statusCode, contentType },
    },
  )
}
