/**
 * Runs `fn` on every item, at most `concurrency` at once; results come in the order of the items. After the first
 * failure (or when the signal aborts) nothing new begins, what is running is awaited, and that failure is thrown.
 */
export async function mapConcurrent<T, R>(
  items: Iterable<T>,
  concurrency: number,
  fn: (item: T, index: number) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const list: readonly T[] = Array.isArray(items) ? items : [...items]
  const results: R[] = []
  results.length = list.length
  let next = 0
  let failed = false
  let failure: unknown
  const work = async (): Promise<void> => {
    while (next < list.length && !failed) {
      const index = next++
      try {
        signal?.throwIfAborted()
        results[index] = await fn(list[index] as T, index)
      } catch (error) {
        if (!failed) failure = error
        failed = true
      }
    }
  }
  const workers = concurrency >= 1 ? Math.min(Math.floor(concurrency), list.length) : 1
  await Promise.all(Array.from({ length: workers }, work))
  if (failed) throw failure
  return results
}
