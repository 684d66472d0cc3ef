import { systemClock } from '../../kernel/index.js'
import type { EngineFacts } from './engine-facts.js'
import type { KeeperConnection } from './keeper-client.js'
import { endOrphan } from './orphan.js'

/** An engine this process uses. It stays while at least one user, in whichever process, has not stopped or ended. */
export class RunningEngine {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly port: number
  readonly engine: EngineFacts['engine']
  /** Process id of the engine. */
  readonly pid: number
  /** True when it was running already. */
  readonly shared: boolean
  /** Folder of its data; undefined = in memory only. */
  readonly data: string | undefined
  readonly #connection: KeeperConnection
  #stopped: Promise<void> | undefined
  #ended = false

  constructor(connection: KeeperConnection, facts: EngineFacts, pid: number, args: readonly string[], shared: boolean) {
    this.endpoint = `http://127.0.0.1:${facts.port}`
    this.port = facts.port
    this.engine = facts.engine
    this.data = facts.data
    this.pid = pid
    this.shared = shared
    this.#connection = connection
    void connection.closed.then(async () => {
      this.#ended = true
      // No last word: the keeper was killed, and the engine would stay behind.
      if (this.#stopped === undefined && connection.exit === undefined) {
        await endOrphan({ args, pid })
      }
    })
  }

  /** True once the engine has ended, or its keeper has: it must be launched again. */
  get ended(): boolean {
    return this.#ended || this.#connection.exit !== undefined
  }

  /** After a broken connection to the engine: whether that is because it ended. News of that may be a moment behind. */
  async hasJustEnded(): Promise<boolean> {
    if (!this.ended) await Promise.race([this.#connection.closed, systemClock.sleep(100)])
    return this.ended
  }

  /** Why it ended, in words; undefined while it runs. */
  get reason(): string | undefined {
    if (!this.ended) return undefined
    const exit = this.#connection.exit
    if (exit === undefined) return 'its keeper process was killed'
    if (exit.wanted) return 'it was stopped'
    const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal
    const said = exit.output.trim().split('\n').at(-1)
    return said === undefined || said === '' ? how : `${how}: ${said}`
  }

  /**
   * Ends this use of the engine. The engine stops when nobody else uses it, and this resolves when it has; its data on
   * disk stays. Calling it again does nothing. To stop an engine others use as well: `dynamoDb.stop(port)`.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#connection.ask({ op: 'release' }).then(() => {
      this.#connection.close()
    })
    return this.#stopped
  }
}
