import type {
  AttributeFor,
  AttributeName,
  AttributePath,
  EntitySchema,
  KeyName,
  Loaded,
  ModelType,
  OperandFor,
  RecordOf,
  RelationName,
  Selected,
  WhereValue,
} from '../schema/index.js'
import type { AttributeMap } from '../values/index.js'
import { type CursorPage, readCursorPage } from './cursor-page.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { countItems, type PlannedRequest, readAll, readPages, requestOf } from './executor.js'
import type { Plan } from './plan.js'
import { planQuery } from './planner.js'
import { EMPTY_SPEC, type QuerySpec } from './query-spec.js'
import { isRawKey, rawKey, rawPartition, rawSort } from './raw-key.js'
import { reportScan } from './scan-guard.js'
import { both, checkWholeAttribute, condition, either, type Where } from './where.js'
import type { WhereMethod } from './where-method.js'

/**
 * A query of one model. Immutable: every method returns a new builder, so a query can be kept and built upon.
 *
 * @typeParam T the model's class
 * @typeParam R what a row is: the whole record, a selection of it, or a record with relations
 * @example
 * const adults = await User.query().where('age', '>=', 18).orderBy('name').limit(10).get()
 */
export class QueryBuilder<T extends ModelType, R = RecordOf<T>> {
  readonly #bind: () => EntityBinding
  readonly #schema: EntitySchema
  readonly #spec: QuerySpec
  readonly #relations: readonly string[]

  /** @internal made by `Model.query()` */
  constructor(
    schema: EntitySchema,
    bind: () => EntityBinding,
    spec: QuerySpec = EMPTY_SPEC,
    relations: readonly string[] = [],
  ) {
    this.#schema = schema
    this.#bind = bind
    this.#spec = spec
    this.#relations = relations
  }

  #with(change: Partial<QuerySpec>): QueryBuilder<T, R> {
    return new QueryBuilder(this.#schema, this.#bind, Object.freeze({ ...this.#spec, ...change }), this.#relations)
  }

