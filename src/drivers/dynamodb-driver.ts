import type { Clock } from '../kernel/index.js'
import { DYNAMODB_CAPABILITIES } from './capabilities.js'
import { checkOptions, type OptionTypes } from './check-options.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from './driver.js'
import { resolveEndpoint } from './http/endpoint.js'
import type { Transport } from './http/transport.js'
import type { OperationInput, OperationName, OperationOutput } from './operations.js'
import { type RetryPolicy, retrying } from './retry.js'
import { type DriverSettings, driverSettings } from './settings.js'

export interface DynamoDBDriverOptions {
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, then the profile's. */
  readonly region?: string
  /** Default: AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, then the region's endpoint of AWS. */
  readonly endpoint?: string
  readonly useFipsEndpoint?: boolean
  readonly useDualstackEndpoint?: boolean
  /** Keys, or a function that gets them. Default: the default credential chain of AWS; none for a loopback endpoint. */
  readonly credentials?: DriverSettings['credentials']
  readonly profile?: string
  /** Attempts after the first one. Default 5. */
  readonly maxRetries?: number
  readonly retries?: Partial<RetryPolicy>
  readonly httpOptions?: Partial<DriverSettings['httpOptions']>
  /** Permit http:// to another machine. Default false. */
  readonly allowInsecure?: boolean
  /** Carries the requests instead of Node's own sockets. */
  readonly transport?: Transport
  readonly clock?: Clock
}

const OPTION_TYPES: OptionTypes<DynamoDBDriverOptions> = {
  region: ['string'],
  endpoint: ['string'],
  useFipsEndpoint: ['boolean'],
  useDualstackEndpoint: ['boolean'],
  credentials: ['object', 'function'],
  profile: ['string'],
  maxRetries: ['number'],
  retries: ['object'],
  httpOptions: ['object'],
  allowInsecure: ['boolean'],
  transport: ['function'],
  clock: ['object'],
}

/**
 * Amazon DynamoDB, or anything that speaks its protocol, over HTTP with retries: the default driver as an object of
 * its own. Opens nothing until it is used.
 *
 * @throws DriverError `DRIVER.INVALID`, `ENDPOINT.INVALID`, `ENDPOINT.INSECURE`, `ENDPOINT.REGION_MISSING`
 * @example
 * const driver = new DynamoDBDriver({ region: 'eu-central-1', maxRetries: 3 })
 * const { Item } = await driver.send('GetItem', { TableName: 'app', Key: { pk: { S: 'a' } } })
 */
export class DynamoDBDriver implements Driver {
  readonly name = 'http'
  readonly capabilities: DriverCapabilities = Object.freeze({ ...DYNAMODB_CAPABILITIES, retries: true })
  readonly endpoint: string
  readonly #load: () => Promise<Driver>
  #driver: Driver | undefined
  #loading: Promise<Driver> | undefined

  constructor(options: DynamoDBDriverOptions = {}) {
    checkOptions('DynamoDBDriver', options, OPTION_TYPES)
    const { env } = process
    const settings = driverSettings({
      ...options,
      region: options.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined),
      endpoint: options.endpoint ?? (env['AWS_ENDPOINT_URL_DYNAMODB'] || env['AWS_ENDPOINT_URL'] || undefined),
      httpOptions: { ...driverSettings().httpOptions, ...options.httpOptions },
      retries: {
        ...driverSettings().retries,
        ...(options.maxRetries === undefined ? {} : { maxRetries: options.maxRetries }),
        ...options.retries,
      },
      driverOptions: { allowInsecure: options.allowInsecure === true, transport: options.transport },
    })
    this.endpoint = resolveEndpoint(settings).url
    this.#load = async () => {
      const { createHttpDriver } = await import('./http/http-driver.js')
      const clock = options.clock === undefined ? {} : { clock: options.clock }
      this.#driver = retrying(createHttpDriver(settings, clock), settings.retries, clock)
      return this.#driver
    }
  }

  #ready(): Promise<Driver> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  async connect(): Promise<void> {
    await (await this.#ready()).connect()
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options?: SendOptions,
  ): Promise<OperationOutput<Name>> {
    return (this.#driver ?? (await this.#ready())).send(operation, input, options)
  }

  async healthCheck(): Promise<Health> {
    return (await this.#ready()).healthCheck()
  }

  async close(): Promise<void> {
    await (await this.#ready()).close()
  }
}
