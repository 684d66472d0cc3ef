import type { AttributeName, KeyName, ModelType, RecordOf, Selected } from '../schema/index.js'
import type { AttributeMap } from '../values/index.js'
import { ConditionBuilder, isKeyName, stateOf } from './condition-builder.js'
import { type CursorPage, readCursorPage } from './cursor-page.js'
import { addEagerLoads } from './eager-load.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { countItems, readAll, readPages } from './executor.js'
import type { Plan } from './plan.js'
import { type PlannedRequest, requestOf } from './plan-request.js'
import { planQuery } from './planner.js'
import type { QuerySpec } from './query-spec.js'
import { reportScan } from './scan-guard.js'
import { checkWholeAttribute } from './where.js'
import type { WithMethod } from './with-method.js'

/**
 * A query of one model. Immutable: every method returns a new builder, so a query can be kept and built upon.
 *
 * @typeParam T the model's class
 * @typeParam R what a row is: the whole record, a selection of it, or a record with relations
 * @example
 * const adults = await User.query().where('age', '>=', 18).orderBy('name').limit(10).get()
 */
export class QueryBuilder<T extends ModelType, R = RecordOf<T>> extends ConditionBuilder<T> {
  /** Sorted by an attribute. Where no index sorts by it, the rows are sorted in memory, and `explain()` says so. */
  orderBy(attribute: AttributeName<T> | KeyName, direction: 'asc' | 'desc' = 'asc'): this {
    if (!isKeyName(stateOf(this), attribute)) checkWholeAttribute(stateOf(this).schema, attribute)
    if (direction !== 'asc' && direction !== 'desc')
      throw new QueryError('QUERY.INVALID_VALUE', `orderBy takes 'asc' or 'desc', not "${String(direction)}".`)
    return this.derive({ order: [...stateOf(this).spec.order, { attribute, descending: direction === 'desc' }] })
  }

  orderByDesc(attribute: AttributeName<T> | KeyName): this {
    return this.orderBy(attribute, 'desc')
  }

  /** Newest first, by `createdAt` unless another attribute is named. */
  latest(attribute: AttributeName<T> = 'createdAt' as AttributeName<T>): this {
    return this.orderBy(attribute, 'desc')
  }

  oldest(attribute: AttributeName<T> = 'createdAt' as AttributeName<T>): this {
    return this.orderBy(attribute, 'asc')
  }

  /** At most n rows, exactly n where there are so many: the limit counts rows that match, not rows that are read. */
  limit(n: number): this {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new QueryError('QUERY.INVALID_VALUE', `limit takes a whole number from 0, not ${String(n)}.`)
    return this.derive({ limit: n })
  }

  /** Leaves out the first n rows. They are read and paid for; `cursorPaginate` is not charged for earlier pages. */
  skip(n: number): this {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new QueryError('QUERY.INVALID_VALUE', `skip takes a whole number from 0, not ${String(n)}.`)
    return this.derive({ offset: n })
  }

  take(n: number): this {
    return this.limit(n)
  }

  /** Reads only these attributes (and the key). Takes names or a list of names. */
  select<const N extends AttributeName<T>>(
    ...attributes: readonly N[] | readonly [readonly N[]]
  ): QueryBuilder<T, Selected<T, N, R>> {
    const names = attributes.flat() as string[]
    for (const name of names) checkWholeAttribute(stateOf(this).schema, name)
    return this.derive({ select: names.length === 0 ? undefined : names }) as unknown as QueryBuilder<
      T,
      Selected<T, N, R>
    >
  }

  /** Reads from this index and no other. */
  index(name: string): this {
    return this.derive({ index: name })
  }

  /** Sees every write that was acknowledged before. Twice the price, and never from a global secondary index. */
  consistentRead(on = true): this {
    return this.derive({ consistent: on })
  }

