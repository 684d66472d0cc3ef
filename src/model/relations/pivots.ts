import { type Constrain, condition, stateOf as stateOfQuery } from '../../query/index.js'
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

/** Pivot rows of a relation, and no others of the same model. */
export function pivotQuery({ model, typeKey, kind }: PivotModel, constrain?: Constrain): RelatedQuery {
  const all = relatedQuery(model, { relation: model.schema.name, constrain })
  return typeKey === undefined ? all : narrowed(all, condition(model.schema, typeKey, '=', kind))
}

/** `belongsToMany`, `morphToMany`, `morphedByMany`: the rows that pivots point to; each carries its pivot row as `pivot`. */
export async function loadMany(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const related = owner.space.related(owner.schema, relation)
  const pivot = pivotModel(owner, relation, related)
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const values = valuesOf(owner, localKey, records)
  const pivots = await rowsByValue(pivot.model, pivot.foreignKey, [...values.values()], pivotQuery(pivot, load.between))
  const query = load.query(related)
  const { spec } = stateOfQuery(query.builder)
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
    return arranged(related, mine, spec)
  })
  distribute(load, localKey, values, groups, (record, rows) => {
    record[relation.name] = rows
  })
  return groups.flat()
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
