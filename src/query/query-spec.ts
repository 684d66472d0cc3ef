import type { Where } from './where.js'

export interface OrderBy {
  readonly attribute: string
  readonly descending: boolean
}

/** What a builder has collected. Frozen plain data; the planner's input. */
export interface QuerySpec {
  readonly kind: 'query-spec'
  readonly where: Where
  readonly order: readonly OrderBy[]
  readonly limit: number | undefined
  /** Rows to leave out from the start; they are read and paid for. */
  readonly offset: number
  /** Attributes to read; undefined for all. */
  readonly select: readonly string[] | undefined
  /** The index the caller insists on. */
  readonly index: string | undefined
  readonly consistent: boolean
  readonly trashed: 'without' | 'with' | 'only'
}

export const EMPTY_SPEC: QuerySpec = Object.freeze({
  kind: 'query-spec',
  where: Object.freeze({ kind: 'and', all: Object.freeze([]) } as const),
  order: Object.freeze([]),
  limit: undefined,
  offset: 0,
  select: undefined,
  index: undefined,
  consistent: false,
  trashed: 'without',
} as const)
