import { mapConcurrent } from '../../kernel/index.js'
import {
  type BuilderState,
  both,
  changed,
  compareItems,
  condition,
  type EagerLoad,
  EMPTY_SPEC,
  QueryBuilder,
  QueryError,
  type QuerySpec,
  selectionOf,
  stateOf,
  type Where,
  withScopes,
} from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import type { AttributeMap } from '../../values/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateOf as stateOfRecord } from '../record-state.js'

/** Queries under way at once while related rows are read. */
const CONCURRENCY = 16

/** What is asked of the rows on the far side of a relation. */
export interface RelatedQuery {
  readonly builder: QueryBuilder<any, Attributes>
  readonly nested: readonly EagerLoad[]
}

/** One relation of many records, to be read. */
export interface RelationLoad {
  readonly owner: ModelBinding
  readonly relation: RelationSchema
  readonly records: readonly Attributes[]
  /** The related rows wanted, of a model. */
  query(related: ModelBinding): RelatedQuery
}

/** The query of a related model as a constraint leaves it. @throws QueryError when the constraint returns no query */
export function relatedQuery(
  related: ModelBinding,
  load: Pick<EagerLoad, 'relation' | 'constrain'> & { readonly nested?: readonly EagerLoad[] },
  Builder: new (state: BuilderState) => QueryBuilder<any, any> = QueryBuilder,
): RelatedQuery {
  const Scoped = withScopes(Builder, related.schema)
  const bare = new Scoped({
    schema: related.schema,
    bind: () => related,
    spec: EMPTY_SPEC,
    relations: [],
  })
  const nested = load.nested ?? []
  if (load.constrain === undefined) return { builder: bare, nested }
  const asked: unknown = load.constrain(bare)
  if (!(asked instanceof QueryBuilder)) {
    throw new QueryError('QUERY.INVALID_VALUE', `The constraint of ${load.relation} must return its query.`, {
      hint: "Builders are immutable: write with('posts', q => q.where('published', true)).",
    })
  }
  // The rows of a relation are asked of the related model itself.
  const state = stateOf(asked)
  const along = [...state.relations, ...nested]
  const select = selectionOf({ ...state, relations: along })
  return {
    builder: changed(asked, { relations: [], source: undefined, spec: { ...state.spec, select } }),
    nested: along,
  }
}

/** Every row of a model. */
export function anyOf(related: ModelBinding): RelatedQuery {
  return relatedQuery(related, { relation: '', constrain: undefined })
}

/** The query with one more condition. */
export function narrowed(
  { builder, nested }: RelatedQuery,
  where: Where,
  change: Partial<QuerySpec> = {},
): RelatedQuery {
  const { spec } = stateOf(builder)
  return { builder: changed(builder, { spec: { ...spec, ...change, where: both(where, spec.where) } }), nested }
}

/**
 * Rows with one of these values of an attribute, one group for each value. By the primary key that is one BatchGetItem
 * for all, otherwise a Query for each value, a bounded number at a time.
 */
export async function rowsByValue(
  related: ModelBinding,
  attribute: string,
  values: readonly unknown[],
  query: RelatedQuery,
): Promise<readonly (readonly Attributes[])[]> {
  const { spec } = stateOf(query.builder)
  const select = spec.select === undefined ? undefined : [...new Set([...spec.select, attribute])]
  if (isKey(related, attribute) && spec.limit === undefined) {
    const all = narrowed(query, condition(related.schema, attribute, 'in', values), { select })
    const rows = values.length === 0 ? [] : await all.builder.get()
    const byKey = new Map(rows.map((row) => [textOf(related, attribute, row[attribute]), row]))
    return values.map((value) => {
      const row = byKey.get(textOf(related, attribute, value))
      return row === undefined ? [] : [row]
    })
  }
  const one = (value: unknown): QueryBuilder<any, Attributes> =>
    narrowed(query, condition(related.schema, attribute, '=', value), { select }).builder
  // Where no key finds the rows of a value, the table is read once for all of them.
  if (values.length > 1 && one(values[0]).explain().operation === 'Scan')
    return rowsByScan(related, attribute, values, unlimited(query), select, spec)
  return mapConcurrent(values, CONCURRENCY, (value) => one(value).get())
}

