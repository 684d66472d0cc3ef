import { type Clock, isDynamoDBToolingError, systemClock } from '../../kernel/index.js'
import { DYNAMODB_CAPABILITIES, driverClosed, requireCapability } from '../capabilities.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from '../driver.js'
import { DriverError } from '../errors.js'
import { checkHealth } from '../health.js'
import type { OperationInput, OperationName, OperationOutput } from '../operations.js'
import { type AwsCredentials, type DriverSettings, driverSettings, type PartialDriverSettings } from '../settings.js'
import { header, readAnswer, readRefusal } from './answer.js'
import { type CredentialSource, createCredentialSource, type LoadChain } from './credentials.js'
import { type Endpoint, resolveEndpoint } from './endpoint.js'
import { aborted, noCredentialsWithin, unreachable } from './network-errors.js'
import { createNodeTransport } from './node-transport.js'
import { askedOf, type Refusal, serviceError } from './service-errors.js'
import { CONTENT_TYPE, createSigner, type Signer } from './sigv4.js'
import type { Transport, TransportResponse } from './transport.js'

const TARGET_PREFIX = 'DynamoDB_20120810.'
/** DynamoDB takes signatures five minutes off; a clock closer than this is not why one was refused. */
const SKEW = 4 * 60_000
const CLOCK_REFUSALS = new Set([
  'RequestTimeTooSkewed',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
])
const STALE_CREDENTIALS = new Set(['ExpiredTokenException', 'ExpiredToken'])
const NO_OPTIONS: SendOptions = Object.freeze({})

/** Parts of the driver that tests, other runtimes and drivers built on this one replace. */
export interface HttpDriverParts {
  /** Default `http`. */
  readonly name?: string
  readonly capabilities?: DriverCapabilities
  /** Default: `driverOptions.transport`, else Node's own sockets. */
  readonly transport?: Transport
  readonly clock?: Clock
  readonly loadChain?: LoadChain
}

/**
 * DynamoDB's JSON over HTTP, signed: one attempt per send, no DynamoDB client library. Options in `driverOptions`:
 * `transport` carries the requests, `allowInsecure` permits http:// to another machine.
 *
 * @throws DriverError `ENDPOINT.INVALID`, `ENDPOINT.INSECURE`, `ENDPOINT.REGION_MISSING`
 */
export function createHttpDriver(settings: PartialDriverSettings, parts: HttpDriverParts = {}): Driver {
  return new HttpDriver(driverSettings(settings), parts)
}

class HttpDriver implements Driver {
  readonly name: string
  readonly capabilities: DriverCapabilities
  readonly endpoint: string
  readonly #to: Endpoint
  readonly #clock: Clock
  readonly #timeout: number
  readonly #transport: Transport
  readonly #credentials: CredentialSource
  readonly #sign: Signer
  /** Milliseconds the server's clock is ahead of this machine's, once a refusal showed it. */
  #skew = 0
  #underWay = 0
  #closing: Promise<void> | undefined
  #idle: (() => void) | undefined

