import type { Connection } from '../runtime/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import type { Plan } from './plan.js'

/** Call sites that were warned of, by connection; bounded, so that a program that makes code on the fly cannot fill the memory. */
const warned = new WeakMap<Connection, Set<string>>()
const MOST_SITES = 1000

/** Applies `queryBuilder.scans` to a plan that reads the whole table: silence, a warning once per call site, or an error. */
export function reportScan(plan: Plan, binding: EntityBinding): void {
  if (plan.operation !== 'Scan') return
  const { scans } = binding.connection.config.queryBuilder
  if (scans === 'allow') return
  const site = callSite()
  const advice = plan.advice[0]
  if (scans === 'forbid') {
    throw new QueryError(
      'QUERY.SCAN_FORBIDDEN',
      `This query of ${plan.model} would read the whole table ${plan.table}${site === undefined ? '' : ` (${site})`}.`,
      {
        hint: advice,
        details: { model: plan.model, table: plan.table, callSite: site },
      },
    )
  }
  const key = `${plan.model} ${site ?? ''}`
  const sites = warned.get(binding.connection) ?? new Set()
  warned.set(binding.connection, sites)
  if (sites.has(key) || sites.size >= MOST_SITES) return
  sites.add(key)
  process.emitWarning(
    `A query of ${plan.model} reads the whole table ${plan.table}${site === undefined ? '' : ` at ${site}`}. ${advice ?? ''}`,
    {
      type: 'ScanWarning',
      code: 'QUERY.SCAN',
    },
  )
}

const OWN_FOLDER = new URL('..', import.meta.url).pathname

/** The line of the program that asked: the first frame outside this package. */
function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 50
  const stack = new QueryError('QUERY.SCAN_FORBIDDEN', '').stack
  Error.stackTraceLimit = limit
  const frame = stack
    ?.split('\n')
    .slice(1)
    .find(
      (line) =>
        !line.includes(OWN_FOLDER) &&
        !line.includes('node:internal') &&
        !line.includes('(<anonymous>)') &&
        line.includes(':'),
    )
  return frame?.replace(/^\s*at (?:async )?/, '').replace(/^.*\((.*)\)$/, '$1')
}
