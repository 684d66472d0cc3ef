import type { EngineName } from './engine-facts.js'

/** What an engine is to be started with. Paths are absolute. */
export interface EngineArguments {
  readonly port: number
  /** Folder of the data; undefined = in memory only. */
  readonly data: string | undefined
  readonly sharedDb: boolean
  /** Origins a browser may call from; undefined = the engine's default. */
  readonly cors: string | undefined
}

/** An engine that is installed on this machine. */
export interface EngineProgram {
  readonly name: EngineName
  /** Absolute path of the executable. */
  readonly command: string
  /** See KeeperStart. */
  readonly readyText: string
  /** Its command line. */
  arguments(options: EngineArguments): readonly string[]
  /** The file it keeps data in, inside the data folder. */
  readonly dataFile: string
  /** Tables that file always has. */
  readonly dataTables: readonly string[]
}
