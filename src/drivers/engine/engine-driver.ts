import { isDynamoDBToolingError } from '../../kernel/index.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from '../driver.js'
import { DriverError, EngineError, type NetworkError } from '../errors.js'
import { createHttpDriver } from '../http/http-driver.js'
import type { OperationInput, OperationName, OperationOutput } from '../operations.js'
import type { DriverSettings } from '../settings.js'
import type { EngineName } from './engine-facts.js'
import { type EngineSearch, findProgram } from './find-program.js'
import { launchEngine } from './launch.js'
import type { RunningEngine } from './running-engine.js'

/** What the drivers `embedded` and `dynamodb-local` take. */
export interface EngineDriverSettings extends EngineSearch {
  /** Loopback port. Default 8000; 0 takes a free one. Data already open on another port is used there. */
  readonly port?: number | undefined
  /** Keep data in memory only. Default false. */
  readonly inMemory?: boolean | undefined
  /** Folder of the data. Default `.dynamodb` in the working folder. */
  readonly dbPath?: string | undefined
  /** Default `auto`: dynoxide, else DynamoDB Local where it is installed. */
  readonly engine?: 'auto' | EngineName | undefined
  /** Region requests are signed for. Default `us-east-1`. */
  readonly region?: string | undefined
  /** Timeouts and sockets of the http driver underneath. */
  readonly httpOptions?: DriverSettings['httpOptions'] | undefined
}

/** Another request for one that the engine does wrongly; undefined where it does it rightly. */
export type InsteadOf = (
  operation: OperationName,
  input: unknown,
) => { readonly input: object; readonly answer?: (output: object) => object } | undefined

/** What is particular to one kind of engine. */
export interface EngineTraits {
  readonly capabilities: DriverCapabilities
  /** Refuses what the engine would do wrongly; `engine` is the driver that reaches the engine itself. */
  guard(operation: OperationName, input: unknown, engine: Driver): void | Promise<void>
  readonly instead?: InsteadOf
}

interface Live {
  readonly engine: RunningEngine
  readonly http: Driver
}

/** A driver that owns its engine: launches it on first use and delegates to the http driver on its port. */
export class EngineDriver implements Driver {
  readonly name: string
  readonly #settings: EngineDriverSettings
  readonly #traits: Readonly<Record<EngineName, EngineTraits>>
  #launching: Promise<Live> | undefined
  #live: Live | undefined
  #closed = false

  constructor(name: string, settings: EngineDriverSettings, traits: Readonly<Record<EngineName, EngineTraits>>) {
    this.name = name
    this.#settings = settings
    this.#traits = traits
  }

  get capabilities(): DriverCapabilities {
    return this.#trait.capabilities
  }

  get endpoint(): string {
    return this.#live?.engine.endpoint ?? `http://127.0.0.1:${this.#settings.port ?? 8000}`
  }

  /** Process id of the engine, while it runs. */
  get pid(): number | undefined {
    return this.#live?.engine.ended === false ? this.#live.engine.pid : undefined
  }

  get #trait(): EngineTraits {
    const { engine = 'auto' } = this.#settings
    if (this.#live !== undefined) return this.#traits[this.#live.engine.engine]
    if (engine !== 'auto') return this.#traits[engine]
    try {
      return this.#traits[findProgram('auto', this.#settings).name]
    } catch {
      return this.#traits.dynoxide
    }
  }

  /** Starts the engine. After an in-memory engine was lost, this starts an empty one. */
  async connect(): Promise<void> {
    if (this.#live?.engine.ended) await this.#forget()
    await this.#ready()
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options?: SendOptions,
  ): Promise<OperationOutput<Name>> {
    const live = await this.#ready()
    const traits = this.#traits[live.engine.engine]
    await traits.guard(operation, input, live.http)
    const other = traits.instead?.(operation, input)
    const request = other === undefined ? input : other.input
    try {
      const answer = await live.http.send(operation, request, options)
      return other?.answer === undefined ? answer : other.answer(answer)
    } catch (error) {
      if (!isDynamoDBToolingError(error, 'NETWORK.UNREACHABLE') || !(await live.engine.hasJustEnded())) throw error
      if (live.engine.data === undefined) throw lost(live.engine, error)
      // A request that may have reached the engine is the caller's to repeat; this one certainly did not.
      if ((error as NetworkError).sent) throw error
      await this.#ready()
      return await this.send(operation, input, options)
    }
  }

  async healthCheck(): Promise<Health> {
    const started = performance.now()
    try {
      const { http } = await this.#ready()
      return await http.healthCheck()
    } catch (error) {
      return { ok: false, latency: performance.now() - started, error }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#launching?.catch(() => undefined)
    await this.#forget()
  }

  async #ready(): Promise<Live> {
    if (this.#closed) throw new DriverError('DRIVER.CLOSED', `The ${this.name} driver is closed.`)
    const live = this.#live
    if (live !== undefined && !live.engine.ended) return live
    if (live !== undefined && live.engine.data === undefined) {
      throw lost(live.engine)
    }
    this.#launching ??= this.#launch().finally(() => {
      this.#launching = undefined
    })
    return await this.#launching
  }

  async #launch(): Promise<Live> {
    const before = this.#live?.engine
    await this.#forget()
    const { port = 8000, inMemory = false, dbPath = '.dynamodb', engine = 'auto' } = this.#settings
    const running = await launchEngine({
      program: findProgram(engine, this.#settings),
      anyEngine: engine === 'auto',
      port,
      anyPort: true,
      data: inMemory ? undefined : dbPath,
      sharedDb: true,
      cors: undefined,
      detached: false,
    })
    if (before !== undefined) {
      process.emitWarning(
        `The local engine on port ${before.port} had ended (${before.reason}). It was started again on ${before.data}; no acknowledged write is lost.`,
        { code: 'DYNAMODB_TOOLING_ENGINE_RESTARTED' },
      )
    }
    const http = createHttpDriver(
      {
        endpoint: running.endpoint,
        region: this.#settings.region ?? 'us-east-1',
        // DynamoDB Local takes keys of letters and digits only; neither engine checks the secret.
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        httpOptions: this.#settings.httpOptions,
      },
      { name: this.name, capabilities: this.#traits[running.engine].capabilities },
    )
    this.#live = { engine: running, http }
    return this.#live
  }

  async #forget(): Promise<void> {
    const live = this.#live
    this.#live = undefined
    await live?.http.close()
    await live?.engine.stop()
  }
}

function lost(engine: RunningEngine, cause?: unknown): EngineError {
  return new EngineError(
    'ENGINE.STOPPED',
    `The in-memory engine on port ${engine.port} ended (${engine.reason}); its data is gone.`,
    {
      hint: 'Call connect() to start an empty one, or keep the data on disk (local.dbPath without local.inMemory).',
      cause,
    },
  )
}
