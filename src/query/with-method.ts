import type { LoadedPath, ModelType, RelatedModel, RelationName, RelationPath } from '../schema/index.js'
import type { Query } from './local-scopes.js'
import type { QueryBuilder } from './query-builder.js'

/** Narrows the query of a relation. */
export type RelationConstraint<M> = M extends ModelType
  ? (query: Query<M>) => QueryBuilder<M, any>
  : (query: QueryBuilder<any, any>) => QueryBuilder<any, any>

/** The forms of `with`. */
export interface WithMethod<T extends ModelType, R> {
  <const N extends RelationPath<T>>(
    relation: N,
    constrain: RelationConstraint<RelatedModel<T, N>>,
  ): Query<T, R & LoadedPath<T, N>>
  <const C extends { readonly [N in RelationName<T>]?: true | RelationConstraint<RelatedModel<T, N>> }>(
    constraints: C,
  ): Query<T, R & LoadedPath<T, Extract<keyof C, string>>>
  <const N extends RelationPath<T>>(
    ...relations: readonly N[] | readonly [readonly N[]]
  ): Query<T, R & LoadedPath<T, N>>
}
