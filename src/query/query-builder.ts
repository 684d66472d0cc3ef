import type { Statement } from '../partiql/index.js'
import type { ModelType, RecordOf, Row } from '../schema/index.js'
import { calledFunction } from './called-function.js'
import { stateOf } from './condition-builder.js'
import type { CursorPage } from './cursor-page.js'
import type { Plan } from './plan.js'
import { type PlannedRequest, requestOf } from './plan-request.js'
import { planQuery } from './planner.js'
import { relationPlans } from './relation-plans.js'
import { ResultBuilder } from './result-builder.js'
import { readRowPage, rowPages } from './row-reader.js'
import { pageNumber } from './shape-builder.js'
import { statementOf } from './statement-of.js'

/**
 * A query of one model. Immutable: every method returns a new builder, so a query can be kept and built upon.
 *
 * @typeParam T the model's class
 * @typeParam R what a row is: the whole record, a selection of it, or a record with relations
 * @example
 * const adults = await User.query().where('age', '>=', 18).orderBy('name').limit(10).get()
 */
export class QueryBuilder<T extends ModelType, R = RecordOf<T>> extends ResultBuilder<T, R> {
  /** Rows one by one, a page at a time in memory: `for await (const user of User.query())`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row<T, R>> {
    for await (const page of rowPages(this)) yield* page as readonly Row<T, R>[]
  }

  /**
   * A page by number, from 1. `total` is a COUNT of all matching rows, whatever limit or skip the query has, and a later
   * page costs the reads of all before it:
   * `cursorPaginate` has neither.
   */
  async paginate(perPage: number = stateOf(this).schema.perPage, page = 1): Promise<Page<Row<T, R>>> {
    const size = pageNumber(perPage)
    const currentPage = pageNumber(page)
    const total = await this.derive({ limit: undefined, offset: 0 }).count()
    const lastPage = Math.max(1, Math.ceil(total / size))
    const data = currentPage > lastPage ? [] : await this.forPage(currentPage, size).get()
    return { data, total, perPage: size, currentPage, lastPage }
  }

  /** A page by number without a count: `hasMore` says whether there is another. It reads one row more, and pages before it. */
  async simplePaginate(perPage: number = stateOf(this).schema.perPage, page = 1): Promise<SimplePage<Row<T, R>>> {
    const size = pageNumber(perPage)
    const currentPage = pageNumber(page)
    const rows = await this.skip((currentPage - 1) * size)
      .limit(size + 1)
      .get()
    return { data: rows.slice(0, size), perPage: size, currentPage, hasMore: rows.length > size }
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
    const { data, ...rest } = await readRowPage(
      this,
      pageNumber(size ?? stateOf(this).spec.limit ?? stateOf(this).schema.perPage),
      cursor as string | null | undefined,
    )
    return { ...rest, data: data as Row<T, R>[] }
  }

  /**
   * Calls `fn` with n rows at a time, each chunk full but the last, until it returns false. Constant memory.
   * @returns false when `fn` stopped it
   */
  async chunk(n: number, fn: (rows: Row<T, R>[], page: number) => unknown): Promise<boolean> {
    const size = pageNumber(n)
    calledFunction('chunk', fn)
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

  /** The same as `lazy`. */
  lazyById(): AsyncGenerator<Row<T, R>> {
    return this.lazy()
  }

  /** The same as `chunk`: rows are walked by key in any case, so rows that `fn` changes or deletes move none. */
  chunkById(n: number, fn: (rows: Row<T, R>[], page: number) => unknown): Promise<boolean> {
    return this.chunk(n, fn)
  }

  /** Calls `fn` with each row until it returns false. @returns false when `fn` stopped it */
  async each(fn: (row: Row<T, R>, index: number) => unknown): Promise<boolean> {
    calledFunction('each', fn)
    let index = 0
    for await (const row of this) if ((await fn(row, index++)) === false) return false
    return true
  }

  /** The same as `each`: rows are walked by key in any case. */
  eachById(fn: (row: Row<T, R>, index: number) => unknown): Promise<boolean> {
    return this.each(fn)
  }

  /** Rows one by one, a page at a time in memory; the same as iterating over the query. */
  lazy(): AsyncGenerator<Row<T, R>> {
    return this[Symbol.asyncIterator]()
  }

  /** The same as `lazy`. */
  cursor(): AsyncGenerator<Row<T, R>> {
    return this.lazy()
  }

  /** How the query will be run, as data; `String(plan)` is the readable form. Sends nothing. */
  explain(): Plan {
    const { source, spec, bind } = stateOf(this)
    if (source !== undefined) return source.first(this).explain()
    const plan = planQuery(spec, bind())
    const relations = relationPlans(stateOf(this))
    return relations.length === 0 ? plan : Object.freeze({ ...plan, relations })
  }

  /** The request that `get` sends first, in DynamoDB's own JSON; undefined when nothing has to be sent. Sends nothing. */
  toRequest(): PlannedRequest | undefined {
    const { source, spec, bind } = stateOf(this)
    if (source !== undefined) return source.first(this).toRequest()
    const binding = bind()
    return requestOf(planQuery(spec, binding), binding)
  }

  /**
   * The first request as a PartiQL statement, as `selectFrom(Model)` sends it; undefined when nothing has to be sent, and for a
   * lookup of many keys that of the first. Sends nothing.
   *
   * @throws PartiqlError `PARTIQL.TOO_LARGE`
   */
  toStatement(): Statement | undefined {
    const request = this.toRequest()
    if (request === undefined) return undefined
    const { table } = stateOf(this).bind()
    return statementOf(request, table)
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

  /** The same as `debug`. */
  dump(): this {
    return this.debug()
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

/** A page by number, of rows that were not counted. */
export interface SimplePage<R> {
  readonly data: R[]
  readonly perPage: number
  readonly currentPage: number
  /** True when there is a page after this one. */
  readonly hasMore: boolean
}

/** Standard output, for `debug`. */
function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
