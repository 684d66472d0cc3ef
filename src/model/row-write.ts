import type { TransactWriteItem } from '../drivers/index.js'
import type { AttributeMap } from '../values/index.js'
import type { HookFailedError } from './errors.js'
import type { ModelBinding } from './model-space.js'
import type { Traced } from './trail.js'

/** A change of one row that was checked and waits to be sent, by itself or in a transaction with others. */
export interface PendingWrite {
  readonly binding: ModelBinding
  /** How often to try, where others change the row meanwhile; 8 times unless it says so. */
  readonly attempts?: number
  /** What the next attempt sends: made anew after an attempt that met another state of the row. */
  readonly build: () => RowWrite | Promise<RowWrite>
  /** Tells hooks of it, once it was acknowledged. @returns what they threw */
  readonly after?: () => Promise<readonly HookFailedError[]>
}

/** What one attempt at writing a row sends, and what its outcome means for the record. */
export interface RowWrite {
  readonly binding: ModelBinding
  /** The row's own write; it asks for ALL_OLD when its condition does not hold. */
  readonly main: TransactWriteItem
  /** Writes that belong into the same transaction. */
  readonly companions: readonly CompanionWrite[]
  /** What the write makes of the row, where the model is audited. */
  readonly traced?: Traced | undefined
  /** True where a retry must not write again what was written: it is then sent as a transaction, for its token. */
  readonly once?: boolean
  /** The row as it will be, as far as it is known. */
  readonly row: AttributeMap | undefined
  /** Everything was written: the record takes its new state. */
  readonly succeeded: () => void
  /**
   * The condition of `main` did not hold.
   *
   * @returns `done` when it was our own earlier attempt that changed the row, `again` when another attempt may do
   * @throws the error that says what is wrong with the row
   */
  readonly refused: (conflict: Conflict) => Outcome
}

export type Outcome = 'done' | 'again'

/** A condition that did not hold. */
export interface Conflict {
  /** The row as it stands, undefined when there is none. */
  readonly item: AttributeMap | undefined
  /** True when an earlier attempt of ours may have taken effect. */
  readonly retried: boolean
  readonly cause: unknown
}

/** A write beside the row's own. */
export interface CompanionWrite {
  readonly write: TransactWriteItem
  /** The unique attribute it keeps the guard of; undefined for the place that a row moves away from. */
  readonly attribute?: string
  /** The change of a counter that it makes. */
  readonly count?: Count
  /** Its condition did not hold. @throws the error that says why; else another attempt leaves it out */
  readonly refused?: () => void
}

/** A change of a number that a row keeps of its related rows. */
export interface Count {
  readonly owner: ModelBinding
  readonly key: AttributeMap
  readonly attribute: string
  readonly by: 1 | -1
}
