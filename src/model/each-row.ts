import { mapConcurrent } from '../kernel/index.js'
import { BatchError } from '../runtime/index.js'
import { type HookFailedError, isHookFailedError } from './errors.js'
import { report, withFailures } from './fire.js'
import type { ModelBinding } from './model-space.js'

/** How many rows are written at a time, and who is told. */
export interface BulkOptions {
  /** Rows written at the same time. Default 8. */
  readonly concurrency?: number | undefined
  /** Told after each row how many were written. */
  readonly onProgress?: ((done: number) => void) | undefined
  /** Begins no further row; what is under way ends. The BatchError then has the signal's reason as its cause. */
  readonly signal?: AbortSignal | undefined
}

const CONCURRENCY = 8
/** Rows in memory at a time. */
const PAGE = 100

/**
 * Writes rows one by one, some at the same time.
 *
 * @param work says whether the row was written
 * @returns how many were
 * @throws BatchError `BATCH.FAILED` with the number that were written, and the rows that were not among those that were
 * read; the first failure itself where nothing was written; HookFailedError at the end for hooks that failed afterwards
 */
export async function eachRow<T>(
  { schema }: ModelBinding,
  rows: AsyncIterable<T> | Iterable<T>,
  work: (row: T) => Promise<boolean>,
  { concurrency = CONCURRENCY, onProgress, signal }: BulkOptions = {},
): Promise<number> {
  let done = 0
  const failures: HookFailedError[] = []
  const write = async (page: readonly T[]): Promise<void> => {
    const left = new Set(page)
    try {
      await mapConcurrent(
        page,
        concurrency,
        async (row) => {
          const written = await work(row).catch((error: unknown) => {
            if (!isHookFailedError(error)) throw error
            // It is written; the rest is not to suffer from it.
            failures.push(error)
            return true
          })
          left.delete(row)
          if (!written) return
          done++
          onProgress?.(done)
        },
        signal,
      )
    } catch (error) {
      if (done === 0 && signal?.aborted !== true) throw error
      const how = `${done} rows of ${schema.name} were written, and then it was broken off.`
      throw new BatchError('BATCH.FAILED', how, [...left], withFailures(error, failures), done)
    }
  }
  let page: T[] = []
  const unread = (error: unknown): never => {
    if (done === 0 || error instanceof BatchError) throw error
    const how = `${done} rows of ${schema.name} were written, and then the next could not be read.`
    throw new BatchError('BATCH.FAILED', how, page, withFailures(error, failures), done)
  }
  try {
    for await (const row of rows) {
      page.push(row)
      if (page.length < PAGE) continue
      await write(page)
      page = []
    }
  } catch (error) {
    unread(error)
  }
  await write(page)
  report(failures)
  return done
}
