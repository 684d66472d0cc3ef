import { applied, calledFunction, QueryBuilder, QueryError, stateOf } from '../query/index.js'
import type { KeyOf, ModelType, Row } from '../schema/index.js'
import { ModelError, ModelNotFoundError } from './errors.js'

declare module '../query/query-builder.js' {
  interface QueryBuilder<T extends ModelType, R> {
    /** The row with this key, if it is one of the query's; null if not: `User.with('posts').find('1')`. */
    find(key: KeyOf<T>): Promise<Row<T, R> | null>
    /** @throws ModelNotFoundError when the query has no row with this key */
    findOrFail(key: KeyOf<T>): Promise<Row<T, R>>
    /** The row with this key, or what `fn` gives. */
    findOr<V>(key: KeyOf<T>, fn: () => V | Promise<V>): Promise<Row<T, R> | V>
    /** The first row. @throws ModelNotFoundError when there is none */
    firstOrFail(): Promise<Row<T, R>>
    /**
     * The only row. Reads two at most.
     * @throws ModelNotFoundError when there is none, QueryError `QUERY.NOT_SOLE` when there is another
     */
    sole(): Promise<Row<T, R>>
  }
}

type Query = QueryBuilder<ModelType>
const finders: ThisType<Query> & Record<string, (this: Query, ...given: any[]) => unknown> = {
  find(key: unknown) {
    return withKey(this, key).first()
  },
  async findOrFail(key: unknown) {
    return found(this, await withKey(this, key).first())
  },
  async findOr(key: unknown, fn: () => unknown) {
    const otherwise = calledFunction('findOr', fn)
    return (await withKey(this, key).first()) ?? otherwise()
  },
  async firstOrFail() {
    return found(this, await this.first())
  },
  async sole() {
    const [row, another] = await this.limit(2).get()
    if (another === undefined) return found(this, row ?? null)
    const { name } = stateOf(this).schema
    throw new QueryError('QUERY.NOT_SOLE', `More than one ${name} matches the query.`, { details: { model: name } })
  },
}
// What is thrown where a row is missing belongs to models, which are above queries.
Object.assign(QueryBuilder.prototype, finders)

function withKey(query: Query, key: unknown): Query {
  const { schema } = stateOf(query)
  if (key === undefined || key === null || Array.isArray(key))
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${schema.name} was asked for the key ${key ? 'of a list' : String(key)}.`,
      {
        hint: `Give the ${schema.primaryKey} of a row${Array.isArray(key) ? `, or write whereIn('${schema.primaryKey}', keys)` : ''}.`,
      },
    )
  const composite = typeof key === 'object' && !(key instanceof Date) && !(key instanceof Uint8Array)
  const where = composite ? key : { [schema.primaryKey]: key }
  // Of the rows that the query asks for, whatever `orWhere` it has.
  return applied(query, (all) => (all.where as unknown as (conditions: object) => Query)(where), 'find')
}

function found(query: Query, row: object | null): object {
  if (row !== null) return row
  throw new ModelNotFoundError(stateOf(query).schema.name, 'that matches the query is not there')
}
