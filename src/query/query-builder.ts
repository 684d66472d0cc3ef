import type {
  AttributeName,
  IndexName,
  KeyName,
  ModelType,
  OverIndex,
  ProjectedModel,
  ProjectedRow,
  RecordOf,
  Row,
  Selected,
  WhereValue,
} from '../schema/index.js'
import { type AttributeMap, ExactSum } from '../values/index.js'
import { checkOrdered, checkSummable, extremeItem, sumItems } from './aggregates.js'
import { changed, isKeyName, isTested, stateOf } from './condition-builder.js'
import { type CursorPage, readCursorPage } from './cursor-page.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { countItems, readAll, readPages } from './executor.js'
import type { Plan } from './plan.js'
import { type PlannedRequest, requestOf } from './plan-request.js'
import { planQuery } from './planner.js'
import type { QuerySpec } from './query-spec.js'
import { RelationBuilder } from './relation-builder.js'
import { relationPlans } from './relation-plans.js'
import { isWanted } from './row-filters.js'
import { passing, selectionOf } from './row-tests.js'
import { countingRows, rowsOf } from './rows.js'
import { reportScan } from './scan-guard.js'
import { both, checkWholeAttribute, condition } from './where.js'

/**
 * A query of one model. Immutable: every method returns a new builder, so a query can be kept and built upon.
 *
 * @typeParam T the model's class
 * @typeParam R what a row is: the whole record, a selection of it, or a record with relations
 * @example
 * const adults = await User.query().where('age', '>=', 18).orderBy('name').limit(10).get()
 */
export class QueryBuilder<T extends ModelType, R = RecordOf<T>> extends RelationBuilder<T, R> {
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

  /** Reads from this index and no other: a declared one by its name, or any of the table's (`GSI1`). */
  index<const N extends string>(
    name: N extends IndexName<T> ? N : string extends N ? N : IndexName<T>,
  ): this & OverIndex<N> {
    return this.derive({ index: name }) as this & OverIndex<N>
  }

  /**
   * After `index(name)`: reads what that index holds and never fetches from the table. Rows have the attributes of the
   * keys and those of the index's projection, and conditions, order and selection know no others. `Model.hydrate(rows)`
   * reads the rest.
   *
   * @throws QueryError `QUERY.NOT_PROJECTED` where the query needs what the index does not hold
   */
  projected<N extends string>(this: OverIndex<N>): QueryBuilder<ProjectedModel<T, N>, ProjectedRow<T, N, R>> {
    return (this as unknown as this).derive({ projected: true, select: undefined }) as never
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

  /** Rows whose time is up as well, as long as DynamoDB has not removed them (`static ttl`). */
  withExpired(): this {
    return this.derive({ expired: true })
  }

  /** The plan of a query that is about to be sent. */
  #run(spec: QuerySpec): { readonly plan: Plan; readonly binding: EntityBinding } {
    const binding = stateOf(this).bind()
    const plan = planQuery(spec, binding)
    reportScan(plan, binding)
    return { plan, binding }
  }

