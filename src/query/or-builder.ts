import type { AttributeFor, AttributePath, DateAttribute, ModelType, OperandFor, WhereValue } from '../schema/index.js'
import { MomentBuilder } from './moment-builder.js'
import type { Comparison, WhereMethod, WhereSeveralMethod } from './where-method.js'

/** `orWhereIn('team', teams)` is `orWhere(q => q.whereIn('team', teams))`, and so on. */
const METHODS = [
  'whereNot',
  'whereAny',
  'whereAll',
  'whereNone',
  'whereColumn',
  'whereIn',
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
] as const

/** A condition on an attribute alone. */
interface OnAttribute<T extends ModelType, B> {
  (attribute: AttributePath<T>): B
}
/** One of several values. */
interface InList<T extends ModelType, B> {
  <N extends AttributePath<T>>(attribute: N, values: readonly WhereValue<T, N>[]): B
}
/** Between two values, both included. */
interface InRange<T extends ModelType, B> {
  <N extends AttributeFor<T, 'between'>>(attribute: N, low: OperandFor<T, N, '<'>, high: OperandFor<T, N, '<'>): B
  <N extends AttributeFor<T, 'between'>>(
    attribute: N,
    range: readonly [low: OperandFor<T, N, '<'>, high: OperandFor<T, N, '<'>],
  ): B
}
interface OnText<T extends ModelType, B> {
  (attribute: AttributeFor<T, 'begins_with'>, pattern: string): B
}
interface Containing<T extends ModelType, B> {
  <N extends AttributeFor<T, 'contains'>>(attribute: N, value: OperandFor<T, N, 'contains'>): B
}
interface OnColumns<T extends ModelType, B> {
  (left: AttributePath<T>, right: AttributePath<T>): B
  (left: AttributePath<T>, operator: Comparison, right: AttributePath<T>): B
}
interface OnMoment<T extends ModelType, V, B> {
  (attribute: DateAttribute<T>, value: V): B
  (attribute: DateAttribute<T>, operator: Comparison, value: V): B
}

interface OnDate<T extends ModelType, B> {
  (attribute: DateAttribute<T>): B
}

/** Everything so far, or one condition more, under the names that Eloquent has for them. */
export abstract class OrBuilder<T extends ModelType, R> extends MomentBuilder<T, R> {
  declare readonly orWhereNot: WhereMethod<T, this>
  declare readonly orWhereAny: WhereSeveralMethod<T, this>
  declare readonly orWhereAll: WhereSeveralMethod<T, this>
  declare readonly orWhereNone: WhereSeveralMethod<T, this>
  declare readonly orWhereColumn: OnColumns<T, this>
  declare readonly orWhereIn: InList<T, this>
  declare readonly orWhereNotIn: InList<T, this>
  declare readonly orWhereBetween: InRange<T, this>
  declare readonly orWhereNotBetween: InRange<T, this>
  declare readonly orWhereNull: OnAttribute<T, this>
  declare readonly orWhereNotNull: OnAttribute<T, this>
  declare readonly orWhereExists: OnAttribute<T, this>
  declare readonly orWhereNotExists: OnAttribute<T, this>
  declare readonly orWhereLike: OnText<T, this>
  declare readonly orWhereNotLike: OnText<T, this>
  declare readonly orWhereBeginsWith: OnText<T, this>
  declare readonly orWhereContains: Containing<T, this>
  declare readonly orWhereNotContains: Containing<T, this>
  declare readonly orWhereDate: OnMoment<T, Date | string, this>
  declare readonly orWhereMonth: OnMoment<T, number | string, this>
  declare readonly orWhereYear: OnMoment<T, number | string, this>
  declare readonly orWhereDay: OnMoment<T, number | string, this>
  declare readonly orWhereTime: OnMoment<T, Date | string, this>
  declare readonly orWhereToday: OnDate<T, this>
  declare readonly orWherePast: OnDate<T, this>
  declare readonly orWhereFuture: OnDate<T, this>

  static {
    type Asked = Record<string, (...given: readonly unknown[]) => unknown>
    for (const method of METHODS)
      Object.defineProperty(this.prototype, `orW${method.slice(1)}`, {
        configurable: true,
        writable: true,
        value(this: Asked, ...given: readonly unknown[]) {
          return this['orWhere']?.((group: Asked) => group[method]?.(...given))
        },
      })
  }
}
