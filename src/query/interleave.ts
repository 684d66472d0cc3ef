/**
 * The values of several generators as they come, none of them more than one value ahead. When the reader stops, all of
 * them are ended.
 */
export async function* interleave<T>(generators: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  type Arrived = { readonly from: AsyncGenerator<T>; readonly result: IteratorResult<T> }
  const next = (from: AsyncGenerator<T>): Promise<Arrived> => from.next().then((result) => ({ from, result }))
  const waiting = new Map(generators.map((generator) => [generator, next(generator)]))
  try {
    while (waiting.size > 0) {
      const { from, result } = await Promise.race(waiting.values())
      if (result.done) {
        waiting.delete(from)
        continue
      }
      waiting.set(from, next(from))
      yield result.value
    }
  } finally {
    // What is still being read is waited for, so that no request outlives the loop.
    await Promise.allSettled(waiting.values())
    await Promise.allSettled(generators.map((generator) => generator.return(undefined)))
  }
}
