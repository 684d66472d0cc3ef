import { type Query, type Refusing, refuseUnsupported } from '../query/index.js'
import './belonging-query.js'
import type { ModelClass } from './model-space.js'
import { ScopedRecord } from './scoped-record.js'
import type { StaticForms } from './static-forms.js'

/** A method of queries, said of the model itself: `User.has('posts')` is `User.query().has('posts')`. */
type Asked<M extends keyof Query<any>> = <T extends ModelClass>(
  this: T,
  ...given: Query<T>[M] extends (...given: infer P) => any ? P : never
) => Query<T>[M] extends (...given: any[]) => infer R ? R : never

const METHODS = [
  'andWhere',
  'orWhere',
  'whereNot',
  'whereAny',
  'whereAll',
  'whereNone',
  'whereColumn',
  'whereKey',
  'whereKeyNot',
  'whereNotIn',
  'whereBetween',
  'whereNotBetween',
  'whereNull',
  'whereNotNull',
  'whereLike',
  'whereNotLike',
  'whereBeginsWith',
  'whereContains',
  'whereNotContains',
  'whereExists',
  'whereNotExists',
  'whereDate',
  'whereMonth',
  'whereYear',
  'whereDay',
  'whereTime',
  'whereToday',
  'wherePast',
  'whereFuture',
  'whereNowOrPast',
  'whereNowOrFuture',
  'whereBeforeToday',
  'whereAfterToday',
  'whereTodayOrBefore',
  'whereTodayOrAfter',
  'has',
  'doesntHave',
  'whereHas',
  'whereDoesntHave',
  'whereRelation',
  'whereBelongsTo',
  'withWhereHas',
  'withExists',
  'withSum',
  'withAvg',
  'withMin',
  'withMax',
  'without',
  'withTrashed',
  'onlyTrashed',
  'withoutTrashed',
  'withExpired',
  'orderByDesc',
  'oldest',
  'reorder',
  'limit',
  'take',
  'skip',
  'offset',
  'forPage',
  'select',
  'addSelect',
  'index',
  'consistentRead',
  'parallel',
  'pk',
  'when',
  'unless',
  'tap',
  'get',
  'exists',
  'existsOr',
  'doesntExist',
  'doesntExistOr',
  'firstOr',
  'sum',
  'avg',
  'average',
  'min',
  'max',
  'distinct',
  'keyBy',
  'groupBy',
  'chunk',
  'chunkById',
  'each',
  'eachById',
  'lazy',
  'lazyById',
  'cursor',
  'value',
  'valueOrFail',
  'sole',
  'soleValue',
  'simplePaginate',
  'explain',
  'toRequest',
  'toStatement',
  'toQuery',
  'debug',
  'dump',
] as const

type Method = (typeof METHODS)[number]

/** The methods of queries with which one begins. */
export const QueryStatics: (abstract new () => ScopedRecord) &
  Omit<typeof ScopedRecord, 'prototype'> & {
    readonly [M in Exclude<Method, keyof StaticForms>]: Asked<M>
  } & StaticForms &
  Refusing = (() => {
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
  refuseUnsupported(Statics)
  return Statics as never
})()
