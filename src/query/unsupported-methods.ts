import { QueryError } from './errors.js'

/** What DynamoDB has nothing for, with the way that it affords. TypeScript shows the same words where one is called. */
const AFFORDABLE = {
  join: "DynamoDB joins nothing: with('posts') reads related rows along, whereHas('posts', …) asks for them",
  leftJoin: "DynamoDB joins nothing: with('posts') reads related rows along",
  rightJoin: 'DynamoDB joins nothing: query the other model, and read this one along with with(…)',
  crossJoin: 'DynamoDB joins nothing: read both and combine them in memory',
  union: 'Run both queries, or say it in one: orWhere(…) is several queries, merged in order',
  unionAll: 'Run both queries, or say it in one: orWhere(…) is several queries, merged in order',
  having: "DynamoDB groups nothing: look at the groups of await groupBy('status')",
  havingRaw: "DynamoDB groups nothing: look at the groups of await groupBy('status')",
  inRandomOrder: 'DynamoDB has no random order: begin at a random place of an index, or shuffle the rows of get()',
  lockForUpdate: 'DynamoDB locks nothing: write with transaction(…), static version or expectVersion(…)',
  sharedLock: 'DynamoDB locks nothing: read with consistentRead(), and write with static version',
  whereRaw: "Conditions have placeholders only: write where(…), or rawQuery({ … }) for a request of DynamoDB's own",
  orWhereRaw: "Conditions have placeholders only: write orWhere(…), or rawQuery({ … }) for a request of DynamoDB's own",
  selectRaw: 'DynamoDB computes nothing: select attributes, and compute in memory',
  orderByRaw: 'DynamoDB computes nothing: orderBy an attribute, or sort in memory',
  groupByRaw: "DynamoDB computes nothing: groupBy('status') groups rows in memory",
  whereFullText: "DynamoDB has no full text: whereContains('title', …) filters, or use a search service",
  orHas: 'An OR with a relation would read every row: run both queries, and join their rows by key',
  orWhereHas: 'An OR with a relation would read every row: run both queries, and join their rows by key',
  orDoesntHave: 'An OR with a relation would read every row: run both queries, and join their rows by key',
  orWhereDoesntHave: 'An OR with a relation would read every row: run both queries, and join their rows by key',
  whereHasMorph: "Ask the model that is meant: Post.has('comments'), or where('commentableType', 'Post')",
  orWhereHasMorph: "Ask the model that is meant: Post.has('comments'), or where('commentableType', 'Post')",
  withPivot: 'Nothing is to be asked for: each row has all attributes of its pivot row, as roles[0].pivot.level',
  whereJsonContains: "Write whereContains('options.languages', 'en')",
  whereJsonLength: "Write where('options.languages', 'size', '>=', 2)",
} as const

