import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../kernel/index.js'
import { type BackupStore, readWhole, writeText } from './backup-store.js'
import { BackupError } from './errors.js'
import { parsedJson } from './export-layout.js'

/** A holder says as often that it lives. */
const BEAT_MS = 10_000
/** One of which nothing was heard for as long is dead. */
const DEAD_MS = 60_000

interface Holder {
  readonly id: string
  readonly process: string
  readonly until: number
}

/**
 * Calls a function while no other process does under this path of the store.
 *
 * @throws BackupError `BACKUP.BUSY`
 */
export async function withRestoreLock<T>(
  store: BackupStore,
  path: string,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const id = randomUUID()
  const text = (): string =>
    JSON.stringify({ id, process: `${hostname()} ${process.pid}`, until: clock.now() + DEAD_MS } satisfies Holder)
  while (!(await store.claim(path, Buffer.from(text())))) {
    const holder = await holderOf(store, path)
    if (holder !== undefined && holder.until > clock.now())
      throw new BackupError('BACKUP.BUSY', `${holder.process} restores into this table.`, {
        details: { holder: holder.process },
      })
    // Dead, or no note of ours.
    await store.remove(path)
  }
  const stop = new AbortController()
  const lost = new AbortController()
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(BEAT_MS, stop.signal)
      if ((await holderOf(store, path))?.id !== id) {
        lost.abort(
          new BackupError('BACKUP.BUSY', 'Another process took this one for dead, and goes on with the restore.'),
        )
        return
      }
      await writeText(store, path, text())
    }
  }
  const beating = beat().catch((error: unknown) => {
    if (!stop.signal.aborted) lost.abort(error)
  })
  try {
    return await work(lost.signal)
  } catch (error) {
    lost.signal.throwIfAborted()
    throw error
  } finally {
    stop.abort()
    await beating
    if ((await holderOf(store, path).catch(() => undefined))?.id === id) await store.remove(path).catch(() => undefined)
  }
}

async function holderOf(store: BackupStore, path: string): Promise<Holder | undefined> {
  const bytes = await readWhole(store, path)
  return bytes === undefined ? undefined : (parsedJson(bytes.toString('utf8')) as Holder | undefined)
}