  /** The same for a query whose items become rows. @param counted whether it takes so many of them and no fewer */
  #rows(spec: QuerySpec, counted: boolean): { readonly plan: Plan; readonly binding: EntityBinding } {
    const { plan, binding } = this.#run(spec)
    return { plan, binding: counted ? countingRows(binding, spec.select) : binding }
  }

  /** Every matching row, over all pages. */
  async get(): Promise<Row<T, R>[]> {
    const state = stateOf(this)
    if (isTested(state)) {
      const rows: Row<T, R>[] = []
      for await (const page of this.#pages()) for (const row of page) rows.push(row)
      return rows
    }
    const spec = this.#selected()
    const { plan, binding } = this.#rows(spec, isCut(spec))
    if (plan.operation === 'GetItem' && state.relations.length > 0) {
      const rows = await binding.readCollection(plan, state.relations, (item) => isWanted(item, plan, binding))
      if (rows !== undefined) return this.#count(rows, binding)
    }
    const items = await readAll(plan, binding)
    return this.#finish(this.#hydrate(items, binding), binding)
  }

  /** The query with everything selected that its relations are found by. */
  #selected(): QuerySpec {
    const { spec } = stateOf(this)
    const select = selectionOf(stateOf(this))
    return select === spec.select ? spec : { ...spec, select }
  }

  #hydrate(items: readonly AttributeMap[], binding: EntityBinding): object[] {
    const select = selectionOf(stateOf(this))
    return rowsOf(items, binding, select)
  }

  /** Reads along what rows are to bring. */
  async #finish(rows: readonly object[], binding: EntityBinding): Promise<Row<T, R>[]> {
    const { relations } = stateOf(this)
    binding.noteSiblings(rows)
    if (binding.retrieved !== undefined) await binding.retrieved(rows)
    if (relations.length > 0) await binding.load(rows, relations)
    return this.#count(rows, binding)
  }

  /** Puts on rows what is asked of related rows. */
  async #count(rows: readonly object[], binding: EntityBinding): Promise<Row<T, R>[]> {
    const { aggregates } = stateOf(this)
    for (const aggregate of aggregates ?? []) await binding.aggregateRelated(rows, aggregate)
    return rows as Row<T, R>[]
  }

  /** The rows of the query, a page at a time. */
  async *#pages(): AsyncGenerator<readonly Row<T, R>[]> {
    const { tests, source } = stateOf(this)
    if (source !== undefined) {
      const rows = await source.rows(changed(this as QueryBuilder<any, any>, { source: undefined }))
      if (rows.length > 0) yield rows as readonly Row<T, R>[]
      return
    }
    const spec = this.#selected()
    if (tests === undefined) {
      const { plan, binding } = this.#rows(spec, isCut(spec))
      for await (const page of readPages(plan, binding)) yield this.#finish(this.#hydrate(page, binding), binding)
      return
    }
    let skip = spec.offset
    let left = spec.limit ?? Number.POSITIVE_INFINITY
    if (left === 0) return
    const { plan, binding } = this.#rows({ ...spec, limit: undefined, offset: 0 }, false)
    for await (const page of readPages(plan, binding)) {
      for await (const passed of passing(this.#hydrate(page, binding), tests, binding)) {
        const rows = passed.slice(skip, skip + left)
        skip = Math.max(0, skip - passed.length)
        left -= rows.length
        if (rows.length > 0) yield this.#finish(rows, binding)
        if (left <= 0) return
      }
    }
  }

  /** The first matching row, or null. */
  async first(): Promise<Row<T, R> | null> {
    const [row] = await this.limit(1).get()
    return row ?? null
  }

  /** How many rows match, over all pages; at most the limit, where one is set. */
  async count(): Promise<number> {
    const state = stateOf(this)
    if (isTested(state)) {
      let count = 0
      const bare = this.derive({ order: [] }).evolve({ relations: [], aggregates: [] })
      for await (const page of bare.#pages()) count += page.length
      return count
    }
    const { plan, binding } = this.#run({ ...state.spec, order: [], select: undefined })
    return countItems(plan, binding)
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
    const { sum, type } = await this.#sum(attribute, 'sum')
    const text = sum.toString()
    return (type === 'bigint' ? BigInt(text) : type === 'decimal' ? text : Number(text)) as SumOf<T, N>
  }

  /** The average of an attribute over the rows that have it; null when none has. */
  async avg(attribute: AttributeName<T>): Promise<number | null> {
    const { sum } = await this.#sum(attribute, 'average')
    return sum.count === 0 ? null : Number(sum.toString()) / sum.count
  }

  /** The least value of an attribute, null when no row has one: one read where an index sorts by it. */
  min<N extends AttributeName<T>>(attribute: N): Promise<WhereValue<T, N>> {
    return this.#extreme(attribute, -1)
  }

  /** The greatest value of an attribute, null when no row has one: one read where an index sorts by it. */
  max<N extends AttributeName<T>>(attribute: N): Promise<WhereValue<T, N>> {
    return this.#extreme(attribute, 1)
  }

  async #sum(attribute: string, what: string): Promise<{ readonly sum: ExactSum; readonly type: string | undefined }> {
    const { schema, spec } = stateOf(this)
    checkWholeAttribute(schema, attribute)
    checkSummable(schema, attribute, what)
    const type = schema.attribute.get(attribute)?.type
    if (isTested(stateOf(this))) {
      const sum = new ExactSum()
      for await (const row of this.#bare([attribute])) {
        const value = (row as Record<string, unknown>)[attribute]
        if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') sum.add(String(value))
      }
      return { sum, type }
    }
    const { plan, binding } = this.#run({ ...spec, order: orderOf(spec), select: [attribute] })
    return { sum: await sumItems(plan, binding, attribute), type }
  }

  async #extreme(attribute: string, sign: 1 | -1): Promise<any> {
    const { schema, spec } = stateOf(this)
    checkWholeAttribute(schema, attribute)
    checkOrdered(schema, attribute, sign === 1 ? 'maximum' : 'minimum')
    const select = [attribute]
    const bounded = spec.limit !== undefined || spec.offset > 0
    if (isTested(stateOf(this))) {
      let best: any = null
      for await (const row of this.#bare(select)) {
        const value = (row as Record<string, any>)[attribute]
        if (value === undefined || value === null) continue
        if (best === null || (sign === 1 ? value > best : value < best)) best = value
      }
      return best
    }
    const sorted: QuerySpec = {
      ...spec,
      where: both(spec.where, condition(schema, attribute, '!=', null)),
      order: [{ attribute, descending: sign === 1 }],
      limit: 1,
      select,
    }
    const inOrder = bounded ? undefined : this.#plan(sorted)
    const one = inOrder !== undefined && inOrder.inMemory.sort.length === 0 && inOrder.operation !== 'Scan'
    const { plan, binding } = this.#run(one ? sorted : { ...spec, order: orderOf(spec), select })
    const item = await extremeItem(plan, binding, attribute, sign)
    return item === undefined ? null : binding.codec.decodeAttribute(attribute, item)
  }

  #plan(spec: QuerySpec): Plan {
    return planQuery(spec, stateOf(this).bind())
  }

  /** The rows with these attributes and nothing else. */
  #bare(select: readonly string[]): QueryBuilder<T, R> {
    return this.derive({ select }).evolve({ relations: [], aggregates: [] })
  }

  /** Rows one by one, a page at a time in memory: `for await (const user of User.query())`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row<T, R>> {
    for await (const page of this.#pages()) yield* page
  }

  /**
   * A page by number, from 1. `total` is a COUNT of all matching rows, whatever limit or skip the query has, and a later
   * page costs the reads of all before it:
   * `cursorPaginate` has neither.
   */
  async paginate(perPage = 15, page = 1): Promise<Page<Row<T, R>>> {
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
  async cursorPaginate(cursor?: string | null, perPage?: number): Promise<CursorPage<Row<T, R>>>
  async cursorPaginate(perPage: number, cursor?: string | null): Promise<CursorPage<Row<T, R>>>
  async cursorPaginate(
    first?: string | number | null,
    second?: string | number | null,
  ): Promise<CursorPage<Row<T, R>>> {
    const [cursor, size] = typeof first === 'number' ? [second, first] : [first, second]
    if (isTested(stateOf(this))) {
      const what = stateOf(this).tests === undefined ? 'A relation over other rows' : 'A query with has() or whereHas()'
      throw new QueryError('QUERY.INVALID_VALUE', `${what} cannot be paged by cursor.`, {
        hint: 'Walk it with chunk(), lazy() or for await, which hold one page in memory.',
      })
    }
    const { plan, binding } = this.#rows({ ...this.#selected(), limit: undefined, offset: 0, segments: 1 }, true)
    const page = await readCursorPage(
      plan,
      binding,
      pageSize(size ?? stateOf(this).spec.limit ?? 15),
      cursor as string | null | undefined,
    )
    return { ...page, data: await this.#finish(this.#hydrate(page.data, binding), binding) }
  }

  /**
   * Calls `fn` with n rows at a time, each chunk full but the last, until it returns false. Constant memory.
   * @returns false when `fn` stopped it
   */
  async chunk(n: number, fn: (rows: Row<T, R>[], page: number) => unknown): Promise<boolean> {
    const size = pageSize(n)
    let rows: Row<T, R>[] = []
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
  chunkById(n: number, fn: (rows: Row<T, R>[], page: number) => unknown): Promise<boolean> {
    return this.chunk(n, fn)
  }

  /** Calls `fn` with each row until it returns false. @returns false when `fn` stopped it */
  async each(fn: (row: Row<T, R>, index: number) => unknown): Promise<boolean> {
    let index = 0
    for await (const row of this) if ((await fn(row, index++)) === false) return false
    return true
  }

  /** Rows one by one, a page at a time in memory; the same as iterating over the query. */
  lazy(): AsyncGenerator<Row<T, R>> {
    return this[Symbol.asyncIterator]()
  }

  /** How the query will be run, as data; `String(plan)` is the readable form. Sends nothing. */
  explain(): Plan {
    const { source, spec, bind } = stateOf(this)
    if (source !== undefined) return source.first().explain()
    const plan = planQuery(spec, bind())
    const relations = relationPlans(stateOf(this))
    return relations.length === 0 ? plan : Object.freeze({ ...plan, relations })
  }

  /** The request that `get` sends first, in DynamoDB's own JSON; undefined when nothing has to be sent. Sends nothing. */
  toRequest(): PlannedRequest | undefined {
    const { source, spec, bind } = stateOf(this)
    if (source !== undefined) return source.first().toRequest()
    const binding = bind()
    return requestOf(planQuery(spec, binding), binding)
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

/** True for a query that takes a number of rows, or leaves some out. */
function isCut({ limit, offset }: QuerySpec): boolean {
  return limit !== undefined || offset > 0
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

/** What a sum of an attribute is: as exact as the attribute. */
export type SumOf<T extends ModelType, N> =
  WhereValue<T, N> extends infer V
    ? [Exclude<V, null>] extends [bigint]
      ? bigint
      : [Exclude<V, null>] extends [number]
        ? number
        : any
    : never

/** The order matters only where it decides which rows are taken. */
function orderOf({ order, limit, offset }: QuerySpec): QuerySpec['order'] {
  return limit === undefined && offset === 0 ? [] : order
}

/** Standard output, for `debug`. */
function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function pageSize(n: unknown): number {
  if (Number.isSafeInteger(n) && (n as number) > 0) return n as number
  throw new QueryError('QUERY.INVALID_VALUE', `A page is a whole number from 1, not ${String(n)}.`)
}
