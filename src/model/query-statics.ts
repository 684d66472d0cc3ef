import type { Query } from '../query/index.js'
import type { ModelClass } from './model-space.js'
import { ScopedRecord } from './scoped-record.js'

/** A method of queries, said of the model itself: `User.has('posts')` is `User.query().has('posts')`. */
type Asked<M extends keyof Query<any>> = <T extends ModelClass>(
  this: T,
  ...given: Query<T>[M] extends (...given: infer P) => any ? P : never
) => Query<T>[M] extends (...given: any[]) => infer R ? R : never

const METHODS = [
  'whereNot',
  'whereNotIn',
  'whereBetween',
  'whereNotBetween',
  'whereNull',
  'whereNotNull',
  'whereLike',
  'whereContains',
  'whereDate',
  'whereMonth',
  'whereYear',
  'whereDay',
  'has',
  'doesntHave',
  'whereHas',
  'whereDoesntHave',
  'whereRelation',
  'withExists',
  'withSum',
  'withAvg',
  'withMin',
  'withMax',
  'withTrashed',
  'onlyTrashed',
  'orderByDesc',
  'oldest',
  'limit',
  'take',
  'skip',
  'index',
  'consistentRead',
  'sum',
  'avg',
  'min',
  'max',
  'chunk',
  'each',
  'lazy',
  'value',
  'sole',
] as const

type Method = (typeof METHODS)[number]

/** The methods of queries with which one begins. */
export const QueryStatics: (abstract new () => ScopedRecord) &
  Omit<typeof ScopedRecord, 'prototype'> & { readonly [M in Method]: Asked<M> } = (() => {
  abstract class Statics extends ScopedRecord {}
  for (const method of METHODS)
    Object.defineProperty(Statics, method, {
      configurable: true,
      writable: true,
      value(this: ModelClass, ...given: readonly unknown[]) {
        return (this.query() as unknown as Record<string, (...given: readonly unknown[]) => unknown>)[method]?.(
          ...given,
        )
      },
    })
  return Statics as never
})()
