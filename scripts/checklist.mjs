// `npm run checklist`: for each row of docs/checklist.md, where a test of that id passed. Reads what the last test run
// left; `--run` runs the lanes first, `--missing` shows open rows alone. It reports and judges nothing: exit code 0.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { idsOf, readRows } from './checklist-rows.mjs'
import { LANES, readResults, runLane } from './lanes.mjs'
import { root } from './run.mjs'

const PLACES = ['dynoxide', 'dynamodb-local', 'no engine']
const run = process.argv.includes('--run')
const missingOnly = process.argv.includes('--missing')

for (const lane of LANES) {
  if (run || readResults(lane.name).length === 0) await runLane(lane)
}

const rows = readRows(readFileSync(join(root, 'docs/checklist.md'), 'utf8'))
const found = new Map(rows.map((row) => [row.id, {}]))
const unknown = new Set()
for (const lane of LANES) {
  for (const test of readResults(lane.name)) {
    for (const id of idsOf(test.title)) {
      const places = found.get(id)
      if (places === undefined) unknown.add(id)
      else note(places, placeOf(test.path), test.status)
    }
  }
}

for (const { id, feature } of rows) {
  const places = found.get(id)
  if (missingOnly && isDone(places)) continue
  const marks = PLACES.map((place) => (places[place] ?? '').padEnd(16)).join('')
  console.log(`${id.padEnd(6)}${marks}${feature}`)
}
const done = rows.filter((row) => isDone(found.get(row.id))).length
console.log(`\n(columns: ${PLACES.join(', ')})\n${done} of ${rows.length} rows have a passing test`)
if (unknown.size > 0) console.log(`not in the checklist: ${[...unknown].join(', ')}`)

/** The engine a test ran on, as the block around it says: `queries (dynoxide)`. */
function placeOf(path) {
  return PLACES.find((place) => path.some((block) => block.includes(`(${place})`))) ?? 'no engine'
}

/** Keeps the worst that was seen at a place: one failing test makes the row fail there. */
function note(places, place, status) {
  const order = ['skipped', 'passed', 'failed']
  if (order.indexOf(status) > order.indexOf(places[place])) places[place] = status
}

function isDone(places) {
  const statuses = Object.values(places)
  return statuses.includes('passed') && !statuses.includes('failed')
}
