import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { LaunchOptions } from '../../src/drivers/engine/dynamo-db.js'

const JITI = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url))
const PROGRAM = fileURLToPath(new URL('fixtures/engine-user.ts', import.meta.url))

/** What the program of fixtures/engine-user.ts prints. */
export interface Said {
  readonly port?: number
  readonly pid?: number
  readonly shared?: boolean
  readonly engine?: string
  readonly code?: string
  readonly message?: string
  readonly stopped?: boolean
}

/** Another process that uses an engine. It is killed when the test ends. */
export interface EngineUser {
  readonly process: ChildProcess
  /** The next line it prints. */
  next(): Promise<Said>
  tell(command: 'throw' | 'reject' | 'exit' | 'finish' | 'stop'): void
  ended(): Promise<void>
}

export function startEngineUser(options: LaunchOptions, startAt = 0): EngineUser {
  const child = spawn(process.execPath, [JITI, PROGRAM, JSON.stringify(options), String(startAt)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    process: child,
    async next() {
      const { value } = await lines.next()
      if (value === undefined) throw new Error(`the engine user ended: exit code ${child.exitCode}`)
      return JSON.parse(value) as Said
    },
    tell: (command) => void child.stdin.write(`${command}\n`),
    ended: () => ended,
  }
}

/** True while a process with that id runs (one that ended and was not collected yet does not). */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error('no process id')
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

export function parentOf(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }))
}

/** Waits until a condition holds; fails after 20 seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it never came true')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
