import type { Clock } from '../kernel/index.js'
import type { Driver, Health } from './driver.js'

/** Asks the engine for one table name and times it. */
export async function checkHealth(driver: Pick<Driver, 'send'>, clock: Clock): Promise<Health> {
  const start = clock.now()
  try {
    await driver.send('ListTables', { Limit: 1 })
    return { ok: true, latency: clock.now() - start }
  } catch (error) {
    // A policy that withholds ListTables says so only after the signature was accepted: the engine is well.
    const ok = (error as { exception?: unknown }).exception === 'AccessDeniedException'
    return { ok, latency: clock.now() - start, error }
  }
}
