import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LIBRARIES } from '../libraries/index.mjs'
import { entry as oursEntry } from '../libraries/ours.mjs'
import { median, quantile, shuffled } from './measure.mjs'

/** What is imported under which id; `bare` is node with an empty module. Peers import what their users import. */
const ENTRIES = {
  bare: [],
  ours: [oursEntry.href],
  help: [new URL('cli/main.js', oursEntry).href],
  sdk: ['@aws-sdk/client-dynamodb'],
  'document-client': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  electrodb: ['@aws-sdk/client-dynamodb', 'electrodb'],
  toolbox: ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'dynamodb-toolbox'],
  onetable: ['@aws-sdk/client-dynamodb', 'dynamodb-onetable/Dynamo', 'dynamodb-onetable'],
  dynamoose: ['dynamoose'],
}

const folder = fileURLToPath(new URL('..', import.meta.url))
function startOnce(specifiers) {
  // The tool prints its help and ends the process by itself.
  const program = `import { writeSync } from 'node:fs'
process.on('exit', () => writeSync(1, '\\n' + JSON.stringify(process.cpuUsage())))
${specifiers.map((specifier) => `await import(${JSON.stringify(specifier)})`).join('\n')}`
  const started = performance.now()
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program, 'dbtooling', '--help'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const wall = performance.now() - started
  if (child.status !== 0)
    throw new Error(child.stderr.split('\n').find((line) => line.includes('Error')) ?? child.stderr)
  const { user, system } = JSON.parse(child.stdout.split('\n').at(-1))
  return { wall, cpu: (user + system) / 1000 }
}

/**
 * What starting a process costs with and without an import: a fresh process each time, interleaved in random order.
 * Resolves with `{ [library]: { wall, cpu, more, low, high } | { missing } }`, in milliseconds; `more` is the wall time
 * above bare node of the same round, with its quartiles.
 */
export function measureImport({ libraries, rounds, log }) {
  const wanted = new Set(['bare', 'help', ...libraries.map(({ id }) => id)])
  const result = {}
  const samples = {}
  for (const [id, specifiers] of Object.entries(ENTRIES)) {
    if (!wanted.has(id)) continue
    try {
      if (id === 'ours' && !existsSync(oursEntry))
        throw new Error('dist/index.js is not there: run npm run build in the root')
      startOnce(specifiers)
      samples[id] = []
    } catch (error) {
      result[id] = { missing: error.message }
      log(`${nameOf(id)}: not measured: ${error.message}`)
    }
  }
  for (let round = 0; round < rounds; round++)
    for (const id of shuffled(Object.keys(samples))) samples[id].push(startOnce(ENTRIES[id]))
  for (const [id, each] of Object.entries(samples)) {
    const more = each.map(({ wall }, round) => wall - samples.bare[round].wall)
    result[id] = {
      wall: median(each.map(({ wall }) => wall)),
      cpu: median(each.map(({ cpu }) => cpu)),
      more: median(more),
      low: quantile(more, 0.25),
      high: quantile(more, 0.75),
    }
  }
  return result
}

const OTHERS = { bare: 'node, nothing imported', help: '`dbtooling --help`' }
export const nameOf = (id) => LIBRARIES.find((library) => library.id === id)?.name ?? OTHERS[id]
