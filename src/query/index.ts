export { checkAggregate } from './aggregates.js'
export { calledFunction } from './called-function.js'
export {
  type BuilderState,
  changed,
  narrowed,
  type PivotNarrowing,
  type RowSource,
  stateOf,
} from './condition-builder.js'
export type { CursorPage } from './cursor-page.js'
export { addEagerLoads, type Constrain, type EagerLoad } from './eager-load.js'
export { encodeWhere } from './encode-where.js'
export type { EntityBinding, RelatedRows, Unready } from './entity-binding.js'
export { QUERY_CODES, QueryError } from './errors.js'
export { readAll } from './executor.js'
export { compareItems, compareOrder } from './item-sorter.js'
export type { KeyedBy, PluckedOf } from './keyed-rows.js'
export { applied, type Query, type ScopeMethods, withScopes } from './local-scopes.js'
export { onlyConditions } from './only-conditions.js'
export { PivotQuery } from './pivot-query.js'
export type { Plan, PlanOperation } from './plan.js'
export { explainMissing, sendFor } from './plan-request.js'
export { planQuery, planScan } from './planner.js'
export { type Page, QueryBuilder, type SimplePage } from './query-builder.js'
export { EMPTY_SPEC, type OrderBy, type QuerySpec } from './query-spec.js'
export { readSegment } from './read-items.js'
export { isFree, refuse, release } from './refuse.js'
export type { CountComparator, RelationAggregate, RelationTest } from './relation-test.js'
export type { SumOf } from './result-builder.js'
export { trashFilter } from './row-filters.js'
export { selectionOf } from './row-tests.js'
export { reportScan } from './scan-guard.js'
export { scopedSpec } from './scoped-spec.js'
export { unknownRelation } from './unknown-relation.js'
export { type Refusing, refuseUnsupported } from './unsupported-methods.js'
export { both, checkAttribute, condition, type Where } from './where.js'
export type { RelationConstraint, RelationConstraints } from './with-method.js'
