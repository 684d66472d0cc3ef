import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
/** A full collection, so that no sample pays for the garbage of the one before. */
export const collectGarbage = runInNewContext('gc')

export const median = (values) => quantile(values, 0.5)
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = Math.floor(at)
  return sorted[low] + ((sorted[low + 1] ?? sorted[low]) - sorted[low]) * (at - low)
}

export function shuffled(values) {
  const result = [...values]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[result[i], result[j]] = [result[j], result[i]]
  }
  return result
}

/** Runs `call(lane)` `count` times, `lanes` at a time; resolves with client CPU (user and system) and wall time in microseconds. */
export async function runLanes(call, lanes, count) {
  let begun = 0
  const work = async (lane) => {
    while (begun++ < count) await call(lane)
  }
  const started = performance.now()
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, (_, lane) => work(lane)))
  const { user, system } = process.cpuUsage(before)
  return { cpu: user + system, wall: (performance.now() - started) * 1000 }
}

/** Runs for `budget` microseconds, then says how many operations, a multiple of `lanes`, take `sample` microseconds. */
export async function warmUp(call, lanes, budget, sample) {
  let count = lanes
  for (let spent = 0; ; ) {
    const { wall } = await runLanes(call, lanes, count)
    spent += wall
    const perOperation = wall / count
    if (spent >= budget) return Math.max(1, Math.round(sample / perOperation / lanes)) * lanes
    if (wall < budget / 8) count *= 2
  }
}
