import type { KeyedBy, PluckedOf, Query, QueryBuilder, SumOf } from '../query/index.js'
import type {
  AttributeFor,
  AttributeName,
  AttributePath,
  OperandFor,
  OperatorFor,
  RecordOf,
  Row,
  Selected,
  WhereValue,
} from '../schema/index.js'
import type { ModelClass } from './model-space.js'
import type { RelationForms } from './relation-forms.js'

/** What a row looks like follows from these arguments, or which values are allowed: their forms are said one by one. */
export interface StaticForms extends RelationForms {
  readonly whereNot: WhereForm
  readonly orWhere: WhereForm
  readonly andWhere: WhereForm
  readonly whereAny: WhereSeveralForm
  readonly whereAll: WhereSeveralForm
  readonly whereNone: WhereSeveralForm
  readonly whereNotIn: <T extends ModelClass, N extends AttributePath<T>>(
    this: T,
    attribute: N,
    values: readonly WhereValue<T, N>[],
  ) => Query<T>
  readonly whereBetween: RangeForm
  readonly whereNotBetween: RangeForm
  readonly select: <T extends ModelClass, const N extends AttributeName<T>>(
    this: T,
    ...attributes: readonly N[] | readonly [readonly N[]]
  ) => Query<T, Selected<T, N, RecordOf<T>>>
  readonly sum: <T extends ModelClass, N extends AttributeName<T>>(this: T, attribute: N) => Promise<SumOf<T, N>>
  readonly min: ExtremeForm
  readonly max: ExtremeForm
  readonly value: <T extends ModelClass, const N extends AttributeName<T>>(
    this: T,
    attribute: N,
  ) => Promise<PluckedOf<T, N> | null>
  readonly valueOrFail: PresentForm
  readonly soleValue: PresentForm
  readonly distinct: <T extends ModelClass, const N extends AttributeName<T>>(
    this: T,
    attribute: N,
  ) => Promise<Exclude<PluckedOf<T, N>, null>[]>
  readonly keyBy: <T extends ModelClass, const K extends AttributeName<T>>(
    this: T,
    attribute: K,
  ) => Promise<Map<KeyedBy<T, K>, Row<T>>>
  readonly groupBy: <T extends ModelClass, const K extends AttributeName<T>>(
    this: T,
    attribute: K,
  ) => Promise<Map<KeyedBy<T, K>, Row<T>[]>>
}

interface WhereForm {
  <T extends ModelClass>(this: T, group: (query: Query<T>) => QueryBuilder<T>): Query<T>
  <T extends ModelClass>(this: T, conditions: { readonly [N in AttributeName<T>]?: WhereValue<T, N> }): Query<T>
  <T extends ModelClass, N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    this: T,
    attribute: N,
    operator: O,
    value: OperandFor<T, N, O>,
  ): Query<T>
  <T extends ModelClass, N extends AttributePath<T>>(this: T, attribute: N, value: WhereValue<T, N>): Query<T>
}

interface WhereSeveralForm {
  <T extends ModelClass, N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    this: T,
    attributes: readonly N[],
    operator: O,
    value: OperandFor<T, N, O>,
  ): Query<T>
  <T extends ModelClass, N extends AttributePath<T>>(
    this: T,
    attributes: readonly N[],
    value: WhereValue<T, N>,
  ): Query<T>
}

type RangeForm = <T extends ModelClass, N extends AttributeFor<T, 'between'>>(
  this: T,
  attribute: N,
  ...range:
    | readonly [low: OperandFor<T, N, '<'>, high: OperandFor<T, N, '<'>]
    | readonly [range: readonly [OperandFor<T, N, '<'>, OperandFor<T, N, '<'>]]
) => Query<T>

/** A value of a row that is there. */
type PresentForm = <T extends ModelClass, const N extends AttributeName<T>>(
  this: T,
  attribute: N,
) => Promise<PluckedOf<T, N>>

type ExtremeForm = <T extends ModelClass, N extends AttributeName<T>>(
  this: T,
  attribute: N,
) => Promise<WhereValue<T, N>>
