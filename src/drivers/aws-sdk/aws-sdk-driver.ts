import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Clock, systemClock } from '../../kernel/index.js'
import { DYNAMODB_CAPABILITIES, driverClosed, requireCapability, unsupported } from '../capabilities.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from '../driver.js'
import { DriverError, NetworkError } from '../errors.js'
import { checkHealth } from '../health.js'
import { createCredentialSource } from '../http/credentials.js'
import { isLoopback, resolveEndpoint } from '../http/endpoint.js'
import { aborted } from '../http/network-errors.js'
import { askedOf } from '../http/service-errors.js'
import type { OperationInput, OperationName, OperationOutput } from '../operations.js'
import { type DriverSettings, driverSettings, type PartialDriverSettings } from '../settings.js'
import { fromSdkError } from './sdk-errors.js'
import { fromSdk, toSdk } from './sdk-values.js'

/** What this driver needs of the SDK: any operation by name, so that new ones need no change here. */
type Command = new (input: unknown) => object
type Sdk = Readonly<Record<string, unknown>> & { readonly DynamoDBClient: typeof DynamoDBClient }
interface Client {
  readonly config?: { readonly endpoint?: () => Promise<{ readonly hostname: string }> }
  send(command: object, options: { abortSignal?: AbortSignal }): Promise<{ $metadata?: { attempts?: number } }>
  destroy(): void
}

const NO_OPTIONS: SendOptions = Object.freeze({})

/**
 * Requests through AWS's own SDK: `driverOptions.client` is the program's DynamoDBClient with its middleware (tracing,
 * DAX, proxies) and its own retries; without it a client is made from the settings, one attempt per send. The package
 * `@aws-sdk/client-dynamodb` is loaded on the first request.
 *
 * @throws DriverError `DRIVER.INVALID` when `client` is no client; on first use `DRIVER.MISSING_PACKAGE`
 */
export function createAwsSdkDriver(settings: PartialDriverSettings, parts: AwsSdkDriverParts = {}): Driver {
  return new AwsSdkDriver(driverSettings(settings), parts)
}

/** Parts of the driver that tests replace. */
export interface AwsSdkDriverParts {
  readonly clock?: Clock
  readonly loadSdk?: () => Promise<unknown>
}

class AwsSdkDriver implements Driver {
  readonly name = 'aws-sdk'
  readonly capabilities: DriverCapabilities
  readonly endpoint: string
  readonly #given: Client | undefined
  readonly #settings: DriverSettings
  readonly #clock: Clock
  readonly #loadSdk: () => Promise<unknown>
  #loading: Promise<{ sdk: Sdk; client: Client }> | undefined
  #closing: Promise<void> | undefined
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(settings: DriverSettings, parts: AwsSdkDriverParts) {
    const client = settings.driverOptions['client'] as Partial<Client> | null | undefined
    if (client !== undefined && typeof client?.send !== 'function') {
      throw new DriverError('DRIVER.INVALID', '`driverOptions.client` is not a DynamoDBClient: it has no send().', {
        hint: "Pass `new DynamoDBClient({ … })` of '@aws-sdk/client-dynamodb', or leave it out to have one made.",
      })
    }
    this.#given = client as Client | undefined
    this.#settings = settings
    this.#clock = parts.clock ?? systemClock
    this.#loadSdk = parts.loadSdk ?? (() => import('@aws-sdk/client-dynamodb'))
    this.endpoint = this.#given === undefined ? resolveEndpoint(settings).url : 'the given DynamoDBClient'
    this.capabilities =
      this.#given === undefined ? DYNAMODB_CAPABILITIES : Object.freeze({ ...DYNAMODB_CAPABILITIES, retries: true })
  }

