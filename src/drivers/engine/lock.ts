import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import type { EngineFacts } from './engine-facts.js'
import type { KeeperAddress } from './keeper-client.js'

/** What a lock file says about its holder. */
export interface LockRecord extends KeeperAddress {
  /** Name of the machine or container. */
  readonly host: string
  readonly facts: EngineFacts
  /** Command line of the engine, without the program. */
  readonly args: readonly string[]
  /** The engine's process id, once it runs. */
  readonly pid?: number
  /** True when the holder ended in good order. */
  readonly released?: boolean
}

/** A lock as found: its generation counts up each time the lock changes hands; 0 = never taken. */
export interface LockState {
  readonly generation: number
  readonly record: LockRecord | undefined
  /** True when the file is being written this moment: look again soon. */
  readonly settling: boolean
  /** When its keeper last touched the file; milliseconds since the Unix epoch. */
  readonly touchedAt: number
}

/**
 * A lock in a folder: `<name>.<generation>.lock`. Its holder is the file with the highest generation. To take over a
 * dead holder's lock one creates the next generation, which only one process can (the file is linked into place,
 * complete). The highest file is never deleted, so a slow process that still believes an old generation is the last
 * one finds a higher one after creating its own, and backs out.
 */
export function readLock(folder: string, name: string): LockState {
  const generation = generations(folder, name).at(-1) ?? 0
  const free: LockState = { generation, record: undefined, settling: false, touchedAt: 0 }
  if (generation === 0) return free
  try {
    const path = pathOf(folder, name, generation)
    const touchedAt = statSync(path).mtimeMs
    const text = readFileSync(path, 'utf8')
    const record = parseRecord(text)
    return record === undefined
      ? { ...free, settling: Math.abs(Date.now() - touchedAt) < 500 }
      : { ...free, record, touchedAt }
  } catch (error) {
    // It changed hands between the two looks.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ...free, settling: true }
    throw new EngineError('ENGINE.START_FAILED', `The lock of ${folder} cannot be read.`, {
      hint: 'The folder may belong to another user: give the engine a folder of your own (local.dbPath).',
      cause: error,
    })
  }
}

/** Takes the lock after the state `seen`; the new file's path, or undefined when another process was quicker. */
export function takeLock(folder: string, name: string, seen: LockState, record: LockRecord): string | undefined {
  const mine = seen.generation + 1
  const path = pathOf(folder, name, mine)
  const draft = join(folder, `${name}.${randomUUID()}.draft`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(draft, JSON.stringify(record), { mode: 0o600 })
  } catch (error) {
    throw new EngineError('ENGINE.START_FAILED', `The folder ${folder} cannot be written to.`, {
      hint: 'Give the engine a folder this user may write to (local.dbPath), or use local.inMemory.',
      cause: error,
    })
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    // No hard links on this file system. The content may be seen half-written for a moment; it is one small write.
    try {
      writeFileSync(path, JSON.stringify(record), { mode: 0o600, flag: 'wx' })
    } catch {
      return undefined
    }
  } finally {
    rmSync(draft, { force: true })
  }
  const all = generations(folder, name)
  if (all.at(-1) !== mine) {
    rmSync(path, { force: true })
    return undefined
  }
  for (const old of all) if (old < mine) rmSync(pathOf(folder, name, old), { force: true })
  return path
}

/** A file that is none of ours, or half-written, is no record. */
function parseRecord(text: string): LockRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<LockRecord> | null
    const { control = 0, token, args, facts } = record ?? {}
    const isPort = Number.isInteger(control) && control > 0 && control < 65_536
    const whole = isPort && typeof token === 'string' && Array.isArray(args) && typeof facts === 'object'
    return whole ? (record as LockRecord) : undefined
  } catch {
    return undefined
  }
}

function pathOf(folder: string, name: string, generation: number): string {
  return join(folder, `${name}.${generation}.lock`)
}

function generations(folder: string, name: string): number[] {
  let files: string[]
  try {
    files = readdirSync(folder)
  } catch {
    return []
  }
  const found: number[] = []
  for (const file of files) {
    const rest = file.startsWith(`${name}.`) && file.endsWith('.lock') ? file.slice(name.length + 1, -5) : ''
    if (/^\d{1,15}$/.test(rest)) found.push(Number(rest))
  }
  return found.sort((a, b) => a - b)
}
