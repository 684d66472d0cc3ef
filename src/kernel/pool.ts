/**
 * Runs `fn` on every item, at most `concurrency` at once; results come in the order of the items. After the first
 * failure nothing new begins, what is running is awaited, and that failure is thrown.
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  concurrency: number,
  fn: (item: T, index: number) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  if (items.length === 1) return [await fn(items[0] as T, 0)]
  const results: R[] = []
  results.length = items.length
  let next = 0
  let failed = false
  let failure: unknown
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        signal?.throwIfAborted()
        results[index] = await fn(items[index] as T, index)
      } catch (error) {
        if (!failed) failure = error
        failed = true
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, worker))
  if (failed) throw failure
  return results
}