/**
 * What other query builders say of a query, and what is said here in its place. TypeScript knows no such methods, so these words are
 * for programs without types; relations have some of them.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  create: 'Say it of the model: User.create({ … }); of a relation: user.posts().create({ … })',
  createMany: 'Say it of the model: User.batchCreate([…])',
  make: 'Say it of the model: User.make({ … })',
  firstOrCreate: 'Say it of the model: User.firstOrCreate({ email }, { name })',
  firstOrNew: 'Say it of the model: User.firstOrNew({ email }, { name })',
  createOrFirst: 'Say it of the model: User.createOrFirst({ email }, { name })',
  updateOrCreate: 'Say it of the model: User.updateOrCreate({ email }, { name })',
  updateOrInsert: 'Say it of the model: User.updateOrCreate({ email }, { name })',
  upsert: 'Say it of the model: User.upsert([…])',
  insert: 'Say it of the model: User.insertMany([…])',
  insertOrIgnore: 'Say it of the model: User.firstOrCreate({ id }, { … })',
  insertGetId: 'Say it of the model: (await User.create({ … })).id',
  truncate:
    'DynamoDB empties no table: where(…).delete() deletes rows one by one, truncateAll() makes the tables of all models anew',
  dd: 'debug() shows the plan and the first request, and goes on',
  toSql: "There is no SQL: explain() is the plan, toRequest() the first request in DynamoDB's own JSON",
  toRawSql: "There is no SQL: explain() is the plan, toRequest() the first request in DynamoDB's own JSON",
  useIndex: "Write index('byTeam')",
  implode: "Write (await pluck('name')).join(', ')",
  chunkMap: 'Write for await (const row of query), or each(fn)',
  incrementEach: "Write increment('views', 1), once for each attribute",
  decrementEach: "Write decrement('views', 1), once for each attribute",
  touch: 'update({ … }) sets updatedAt; touch() of a record does it to one',
  lock: 'DynamoDB locks nothing: write with transaction(…), static version or expectVersion(…)',
  withOnly: "Write without('posts').with('tags')",
  withAggregate: 'Write withCount, withSum, withAvg, withMin, withMax or withExists',
  withCasts: 'Casts belong to attributes: { type: …, cast: … }',
  hasMorph: "Ask the model that is meant: Post.has('comments'), or where('commentableType', 'Post')",
  doesntHaveMorph: "Ask the model that is meant: Post.doesntHave('comments'), or where('commentableType', 'Post')",
  whereMorphedTo: "Write where({ commentableType: 'Post', commentableId: post.id }), or post.comments()",
  whereAttachedTo: "Write user.roles() from the other side, or whereHas('roles', q => q.whereKey(role.id))",
  whereIntegerInRaw: "Write whereIn('id', ids)",
  whereBetweenColumns: "Write whereColumn('at', '>=', 'from').whereColumn('at', '<=', 'until')",
  whereNowOrFuture: "Write where('at', '>=', new Date())",
  whereNowOrPast: "Write where('at', '<=', new Date())",
  whereNullSafeEquals: "where('name', null) matches rows without a value, where('name', value) those with it",
  reorderDesc: "Write reorder('age', 'desc')",
  lazyByIdDesc: "Write orderByDesc('id').lazy()",
  findMany: 'Write whereKey(keys).get(), or User.findMany(keys)',
}

type Method = keyof typeof AFFORDABLE
/** Names of methods that DynamoDB cannot serve, on queries and on models. */
export const UNSUPPORTED_METHODS: readonly Method[] = Object.freeze(Object.keys(AFFORDABLE) as Method[])
/** Names of methods that are said of something else here. */
export const ELSEWHERE_METHODS: readonly string[] = Object.freeze(Object.keys(ELSEWHERE))
declare const HINT: unique symbol
/** No query is this: the call is an error of types that says what to do instead. */
interface Unsupported<Hint extends string> {
  readonly [HINT]: Hint
}
/** A member for each method that throws. */
export type Refusing = {
  /** @deprecated DynamoDB has nothing for it. The error names the way that it affords. */
  readonly [M in Method]: (this: Unsupported<(typeof AFFORDABLE)[M]>, ...given: readonly unknown[]) => never
}

/**
 * Methods that other query builders have and DynamoDB cannot serve: each is an error of types, and throws.
 *
 * @throws QueryError `QUERY.UNSUPPORTED` naming the affordable way
 */
export const UnsupportedMethods: abstract new () => Refusing = class {
  static {
    for (const [method, hint] of Object.entries({ ...ELSEWHERE, ...AFFORDABLE }))
      Object.defineProperty(this.prototype, method, {
        configurable: true,
        writable: true,
        value: (): never => {
          const what = Object.hasOwn(AFFORDABLE, method)
            ? `DynamoDB cannot serve ${method}().`
            : `Queries have no ${method}().`
          throw new QueryError('QUERY.UNSUPPORTED', what, { hint: `${hint}.` })
        },
      })
  }
} as never

const said = UnsupportedMethods.prototype as Readonly<Record<string, unknown>>

/** True where a name of a class of builders is free for a scope: it only says where else to look. */
export function isElsewhere(builders: object, name: string): boolean {
  return Object.hasOwn(ELSEWHERE, name) && (builders as Readonly<Record<string, unknown>>)[name] === said[name]
}
