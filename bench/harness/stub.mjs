import { closeAll, prepare } from './contestants.mjs'
import { interleave } from './interleave.mjs'
import { ROWS, requestsOf } from './rows.mjs'

/**
 * Client CPU alone, in microseconds for one operation, 16 at a time. Each library first does each row once against the
 * engine, checked and recorded; the recorded answers then stand in for the sockets.
 * Resolves with `{ [row]: { [library]: figures } }`.
 */
export async function measureStub({ libraries, rows, rounds, endpoint, log }) {
  const contestants = []
  for (const library of libraries) contestants.push(await prepare(library, rows, endpoint, log))
  const results = {}
  for (const name of rows) {
    results[name] = await interleave(contestants, name, {
      lanes: 16,
      rounds,
      warmUpFor: 1_000_000,
      sample: 100_000,
      ready: ({ wire, proofs }) => wire.replay(proofs[name].exchanges),
      figure({ cpu, count }, { wire }) {
        if (wire.count !== count * requestsOf(ROWS[name]))
          throw new Error(`${wire.count} requests for ${count} operations`)
        return cpu / count
      },
    })
    for (const { id, proofs } of contestants) Object.assign(results[name][id], proofs[name]?.bytes)
    log(`${ROWS[name].title}: measured`)
  }
  await closeAll(contestants)
  return results
}
