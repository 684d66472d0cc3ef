// `npm test`: every lane, one line each, and last `N passed, N failed`. `npm test -- unit engines` runs those alone.
import { runChecks } from './checks.mjs'
import { LANES, runLane } from './lanes.mjs'

const known = ['check', ...LANES.map((lane) => lane.name)]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
const wanted = (name) => asked.length === 0 || asked.includes(name)
const total = { passed: 0, failed: 0, skipped: 0 }

if (unknown.length > 0) {
  console.log(`There is no lane ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  total.failed = unknown.length
} else {
  if (wanted('check')) add('check', await checkLane())
  for (const lane of LANES) if (wanted(lane.name)) add(lane.name, await runLane(lane))
}
console.log(counts(total))
// Set, not called: what is written to a pipe must be out before the process ends.
if (total.failed > 0 || total.passed === 0) process.exitCode = 1

async function checkLane() {
  const start = performance.now()
  const results = await runChecks({ tests: false })
  const failed = results.filter((result) => !result.ok)
  return {
    passed: results.length - failed.length,
    failed: failed.length,
    skipped: 0,
    problems: failed.map(({ name, output }) => `── ${name} ──\n${output.trim()}`),
    notes: [],
    seconds: Math.round((performance.now() - start) / 100) / 10,
  }
}

function add(name, lane) {
  for (const problem of lane.problems) console.log(`${problem}\n`)
  const notes = lane.notes.map((note) => `; ${note}`).join('')
  console.log(`${name}: ${counts(lane)} (${lane.seconds} s)${notes}`)
  total.passed += lane.passed
  total.failed += lane.failed
  total.skipped += lane.skipped
}

function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
