import type { ModelType, RecordOf, RelationName, RelationshipsOf, RelationValue } from './types.js'

/**
 * What a relation of each kind is as a query of one record's related rows. The room of the models says it.
 *
 * @typeParam M the related model
 * @typeParam D the relation's definition
 */
// oxlint-disable-next-line typescript/no-empty-object-type no-unused-vars -- filled in by declaration merging
export interface RelationQueries<M extends ModelType, D> {}

/**
 * A relation that was not read: `user.posts()` is its query, `await user.posts` reads it and keeps it on the record.
 *
 * @typeParam Q the query
 * @typeParam V what reading gives
 */
export interface RelationHandle<Q, V> extends PromiseLike<V> {
  (): Q
}

type HandleOf<D> = D extends { type: infer K }
  ? string extends K
    ? any
    : RelationHandle<RelationQuery<D>, RelationValue<D>>
  : any
/** The query of a record's related rows, by the definition of the relation. */
export type RelationQuery<D> = D extends { type: infer K }
  ? QueryFor<K, D extends { model: () => infer M extends ModelType } ? M : any, D>
  : any
type QueryFor<K, M extends ModelType, D> = K extends keyof RelationQueries<M, D> ? RelationQueries<M, D>[K] : any

/** A row of a query with its relations: those that were read are values, the others can be asked. */
export type Row<T extends ModelType, R = RecordOf<T>> = R & {
  readonly [K in Exclude<RelationName<T>, keyof R>]: HandleOf<RelationshipsOf<T>[K]>
}
