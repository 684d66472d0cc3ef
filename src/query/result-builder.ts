import type { AttributeName, AttributePath, ModelType, Row, WhereValue } from '../schema/index.js'
import { extremeOf, sumOf } from './aggregates.js'
import { calledFunction } from './called-function.js'
import { changed, stateOf } from './condition-builder.js'
import { checkKeyed, groupRows, type KeyedBy, keyRows, type PluckedOf, valueIn } from './keyed-rows.js'
import { applied } from './local-scopes.js'
import { countRows, readRows } from './row-reader.js'
import { ShapeBuilder } from './shape-builder.js'
import { checkWholeAttribute } from './where.js'
import type { WhereMethod } from './where-method.js'

/** What a query gives: rows, one row, values of rows, numbers. */
export abstract class ResultBuilder<T extends ModelType, R> extends ShapeBuilder<T, R> {
  /** Every matching row, over all pages. */
  async get(): Promise<Row<T, R>[]> {
    return (await readRows(this as never)) as Row<T, R>[]
  }

  /** The first matching row, or null. */
  async first(): Promise<Row<T, R> | null> {
    const [row] = await this.limit(1).get()
    return row ?? null
  }

  /** The first matching row, or what `fn` gives. */
  async firstOr<V>(fn: () => V | Promise<V>): Promise<Row<T, R> | V> {
    const otherwise = calledFunction('firstOr', fn)
    return (await this.first()) ?? otherwise()
  }

  /** True when a row matches; what `fn` gives where none does. */
  async existsOr<V>(fn: () => V | Promise<V>): Promise<true | V> {
    const otherwise = calledFunction('existsOr', fn)
    return (await this.exists()) || otherwise()
  }

  /** True when no row matches; what `fn` gives where one does. */
  async doesntExistOr<V>(fn: () => V | Promise<V>): Promise<true | V> {
    const otherwise = calledFunction('doesntExistOr', fn)
    return (await this.doesntExist()) || otherwise()
  }

  /** `where(…).first()`. */
  declare readonly firstWhere: WhereMethod<T, Promise<Row<T, R> | null>>

  static {
    const firstWhere = function (this: ResultBuilder<ModelType, object>, ...given: readonly unknown[]): unknown {
      return (this.where as (...given: readonly unknown[]) => typeof this)(...given).first()
    }
    Object.assign(this.prototype, { firstWhere })
  }

  /** An attribute of the first matching row; null where there is no row, or it has no value. */
  async value<const N extends AttributeName<T>>(attribute: N): Promise<PluckedOf<T, N> | null> {
    const [value] = await this.limit(1).pluck(attribute)
    return value ?? null
  }

  /**
   * An attribute of every matching row, null where a row has none: `pluck('email')`. With a second attribute, a Map from
   * that one's values (dates as ISO 8601 text): `pluck('email', 'id')`. Nothing else is read.
   */
  async pluck<const N extends AttributeName<T>>(attribute: N): Promise<PluckedOf<T, N>[]>
  async pluck<const N extends AttributeName<T>, const K extends AttributeName<T>>(
    attribute: N,
    key: K,
  ): Promise<Map<KeyedBy<T, K>, PluckedOf<T, N>>>
  async pluck(attribute: AttributeName<T>, key?: AttributeName<T>): Promise<unknown> {
    const { schema } = stateOf(this)
    checkWholeAttribute(schema, attribute)
    if (key === undefined) return (await this.#bare([attribute]).get()).map((row) => valueIn(row, attribute))
    checkKeyed(stateOf(this), key)
    const rows = await this.#bare([attribute, key]).get()
    const keyed = keyRows(schema, rows, key)
    return new Map([...keyed].map(([each, row]) => [each, valueIn(row, attribute)]))
  }

  /** Every value that an attribute has on matching rows, once, in the order they come. All rows are read, and compared in memory. */
  async distinct<const N extends AttributeName<T>>(attribute: N): Promise<Exclude<PluckedOf<T, N>, null>[]> {
    checkKeyed(stateOf(this), attribute)
    const rows = await this.#bare([attribute]).get()
    const groups = groupRows(stateOf(this).schema, rows, attribute)
    return [...groups.values()].map(([row]) => valueIn(row, attribute)).filter((value) => value !== null) as never
  }

  /**
   * Matching rows by the value of an attribute (dates as ISO 8601 text), the last one where several have it; null for
   * rows without one.
   */
  async keyBy<const K extends AttributeName<T>>(attribute: K): Promise<Map<KeyedBy<T, K>, Row<T, R>>> {
    checkKeyed(stateOf(this), attribute, true)
    return keyRows(stateOf(this).schema, await this.get(), attribute) as never
  }

  /**
   * Matching rows in groups that have one value of an attribute (dates as ISO 8601 text), in the order they come; null for
   * rows without one. DynamoDB groups nothing: all rows are read, and held in memory.
   */
  async groupBy<const K extends AttributeName<T>>(attribute: K): Promise<Map<KeyedBy<T, K>, Row<T, R>[]>> {
    checkKeyed(stateOf(this), attribute, true)
    return groupRows(stateOf(this).schema, await this.get(), attribute) as never
  }

  /**
   * How many rows `get` would bring, over all pages: with a limit at most that many, and without those that are skipped. With
   * an attribute, those of the rows that have a value there.
   */
  async count(attribute?: AttributePath<T>): Promise<number> {
    if (attribute === undefined) return countRows(this as never)
    return countRows(applied(this, (rows) => rows.whereNotNull(attribute), 'count') as never)
  }

  /** True when a row matches; stops at the first. */
  async exists(): Promise<boolean> {
    return (await this.limit(1).count()) > 0
  }

  async doesntExist(): Promise<boolean> {
    return !(await this.exists())
  }

  /**
   * The sum of an attribute over every page, added exactly; 0 when nothing matches. A `bigint` attribute gives a bigint,
   * a `decimal` one decimal text.
   */
  async sum<N extends AttributeName<T>>(attribute: N): Promise<SumOf<T, N>> {
    const { sum, type } = await sumOf(this as never, attribute, 'sum')
    const text = sum.toString()
    return (type === 'bigint' ? BigInt(text) : type === 'decimal' ? text : Number(text)) as SumOf<T, N>
  }

  /** The average of an attribute over the rows that have it; null when none has. */
  async avg(attribute: AttributeName<T>): Promise<number | null> {
    const { sum } = await sumOf(this as never, attribute, 'average')
    return sum.count === 0 ? null : Number(sum.toString()) / sum.count
  }

  /** The same as `avg`. */
  average(attribute: AttributeName<T>): Promise<number | null> {
    return this.avg(attribute)
  }

  /** The least value of an attribute, null when no row has one: one read where an index sorts by it. */
  min<N extends AttributeName<T>>(attribute: N): Promise<WhereValue<T, N>> {
    return extremeOf(this as never, attribute, -1)
  }

  /** The greatest value of an attribute, null when no row has one: one read where an index sorts by it. */
  max<N extends AttributeName<T>>(attribute: N): Promise<WhereValue<T, N>> {
    return extremeOf(this as never, attribute, 1)
  }

  /** The rows with these attributes and nothing else. */
  #bare(select: readonly string[]): this {
    return changed(this.derive({ select }), { relations: [], aggregates: [] })
  }
}

/** What a sum of an attribute is: as exact as the attribute. */
export type SumOf<T extends ModelType, N> =
  WhereValue<T, N> extends infer V
    ? [Exclude<V, null>] extends [bigint]
      ? bigint
      : [Exclude<V, null>] extends [number]
        ? number
        : any
    : never
