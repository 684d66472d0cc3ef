import {
  compareOrder,
  condition,
  type PivotNarrowing,
  type QuerySpec,
  stateOf as stateOfQuery,
} from '../../query/index.js'
import { type Pivot, pivotOf, type RelationSchema } from '../../schema/index.js'
import type { AttributeMap } from '../../values/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { type RecordState, stateOf } from '../record-state.js'
import {
  arranged,
  distribute,
  narrowed,
  type RelatedQuery,
  type RelationLoad,
  relatedQuery,
  rowsByValue,
  textOf,
  unlimited,
  valuesOf,
} from './relation-load.js'

/** The pivot of a many-to-many relation, with its model. */
export interface PivotModel extends Pivot {
  readonly model: ModelBinding
  /** The name that pivot rows of this relation carry where one side is of many kinds. */
  readonly kind: string | undefined
}

export function pivotModel(owner: ModelBinding, relation: RelationSchema, related: ModelBinding): PivotModel {
  const { space } = owner
  // Pivots that the program has no model for are made with the design.
  space.designs()
  const pivot = pivotOf(
    owner.schema,
    relation,
    space.models.map(({ schema }) => schema),
  )
  const kind = relation.type === 'morphToMany' ? owner.schema.name : related.schema.name
  const model = space.related(owner.schema, { ...relation, model: pivot.name })
  return { ...pivot, model, kind: pivot.typeKey === undefined ? undefined : kind }
}

/** True for a relation whose rows pivot rows lead to. */
export function isOverPivot({ type }: RelationSchema): boolean {
  return type === 'belongsToMany' || type === 'morphToMany' || type === 'morphedByMany'
}

/** True where pivot rows of a record are found by the key of the table, which can be read with strong consistency. */
export function isPrimaryRead({ model, foreignKey }: PivotModel): boolean {
  return model.design.primary.partition.attributes.includes(foreignKey)
}

/** Pivot rows of a relation, and no others of the same model. */
export function pivotQuery({ model, typeKey, kind }: PivotModel, narrowing?: PivotNarrowing): RelatedQuery {
  const all = relatedQuery(model, { relation: model.schema.name, constrain: narrowing?.between })
  return typeKey === undefined ? all : narrowed(all, condition(model.schema, typeKey, '=', kind))
}

/** `belongsToMany`, `morphToMany`, `morphedByMany`: the rows that pivots point to; each carries its pivot row as `pivot`. */
export async function loadMany(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const related = owner.space.related(owner.schema, relation)
  const pivot = pivotModel(owner, relation, related)
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const values = valuesOf(owner, localKey, records)
  const query = load.query(related)
  const { spec, pivots: narrowing } = stateOfQuery(query.builder)
  const between = pivotQuery(pivot, narrowing)
  const asked = spec.consistent && isPrimaryRead(pivot) ? consistent(between) : between
  const pivots = await rowsByValue(pivot.model, pivot.foreignKey, [...values.values()], asked)
  const keys = valuesOf(pivot.model, pivot.relatedKey, pivots.flat())
  const { primaryKey } = related.schema
  const found = await rowsByValue(related, primaryKey, [...keys.values()], unlimited(query))
  const byKey = new Map(found.flat().map((row) => [textOf(related, primaryKey, row[primaryKey]), row]))
  const groups = pivots.map((rows) => {
    const mine = rows.flatMap((row) => {
      const far = byKey.get(textOf(related, primaryKey, row[pivot.relatedKey]))
      if (far === undefined) return []
      const state = stateOf(far) as RecordState
      const copy = related.hydrate(state.stored as AttributeMap, spec.select) as Attributes
      // Counts and sums that were asked for along with it.
      for (const name of state.relations) putAlong(copy, name, far[name])
      putAlong(copy, 'pivot', row)
      return [copy]
    })
    if (narrowing === undefined || narrowing.orderAt.length === 0) return arranged(related, mine, spec)
    const order = stateOfQuery(between.builder).spec.order
    return arranged(related, inOrder(mine, spec.order, order, narrowing.orderAt), { ...spec, order: [] })
  })
  distribute(load, localKey, values, groups, (record, rows) => {
    record[relation.name] = rows
  })
  return groups.flat()
}

function consistent({ builder, nested }: RelatedQuery): RelatedQuery {
  return { builder: builder.consistentRead(), nested }
}

/** Rows that carry their pivot rows, by attributes of both, in the sequence in which the orders were named. */
function inOrder(
  rows: readonly Attributes[],
  own: QuerySpec['order'],
  between: QuerySpec['order'],
  orderAt: readonly number[],
): readonly Attributes[] {
  const stored = (row: unknown): AttributeMap => stateOf(row as object)?.stored ?? {}
  const keyed = rows.map((row) => ({ row, own: stored(row), pivot: stored(row['pivot']) }))
  type Keyed = (typeof keyed)[number]
  const steps = [...own, undefined].flatMap((order, at) => [
    ...between
      .filter((_, i) => orderAt[i] === at)
      .map((each) => (a: Keyed, b: Keyed) => compareOrder(a.pivot, b.pivot, [each])),
    ...(order === undefined ? [] : [(a: Keyed, b: Keyed) => compareOrder(a.own, b.own, [order])]),
  ])
  return keyed
    .sort((a, b) => steps.reduce((result, step) => (result === 0 ? step(a, b) : result), 0))
    .map(({ row }) => row)
}

/** Puts something on a record that is no attribute of it; `toJSON` shows it, and saving passes it by. */
export function putAlong(record: Attributes, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true })
  const state = stateOf(record)
  if (state === undefined) return
  if (!state.relations.includes(name)) state.relations = [...state.relations, name]
  state.along ??= new Map()
  state.along.set(name, value)
}