  /**
   * A Scan reads so many parts of the table at the same time (DynamoDB: "parallel scan"); other plans are not changed.
   * Rows come in any order.
   */
  parallel(segments: number): this {
    if (!Number.isSafeInteger(segments) || segments < 1 || segments > 1000)
      throw new QueryError(
        'QUERY.INVALID_VALUE',
        `parallel takes a whole number from 1 to 1000, not ${String(segments)}.`,
      )
    return this.derive({ segments })
  }

  /** Soft-deleted rows as well. */
  withTrashed(): this {
    return this.derive({ trashed: 'with' })
  }

  /** Soft-deleted rows only. */
  onlyTrashed(): this {
    return this.derive({ trashed: 'only' })
  }

  /**
   * Reads relations along with the rows, never one read per row: `with('posts', 'profile')`, nested
   * `with('posts.comments')`, constrained `with('posts', q => q.where('published', true).limit(5))`, or
   * `with({ posts: q => q.latest() })`. A limit counts for each row by itself.
   *
   * @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE` for a relation the model does not have
   */
  declare readonly with: WithMethod<T, R>

  static {
    const along = function (this: QueryBuilder<ModelType, unknown>, ...given: readonly unknown[]): unknown {
      const { relations, schema } = stateOf(this)
      return this.derive({}, addEagerLoads(relations, schema, given))
    }
    Object.assign(this.prototype, { with: along })
  }

  /** The plan of a query that is about to be sent. */
  #run(spec: QuerySpec): { readonly plan: Plan; readonly binding: EntityBinding } {
    const binding = stateOf(this).bind()
    const plan = planQuery(spec, binding)
    reportScan(plan, binding)
    return { plan, binding }
  }

  /** Every matching row, over all pages. */
  async get(): Promise<R[]> {
    const { plan, binding } = this.#run(stateOf(this).spec)
    const items = await readAll(plan, binding)
    return this.#hydrate(items, binding)
  }

  async #hydrate(items: readonly AttributeMap[], binding: EntityBinding): Promise<R[]> {
    const rows = items.map((item) => binding.hydrate(item, stateOf(this).spec.select))
    if (stateOf(this).relations.length > 0) await binding.load(rows, stateOf(this).relations)
    return rows as R[]
  }

  /** The first matching row, or null. */
  async first(): Promise<R | null> {
    const [row] = await this.limit(1).get()
    return row ?? null
  }

  /** How many rows match, over all pages; at most the limit, where one is set. */
  async count(): Promise<number> {
    const { plan, binding } = this.#run({ ...stateOf(this).spec, order: [], select: undefined })
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
    const { plan, binding } = this.#run(stateOf(this).spec)
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
    const total = await this.derive({ limit: undefined, offset: 0 }).count()
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
    const { plan, binding } = this.#run({ ...stateOf(this).spec, limit: undefined, offset: 0, segments: 1 })
    const page = await readCursorPage(
      plan,
      binding,
      pageSize(size ?? stateOf(this).spec.limit ?? 15),
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
    return planQuery(stateOf(this).spec, stateOf(this).bind())
  }

  /** The request that `get` sends first, in DynamoDB's own JSON; undefined when nothing has to be sent. Sends nothing. */
  toRequest(): PlannedRequest | undefined {
    const binding = stateOf(this).bind()
    return requestOf(planQuery(stateOf(this).spec, binding), binding)
  }

  /** The same as `toRequest`. */
  toQuery(): PlannedRequest | undefined {
    return this.toRequest()
  }

  /** Hands the readable plan and the first request to `log`, and goes on. Sends nothing. */
  debug(log: (text: string) => void = print): this {
    log(`${String(this.explain())}\n${JSON.stringify(this.toRequest(), undefined, 2)}`)
    return this
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

/** Standard output, for `debug`. */
function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function pageSize(n: unknown): number {
  if (Number.isSafeInteger(n) && (n as number) > 0) return n as number
  throw new QueryError('QUERY.INVALID_VALUE', `A page is a whole number from 1, not ${String(n)}.`)
}
