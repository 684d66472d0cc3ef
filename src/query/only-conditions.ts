import type { BuilderState } from './condition-builder.js'
import type { Where } from './where.js'

/** The conditions by which a query differs from another one; undefined where it differs in anything else too. */
export function onlyConditions(state: BuilderState, from: BuilderState): Where | undefined {
  const { spec, ...parts } = state
  const { where, ...others } = spec
  const same = <T extends object>(some: T, all: object): boolean =>
    Object.entries(some).every(([part, value]) => value === (all as Record<string, unknown>)[part])
  return same(parts, from) && same(others, from.spec) ? where : undefined
}
