import type { AttributeMap } from '../values/index.js'
import { type BuilderState, changed, isTested, stateOf } from './condition-builder.js'
import { type CursorPage, readCursorPage } from './cursor-page.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { countItems, readAll, readPages } from './executor.js'
import type { Plan } from './plan.js'
import { planQuery } from './planner.js'
import type { QueryBuilder } from './query-builder.js'
import type { QuerySpec } from './query-spec.js'
import { isWanted } from './row-filters.js'
import { passing, selectionOf } from './row-tests.js'
import { countingRows, rowsOf } from './rows.js'
import { reportScan } from './scan-guard.js'
import type { Where } from './where.js'

type Query = QueryBuilder<any, any>

interface Run {
  readonly plan: Plan
  readonly binding: EntityBinding
}

/** The plan of a query that is about to be sent. */
export async function runOf(query: Query, spec: QuerySpec): Promise<Run> {
  const binding = stateOf(query).bind()
  let plan = planQuery(spec, binding)
  // The table itself has every row; of indexes and guards that is asked before the first is read.
  const settling = isByTable(plan) ? undefined : binding.settle?.()
  if (settling !== undefined) {
    await settling
    plan = planQuery(spec, binding)
  }
  reportScan(plan, binding)
  return { plan, binding }
}

/** True for a plan that reads nothing but the table. */
function isByTable({ operation, index, merged }: Plan): boolean {
  return index === undefined && operation !== 'GuardLookup' && merged.every(isByTable)
}

/** The same for a query whose items become rows. @param counted whether it takes so many of them and no fewer */
async function rowRun(query: Query, spec: QuerySpec, counted: boolean): Promise<Run> {
  const { plan, binding } = await runOf(query, spec)
  return { plan, binding: counted ? countingRows(binding, spec.select) : binding }
}

/** Every row of a query. */
export async function readRows(query: Query): Promise<readonly object[]> {
  const state = stateOf(query)
  if (isTested(state)) {
    const rows: object[] = []
    for await (const page of rowPages(query)) for (const row of page) rows.push(row)
    return rows
  }
  const spec = selected(state)
  const { plan, binding } = await rowRun(query, spec, isCut(spec))
  if (plan.operation === 'GetItem' && state.relations.length > 0 && spec.offset === 0 && spec.limit !== 0) {
    const rows = await binding.readCollection(plan, state.relations, (item) => isWanted(item, plan, binding))
    if (rows !== undefined) return aggregated(state, rows, binding)
  }
  return finished(state, hydrated(state, await readAll(plan, binding), binding), binding)
}

/** The rows of a query, a page at a time in memory. */
export async function* rowPages(query: Query): AsyncGenerator<readonly object[]> {
  const state = stateOf(query)
  const { tests, source } = state
  if (source !== undefined) {
    const rows = await source.rows(changed(query, { source: undefined }))
    if (rows.length > 0) yield rows
    return
  }
  const spec = selected(state)
  if (tests === undefined) {
    const { plan, binding } = await rowRun(query, spec, isCut(spec))
    for await (const page of readPages(plan, binding)) yield finished(state, hydrated(state, page, binding), binding)
    return
  }
  let skip = spec.offset
  let left = spec.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return
  const { plan, binding } = await rowRun(query, { ...spec, limit: undefined, offset: 0 }, false)
  for await (const page of readPages(plan, binding)) {
    for await (const passed of passing(hydrated(state, page, binding), tests, binding)) {
      const rows = passed.slice(skip, skip + left)
      skip = Math.max(0, skip - passed.length)
      left -= rows.length
      if (rows.length > 0) yield finished(state, rows, binding)
      if (left <= 0) return
    }
  }
}

/** How many rows a query has, by COUNT requests where its conditions say all. */
export async function countRows(query: Query): Promise<number> {
  const state = stateOf(query)
  if (isTested(state)) {
    let count = 0
    const bare = changed(query, { spec: { ...state.spec, order: [] }, relations: [], aggregates: [] })
    for await (const page of rowPages(bare)) count += page.length
    return count
  }
  const { plan, binding } = await runOf(query, { ...state.spec, order: [], select: undefined })
  return countItems(plan, binding)
}

/** One page of a query by its cursor. */
export async function readRowPage(
  query: Query,
  size: number,
  cursor: string | null | undefined,
): Promise<CursorPage<object>> {
  const state = stateOf(query)
  if (isTested(state)) {
    const what = state.tests === undefined ? 'A relation over other rows' : 'A query with has() or whereHas()'
    throw new QueryError('QUERY.INVALID_VALUE', `${what} cannot be paged by cursor.`, {
      hint: 'Walk it with chunk(), lazy() or for await, which hold one page in memory.',
    })
  }
  const { plan, binding } = await rowRun(query, { ...selected(state), limit: undefined, offset: 0, segments: 1 }, true)
  const page = await readCursorPage(plan, binding, size, cursor, momentsIn(state.spec.where, binding))
  return { ...page, data: [...(await finished(state, hydrated(state, page.data, binding), binding))] }
}

/** The moment it is, where a query asks for it, as it is stored. */
function momentsIn(where: Where, binding: EntityBinding): readonly string[] {
  if (where.kind === 'and') return where.all.flatMap((each) => momentsIn(each, binding))
  if (where.kind === 'or') return where.any.flatMap((each) => momentsIn(each, binding))
  if (where.kind === 'not') return momentsIn(where.where, binding)
  if (where.kind !== 'compare' || where.now !== true) return []
  return Object.values(binding.codec.encodeAttribute(where.attribute, where.value)).map(String)
}

/** The query with everything selected that its relations are found by. */
function selected(state: BuilderState): QuerySpec {
  const select = selectionOf(state)
  return select === state.spec.select ? state.spec : { ...state.spec, select }
}

function hydrated(state: BuilderState, items: readonly AttributeMap[], binding: EntityBinding): readonly object[] {
  return rowsOf(items, binding, selectionOf(state))
}

/** Reads along what rows are to bring. */
async function finished(
  state: BuilderState,
  rows: readonly object[],
  binding: EntityBinding,
): Promise<readonly object[]> {
  binding.noteSiblings(rows)
  if (binding.retrieved !== undefined) await binding.retrieved(rows)
  if (state.relations.length > 0) await binding.load(rows, state.relations)
  return aggregated(state, rows, binding)
}

/** Puts on rows what is asked of related rows. */
async function aggregated(
  { aggregates = [] }: BuilderState,
  rows: readonly object[],
  binding: EntityBinding,
): Promise<readonly object[]> {
  for (const aggregate of aggregates) await binding.aggregateRelated(rows, aggregate)
  return rows
}

/** True for a query that takes a number of rows, or leaves some out. */
function isCut({ limit, offset }: QuerySpec): boolean {
  return limit !== undefined || offset > 0
}
