import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineFacts } from './engine-facts.js'
import { findHolder, readPortLock } from './launch.js'
import { stateFolder } from './state-folder.js'

/** An engine of this user that runs, in whichever process it was launched. */
export interface EngineStatus {
  readonly engine: EngineFacts['engine']
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly pid: number | undefined
  /** Folder of its data; undefined = in memory only. */
  readonly data: string | undefined
  readonly startedAt: Date
  /** The last 4 KB it printed. */
  readonly output: string
}

/** The engine of ours that answers on a port. */
export async function engineAt(port: number): Promise<EngineStatus | undefined> {
  const holder = await findHolder(readPortLock(port))
  const answer = await holder?.connection.ask({ op: 'info' })
  holder?.connection.close()
  if (holder === undefined || answer?.event !== 'info' || !answer.ready) return undefined
  const { facts, pid } = holder.record
  return {
    engine: facts.engine,
    port: facts.port,
    endpoint: `http://127.0.0.1:${facts.port}`,
    pid,
    data: facts.data,
    startedAt: new Date(facts.startedAt),
    // The keeper of another version of this package keeps it to itself.
    output: answer.output ?? '',
  }
}

/** Milliseconds; a living keeper touches its locks every five seconds. The folder holds those of a whole day. */
const RECENT = 60_000

function isTouched(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs < RECENT
  } catch {
    // It changed hands this moment.
    return true
  }
}

/** Every engine of this user that answers, by port. */
export async function runningEngines(): Promise<readonly EngineStatus[]> {
  const folder = stateFolder()
  const ports = readdirSync(folder).map((file) => {
    const port = /^port-(\d{1,5})\.\d+\.lock$/.exec(file)?.[1]
    return port === undefined || !isTouched(join(folder, file)) ? Number.NaN : Number(port)
  })
  const known = [...new Set(ports)].filter((port) => !Number.isNaN(port)).sort((a, b) => a - b)
  const found = await Promise.all(known.map((port) => engineAt(port)))
  return found.filter((engine) => engine !== undefined)
}
