import { mapConcurrent } from '../../kernel/index.js'
import {
  changed,
  checkAggregate,
  condition,
  type QueryBuilder,
  type RelatedRows,
  type RelationAggregate,
  stateOf,
} from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { ExactSum } from '../../values/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { ofMorph } from './children.js'
import { loadRelations } from './index.js'
import { putAlong } from './pivots.js'
import { narrowed, relatedQuery, textOf, valuesOf } from './relation-load.js'

/** Queries under way at once while related rows are counted. */
const CONCURRENCY = 16

/** How many related rows each record has: a COUNT for each distinct key where they are children, else their rows are read. */
export async function countRelated(
  owner: ModelBinding,
  records: readonly Attributes[],
  asked: RelatedRows,
  atMost?: number,
): Promise<readonly number[]> {
  const relation = owner.schema.relations.get(asked.relation) as RelationSchema
  const { counter } = relation
  const hidden = (): boolean => owner.space.related(owner.schema, relation).globalScopes !== undefined
  // The counter counts every row, those that global scopes leave out among them.
  if (counter !== undefined && asked.constrain === undefined && !hidden())
    return records.map((record) => Number(record[counter] ?? 0))
  const counts = await ofChildren(owner, records, relation, asked, (query) =>
    (atMost === undefined ? query : query.limit(atMost)).count(),
  )
  if (counts !== undefined) return counts.map((count) => count ?? 0)
  return (await rowsOf(owner, records, asked)).map((rows) => rows.length)
}

/** Puts a number of related rows, or what it is asked of one of their attributes, on each record. */
export async function aggregateRelated(
  owner: ModelBinding,
  records: readonly Attributes[],
  aggregate: RelationAggregate,
): Promise<void> {
  if (records.length === 0) return
  const { fn, attribute = '', as } = aggregate
  if (fn === 'count' || fn === 'exists') {
    const counts = await countRelated(owner, records, aggregate, fn === 'exists' ? 1 : undefined)
    for (const [i, record] of records.entries()) putAlong(record, as, fn === 'exists' ? counts[i] !== 0 : counts[i])
    return
  }
  const relation = owner.schema.relations.get(aggregate.relation) as RelationSchema
  if (relation.type !== 'morphTo') checkAggregate(owner.space.related(owner.schema, relation).schema, attribute, fn)
  const values =
    (await ofChildren(
      owner,
      records,
      relation,
      aggregate,
      (query) => query[fn](attribute as never) as Promise<unknown>,
    )) ??
    (await rowsOf(owner, records, aggregate)).map((rows) =>
      reckon(
        fn,
        rows.map((row) => row[attribute]),
      ),
    )
  for (const [i, record] of records.entries()) putAlong(record, as, values[i] ?? (fn === 'sum' ? 0 : null))
}

/** What is asked of the children of each record, once for each distinct key; undefined for relations of other kinds. */
async function ofChildren<V>(
  owner: ModelBinding,
  records: readonly Attributes[],
  relation: RelationSchema,
  asked: RelatedRows,
  ask: (query: QueryBuilder<any, Attributes>) => Promise<V>,
): Promise<readonly (V | undefined)[] | undefined> {
  if (!['hasOne', 'hasMany', 'morphOne', 'morphMany'].includes(relation.type)) return undefined
  const related = owner.space.related(owner.schema, relation)
  const query = ofMorph(owner, related, relation.morph, relatedQuery(related, asked), false)
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const values = valuesOf(owner, localKey, records)
  const answers = await mapConcurrent([...values.entries()], CONCURRENCY, async ([text, value]) => {
    const { builder } = narrowed(query, condition(related.schema, relation.foreignKey, '=', value))
    return [text, await ask(builder)] as const
  })
  const byText = new Map(answers)
  return records.map((record) => {
    const value = record[localKey]
    return value === undefined || value === null ? undefined : byText.get(textOf(owner, localKey, value))
  })
}

/** The related rows of each record, read without touching the records. */
async function rowsOf(
  owner: ModelBinding,
  records: readonly Attributes[],
  { relation, constrain }: RelatedRows,
): Promise<readonly (readonly Attributes[])[]> {
  const copies = records.map((record) => ({ ...record }))
  await loadRelations(owner, copies, [{ relation, constrain: constrain && bare(constrain), nested: [] }])
  return copies.map((copy) => {
    const rows = copy[relation]
    return Array.isArray(rows)
      ? (rows as readonly Attributes[])
      : rows === null || rows === undefined
        ? []
        : [rows as Attributes]
  })
}

type Narrow = NonNullable<RelatedRows['constrain']>

/** The constraint without what it reads along: nobody will see it. */
function bare(constrain: Narrow): Narrow {
  return (query) => {
    const asked = constrain(query)
    return stateOf(asked).relations.length === 0 ? asked : changed(asked, { relations: [] })
  }
}

function reckon(fn: 'sum' | 'avg' | 'min' | 'max', values: readonly unknown[]): unknown {
  const given = values.filter((value) => value !== undefined && value !== null) as (number | string | bigint | Date)[]
  if (fn === 'min' || fn === 'max') {
    const sign = fn === 'min' ? -1 : 1
    return given.reduce<unknown>(
      (best, value) => (best === undefined || compare(value, best) * sign > 0 ? value : best),
      undefined,
    )
  }
  if (given.length === 0) return undefined
  const sum = new ExactSum()
  for (const value of given) sum.add(String(value))
  return fn === 'sum' ? Number(sum.toString()) : Number(sum.toString()) / given.length
}

function compare(a: any, b: any): number {
  return a < b ? -1 : a > b ? 1 : 0
}
