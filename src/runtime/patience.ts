import { isThrottlingError } from '../drivers/index.js'
import { fullJitter } from '../kernel/index.js'
import type { Connection } from './connection.js'

/** Times a request is made again that was refused for being too many, beyond what the driver does: about five minutes. */
const ATTEMPTS = 25
const SHORTEST_MS = 500
const LONGEST_MS = 30_000

/**
 * Does what DynamoDB refused for its rate again, later and later: a table that serves others meanwhile slows long work down and does
 * not end it.
 *
 * @param work can be repeated
 * @throws the signal's reason; ThrottlingError where it goes on for minutes: run again, long work goes on from there
 */
export async function patiently<T>(
  { clock }: Pick<Connection, 'clock'>,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isThrottlingError(error) || attempt === ATTEMPTS) throw error
      await clock.sleep(fullJitter(attempt + 1, SHORTEST_MS, LONGEST_MS), signal)
    }
  }
}