async function rowsByScan(
  related: ModelBinding,
  attribute: string,
  values: readonly unknown[],
  query: RelatedQuery,
  select: readonly string[] | undefined,
  { offset, limit }: QuerySpec,
): Promise<readonly (readonly Attributes[])[]> {
  const groups = new Map(values.map((value) => [textOf(related, attribute, value), [] as Attributes[]]))
  const all = narrowed(query, condition(related.schema, attribute, 'in', values), { select })
  for (const row of await all.builder.get()) groups.get(textOf(related, attribute, row[attribute]))?.push(row)
  return [...groups.values()].map((rows) => rows.slice(offset, limit === undefined ? undefined : offset + limit))
}

function isKey({ schema, design: { primary } }: ModelBinding, attribute: string): boolean {
  return (
    attribute === schema.primaryKey &&
    [...primary.partition.attributes, ...primary.sort.attributes].every((name) => name === attribute)
  )
}

/** A value of a key as text, equal for equal values: dates and numbers are compared as they are stored. */
export function textOf(binding: ModelBinding, attribute: string, value: unknown): string {
  return JSON.stringify(binding.codec.encodeAttribute(attribute, value))
}

/** The distinct values that records have of an attribute; those without one are left out. */
export function valuesOf(
  binding: ModelBinding,
  attribute: string,
  records: readonly Attributes[],
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>()
  for (const record of records) {
    const value = heldBy(binding, record, attribute)
    if (value !== undefined && value !== null) values.set(textOf(binding, attribute, value), value)
  }
  return values
}

/**
 * What a record has of an attribute by which related rows are found; a partial read may have brought it unasked.
 *
 * @throws ModelError `MODEL.INVALID_INPUT` where it was read without
 */
function heldBy(binding: ModelBinding, record: Attributes, attribute: string): unknown {
  const state = stateOfRecord(record)
  if (state?.partial !== true || Object.hasOwn(record, attribute)) return record[attribute]
  const stored = state.stored?.[attribute]
  if (stored !== undefined) return binding.codec.decodeAttribute(attribute, stored)
  throw new ModelError(
    'MODEL.INVALID_INPUT',
    `The ${binding.schema.name} was read without ${attribute}, by which its related rows are found.`,
    { hint: `Select ${attribute} too.`, details: { model: binding.schema.name, attribute } },
  )
}

/** Hands each record the rows of its value. */
export function distribute<Row>(
  { owner, records }: RelationLoad,
  attribute: string,
  values: ReadonlyMap<string, unknown>,
  groups: readonly (readonly Row[])[],
  give: (record: Attributes, rows: readonly Row[]) => void,
): void {
  const byText = new Map([...values.keys()].map((text, i) => [text, groups[i] ?? []]))
  for (const record of records) {
    const value = heldBy(owner, record, attribute)
    give(record, value === undefined || value === null ? [] : (byText.get(textOf(owner, attribute, value)) ?? []))
  }
}

/** Rows that came by several queries, in the order and to the number that was asked for. */
export function arranged(
  related: ModelBinding,
  rows: readonly Attributes[],
  { order, offset, limit }: QuerySpec,
): readonly Attributes[] {
  const items = new Map(rows.map((row) => [row, stateOfRecord(row)?.stored ?? {}]))
  const item = (row: Attributes): AttributeMap => items.get(row) as AttributeMap
  const sorted =
    order.length === 0 ? rows : [...rows].sort((a, b) => compareItems(item(a), item(b), order, related.table))
  return sorted.slice(offset, limit === undefined ? undefined : offset + limit)
}

/** The query without its limits, for rows that are put together before they are counted. */
export function unlimited({ builder, nested }: RelatedQuery): RelatedQuery {
  return { builder: changed(builder, { spec: { ...stateOf(builder).spec, limit: undefined, offset: 0 } }), nested }
}
