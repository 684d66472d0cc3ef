import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { systemClock } from '../../kernel/index.js'
import { EngineError } from '../errors.js'
import type { LockRecord } from './lock.js'

/**
 * Ends the engine a dead holder left behind (both its keeper and its users were killed). The process must have the very
 * command line the lock recorded: a process id that has been given to another program since is left alone.
 */
export async function endOrphan(record: Pick<LockRecord, 'pid' | 'args'> | undefined): Promise<boolean> {
  if (record === undefined) return false
  const { pid, args } = record
  if (pid === undefined || !isThatEngine(pid, args)) return false
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
      throw new EngineError(
        'ENGINE.DATA_LOCKED',
        `Process ${pid}, an engine another user left behind, cannot be ended.`,
        {
          hint: `End process ${pid}, or use a data folder of your own.`,
          cause: error,
        },
      )
    }
    for (let waited = 0; waited < 5000; waited += 20) {
      if (!isThatEngine(pid, args)) return true
      await systemClock.sleep(20)
    }
  }
  return true
}

function isThatEngine(pid: number, args: readonly string[]): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return commandLine(pid).includes(args.join(' '))
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    if (process.platform === 'win32') {
      const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`
      return execFileSync('powershell', ['-NoProfile', '-Command', query], { encoding: 'utf8' }).replaceAll('"', '')
    }
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