  async connect(): Promise<void> {
    if (this.#closing !== undefined) throw driverClosed(this.name, 'connect()')
    await this.#ready()
  }

  #ready(): Promise<{ sdk: Sdk; client: Client }> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  async #load(): Promise<{ sdk: Sdk; client: Client }> {
    let sdk: Sdk
    try {
      sdk = (await this.#loadSdk()) as Sdk
    } catch (cause) {
      throw new DriverError(
        'DRIVER.MISSING_PACKAGE',
        'The driver "aws-sdk" needs the package @aws-sdk/client-dynamodb.',
        {
          cause,
          hint: 'npm install @aws-sdk/client-dynamodb',
        },
      )
    }
    if (this.#given !== undefined && this.#settings.local.enabled) await refuseLeaving(this.#given)
    return { sdk, client: this.#given ?? makeClient(sdk, this.#settings, this.#clock) }
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options: SendOptions = NO_OPTIONS,
  ): Promise<OperationOutput<Name>> {
    if (this.#closing !== undefined) throw driverClosed(this.name, operation)
    if (options.signal?.aborted === true) throw aborted(options.signal, false)
    requireCapability(this, operation)
    const sending = this.#send(operation, input, options)
    this.#underWay.add(sending)
    try {
      return (await sending) as OperationOutput<Name>
    } finally {
      this.#underWay.delete(sending)
    }
  }

  async #send(operation: string, input: unknown, options: SendOptions): Promise<unknown> {
    const { sdk, client } = await this.#ready()
    const OperationCommand = sdk[`${operation}Command`]
    if (typeof OperationCommand !== 'function') throw unsupported(this.name, operation)
    const limit = Math.min(options.timeout ?? this.#defaultTimeout(), options.deadline ?? Number.POSITIVE_INFINITY)
    const timer = Number.isFinite(limit) ? AbortSignal.timeout(Math.max(0, limit)) : undefined
    const signals = [options.signal, timer].filter((signal) => signal !== undefined)
    try {
      const command = new (OperationCommand as Command)(toSdk(input))
      const answer = await client.send(command, signals.length === 0 ? {} : { abortSignal: AbortSignal.any(signals) })
      if (this.#given !== undefined) options.onAttempt?.(answer.$metadata?.attempts ?? 1)
      return fromSdk(answer)
    } catch (error) {
      if (this.#given !== undefined) {
        options.onAttempt?.((error as { $metadata?: { attempts?: number } } | undefined)?.$metadata?.attempts ?? 1)
      }
      if (options.signal?.aborted === true) throw aborted(options.signal, true)
      if (timer?.aborted === true) {
        throw new NetworkError('NETWORK.TIMEOUT', `No answer from ${this.endpoint} within ${limit} ms.`, {
          cause: error,
        })
      }
      throw fromSdkError(error, askedOf(this.name, operation, input))
    }
  }

  /** A given client has timeouts of its own. */
  #defaultTimeout(): number {
    return this.#given === undefined ? this.#settings.httpOptions.timeout : Number.POSITIVE_INFINITY
  }

  healthCheck(): Promise<Health> {
    return checkHealth(this, this.#clock)
  }

  /** Waits for requests under way; a given client is left open, it is the program's. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled(this.#underWay)
      if (this.#given === undefined) (await this.#loading)?.client.destroy()
    })()
    return this.#closing
  }
}

/** With the local engine on nothing leaves this machine, whatever the client was made for. */
async function refuseLeaving({ config }: Client): Promise<void> {
  if (config === undefined) return // no client of the SDK: what it does is its maker's
  const host = (await config.endpoint?.())?.hostname
  if (host !== undefined && isLoopback(host)) return
  throw new DriverError(
    'ENDPOINT.INVALID',
    `The local engine is on, and the given DynamoDBClient sends its requests to ${host ?? 'AWS'}.`,
    {
      hint: "Leave `driverOptions.client` out while `local.enabled` is true, or give the client the engine's endpoint: 'http://127.0.0.1:8000'.",
    },
  )
}

function makeClient(sdk: Sdk, settings: DriverSettings, clock: Clock): Client {
  const to = resolveEndpoint(settings)
  const credentials = createCredentialSource({ ...settings, region: to.region }, { loopback: to.loopback, clock })
  const { connectTimeout, maxSockets, keepAlive } = settings.httpOptions
  const agent = { maxSockets, keepAlive }
  return new sdk.DynamoDBClient({
    region: to.region,
    endpoint: to.url,
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await credentials.get()
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        ...(expiration === undefined ? {} : { expiration }),
      }
    },
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectTimeout, httpAgent: agent, httpsAgent: agent },
  })
}
