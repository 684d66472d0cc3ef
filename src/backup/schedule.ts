import type { Clock } from '../kernel/index.js'
import type { Backup, Backups, CreateBackupOptions } from './backup.js'
import { BackupError } from './errors.js'

/** Which backups are kept: those for which one of these holds. */
export interface Retention {
  /** The newest ones. */
  readonly last?: number | undefined
  /** Those of the last days. */
  readonly days?: number | undefined
}

export interface ScheduleOptions extends Omit<CreateBackupOptions, 'signal' | 'onProgress'> {
  /** How often: `30m`, `6h`, `1d`, `1w`, or milliseconds, a minute at least. */
  readonly every: string | number
  /** Older ones are deleted, after the new one was verified. Default: all are kept. */
  readonly keep?: Retention | undefined
  /** Told of each backup that was taken, and of those that were deleted for it. */
  readonly onBackup?: ((backup: Backup, deleted: readonly Backup[]) => void) | undefined
  /** Told of what failed; the next one is tried all the same. Default: a warning of the process. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Backups that are taken from time to time, while this process lives. */
export interface BackupSchedule {
  /** When the next one is due. */
  readonly next: Date
  /** Takes one now. */
  run(): Promise<Backup>
  /** No more of them. Resolves when one that is being taken has been broken off. */
  stop(): Promise<void>
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DAY = 86_400_000
/** Timers of Node's hold 2^31 milliseconds at most. */
const LONGEST_SLEEP = 86_400_000

export function everyOf(every: unknown): number {
  const [, count, unit = ''] = typeof every === 'string' ? (/^(\d{1,6})([mhdw])$/.exec(every.trim()) ?? []) : []
  const time = typeof every === 'number' ? every : Number(count) * (UNITS[unit] ?? Number.NaN)
  if (Number.isFinite(time) && time >= 60_000) return time
  throw new BackupError(
    'BACKUP.INVALID',
    '`every` is a time as 30m, 6h, 1d or 1w, or milliseconds, and a minute at least.',
  )
}

export function checkRetention(keep: Retention | undefined): Retention | undefined {
  if (keep === undefined) return undefined
  const { last, days } = keep
  const isCount = (value: unknown): boolean =>
    value === undefined || (Number.isInteger(value) && (value as number) >= 1)
  if (
    (last !== undefined || days !== undefined) &&
    isCount(last) &&
    (days === undefined || (Number.isFinite(days) && days > 0))
  )
    return keep
  throw new BackupError(
    'BACKUP.INVALID',
    '`keep` is { last } or { days } or both: last a whole number from 1, days above 0.',
  )
}

/**
 * Takes a backup, verifies it, and deletes those that need not be kept any more: never one that is newer than the newest
 * that is good, nor any where the new one is not.
 */
export async function takeBackup(
  backups: Backups,
  clock: Clock,
  table: string,
  options: CreateBackupOptions,
  keep: Retention | undefined,
): Promise<{ readonly backup: Backup; readonly deleted: readonly Backup[] }> {
  const backup = await backups.create(table, options)
  if (backup.kind === 'portable') {
    const { ok, faults } = await backups.verify(backup.id, options.signal)
    if (!ok)
      throw new BackupError(
        'BACKUP.DAMAGED',
        `The backup ${backup.id} is damaged: ${faults.join('; ')}. None was deleted.`,
        {
          details: { faults, id: backup.id },
        },
      )
  }
  return { backup, deleted: keep === undefined ? [] : await prune(backups, clock, table, backup, keep) }
}

async function prune(
  backups: Backups,
  clock: Clock,
  table: string,
  newest: Backup,
  { last, days }: Retention,
): Promise<readonly Backup[]> {
  const all = await backups.list(table)
  const whole = all.filter(
    ({ id, table: of, status, kind }) =>
      id !== newest.id && of === table && status === 'complete' && kind === newest.kind,
  )
  const oldest = days === undefined ? undefined : clock.now() - days * DAY
  const isKept = ({ createdAt }: Backup, at: number): boolean =>
    createdAt >= newest.createdAt ||
    (last !== undefined && at + 1 < last) ||
    (oldest !== undefined && createdAt.getTime() >= oldest)
  const deleted: Backup[] = []
  for (const [at, backup] of whole.entries()) {
    if (isKept(backup, at)) continue
    await backups.remove(backup.id)
    deleted.push(backup)
  }
  return deleted
}

/** See BackupManager. A process that starts again goes on where it was: the newest backup says when the next one is due. */
export async function startSchedule(
  backups: Backups,
  clock: Clock,
  table: string,
  { every, keep, onBackup, onError = warn, ...options }: ScheduleOptions,
): Promise<BackupSchedule> {
  const time = everyOf(every)
  checkRetention(keep)
  const [newest] = (await backups.list(table)).filter((each) => each.status === 'complete' && each.table === table)
  let next = newest === undefined ? clock.now() : newest.createdAt.getTime() + time
  const stop = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  const run = (): Promise<Backup> => {
    const taken = running
      .catch(() => undefined)
      .then(() => {
        stop.signal.throwIfAborted()
        return takeBackup(backups, clock, table, { ...options, signal: stop.signal }, keep)
      })
      .then(({ backup, deleted }) => {
        onBackup?.(backup, deleted)
        return backup
      })
    running = taken.catch(() => undefined)
    return taken
  }
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      for (let left = next - clock.now(); left > 0; left = next - clock.now())
        await clock.sleep(Math.min(left, LONGEST_SLEEP), stop.signal)
      next = clock.now() + time
      await run().catch((error: unknown) => {
        if (!stop.signal.aborted) onError(error)
      })
    }
  }
  const looping = loop().catch((error: unknown) => {
    if (!stop.signal.aborted) onError(error)
  })
  return {
    get next() {
      return new Date(next)
    },
    run,
    async stop() {
      stop.abort(new BackupError('BACKUP.STOPPED', 'The schedule was stopped.'))
      await Promise.all([looping, running])
    },
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