  #and(where: Where): QueryBuilder<T, R> {
    return this.#with({ where: both(this.#spec.where, where) })
  }

  /**
   * Rows for which the condition holds: `where(name, value)`, `where(name, operator, value)`, `where({ a: 1, b: 2 })`,
   * or a group `where(q => q.where(…).orWhere(…))`.
   *
   * @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE`, `QUERY.INVALID_OPERATOR` or `QUERY.INVALID_VALUE`
   */
  declare readonly where: WhereMethod<T, R>
  /** The same as `where`. */
  declare readonly andWhere: WhereMethod<T, R>
  /** Everything so far, or this: SQL's precedence. */
  declare readonly orWhere: WhereMethod<T, R>

  static {
    // One implementation on the prototype for forms that are declared once.
    const and = function (this: QueryBuilder<ModelType, unknown>, ...given: readonly unknown[]): unknown {
      const [name, second, third] = given
      if (given.length > 1 && this.#isKeyName(name))
        return given.length === 2 ? this.#raw(name, '=', second) : this.#raw(name, second as string, third)
      return this.#and(this.#condition(given))
    }
    const or = function (this: QueryBuilder<ModelType, unknown>, ...given: readonly unknown[]): unknown {
      return this.#with({ where: either(this.#spec.where, this.#condition(given)) })
    }
    Object.assign(this.prototype, { where: and, andWhere: and, orWhere: or })
  }

  #condition(given: readonly unknown[]): Where {
    const [first, second] = given
    if (typeof first === 'function') {
      const group = (first as (query: QueryBuilder<T>) => QueryBuilder<T> | undefined)(
        new QueryBuilder<T>(this.#schema, this.#bind),
      )
      if (!(group instanceof QueryBuilder))
        throw new QueryError('QUERY.INVALID_VALUE', 'A group must return its query.', {
          hint: "Builders are immutable: write where(q => q.where('a', 1).orWhere('b', 2)).",
        })
      return group.#spec.where
    }
    if (typeof first === 'object' && first !== null && !Array.isArray(first))
      return {
        kind: 'and',
        all: Object.entries(first).map(([attribute, value]) => condition(this.#schema, attribute, '=', value)),
      }
    if (given.length <= 2) return condition(this.#schema, first as string, '=', second)
    return condition(this.#schema, first as string, second as string, given[2], given[3])
  }

  /** The partition key as it is in the table (or in the index of `index(name)`): `pk('USER#1')`. */
  pk(value: string): QueryBuilder<T, R> {
    return this.#with({ rawKey: rawPartition(this.#bind(), this.#spec, undefined, '=', value) })
  }

  /** The sort key as it is, after `pk`: `sk('USER#1')`, `sk('begins_with', 'ORDER#')`, `sk('between', [low, high])`. */
  sk(value: string): QueryBuilder<T, R>
  sk(operator: '=' | '<' | '<=' | '>' | '>=' | 'begins_with', value: string): QueryBuilder<T, R>
  sk(operator: 'between', range: readonly [low: string, high: string]): QueryBuilder<T, R>
  sk(...given: readonly unknown[]): QueryBuilder<T, R> {
    const [operator, value] = given.length === 1 ? ['=', given[0]] : [given[0] as string, given[1]]
    return this.#with({ rawKey: rawSort(this.#bind(), this.#spec, undefined, operator, value) })
  }

  /** True for the name of a key attribute of the table, which is no attribute of the model. */
  #isKeyName(name: unknown): name is string {
    if (typeof name !== 'string' || this.#schema.attribute.has(name)) return false
    return isRawKey(this.#bind(), name)
  }

  #raw(name: string, op: string, value: unknown): QueryBuilder<T, R> {
    return this.#with({ rawKey: rawKey(this.#bind(), this.#spec, name, op, value) })
  }

  whereNot<N extends AttributePath<T>>(attribute: N, value: WhereValue<T, N>): QueryBuilder<T, R> {
    return this.#and({ kind: 'not', where: condition(this.#schema, attribute, '=', value) })
  }

  /** Rows whose value is in the list. An empty list matches nothing, and asks nothing of DynamoDB. */
  whereIn<N extends AttributePath<T>>(attribute: N, values: readonly WhereValue<T, N>[]): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'in', values))
  }

  whereNotIn<N extends AttributePath<T>>(attribute: N, values: readonly WhereValue<T, N>[]): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'not in', values))
  }

  /** Both ends included. Takes `(name, low, high)` or `(name, [low, high])`. */
  whereBetween<N extends AttributeFor<T, 'between'> | KeyName>(
    attribute: N,
    ...range: Range<OperandFor<T, N, '<'>>
  ): QueryBuilder<T, R> {
    if (this.#isKeyName(attribute)) return this.#raw(attribute, 'between', range.length === 2 ? range : range[0])
    return this.#and(condition(this.#schema, attribute, 'between', range.length === 2 ? range : range[0]))
  }

  whereNotBetween<N extends AttributeFor<T, 'between'>>(
    attribute: N,
    ...range: Range<OperandFor<T, N, '<'>>
  ): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'not between', range.length === 2 ? range : range[0]))
  }

  /** Rows without a value: the attribute is absent, or there as NULL. */
  whereNull(attribute: AttributePath<T>): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, '=', null))
  }

  whereNotNull(attribute: AttributePath<T>): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, '!=', null))
  }

  whereBeginsWith<N extends AttributeFor<T, 'begins_with'> | KeyName>(
    attribute: N,
    prefix: OperandFor<T, N, 'begins_with'>,
  ): QueryBuilder<T, R> {
    if (this.#isKeyName(attribute)) return this.#raw(attribute, 'begins_with', prefix)
    return this.#and(condition(this.#schema, attribute, 'begins_with', prefix))
  }

  /** A string that holds the text, or a set or list that holds the element. */
  whereContains<N extends AttributeFor<T, 'contains'>>(
    attribute: N,
    value: OperandFor<T, N, 'contains'>,
  ): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'contains', value))
  }

  whereNotContains<N extends AttributeFor<T, 'contains'>>(
    attribute: N,
    value: OperandFor<T, N, 'contains'>,
  ): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'not contains', value))
  }

  /** Rows that have the attribute, even as NULL. */
  whereExists(attribute: AttributePath<T>): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'exists', true))
  }

  whereNotExists(attribute: AttributePath<T>): QueryBuilder<T, R> {
    return this.#and(condition(this.#schema, attribute, 'not exists', true))
  }

  /** Sorted by an attribute. Where no index sorts by it, the rows are sorted in memory, and `explain()` says so. */
  orderBy(attribute: AttributeName<T> | KeyName, direction: 'asc' | 'desc' = 'asc'): QueryBuilder<T, R> {
    if (!this.#isKeyName(attribute)) checkWholeAttribute(this.#schema, attribute)
    if (direction !== 'asc' && direction !== 'desc')
      throw new QueryError('QUERY.INVALID_VALUE', `orderBy takes 'asc' or 'desc', not "${String(direction)}".`)
    return this.#with({ order: [...this.#spec.order, { attribute, descending: direction === 'desc' }] })
  }

  orderByDesc(attribute: AttributeName<T> | KeyName): QueryBuilder<T, R> {
    return this.orderBy(attribute, 'desc')
  }

  /** Newest first, by `createdAt` unless another attribute is named. */
  latest(attribute: AttributeName<T> = 'createdAt' as AttributeName<T>): QueryBuilder<T, R> {
    return this.orderBy(attribute, 'desc')
  }

  oldest(attribute: AttributeName<T> = 'createdAt' as AttributeName<T>): QueryBuilder<T, R> {
    return this.orderBy(attribute, 'asc')
  }

  /** At most n rows, exactly n where there are so many: the limit counts rows that match, not rows that are read. */
  limit(n: number): QueryBuilder<T, R> {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new QueryError('QUERY.INVALID_VALUE', `limit takes a whole number from 0, not ${String(n)}.`)
    return this.#with({ limit: n })
  }

  /** Leaves out the first n rows. They are read and paid for; `cursorPaginate` is not charged for earlier pages. */
  skip(n: number): QueryBuilder<T, R> {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new QueryError('QUERY.INVALID_VALUE', `skip takes a whole number from 0, not ${String(n)}.`)
    return this.#with({ offset: n })
  }

  take(n: number): QueryBuilder<T, R> {
    return this.limit(n)
  }

  /** Reads only these attributes (and the key). Takes names or a list of names. */
  select<const N extends AttributeName<T>>(
    ...attributes: readonly N[] | readonly [readonly N[]]
  ): QueryBuilder<T, Selected<T, N, R>> {
    const names = attributes.flat() as string[]
    for (const name of names) checkWholeAttribute(this.#schema, name)
    return this.#with({ select: names.length === 0 ? undefined : names }) as unknown as QueryBuilder<
      T,
      Selected<T, N, R>
    >
  }

  /** Reads from this index and no other. */
  index(name: string): QueryBuilder<T, R> {
    return this.#with({ index: name })
  }

  /** Sees every write that was acknowledged before. Twice the price, and never from a global secondary index. */
  consistentRead(on = true): QueryBuilder<T, R> {
    return this.#with({ consistent: on })
  }

  /**
   * A Scan reads so many parts of the table at the same time (DynamoDB: "parallel scan"); other plans are not changed.
   * Rows come in any order.
   */
  parallel(segments: number): QueryBuilder<T, R> {
    if (!Number.isSafeInteger(segments) || segments < 1 || segments > 1000)
      throw new QueryError(
        'QUERY.INVALID_VALUE',
        `parallel takes a whole number from 1 to 1000, not ${String(segments)}.`,
      )
    return this.#with({ segments })
  }

  /** Soft-deleted rows as well. */
  withTrashed(): QueryBuilder<T, R> {
    return this.#with({ trashed: 'with' })
  }

  /** Soft-deleted rows only. */
  onlyTrashed(): QueryBuilder<T, R> {
    return this.#with({ trashed: 'only' })
  }

  /** Reads relations along with the rows, never one read per row. */
  with<const N extends RelationName<T>>(...relations: readonly N[]): QueryBuilder<T, R & Loaded<T, N>> {
    for (const relation of relations) {
      if (!this.#schema.relations.has(relation))
        throw new QueryError('QUERY.UNKNOWN_ATTRIBUTE', `${this.#schema.name} has no relation "${relation}".`, {
          hint: `Relations are ${[...this.#schema.relations.keys()].join(', ')}.`,
        })
    }
    return new QueryBuilder<T, R & Loaded<T, N>>(this.#schema, this.#bind, this.#spec, [
      ...new Set([...this.#relations, ...relations]),
    ])
  }

  /** The plan of a query that is about to be sent. */
  #run(spec: QuerySpec): { readonly plan: Plan; readonly binding: EntityBinding } {
    const binding = this.#bind()
    const plan = planQuery(spec, binding)
    reportScan(plan, binding)
    return { plan, binding }
  }

  /** Every matching row, over all pages. */
  async get(): Promise<R[]> {
    const { plan, binding } = this.#run(this.#spec)
    const items = await readAll(plan, binding)
    return this.#hydrate(items, binding)
  }

  async #hydrate(items: readonly AttributeMap[], binding: EntityBinding): Promise<R[]> {
    const rows = items.map((item) => binding.hydrate(item, this.#spec.select))
    if (this.#relations.length > 0) await binding.load(rows, this.#relations)
    return rows as R[]
  }

  /** The first matching row, or null. */
  async first(): Promise<R | null> {
    const [row] = await this.limit(1).get()
    return row ?? null
  }

  /** How many rows match, over all pages; at most the limit, where one is set. */
  async count(): Promise<number> {
    const { plan, binding } = this.#run({ ...this.#spec, order: [], select: undefined })
    return countItems(plan, binding)
  }

  /** True when a row matches; stops at the first. */
  async exists(): Promise<boolean> {
    return (await this.limit(1).count()) > 0
  }

  async doesntExist(): Promise<boolean> {
    return !(await this.exists())
  }

  /** Rows one by one, a page at a time in memory: `for await (const user of User.query())`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
    const { plan, binding } = this.#run(this.#spec)
    for await (const page of readPages(plan, binding)) {
      yield* await this.#hydrate(page, binding)
    }
  }

  /**
   * A page by number, from 1. `total` is a COUNT over every page and a later page costs the reads of all before it:
   * `cursorPaginate` has neither.
   */
  async paginate(perPage = 15, page = 1): Promise<Page<R>> {
    const size = pageSize(perPage)
    const currentPage = pageSize(page)
    const total = await this.#with({ limit: undefined, offset: 0 }).count()
    const lastPage = Math.max(1, Math.ceil(total / size))
    const data =
      currentPage > lastPage
        ? []
        : await this.skip((currentPage - 1) * size)
            .limit(size)
            .get()
    return { data, total, perPage: size, currentPage, lastPage }
  }

  /**
   * The n rows after a cursor (null for the first page), with the cursors of both neighbours. Cursors are opaque, and
   * bound to this query. Takes `(cursor, n)` or `(n, cursor)`.
   *
   * @throws KeyError `KEY.CURSOR` for a cursor that was changed or came from another query
   */
  async cursorPaginate(cursor?: string | null, perPage?: number): Promise<CursorPage<R>>
  async cursorPaginate(perPage: number, cursor?: string | null): Promise<CursorPage<R>>
  async cursorPaginate(first?: string | number | null, second?: string | number | null): Promise<CursorPage<R>> {
    const [cursor, size] = typeof first === 'number' ? [second, first] : [first, second]
    const { plan, binding } = this.#run({ ...this.#spec, limit: undefined, offset: 0, segments: 1 })
    const page = await readCursorPage(
      plan,
      binding,
      pageSize(size ?? this.#spec.limit ?? 15),
      cursor as string | null | undefined,
    )
    return { ...page, data: await this.#hydrate(page.data, binding) }
  }

  /**
   * Calls `fn` with n rows at a time, each chunk full but the last, until it returns false. Constant memory.
   * @returns false when `fn` stopped it
   */
  async chunk(n: number, fn: (rows: R[], page: number) => unknown): Promise<boolean> {
    const size = pageSize(n)
    let rows: R[] = []
    let page = 0
    for await (const row of this) {
      rows.push(row)
      if (rows.length < size) continue
      if ((await fn(rows, ++page)) === false) return false
      rows = []
    }
    return rows.length === 0 || (await fn(rows, ++page)) !== false
  }

  /** The same as `chunk`: rows are walked by key in any case, so rows that `fn` changes or deletes move none. */
  chunkById(n: number, fn: (rows: R[], page: number) => unknown): Promise<boolean> {
    return this.chunk(n, fn)
  }

  /** Calls `fn` with each row until it returns false. @returns false when `fn` stopped it */
  async each(fn: (row: R, index: number) => unknown): Promise<boolean> {
    let index = 0
    for await (const row of this) if ((await fn(row, index++)) === false) return false
    return true
  }

  /** Rows one by one, a page at a time in memory; the same as iterating over the query. */
  lazy(): AsyncGenerator<R> {
    return this[Symbol.asyncIterator]()
  }

  /** How the query will be run, as data; `String(plan)` is the readable form. Sends nothing. */
  explain(): Plan {
    return planQuery(this.#spec, this.#bind())
  }

  /** The request that `get` sends first, in DynamoDB's own JSON; undefined when nothing has to be sent. Sends nothing. */
  toRequest(): PlannedRequest | undefined {
    const binding = this.#bind()
    return requestOf(planQuery(this.#spec, binding), binding)
  }
}

/** A page by number. */
export interface Page<R> {
  readonly data: R[]
  /** Rows that match, on all pages. */
  readonly total: number
  readonly perPage: number
  readonly currentPage: number
  readonly lastPage: number
}

function pageSize(n: unknown): number {
  if (Number.isSafeInteger(n) && (n as number) > 0) return n as number
  throw new QueryError('QUERY.INVALID_VALUE', `A page is a whole number from 1, not ${String(n)}.`)
}

type Range<V> = readonly [low: V, high: V] | readonly [range: readonly [V, V]]
