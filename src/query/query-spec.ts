import type { Where } from './where.js'

export interface OrderBy {
  readonly attribute: string
  readonly descending: boolean
}

/** What a builder has collected. Frozen plain data; the planner's input. */
export interface QuerySpec {
  readonly kind: 'query-spec'
  readonly where: Where
  /** What holds of every row, whatever `orWhere` the conditions have in them: a relation's rows belong to its record. */
  readonly within: Where
  readonly order: readonly OrderBy[]
  readonly limit: number | undefined
  /** Rows to leave out from the start; they are read and paid for. */
  readonly offset: number
  /** Attributes to read; undefined for all. */
  readonly select: readonly string[] | undefined
  /** Key values the caller gave as they are, under the names of the table's or an index's key attributes. */
  readonly rawKey: RawKey | undefined
  /** The index the caller insists on. */
  readonly index: string | undefined
  /** True to read what that index holds and nothing else. */
  readonly projected: boolean
  readonly consistent: boolean
  /** Segments a Scan is cut into and read at the same time. */
  readonly segments: number
  readonly trashed: 'without' | 'with' | 'only'
  /** Global scopes of the model that the query does without. */
  readonly unscoped: 'all' | readonly string[]
  /** True to read rows whose time is up and that DynamoDB has yet to remove. */
  readonly expired: boolean
}

/** A condition on the text of keys. */
export interface RawKey {
  /** The index it is a key of; undefined for the table's. */
  readonly index: string | undefined
  /** Name of the partition key attribute: `pk`, `gsi1pk`. */
  readonly name: string
  readonly value: string
  readonly sort: RawSort | undefined
}

export type RawSort =
  | { readonly kind: 'compare'; readonly op: '=' | '<' | '<=' | '>' | '>='; readonly value: string }
  | { readonly kind: 'between'; readonly low: string; readonly high: string }
  | { readonly kind: 'begins-with'; readonly value: string }

const ANY: Where = Object.freeze({ kind: 'and', all: Object.freeze([]) } as const)

export const EMPTY_SPEC: QuerySpec = Object.freeze({
  kind: 'query-spec',
  where: ANY,
  within: ANY,
  order: Object.freeze([]),
  limit: undefined,
  offset: 0,
  select: undefined,
  rawKey: undefined,
  index: undefined,
  projected: false,
  consistent: false,
  segments: 1,
  trashed: 'without',
  unscoped: Object.freeze([]),
  expired: false,
} as const)
