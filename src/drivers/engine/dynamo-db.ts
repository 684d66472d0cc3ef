import { DriverError } from '../errors.js'
import { type EngineSearch, findProgram } from './find-program.js'
import { findHolder, launchEngine, readPortLock } from './launch.js'
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

/** Engines this process uses. */
const used = new Set<RunningEngine>()

/** Starts and stops local DynamoDB engines. */
export interface DynamoDb {
  launch(options?: LaunchOptions): Promise<RunningEngine>
  stop(port?: number): Promise<boolean>
  stopAll(): Promise<void>
  isRunning(port?: number): Promise<boolean>
}

async function stop(port = 8000): Promise<boolean> {
  const holder = await findHolder(readPortLock(port))
  if (holder === undefined) return false
  await holder.connection.ask({ op: 'stop' })
  await holder.connection.closed
  return true
}

export const dynamoDb: DynamoDb = {
  async launch(options = {}) {
    const port = options.port ?? 8000
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new DriverError('DRIVER.INVALID', `port is ${String(port)}; it must be a whole number from 0 to 65535.`)
    }
    const engine = options.engine ?? 'auto'
    const running = await launchEngine({
      program: findProgram(engine, options),
      anyEngine: engine === 'auto',
      port,
      anyPort: options.port === undefined,
      data: options.inMemory === true ? undefined : (options.dbPath ?? '.dynamodb'),
      sharedDb: options.sharedDb ?? true,
      cors: options.cors,
      detached: options.detached ?? false,
    })
    used.add(running)
    return running
  },
  stop,
  async stopAll() {
    await Promise.all([...used].map((running) => (running.ended ? false : stop(running.port))))
    used.clear()
  },
  async isRunning(port = 8000) {
    const holder = await findHolder(readPortLock(port))
    const answer = await holder?.connection.ask({ op: 'info' })
    holder?.connection.close()
    return answer?.event === 'info' && answer.ready
  },
}
