import { withArticle } from '../kernel/index.js'
import type {
  AttributeName,
  IndexName,
  KeyName,
  ModelType,
  OverIndex,
  ProjectedModel,
  ProjectedRow,
  Selected,
} from '../schema/index.js'
import { calledFunction } from './called-function.js'
import { type BuilderState, ConditionBuilder, isKeyName, stateOf } from './condition-builder.js'
import { checkPlain } from './encrypted-attributes.js'
import { QueryError } from './errors.js'
import type { Query } from './local-scopes.js'
import { OrBuilder } from './or-builder.js'
import type { QueryBuilder } from './query-builder.js'
import type { QuerySpec } from './query-spec.js'
import { checkWholeAttribute } from './where.js'

/** What rows of a query look like, in which order and how many they are, and where they are read from. */
export abstract class ShapeBuilder<T extends ModelType, R> extends OrBuilder<T, R> {
  /** Sorted by an attribute. Where no index sorts by it, the rows are sorted in memory, and `explain()` says so. */
  orderBy(attribute: AttributeName<T> | KeyName, direction: 'asc' | 'desc' = 'asc'): this {
    if (!isKeyName(stateOf(this), attribute)) checkSortable(stateOf(this), attribute)
    if (direction !== 'asc' && direction !== 'desc')
      throw new QueryError('QUERY.INVALID_VALUE', `orderBy takes 'asc' or 'desc', not "${String(direction)}".`)
    return this.derive({ order: [...stateOf(this).spec.order, { attribute, descending: direction === 'desc' }] })
  }

  orderByDesc(attribute: AttributeName<T> | KeyName): this {
    return this.orderBy(attribute, 'desc')
  }

  /** Newest first, by `createdAt` unless another attribute is named. */
  latest(attribute?: AttributeName<T>): this {
    return this.orderBy(attribute ?? (stateOf(this).schema.createdAt as AttributeName<T>), 'desc')
  }

  oldest(attribute?: AttributeName<T>): this {
    return this.orderBy(attribute ?? (stateOf(this).schema.createdAt as AttributeName<T>), 'asc')
  }

  /** Takes every order back, and sorts by this attribute where one is named. */
  reorder(attribute?: AttributeName<T> | KeyName, direction: 'asc' | 'desc' = 'asc'): this {
    const plain = this.derive({ order: [] })
    return attribute === undefined ? plain : plain.orderBy(attribute, direction)
  }

  /** At most n rows, exactly n where there are so many: the limit counts rows that match, not rows that are read. */
  limit(n: number): this {
    return this.derive({ limit: wholeNumber('limit', n) })
  }

  /** The same as `limit`. */
  take(n: number): this {
    return this.limit(n)
  }

  /** Leaves out the first n rows. They are read and paid for; `cursorPaginate` is not charged for earlier pages. */
  skip(n: number): this {
    return this.derive({ offset: wholeNumber('skip', n) })
  }

  /** The same as `skip`. */
  offset(n: number): this {
    return this.skip(n)
  }

  /** The n-th page, from 1, of so many rows: `skip` and `limit` in one. The pages before it are read and paid for. */
  forPage(page: number, perPage: number = stateOf(this).schema.perPage): this {
    const size = pageNumber(perPage)
    return this.skip((pageNumber(page) - 1) * size).limit(size)
  }

  /** Reads only these attributes (and the key). Takes names or a list of names. */
  select<const N extends AttributeName<T>>(
    ...attributes: readonly N[] | readonly [readonly N[]]
  ): Query<T, Selected<T, N, R>> {
    const names = attributes.flat() as string[]
    for (const name of names) checkWholeAttribute(stateOf(this).schema, name)
    return this.derive({ select: names.length === 0 ? undefined : names }) as unknown as Query<T, Selected<T, N, R>>
  }

