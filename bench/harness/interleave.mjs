import { BASE } from '../libraries/index.mjs'
import { callOf, reason } from './contestants.mjs'
import { collectGarbage, median, quantile, runLanes, shuffled, warmUp } from './measure.mjs'

/**
 * Measures one row: every contestant is warmed up, then `rounds` times each of them, in random order, does one sample of
 * about `sample` microseconds. `ready(contestant)` comes before the warm-up and every sample; `figure(run, contestant)` makes the number
 * of a sample from `{ cpu, wall, count }`. A ratio is taken within its round, so that a change of the machine's mood
 * between rounds touches both sides. Resolves with `{ [library]: { value, ratio, low, high, samples } | { missing } }`.
 */
export async function interleave(contestants, name, { lanes, rounds, warmUpFor, sample, ready, figure }) {
  const result = {}
  const runners = []
  for (const contestant of contestants) {
    const { id, opened, missing } = contestant
    if (missing[name] === undefined) runners.push({ id, contestant, call: callOf(name, opened), figures: [], count: 0 })
    else result[id] = { missing: missing[name] }
  }
  const attempt = async (runner, work) => {
    if (result[runner.id] !== undefined) return
    try {
      await work(runner)
    } catch (error) {
      result[runner.id] = { missing: reason(error) }
    }
  }
  for (const runner of runners) {
    await attempt(runner, async ({ call, contestant }) => {
      ready(contestant)
      runner.count = await warmUp(call, lanes, warmUpFor, sample)
    })
  }
  for (let round = 0; round < rounds; round++) {
    for (const runner of shuffled(runners)) {
      await attempt(runner, async ({ call, contestant, count, figures }) => {
        ready(contestant)
        collectGarbage()
        figures.push(figure({ ...(await runLanes(call, lanes, count)), count }, contestant))
      })
    }
  }
  if (result[BASE] !== undefined) throw new Error(`the base of all ratios failed: ${result[BASE].missing}`)
  const base = runners.find(({ id }) => id === BASE).figures
  for (const { id, figures, count } of runners) {
    if (result[id] !== undefined) continue
    const ratios = figures.map((each, round) => each / base[round])
    result[id] = {
      value: median(figures),
      ratio: median(ratios),
      low: quantile(ratios, 0.25),
      high: quantile(ratios, 0.75),
      operations: count * rounds,
    }
  }
  return result
}
