import { setTimeout as delay } from 'node:timers/promises'

/** Where time comes from. Everything that waits or stamps takes one, so that tests can move time by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      await delay(ms, undefined, signal === undefined ? undefined : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