  /** Reads these attributes besides those selected; a query without a selection reads all of them anyway. */
  addSelect<const N extends AttributeName<T>>(
    ...attributes: readonly N[] | readonly [readonly N[]]
  ): Query<T, R & Selected<T, N, R>> {
    const { select = [] } = stateOf(this).spec
    const names = select.length === 0 ? [] : [...select, ...(attributes.flat() as string[])]
    return this.select(...(names as N[])) as unknown as Query<T, R & Selected<T, N, R>>
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

  /** No soft-deleted rows: what a query does unless it is asked for them. */
  withoutTrashed(): this {
    return this.derive({ trashed: 'without' })
  }

  /** Rows whose time is up as well, as long as DynamoDB has not removed them (`static ttl`). */
  withExpired(): this {
    return this.derive({ expired: true })
  }

  /**
   * Goes on with what `then` makes of the query where the value is truthy, else with what `otherwise` makes of it:
   * `when(search, (query, text) => query.whereContains('name', text))`. A function is asked for the value.
   */
  when<V, Q extends QueryBuilder<T, any> = this & QueryBuilder<T, R>>(
    value: V,
    then: (query: this, value: Truthy<V>) => Q,
    otherwise?: (query: this, value: Given<V>) => Q,
  ): this | Q {
    const given = this.#given(value)
    if (given) return made('when', calledFunction('when', then)(this, given as Truthy<V>))
    return otherwise === undefined ? this : made('when', calledFunction('when', otherwise)(this, given))
  }

  /** `when`, the other way round: `then` where the value is falsy. */
  unless<V, Q extends QueryBuilder<T, any> = this & QueryBuilder<T, R>>(
    value: V,
    then: (query: this, value: Given<V>) => Q,
    otherwise?: (query: this, value: Truthy<V>) => Q,
  ): this | Q {
    const given = this.#given(value)
    if (!given) return made('unless', calledFunction('unless', then)(this, given))
    return otherwise === undefined
      ? this
      : made('unless', calledFunction('unless', otherwise)(this, given as Truthy<V>))
  }

  /** Shows the query to `fn` and goes on: with what `fn` made of it, or with the query as it is where it returns nothing. */
  tap(fn: (query: this) => unknown): this {
    const made = calledFunction('tap', fn)(this)
    return made instanceof ConditionBuilder ? (made as this) : this
  }

  #given<V>(value: V): Given<V> {
    return (typeof value === 'function' ? value(this) : value) as Given<V>
  }
}

type Given<V> = V extends (...given: any) => infer G ? G : V
type Truthy<V> = Exclude<Given<V>, false | 0 | 0n | '' | null | undefined>

function made<Q>(method: string, query: Q): Q {
  if (query instanceof ConditionBuilder) return query
  throw new QueryError('QUERY.INVALID_VALUE', `What ${method} is given must return its query.`, {
    hint: `Builders are immutable: write ${method}(value, q => q.where('a', 1)).`,
  })
}

function wholeNumber(method: string, n: unknown): QuerySpec['offset'] {
  if (Number.isSafeInteger(n) && (n as number) >= 0) return n as number
  throw new QueryError('QUERY.INVALID_VALUE', `${method} takes a whole number from 0, not ${String(n)}.`, {
    hint:
      method === 'limit' ? 'Without limit a query brings every row.' : 'Without skip a query begins at the first row.',
  })
}

/** A number of a page, or of the rows on one. */
export function pageNumber(n: unknown): number {
  if (Number.isSafeInteger(n) && (n as number) > 0) return n as number
  throw new QueryError('QUERY.INVALID_VALUE', `A page is a whole number from 1, not ${String(n)}.`, {
    hint: 'Pages are counted from 1, and have one row at least.',
  })
}

/** Types without an order. */
const UNSORTED: readonly string[] = ['set', 'list', 'map', 'json']

/** @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE`, `QUERY.INVALID_OPERATOR` for what rows cannot be sorted by */
function checkSortable({ schema, aggregates = [] }: BuilderState, attribute: string): void {
  const details = { model: schema.name, attribute }
  if (aggregates.some(({ as }) => as === attribute))
    throw new QueryError('QUERY.INVALID_OPERATOR', `"${attribute}" is reckoned after the rows were read and sorted.`, {
      hint: `Sort the rows of get(), or let the rows keep the number: counterCache on the relation, and orderBy('${attribute}').`,
      details,
    })
  checkWholeAttribute(schema, attribute)
  checkPlain(schema, attribute)
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (!UNSORTED.includes(type)) return
  throw new QueryError(
    'QUERY.INVALID_OPERATOR',
    `${schema.name}.${attribute} is ${withArticle(type)} and has no order.`,
    {
      hint: 'Rows are sorted by strings, numbers, dates, booleans and binary.',
      details,
    },
  )
}
