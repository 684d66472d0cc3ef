import { checkOptions, type OptionTypes } from '../check-options.js'
import { DriverError } from '../errors.js'
import type { EngineStatus } from './engine-status.js'
import type { EngineSearch } from './find-program.js'
import type { InstalledEngines } from './installed-engines.js'
import type { RunningEngine } from './running-engine.js'

/** What `dynamoDb.launch` takes. */
export interface LaunchOptions extends EngineSearch {
  /** Loopback port. Default 8000; 0 takes a free one. */
  readonly port?: number | undefined
  /** Keep data in memory only. Default false. */
  readonly inMemory?: boolean | undefined
  /** Folder of the data, made if it is not there. Default `.dynamodb` in the working folder. */
  readonly dbPath?: string | undefined
  /** Default `auto`: dynoxide, else DynamoDB Local where it is installed. */
  readonly engine?: 'auto' | 'dynoxide' | 'dynamodb-local' | undefined
  /** DynamoDB Local: one set of tables for all regions and access keys. Default true. dynoxide always does that. */
  readonly sharedDb?: boolean | undefined
  /** DynamoDB Local: origins a browser may call from. dynoxide allows all. */
  readonly cors?: string | undefined
  /** True: the engine stays when its last user ends, until somebody calls `stop(port)`. Default false. */
  readonly detached?: boolean | undefined
}

/** Starts and stops local DynamoDB engines, on loopback. */
export interface DynamoDb {
  /**
   * Starts an engine and resolves when it answers. An engine of ours that has the data (or, in memory, the port)
   * already is joined instead, in whichever process it was launched. It ends when its last user does, however that
   * ends; `detached: true` keeps it until `stop`.
   *
   * @throws EngineError `ENGINE.NOT_INSTALLED`, `ENGINE.PORT_IN_USE`, `ENGINE.DATA_LOCKED` (the data is open on another
   * port), `ENGINE.DATA_DAMAGED`, `ENGINE.START_FAILED`
   * @example
   * const engine = await dynamoDb.launch({ port: 8000, inMemory: true })
   * console.log(engine.endpoint) // http://127.0.0.1:8000
   * await engine.stop()
   */
  launch(options?: LaunchOptions): Promise<RunningEngine>
  /** Stops the engine of a port for all its users, in whichever process. False when no engine of ours was there. */
  stop(port?: number): Promise<boolean>
  /** Stops every engine this process launched or joined. */
  stopAll(): Promise<void>
  /** True when an engine of ours answers on that port. */
  isRunning(port?: number): Promise<boolean>
  /** Every engine of this user that answers, by port, in whichever process it was launched. */
  list(): Promise<readonly EngineStatus[]>
  /** Which engines this machine could run. */
  installed(search?: EngineSearch): Promise<InstalledEngines>
}

const OPTION_TYPES: OptionTypes<LaunchOptions> = {
  port: ['number'],
  inMemory: ['boolean'],
  dbPath: ['string'],
  engine: ['string'],
  sharedDb: ['boolean'],
  cors: ['string'],
  detached: ['boolean'],
  root: ['string'],
  jar: ['string'],
}
const ENGINES: readonly unknown[] = ['auto', 'dynoxide', 'dynamodb-local']

/** Loaded when first needed: most programs that import this package launch no engine by hand. */
const engines = () => import('./launch.js')

async function stop(port = 8000): Promise<boolean> {
  const { findHolder, readPortLock } = await engines()
  const seen = readPortLock(port)
  const holder = await findHolder(seen)
  if (holder === undefined) return await (await import('./orphan.js')).endOrphan(seen.record)
  await holder.connection.stop()
  return true
}

export const dynamoDb: DynamoDb = {
  async launch(options = {}) {
    checkOptions('dynamoDb.launch', options, OPTION_TYPES)
    const port = options.port ?? 8000
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new DriverError('DRIVER.INVALID', `port is ${String(port)}; it must be a whole number from 0 to 65535.`)
    }
    const engine = options.engine ?? 'auto'
    if (!ENGINES.includes(engine)) {
      throw new DriverError('DRIVER.INVALID', `engine is ${String(engine)}; it must be one of ${ENGINES.join(', ')}.`)
    }
    const [{ launchEngine }, { findProgram }] = await Promise.all([engines(), import('./find-program.js')])
    const program = findProgram(engine, options)
    if (program.name === 'dynoxide' && (options.sharedDb === false || (options.cors ?? '*') !== '*')) {
      const option =
        options.sharedDb === false ? 'keep regions and access keys apart' : 'restrict the origins of browsers'
      throw new DriverError('DRIVER.UNSUPPORTED', `dynoxide does not ${option}.`, {
        hint: "Leave sharedDb and cors out, or launch with engine: 'dynamodb-local'.",
      })
    }
    return await launchEngine({
      program,
      anyEngine: engine === 'auto',
      port,
      anyPort: options.port === undefined,
      data: options.inMemory === true ? undefined : (options.dbPath ?? '.dynamodb'),
      sharedDb: options.sharedDb ?? true,
      cors: options.cors,
      detached: options.detached ?? false,
    })
  },
  stop,
  async stopAll() {
    const { enginesInUse } = await engines()
    await Promise.all(enginesInUse().map(({ port }) => stop(port)))
  },
  async isRunning(port = 8000) {
    const { engineAt } = await import('./engine-status.js')
    return (await engineAt(port)) !== undefined
  },
  async list() {
    const { runningEngines } = await import('./engine-status.js')
    return runningEngines()
  },
  async installed(search = {}) {
    const { installedEngines } = await import('./installed-engines.js')
    return installedEngines(search)
  },
}
