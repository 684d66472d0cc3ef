import type {
  KnownPath,
  LoadedPath,
  ModelType,
  PathIn,
  PivotOf,
  RecordOf,
  RelationAt,
  RelationIn,
  RelationPath,
  RelationshipsOf,
  WithPivot,
} from '../schema/index.js'
import type { Query, ScopeMethods } from './local-scopes.js'
import type { PivotQuery } from './pivot-query.js'
import type { QueryBuilder } from './query-builder.js'

/** Narrows the query of a relation with this definition. */
export type RelationConstraint<D> = D extends { type: infer K; model: () => infer M extends ModelType }
  ? (query: ConstraintQuery<K, M, D>) => QueryBuilder<M, any>
  : (query: PivotQuery<any, PivotOf<D>>) => QueryBuilder<any, any>
type ConstraintQuery<K, M extends ModelType, D> = K extends 'belongsToMany' | 'morphToMany' | 'morphedByMany'
  ? PivotQuery<M, PivotOf<D>, RecordOf<M> & WithPivot<PivotOf<D>>> & ScopeMethods<M>
  : string extends K
    ? PivotQuery<M> & ScopeMethods<M>
    : Query<M>

/** Relations of a `relationships` literal by their paths, each read whole or narrowed. */
export type RelationConstraints<D, N extends string> = {
  readonly [P in N]: P extends PathIn<D, P> ? true | RelationConstraint<RelationIn<D, P>> : never
}

/** The forms of `with`. */
export interface WithMethod<T extends ModelType, R> {
  <const N extends RelationPath<T>>(
    relation: KnownPath<T, N>,
    constrain: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & LoadedPath<T, N>>
  <const N extends RelationPath<T>>(
    constraints: RelationConstraints<RelationshipsOf<T>, N>,
  ): Query<T, R & LoadedPath<T, N>>
  <const N extends RelationPath<T>>(
    ...relations: readonly KnownPath<T, N>[] | readonly [readonly KnownPath<T, N>[]]
  ): Query<T, R & LoadedPath<T, N>>
}
