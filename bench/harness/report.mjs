import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { LIBRARIES } from '../libraries/index.mjs'
import { nameOf } from './import-time.mjs'
import { QUERIES } from './planning.mjs'
import { ROWS } from './rows.mjs'
import { LANES } from './throughput.mjs'

const RESULTS = new URL('../results.json', import.meta.url)
const README = new URL('../README.md', import.meta.url)

export const readResults = () => (existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {})

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

/** When, where and with what a run was made. `load` is the one-minute load average before it began. */
export function describeRun(command, rounds, load) {
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    rounds,
    node: process.version,
    machine: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`,
    load: { before: load, after: loadavg()[0] },
    versions: Object.fromEntries(
      LIBRARIES.filter((library) => library.package).map((library) => [library.package, versionOf(library.package)]),
    ),
  }
}

const table = (head, lines) =>
  [head, head.map((_, n) => (n === 0 ? '---' : '---:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const number = (value) => {
  if (value >= 10_000) return `${Math.round(value / 100) / 10}k`
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1)
}
const cell = (figures) => {
  if (figures === undefined) return ''
  return figures.missing === undefined ? `${number(figures.value)} (${figures.ratio.toFixed(2)}x)` : 'not measured'
}
const known = (results) => LIBRARIES.filter(({ id }) => results.some((result) => result[id] !== undefined))
const grid = (columns, results) =>
  table(
    ['', ...columns],
    known(results).map(({ id, name }) => [name, ...results.map((result) => cell(result[id]))]),
  )

const describe = ({ date, command, rounds, node, machine, load }) =>
  `\`${command}\`, ${rounds} rounds, ${date}, node ${node}, ${machine}; load average ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after.`

export const RENDER = {
  stub({ run, results }) {
    const names = Object.keys(results)
    return `${describe(run)}\n\nMicroseconds of client CPU for one operation (ratio to the AWS SDK client):\n\n${grid(
      names.map((name) => ROWS[name].title),
      names.map((name) => results[name]),
    )}`
  },
  engine({ run, results }) {
    const tables = Object.entries(results).map(
      ([name, byLanes]) =>
        `**${ROWS[name].title}**\n\n${grid(
          LANES.map((lanes) => `${lanes} at a time`),
          LANES.map((lanes) => byLanes[lanes]),
        )}`,
    )
    return `${describe(run)}\n\nOperations a second (ratio to the AWS SDK client; more is better):\n\n${tables.join('\n\n')}`
  },
  import({ run, results }) {
    const lines = Object.entries(results).map(([id, figures]) =>
      figures.missing === undefined
        ? [nameOf(id), figures.wall.toFixed(0), figures.more.toFixed(0), figures.cpu.toFixed(0)]
        : [nameOf(id), 'not measured', '', ''],
    )
    return `${describe(run)}\n\n${table(['', 'process, ms', 'more than bare node, ms', 'CPU, ms'], lines)}`
  },
  plan({ run, results }) {
    const lines = Object.entries(results).map(([id, { value, low, high, ratio, built }]) => [
      QUERIES[id].title,
      QUERIES[id].operation,
      `${value.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
      built.toFixed(1),
      `${ratio.toFixed(2)}x`,
    ])
    const head = ['', 'operation', 'µs for a plan (quartiles)', 'query built as well, µs', 'plan to yardstick']
    return `${describe(run)}\n\n${table(head, lines)}`
  },
  backfill({ run, results }) {
    const lines = Object.entries(results).map(([count, { bare, first, whole, firstRatio, wholeRatio, rss, held }]) => [
      Number(count).toLocaleString('en'),
      number(bare),
      `${number(first)} (${firstRatio.toFixed(2)}x)`,
      `${number(whole)} (${wholeRatio.toFixed(2)}x)`,
      rss.toFixed(0),
      held.toFixed(1),
    ])
    const head = [
      'rows',
      'bare writes a second',
      'rows given keys a second',
      'and looked at again',
      'process grew by at most, MiB',
      'held at most, MiB more',
    ]
    return `${describe(run)}\n\n${table(head, lines)}`
  },
  backup({ run, results }) {
    const lines = Object.entries(results).map(([count, { scan, backup, backupRatio, verify, ...more }]) => [
      Number(count).toLocaleString('en'),
      number(scan),
      `${number(backup)} (${backupRatio.toFixed(2)}x)`,
      number(verify),
      number(more.write),
      `${number(more.restore)} (${more.restoreRatio.toFixed(2)}x)`,
      more.rss.toFixed(0),
      more.held.toFixed(1),
    ])
    const head = [
      'items',
      'bare scan, items a second',
      'backup',
      'verify',
      'bare batch writes',
      'restore, verify included',
      'process grew by at most, MiB',
      'held at most, MiB more',
    ]
    return `${describe(run)}\n\n${table(head, lines)}`
  },
}

/** Keeps a run in results.json and puts its table between its markers in README.md. Rows that were not run stay. */
export function write(kind, measured) {
  const recorded = readResults()
  const previous = recorded[kind]
  const partial =
    previous !== undefined && Object.keys(previous.results).some((row) => measured.results[row] === undefined)
  if (partial) throw new Error(`--write needs a run of all rows: the tables of ${kind} are those of one run`)
  writeFileSync(RESULTS, `${JSON.stringify({ ...recorded, [kind]: rounded(measured) }, null, 2)}\n`)
  const text = readFileSync(README, 'utf8')
  const [begin, end] = [`<!-- ${kind}:begin -->`, `<!-- ${kind}:end -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`bench/README.md has no place for ${kind}: ${begin} … ${end}`)
  writeFileSync(README, `${text.slice(0, from + begin.length)}\n${RENDER[kind](measured)}\n${text.slice(to)}`)
}

const rounded = (value) =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each)))
