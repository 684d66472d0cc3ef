import { changed, type Query, QueryBuilder, stateOf } from '../query/index.js'
import type { ModelType } from '../schema/index.js'
import { addGlobalScope } from './global-scopes.js'
import type { Unsubscribe } from './hooks.js'
import type { ModelClass } from './model-space.js'
import { ObservedRecord } from './observed-record.js'

declare module '../query/query-builder.js' {
  // oxlint-disable-next-line typescript/no-unused-vars -- an interface has the parameters of its other declarations
  interface QueryBuilder<T extends ModelType, R> {
    /** Also rows that global scopes of these names leave out. @throws QueryError `QUERY.UNKNOWN_SCOPE` when it is sent */
    withoutGlobalScope(...names: readonly [string, ...string[]]): this
    /** Also rows that global scopes leave out: all of them, or those of a list. */
    withoutGlobalScopes(names?: readonly string[]): this
  }
}

// Global scopes are of models, which are above queries.
Object.assign(QueryBuilder.prototype, {
  withoutGlobalScope(this: QueryBuilder<ModelType>, ...names: readonly string[]): QueryBuilder<ModelType> {
    return without(this, names)
  },
  withoutGlobalScopes(this: QueryBuilder<ModelType>, names?: readonly string[]): QueryBuilder<ModelType> {
    return without(this, names ?? 'all')
  },
})

function without<B extends QueryBuilder<any, any>>(query: B, names: 'all' | readonly string[]): B {
  const { spec } = stateOf(query)
  const unscoped = names === 'all' || spec.unscoped === 'all' ? 'all' : [...spec.unscoped, ...names]
  return changed(query, { spec: Object.freeze({ ...spec, unscoped }) })
}

/** Which rows there are for everybody. */
export abstract class ScopedRecord extends ObservedRecord {
  /**
   * Adds conditions to every query of this model and of those that extend it, to reads by key and writes by key, too: rows
   * that do not fulfil them are not there. Records that were read before are saved and refreshed all the same. A scope sets
   * conditions and nothing else; it is asked anew for each query.
   *
   * @returns takes it away again
   * @example
   * User.addGlobalScope('active', (query) => query.where('status', 'active'))
   */
  static addGlobalScope<T extends ModelClass>(
    this: T,
    name: string,
    scope: (query: Query<T>) => QueryBuilder<T>,
  ): Unsubscribe {
    return addGlobalScope(this, name, scope)
  }

  /** `query().withoutGlobalScope(…)`. */
  static withoutGlobalScope<T extends ModelClass>(this: T, ...names: readonly [string, ...string[]]): Query<T> {
    return this.query<T>().withoutGlobalScope(...names)
  }

  /** `query().withoutGlobalScopes(…)`. */
  static withoutGlobalScopes<T extends ModelClass>(this: T, names?: readonly string[]): Query<T> {
    return this.query<T>().withoutGlobalScopes(names)
  }
}