  constructor(settings: DriverSettings, parts: HttpDriverParts) {
    const to = resolveEndpoint(settings)
    this.name = parts.name ?? 'http'
    this.capabilities = parts.capabilities ?? DYNAMODB_CAPABILITIES
    this.endpoint = to.url
    this.#to = to
    this.#clock = parts.clock ?? systemClock
    this.#timeout = settings.httpOptions.timeout
    this.#transport = parts.transport ?? transportOption(settings) ?? createNodeTransport(settings.httpOptions)
    this.#credentials = createCredentialSource(
      { ...settings, region: to.region },
      {
        loopback: to.loopback,
        clock: this.#clock,
        ...(parts.loadChain === undefined ? {} : { loadChain: parts.loadChain }),
      },
    )
    this.#sign = createSigner(to.host, to.path, to.region)
  }

  async connect(): Promise<void> {
    if (this.#closing !== undefined) throw driverClosed(this.name, 'connect()')
    await this.#credentials.get()
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options: SendOptions = NO_OPTIONS,
  ): Promise<OperationOutput<Name>> {
    if (this.#closing !== undefined) throw driverClosed(this.name, operation)
    if (options.signal?.aborted === true) throw aborted(options.signal, false)
    requireCapability(this, operation)
    const body = json(operation, input)
    this.#underWay += 1
    try {
      const credentials = await this.#credentialsFor(options)
      const skew = this.#skew
      const first = await this.#exchange(operation, body, options, credentials, skew)
      if (first.statusCode === 200) return readAnswer(first) as OperationOutput<Name>
      const refusal = readRefusal(first)
      if (!this.#corrects(first, refusal, credentials, skew)) throw this.#error(operation, input, refusal)
      const second = await this.#exchange(operation, body, options, await this.#credentialsFor(options), this.#skew)
      if (second.statusCode === 200) return readAnswer(second) as OperationOutput<Name>
      throw this.#error(operation, input, readRefusal(second))
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#idle?.()
    }
  }

  #credentialsFor(options: SendOptions): AwsCredentials | Promise<AwsCredentials> {
    const found = this.#credentials.get()
    return found instanceof Promise ? patiently(found, options) : found
  }

  async #exchange(
    operation: string,
    body: string,
    options: SendOptions,
    credentials: AwsCredentials,
    skew: number,
  ): Promise<TransportResponse> {
    const to = this.#to
    const target = TARGET_PREFIX + operation
    const { date, authorization } = this.#sign(target, body, this.#clock.now() + skew, credentials)
    const headers: Record<string, string> = {
      host: to.host,
      'content-type': CONTENT_TYPE,
      'x-amz-date': date,
      'x-amz-target': target,
      authorization,
    }
    if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken
    const timeout = options.timeout ?? this.#timeout
    try {
      return await this.#transport({
        secure: to.secure,
        hostname: to.hostname,
        port: to.port,
        method: 'POST',
        path: to.path,
        headers,
        body,
        timeout: options.deadline === undefined ? timeout : Math.min(timeout, options.deadline),
        signal: options.signal,
      })
    } catch (error) {
      if (isDynamoDBToolingError(error)) throw error
      if (options.signal?.aborted === true) throw aborted(options.signal, true)
      throw unreachable(to, error, true)
    }
  }

  /** True when the refusal was about the time or age of the signature, and the next one will be right. */
  #corrects(response: TransportResponse, { exception }: Refusal, used: AwsCredentials, usedSkew: number): boolean {
    if (STALE_CREDENTIALS.has(exception)) return this.#credentials.refresh(used)
    if (!CLOCK_REFUSALS.has(exception)) return false
    const skew = Date.parse(header(response, 'date') ?? '') - this.#clock.now()
    // Against the skew this request was signed with: another one may have corrected it meanwhile.
    if (!(Math.abs(skew - usedSkew) > SKEW)) return false
    this.#skew = skew
    return true
  }

  #error(operation: string, input: unknown, refusal: Refusal): Error {
    return serviceError(refusal, askedOf(this.name, operation, input))
  }

  healthCheck(): Promise<Health> {
    return checkHealth(this, this.#clock)
  }

  /** Waits for requests under way (each ends by its timeout), then frees the sockets. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
      await this.#transport.close?.()
    })()
    return this.#closing
  }
}

/** Credentials, unless the caller's patience ends first; the look-up itself goes on for those who come later. */
async function patiently<T>(lookUp: Promise<T>, { signal, timeout, deadline }: SendOptions): Promise<T> {
  const limit = Math.min(timeout ?? Number.POSITIVE_INFINITY, deadline ?? Number.POSITIVE_INFINITY)
  if (signal === undefined && limit === Number.POSITIVE_INFINITY) return lookUp
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(limit) ? setTimeout(() => reject(noCredentialsWithin(limit)), limit) : undefined
    const onAbort = (): void => reject(aborted(signal as AbortSignal, false))
    signal?.addEventListener('abort', onAbort, { once: true })
    void lookUp.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
  })
}

function transportOption({ driverOptions }: Pick<DriverSettings, 'driverOptions'>): Transport | undefined {
  const { transport } = driverOptions
  if (transport === undefined || typeof transport === 'function') return transport as Transport | undefined
  throw new DriverError('DRIVER.INVALID', '`driverOptions.transport` must be a function: request => Promise<response>.')
}

function json(operation: string, input: unknown): string {
  try {
    return JSON.stringify(input ?? {})
  } catch (cause) {
    throw new DriverError(
      'DRIVER.INVALID_REQUEST',
      `The request of ${operation} cannot be written as JSON: ${String(cause)}`,
      {
        cause,
        hint: 'Drivers take DynamoDB JSON: numbers as { N: "1" }, binary as { B: "<base64>" }.',
      },
    )
  }
}
