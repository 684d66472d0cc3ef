import { type QueryBuilder, type RowSource, stateOf } from '../../query/index.js'
import { loadRelations } from './index.js'
import { pivotModel, pivotQuery } from './pivots.js'
import { anyOf, narrowed, type RelatedQuery } from './relation-load.js'
import { keyCondition, type RelationOrigin } from './relation-origin.js'
import { throughOf } from './through.js'

/** The rows of a relation that are found by rows of a model in between: pivots, or the model of `through`. */
export function farRows(origin: RelationOrigin): RowSource {
  const { owner, record, relation } = origin
  return {
    async rows(query) {
      // The record itself stays as it is: what is read is not its relation, but what was asked of it.
      const copy = { ...record }
      await loadRelations(owner, [copy], [{ relation: relation.name, constrain: () => query, nested: [] }])
      const rows = copy[relation.name]
      return Array.isArray(rows) ? (rows as object[]) : rows === null ? [] : [rows as object]
    },
    first: (query) => betweenOf(origin, query).builder,
  }
}

/** The rows in between of one record, as a query of its relation asks for them. */
export function betweenOf(origin: RelationOrigin, query: QueryBuilder<any, any>): RelatedQuery {
  const { owner, relation, related } = origin
  if (relation.through !== undefined && relation.type.endsWith('Through')) {
    const between = throughOf({ owner, relation })
    return narrowed(anyOf(between), keyCondition(origin, between, relation.foreignKey))
  }
  const pivot = pivotModel(owner, relation, related)
  return narrowed(pivotQuery(pivot, stateOf(query).pivots), keyCondition(origin, pivot.model, pivot.foreignKey))
}
