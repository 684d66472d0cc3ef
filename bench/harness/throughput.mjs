import { closeAll, prepare, siteOf } from './contestants.mjs'
import { interleave } from './interleave.mjs'
import { openLibrary, ROWS } from './rows.mjs'

export const LANES = [1, 16, 64]

/**
 * Operations a second against a real engine over real sockets, each library with its own default socket handling.
 * Resolves with `{ [row]: { [lanes]: { [library]: figures } } }`.
 */
export async function measureEngine({ libraries, rows, rounds, endpoint, log }) {
  const contestants = []
  for (const library of libraries) {
    const contestant = await prepare(library, rows, endpoint, log)
    await closeAll([contestant])
    if (contestant.opened) contestant.opened = await openLibrary(library, siteOf({ endpoint, table: contestant.table }))
    contestants.push({ ...contestant, wire: undefined })
  }
  const results = {}
  for (const name of rows) {
    results[name] = {}
    for (const lanes of LANES) {
      results[name][lanes] = await interleave(contestants, name, {
        lanes,
        rounds,
        warmUpFor: 300_000,
        sample: 150_000,
        ready() {},
        figure: ({ wall, count }) => (count / wall) * 1e6,
      })
      log(`${ROWS[name].title}, ${lanes} at a time: measured`)
    }
  }
  await closeAll(contestants)
  return results
}
