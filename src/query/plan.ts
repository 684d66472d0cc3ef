import type { Condition, KeyCondition } from '../expressions/index.js'
import type { AttributeMap } from '../values/index.js'
import type { OrderBy } from './query-spec.js'
import type { RelationPlan } from './relation-plans.js'

/**
 * DynamoDB's operation. `GuardLookup` reads the guard item of a unique attribute and then the row it stands for: two
 * GetItems. `MergedQuery` runs several plans and merges their rows. `None`: nothing can match, nothing is sent.
 */
export type PlanOperation = 'GetItem' | 'GuardLookup' | 'BatchGetItem' | 'Query' | 'MergedQuery' | 'Scan' | 'None'

/**
 * How a query will be run, as frozen plain data. `String(plan)` is the readable form. The same query over the same
 * design gives the same plan.
 */
export interface Plan {
  readonly kind: 'plan'
  readonly model: string
  readonly table: string
  readonly operation: PlanOperation
  /** The index it reads; undefined for the table itself. */
  readonly index: string | undefined
  /** What the access path is for: `primary key`, `belongs to User (userId)`. */
  readonly purpose: string | undefined
  /** The plans of a MergedQuery; a row that several bring comes once. */
  readonly merged: readonly Plan[]
  /** True when the index lacks attributes: the rows it names are fetched from the table, in batches. */
  readonly fetch: boolean
  /** True for a query that reads what its index holds and nothing else. */
  readonly projected: boolean
  /** Attributes (and keys made of them) whose values are never shown. */
  readonly hidden: readonly string[]
  /** What relations add to the query. */
  readonly relations: readonly RelationPlan[]
  /** Attributes that the index holds only in the text of its keys: they are read out of it. */
  readonly fromKeys: readonly string[]
  /** The order asked for. */
  readonly order: readonly OrderBy[]
  /** Keys of GetItem and BatchGetItem, of the guard for GuardLookup. */
  readonly keys: readonly AttributeMap[]
  readonly keyCondition: KeyCondition | undefined
  /** What DynamoDB checks on the items it read: they are paid for whether they pass or not. */
  readonly filter: Condition | undefined
  /** False reads the index backwards. */
  readonly forward: boolean
  /** What is done after the items arrived. */
  readonly inMemory: {
    readonly sort: readonly OrderBy[]
    readonly limit: number | undefined
    /** Conditions on attributes that are keys of the index a Query reads: DynamoDB takes none of them in a filter. */
    readonly filter: Condition | undefined
    /**
     * What tells the model's rows from other items, where that is not the type attribute: their keys, those of the index
     * that is read, or its own function.
     */
    readonly recognize: 'keys' | 'index keys' | 'function' | undefined
    /**
     * True when each page of `cursorPaginate` reads every match, because no key has the order. Otherwise it goes on where
     * the page before it ended.
     */
    readonly pages: boolean
  }
  /** Attributes to read; undefined for all. */
  readonly projection: readonly string[] | undefined
  readonly limit: number | undefined
  /** Rows that are read and left out from the start. */
  readonly offset: number
  readonly consistent: boolean
  /** Parts of the table that a Scan reads at the same time; the order of rows is then any. */
  readonly segments: number
  /** Soft-deleted rows: left out, let in, or the only ones. */
  readonly trashed: 'without' | 'with' | 'only'
  /** The attribute by which rows whose time is up are left out, as of the moment a request is sent. */
  readonly expiry: string | undefined
  readonly estimate: { readonly requests: string; readonly reads: string }
  /** What to change for a cheaper query. */
  readonly advice: readonly string[]
  toString(): string
}
