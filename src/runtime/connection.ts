import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createDriver,
  type Driver,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  retrying,
  type SendOptions,
} from '../drivers/index.js'
import { type Clock, callSite, systemClock } from '../kernel/index.js'
import type { ResolvedConfig } from './config.js'
import { encryptionInterceptor } from './encryption/encryption-interceptor.js'
import { ConnectionError } from './errors.js'
import type { ConnectionRequest, Interceptor, Next, RequestContext } from './interceptor.js'
import { isMeasured, metered } from './measure.js'
import { tenantGuard } from './tenancy/tenant-guard.js'

const NO_CONTEXT: RequestContext = Object.freeze({})
const NO_OPTIONS: SendOptions = Object.freeze({})
const scope = new AsyncLocalStorage<Connection>()

/**
 * One way to one DynamoDB: a config, its driver, and the interceptors every request passes. Two connections share
 * nothing. The driver is made when the first request needs it.
 */
export class Connection {
  readonly config: ResolvedConfig
  readonly clock: Clock
  #driver: Driver | undefined
  #starting: Promise<Driver> | undefined
  #interceptors: readonly Interceptor[] = []
  #chain: Next | undefined
  #closed = false

  constructor(config: ResolvedConfig, clock: Clock = systemClock) {
    this.config = config
    this.clock = clock
    // What is derived from this one sends through it, and the guard is at its door.
    if (new.target !== Connection) return
    if (config.tenancy !== undefined) this.use(tenantGuard(this))
    if (config.encryption !== undefined) this.use(encryptionInterceptor(this, config.encryption))
  }

  /** The driver, started if need be. */
  async driver(): Promise<Driver> {
    if (this.#closed) throw closed()
    if (this.#driver !== undefined) return this.#driver
    this.#starting ??= this.#start()
    return this.#starting
  }

  async #start(): Promise<Driver> {
    try {
      const { driver: choice } = this.config
      const driver = typeof choice === 'string' ? await createDriver(choice, this.config) : choice
      this.#driver = driver.capabilities.retries ? driver : retrying(driver, this.config.retries, { clock: this.clock })
      return this.#driver
    } finally {
      this.#starting = undefined
    }
  }

  /** Adds an interceptor inside those already there. */
  use(interceptor: Interceptor): this {
    this.#interceptors = [...this.#interceptors, interceptor]
    this.#chain = undefined
    return this
  }

  /** Takes an interceptor out again. */
  drop(interceptor: Interceptor): this {
    this.#interceptors = this.#interceptors.filter((each) => each !== interceptor)
    this.#chain = undefined
    return this
  }

  /** Sends one request through the interceptors to the driver. Every request of the package comes through here. */
  send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options: SendOptions = NO_OPTIONS,
    context: RequestContext = NO_CONTEXT,
  ): Promise<OperationOutput<Name>> {
    const measured = isMeasured()
    if (!measured && this.#interceptors.length === 0 && this.#driver !== undefined && !this.#closed)
      return this.#driver.send(operation, input, options)
    this.#chain ??= this.#interceptors.reduceRight<Next>(
      (next, interceptor) => (request) => interceptor(request, next),
      (request) => this.deliver(request),
    )
    return this.#chain({
      operation,
      input,
      options,
      context: measured ? { ...context, callSite: callSite() } : context,
    })
  }

  /** Where requests go after the interceptors: to the driver. */
  protected deliver<Name extends OperationName>(request: ConnectionRequest<Name>): Promise<OperationOutput<Name>> {
    return metered(request, async (input) => (await this.driver()).send(request.operation, input, request.options))
  }

  /** Runs `fn` with this connection as the one that models use, for everything `fn` awaits. */
  run<T>(fn: () => T): T {
    return scope.run(this, fn)
  }

  /** The connection that `run` set for the code running now. */
  static current(): Connection | undefined {
    return scope.getStore()
  }

  /** Frees sockets and local engines. Requests sent after it reject with `CONNECTION.CLOSED`. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const driver = this.#driver ?? (await this.#starting?.catch(() => undefined))
    this.#driver = undefined
    await driver?.close()
  }
}

function closed(): ConnectionError {
  return new ConnectionError('CONNECTION.CLOSED', 'The connection is closed: close() was called on it.')
}
