import { callSite, ToldSites } from '../kernel/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import type { Plan } from './plan.js'

/** Call sites that were warned of, by connection. */
const warned = new ToldSites()

/** Applies `queryBuilder.scans` to a plan that reads the whole table: silence, a warning once per call site, or an error. */
export function reportScan(plan: Plan, binding: EntityBinding): void {
  if (plan.operation !== 'Scan') return
  const { scans } = binding.connection.config.queryBuilder
  if (scans === 'allow') return
  const site = callSite()
  const advice = plan.advice[0]
  const parts = plan.segments === 1 ? '' : `, in ${plan.segments} segments at the same time`
  if (scans === 'forbid') {
    throw new QueryError(
      'QUERY.SCAN_FORBIDDEN',
      `This query of ${plan.model} would read the whole table ${plan.table}${parts}${site === undefined ? '' : ` (${site})`}.`,
      {
        hint: advice,
        details: { model: plan.model, table: plan.table, callSite: site },
      },
    )
  }
  if (!warned.isNew(binding.connection, `${plan.model} ${site ?? ''}`)) return
  process.emitWarning(
    `A query of ${plan.model} reads the whole table ${plan.table}${parts}${site === undefined ? '' : ` at ${site}`}. ${advice ?? ''}`,
    {
      type: 'ScanWarning',
      code: 'QUERY.SCAN',
    },
  )
}
