import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/** Files at the same time in the tool's lane, which waits for processes of its own: on two cores, vitest would take one. */
const WORKERS = Math.max(2, availableParallelism() - 1)

/** The lanes of vitest, in the order they run. The tool's lane is there as soon as the tool is. */
export const LANES = [
  { name: 'unit', projects: ['unit', 'property'], timeout: 300_000 },
  { name: 'engines', projects: ['engines'], timeout: 1_080_000 },
  ...(existsSync(join(root, 'src/cli/index.ts'))
    ? [{ name: 'cli', projects: ['cli'], timeout: 540_000, workers: WORKERS }]
    : []),
  { name: 'package', projects: ['package'], timeout: 300_000 },
]

const FOLDER = join(root, '.tmp/results')
const fileOf = (name) => join(FOLDER, `${name}.json`)

/**
 * Runs one lane.
 *
 * @param {(typeof LANES)[number]} lane
 * @returns {Promise<LaneResult>}
 */
export async function runLane(lane) {
  mkdirSync(FOLDER, { recursive: true })
  rmSync(fileOf(lane.name), { force: true })
  const projects = lane.projects.flatMap((project) => ['--project', project])
  const workers = lane.workers === undefined ? [] : ['--maxWorkers', String(lane.workers)]
  // The default reporter is for what tests print themselves, such as why something is skipped.
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', fileOf(lane.name)]
  const { ok, output, seconds } = await run(
    ['node_modules/vitest/vitest.mjs', 'run', ...projects, ...workers, ...reporters],
    {
      timeout: lane.timeout,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    },
  )
  const tests = readResults(lane.name)
  const count = (...statuses) => tests.filter((test) => statuses.includes(test.status)).length
  const result = { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), problems: [], seconds }
  if (result.failed > 0 || !ok) result.problems.push(output.trim())
  // Failures that belong to no test: an engine that did not start, a file that cannot be imported, a lost promise.
  if (result.failed === 0 && !ok) result.failed = 1
  if (tests.length === 0) {
    result.problems.push('No test ran.')
    result.failed = 1
  }
  const notes = output.split('\n').filter((line) => line.includes('skipped: '))
  return { ...result, notes: [...new Set(notes.map((line) => line.trim()))] }
}

/**
 * What the last run of a lane found: one entry a test.
 *
 * @param {string} name
 * @returns {{ title: string, path: string[], status: 'passed' | 'failed' | 'skipped' }[]} path: the blocks the test is in
 */
export function readResults(name) {
  if (!existsSync(fileOf(name))) return []
  const report = JSON.parse(readFileSync(fileOf(name), 'utf8'))
  return report.testResults.flatMap((file) =>
    file.assertionResults.map(({ title, ancestorTitles, status }) => ({
      title,
      path: ancestorTitles,
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  )
}

/**
 * @typedef {object} LaneResult
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} problems what to show when something failed
 * @property {readonly string[]} notes why something was skipped
 * @property {number} seconds
 */
