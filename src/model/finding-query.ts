import { applied, calledFunction, type PluckedOf, QueryBuilder, QueryError, stateOf } from '../query/index.js'
import type { AttributeName, EntitySchema, KeyOf, ModelType, Row } from '../schema/index.js'
import { ModelError, ModelNotFoundError } from './errors.js'
import { type RecordState, stateOf as recordState } from './record-state.js'

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
    /** An attribute of the only row, null where it has none. @throws as `sole` */
    soleValue<const N extends AttributeName<T>>(attribute: N): Promise<PluckedOf<T, N>>
    /** An attribute of the first row, null where it has none. @throws ModelNotFoundError when there is no row */
    valueOrFail<const N extends AttributeName<T>>(attribute: N): Promise<PluckedOf<T, N>>
    /** Rows with this key, or with one of these: `whereKey('1')`, `whereKey(['1', '2'])`. */
    whereKey(key: KeyOf<T> | readonly KeyOf<T>[]): this
    /** All but those. */
    whereKeyNot(key: KeyOf<T> | readonly KeyOf<T>[]): this
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
  async soleValue(attribute: string) {
    return valueOf(await this.select(attribute as never).sole(), attribute)
  },
  async valueOrFail(attribute: string) {
    return valueOf(found(this, await this.select(attribute as never).first()), attribute)
  },
  whereKey(key: unknown) {
    return (this.where as Grouped)((group) => anyKey(group, key))
  },
  whereKeyNot(key: unknown) {
    return (this.whereNot as Grouped)((group) => anyKey(group, key))
  },
}
// What is thrown where a row is missing belongs to models, which are above queries.
Object.assign(QueryBuilder.prototype, finders)

type Grouped = (group: (query: Query) => Query) => Query

/** Rows with one of the keys. */
function anyKey(query: Query, key: unknown): Query {
  const { schema } = stateOf(query)
  const keys = Array.isArray(key) ? (key as readonly unknown[]) : [key]
  const conditions = keys.map((each) => keyConditions(schema, each))
  const name = schema.primaryKey
  if (conditions.every((each) => Object.keys(each).join() === name))
    return query.whereIn(name as never, conditions.map((each) => each[name]) as never)
  const either = query.orWhere as unknown as (conditions: object) => Query
  return conditions.reduce<Query>((all, each) => either.call(all, each), query)
}

function valueOf(row: object, attribute: string): unknown {
  return (row as Readonly<Record<string, unknown>>)[attribute] ?? null
}

function withKey(query: Query, key: unknown): Query {
  const where = keyConditions(stateOf(query).schema, key)
  // Of the rows that the query asks for, whatever `orWhere` it has.
  return applied(query, (all) => (all.where as unknown as (conditions: object) => Query)(where), 'find')
}

/** @throws ModelError `MODEL.INVALID_INPUT` for what is no key */
function keyConditions(schema: EntitySchema, key: unknown): Readonly<Record<string, unknown>> {
  if (key === undefined || key === null || Array.isArray(key))
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${schema.name} was asked for the key ${key ? 'of a list' : String(key)}.`,
      {
        hint: `Give the ${schema.primaryKey} of a row${Array.isArray(key) ? `, or write whereIn('${schema.primaryKey}', keys)` : ''}.`,
      },
    )
  const known = typeof key === 'object' ? recordState(key) : undefined
  if (known !== undefined) return keyOfRecord(key as Readonly<Record<string, unknown>>, known)
  const composite = typeof key === 'object' && !(key instanceof Date) && !(key instanceof Uint8Array)
  return composite ? (key as Readonly<Record<string, unknown>>) : { [schema.primaryKey]: key }
}

/** A record stands for its key, whatever else of it was changed. */
function keyOfRecord(record: Readonly<Record<string, unknown>>, { binding }: RecordState): Record<string, unknown> {
  const { partition, sort } = binding.design.primary
  const names = new Set([binding.schema.primaryKey, ...partition.attributes, ...sort.attributes])
  return Object.fromEntries([...names].map((name) => [name, record[name]]))
}

function found(query: Query, row: object | null): object {
  if (row !== null) return row
  throw new ModelNotFoundError(stateOf(query).schema.name, 'that matches the query is not there')
}
