import { type CursorPage, calledFunction, type KeyedBy, type Page, type PluckedOf, type Query } from '../query/index.js'
import type { AttributeName, AttributePath, KeyOf, OperandFor, OperatorFor, Row, WhereValue } from '../schema/index.js'
import type { ModelClass } from './model-space.js'
import { QueryStatics } from './query-statics.js'

/** Queries that are said of the model itself: `User.latest()` is `User.query().latest()`. */
export abstract class QueryingRecord extends QueryStatics {
  /** `query().whereIn(…)`. */
  static whereIn<T extends ModelClass, N extends AttributePath<T>>(
    this: T,
    attribute: N,
    values: readonly WhereValue<T, N>[],
  ): Query<T> {
    return this.query<T>().whereIn(attribute, values)
  }

  /** `query().orderBy(…)`. */
  static orderBy<T extends ModelClass>(
    this: T,
    attribute: AttributeName<T>,
    direction: 'asc' | 'desc' = 'asc',
  ): Query<T> {
    return this.query<T>().orderBy(attribute, direction)
  }

  /** `query().latest(…)`. */
  static latest<T extends ModelClass>(this: T, attribute?: AttributeName<T>): Query<T> {
    return this.query<T>().latest(attribute)
  }

  /** `query().firstWhere(…)`. */
  static async firstWhere<T extends ModelClass, N extends AttributePath<T>>(
    this: T,
    attribute: N,
    value: WhereValue<T, N>,
  ): Promise<Row<T> | null>
  static async firstWhere<T extends ModelClass, N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    this: T,
    attribute: N,
    operator: O,
    value: OperandFor<T, N, O>,
  ): Promise<Row<T> | null>
  static async firstWhere<T extends ModelClass>(
    this: T,
    conditions: { readonly [N in AttributeName<T>]?: WhereValue<T, N> },
  ): Promise<Row<T> | null>
  static async firstWhere<T extends ModelClass>(this: T, ...given: readonly unknown[]): Promise<Row<T> | null> {
    const query = this.query<T>() as unknown as { firstWhere(...given: readonly unknown[]): Promise<Row<T> | null> }
    return query.firstWhere(...given)
  }

  /** The first row. @throws ModelNotFoundError when there is none */
  static async firstOrFail<T extends ModelClass>(this: T): Promise<Row<T>> {
    return this.query<T>().firstOrFail()
  }

  /** The row with this key, or what `fn` gives. */
  static async findOr<T extends ModelClass, V>(this: T, key: KeyOf<T>, fn: () => V | Promise<V>): Promise<Row<T> | V> {
    const otherwise = calledFunction('findOr', fn)
    return (await this.find<T>(key)) ?? otherwise()
  }

  /** `query().pluck(…)`. */
  static async pluck<T extends ModelClass, const N extends AttributeName<T>>(
    this: T,
    attribute: N,
  ): Promise<PluckedOf<T, N>[]>
  static async pluck<T extends ModelClass, const N extends AttributeName<T>, const K extends AttributeName<T>>(
    this: T,
    attribute: N,
    key: K,
  ): Promise<Map<KeyedBy<T, K>, PluckedOf<T, N>>>
  static async pluck<T extends ModelClass>(this: T, ...names: readonly string[]): Promise<unknown> {
    return (this.query<T>() as unknown as { pluck(...names: readonly string[]): unknown }).pluck(...names)
  }

  /** `query().paginate(…)`. */
  static async paginate<T extends ModelClass>(this: T, perPage?: number, page?: number): Promise<Page<Row<T>>> {
    return this.query<T>().paginate(perPage, page)
  }

  /** `query().cursorPaginate(…)`. */
  static async cursorPaginate<T extends ModelClass>(
    this: T,
    cursor: string | null,
    perPage?: number,
  ): Promise<CursorPage<Row<T>>> {
    return this.query<T>().cursorPaginate(cursor, perPage)
  }
}
