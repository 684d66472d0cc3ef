import { ELSEWHERE } from './elsewhere.js'
import { QueryError } from './errors.js'
import { refuse } from './refuse.js'

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

type Method = keyof typeof AFFORDABLE
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
    refuseUnsupported(this.prototype)
  }
} as never

/** Gives an object the methods that throw, but for those that it has. */
export function refuseUnsupported(target: object): void {
  const refused = (what: string) => (method: string, hint: string) =>
    new QueryError('QUERY.UNSUPPORTED', `${what} ${method}().`, { hint: `${hint}.` })
  refuse(target, AFFORDABLE, refused('DynamoDB cannot serve'))
  refuse(target, ELSEWHERE, refused('Queries have no'))
}
