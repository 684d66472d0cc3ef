import type { EntitySchema } from '../schema/index.js'
import { type AttributeMap, type AttributeValue, compareAttributeValues, ExactSum } from '../values/index.js'
import { changed, isTested, stateOf } from './condition-builder.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { readPages } from './executor.js'
import type { Plan } from './plan.js'
import { planQuery } from './planner.js'
import type { QueryBuilder } from './query-builder.js'
import type { QuerySpec } from './query-spec.js'
import { rowPages, runOf } from './row-reader.js'
import { together } from './together.js'
import { checkWholeAttribute, condition } from './where.js'

type Query = QueryBuilder<any, any>

const NUMBERS = ['number', 'bigint', 'decimal', 'any']
const UNORDERED = ['boolean', 'set', 'list', 'map', 'json']

/** @throws QueryError `QUERY.INVALID_OPERATOR` for an attribute that is no number */
function checkSummable(schema: EntitySchema, attribute: string, what: string): void {
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (NUMBERS.includes(type)) return
  throw new QueryError('QUERY.INVALID_OPERATOR', `${schema.name}.${attribute} is a ${type} and has no ${what}.`, {
    hint: 'Sums and averages are of number, bigint and decimal attributes.',
    details: { model: schema.name, attribute },
  })
}

/** @throws QueryError `QUERY.INVALID_OPERATOR` for an attribute without an order */
function checkOrdered(schema: EntitySchema, attribute: string, what: string): void {
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (!UNORDERED.includes(type)) return
  throw new QueryError('QUERY.INVALID_OPERATOR', `${schema.name}.${attribute} is a ${type} and has no ${what}.`, {
    hint: 'Numbers, strings, dates and binary have a least and a greatest value.',
    details: { model: schema.name, attribute },
  })
}

/** @throws QueryError for what cannot be asked of an attribute, as the aggregates of a query do */
export function checkAggregate(schema: EntitySchema, attribute: string, fn: 'sum' | 'avg' | 'min' | 'max'): void {
  checkWholeAttribute(schema, attribute)
  if (fn === 'sum' || fn === 'avg') checkSummable(schema, attribute, fn === 'sum' ? 'sum' : 'average')
  else checkOrdered(schema, attribute, fn === 'max' ? 'maximum' : 'minimum')
}

/** True where values are looked at as records show them: rows that are tested, and what a `get` function shows. */
function readsRows(query: Query, attribute: string): boolean {
  const state = stateOf(query)
  return isTested(state) || state.schema.attribute.get(attribute)?.options.get !== undefined
}

function unsummable(schema: EntitySchema, attribute: string, what: string): QueryError {
  return new QueryError('QUERY.INVALID_VALUE', `${schema.name}.${attribute} shows values that have no ${what}.`, {
    hint: 'Its get function must give numbers.',
    details: { model: schema.name, attribute },
  })
}

/** The exact sum of an attribute over the rows of a query, and the attribute's type; rows without a number count as nothing. */
export async function sumOf(
  query: Query,
  attribute: string,
  what: string,
): Promise<{ readonly sum: ExactSum; readonly type: string | undefined }> {
  const { schema, spec } = stateOf(query)
  checkWholeAttribute(schema, attribute)
  checkSummable(schema, attribute, what)
  const type = schema.attribute.get(attribute)?.type
  const sum = new ExactSum()
  if (readsRows(query, attribute)) {
    const shown = schema.attribute.get(attribute)?.options.get !== undefined
    for await (const value of valuesOf(query, attribute)) {
      const before = sum.count
      if (['number', 'bigint', 'string'].includes(typeof value)) sum.add(String(value))
      if (shown && sum.count === before) throw unsummable(schema, attribute, what)
    }
    return { sum, type }
  }
  const { plan, binding } = await runOf(query, { ...spec, order: orderOf(spec), select: [attribute] })
  for await (const item of items(plan, binding)) {
    const value = item[attribute]
    if (value !== undefined && 'N' in value) sum.add(value.N)
  }
  return { sum, type }
}

/** The least (sign -1) or greatest (sign 1) value of an attribute over the rows of a query; null when there is none. */
export async function extremeOf(query: Query, attribute: string, sign: 1 | -1): Promise<any> {
  const { schema, spec } = stateOf(query)
  checkWholeAttribute(schema, attribute)
  checkOrdered(schema, attribute, sign === 1 ? 'maximum' : 'minimum')
  if (readsRows(query, attribute)) {
    let best: any = null
    for await (const value of valuesOf(query, attribute))
      if (best === null || (sign === 1 ? value > best : value < best)) best = value
    return best
  }
  const select = [attribute]
  const sorted: QuerySpec = {
    ...spec,
    where: together(spec.where, condition(schema, attribute, '!=', null)),
    order: [{ attribute, descending: sign === 1 }],
    limit: 1,
    select,
  }
  // Of a query that takes a number of rows, the extreme of those rows is wanted.
  const inOrder = spec.limit === undefined && spec.offset === 0 ? planQuery(sorted, stateOf(query).bind()) : undefined
  const one = inOrder !== undefined && inOrder.inMemory.sort.length === 0 && inOrder.operation !== 'Scan'
  const { plan, binding } = await runOf(query, one ? sorted : { ...spec, order: orderOf(spec), select })
  let best: AttributeValue | undefined
  for await (const item of items(plan, binding)) {
    const value = item[attribute]
    if (value === undefined || 'NULL' in value) continue
    if (best === undefined || compareAttributeValues(value, best) * sign > 0) best = value
  }
  return best === undefined ? null : binding.codec.decodeAttribute(attribute, best)
}

async function* items(plan: Plan, binding: EntityBinding): AsyncGenerator<AttributeMap> {
  for await (const page of readPages(plan, binding)) yield* page
}

/** The values of an attribute on rows that are looked at before they are counted; those without one left out. */
async function* valuesOf(query: Query, attribute: string): AsyncGenerator<any> {
  const { spec } = stateOf(query)
  const bare = changed(query, { spec: { ...spec, select: [attribute] }, relations: [], aggregates: [] })
  for await (const page of rowPages(bare))
    for (const row of page as readonly Record<string, unknown>[]) {
      const value = row[attribute]
      if (value !== undefined && value !== null) yield value
    }
}

/** The order matters only where it decides which rows are taken. */
function orderOf({ order, limit, offset }: QuerySpec): QuerySpec['order'] {
  return limit === undefined && offset === 0 ? [] : order
}
