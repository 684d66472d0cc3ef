import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { BASE, LIBRARIES } from '../libraries/index.mjs'
import { measureBackfill } from './backfill.mjs'
import { measureBackup } from './backup.mjs'
import { compareRuns } from './compare.mjs'
import { startEngine } from './engine.mjs'
import { measureImport } from './import-time.mjs'
import { measurePlanning } from './planning.mjs'
import { describeRun, RENDER, readResults, write } from './report.mjs'
import { ROWS } from './rows.mjs'
import { measureStub } from './stub.mjs'
import { measureEngine } from './throughput.mjs'

const USAGE = `node bench/run.mjs <command> [options]

  stub      client CPU for each operation, the sockets replaced by recorded answers
  engine    operations a second against the embedded engine, at 1, 16 and 64 at a time
  import    what importing costs, in fresh processes
  plan      what planning a query costs, nothing being sent (this package alone)
  backfill  rows a second that migrate() gives new keys, against bare writes, and the memory it takes (this package alone)
  backup    items a second of a backup and a restore, against a bare scan and bare writes, and the memory (this package alone)
  compare   measures like stub and prints what got worse than results.json; exit code 1 when something did

  --rows a,b         of ${Object.keys(ROWS).join(', ')}
  --only a,b         of ${LIBRARIES.map(({ id }) => id).join(', ')}; ${BASE} is always measured
  --rounds n         samples of each row and library (15; engine 7, backfill and backup 3)
  --endpoint url     an engine that already runs, instead of starting one
  --tolerance n      what compare forgives, as a share of the recorded ratio (0.15)
  --json             print the figures as JSON
  --write            keep the run in bench/results.json and bench/README.md
`

class UsageError extends Error {}

const OPTIONS = {
  rows: { type: 'string' },
  only: { type: 'string' },
  rounds: { type: 'string' },
  endpoint: { type: 'string' },
  tolerance: { type: 'string' },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
}

const ROUNDS = { stub: 15, engine: 7, import: 15, plan: 15, backfill: 3, backup: 3, compare: 15 }

function chosen(given, known, what) {
  if (given === undefined) return known
  const names = given.split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`no ${what} ${unknown.join(', ')}; there are ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
}

function parse(args) {
  let parsed
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error.message)
  }
  const { values, positionals } = parsed
  const [kind, ...rest] = positionals
  if (values.help || kind === undefined) return { help: true }
  if (rest.length > 0 || !Object.hasOwn(ROUNDS, kind)) throw new UsageError(`no command ${positionals.join(' ')}`)
  if (values.write && kind === 'compare') throw new UsageError('compare writes nothing')
  if (values.write && values.only !== undefined)
    throw new UsageError('--write keeps tables of all libraries: leave --only out')
  const rounds = Number(values.rounds ?? ROUNDS[kind])
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds is a whole number from 1, not ${values.rounds}`)
  const tolerance = Number(values.tolerance ?? 0.15)
  if (!(tolerance >= 0)) throw new UsageError(`--tolerance is a number from 0, not ${values.tolerance}`)
  const only = values.only ?? (kind === 'compare' ? 'ours,floor,sdk-best' : undefined)
  const ids = chosen(
    only,
    LIBRARIES.map(({ id }) => id),
    'library',
  )
  return {
    ...values,
    kind,
    rounds,
    tolerance,
    rows: chosen(values.rows, Object.keys(ROWS), 'row'),
    libraries: LIBRARIES.filter(({ id }) => id === BASE || ids.includes(id)),
  }
}

const log = (line) => process.stderr.write(`${line}\n`)

async function measure({ kind, libraries, rows, rounds, endpoint }) {
  if (kind === 'import') return measureImport({ libraries, rounds, log })
  if (kind === 'plan') return measurePlanning({ rounds, log })
  const engine = endpoint === undefined ? await startEngine() : { endpoint, stop() {} }
  try {
    const run = { libraries, rows, rounds, endpoint: engine.endpoint, log }
    if (kind === 'backfill') return await measureBackfill(run)
    if (kind === 'backup') return await measureBackup(run)
    return kind === 'engine' ? await measureEngine(run) : await measureStub(run)
  } finally {
    await engine.stop()
  }
}

function printComparison(results, { json, tolerance }) {
  const { stub } = readResults()
  if (stub === undefined) throw new UsageError('nothing is recorded: run stub --write first')
  const { worse, notes } = compareRuns(stub.results, results, tolerance)
  for (const note of notes) log(note)
  if (json) console.log(JSON.stringify({ worse, notes, results }, null, 2))
  else console.log(worse.length === 0 ? 'nothing got worse' : worse.join('\n'))
  return worse.length === 0 ? 0 : 1
}

/** Runs one command; resolves with the exit code. Figures go to standard output, progress to standard error. */
export async function main(args) {
  try {
    const options = parse(args)
    if (options.help) {
      console.log(USAGE)
      return 0
    }
    const load = loadavg()[0]
    const results = await measure(options)
    if (options.kind === 'compare') return printComparison(results, options)
    const shown = args.filter((arg) => arg !== '--write' && arg !== '--json').join(' ')
    const measured = { run: describeRun(`node bench/run.mjs ${shown}`, options.rounds, load), results }
    console.log(options.json ? JSON.stringify(measured, null, 2) : RENDER[options.kind](measured))
    if (options.write) write(options.kind, measured)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    log(`${error.message}\n\n${USAGE}`)
    return 2
  }
}
