import type { Condition } from '../expressions/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'

/** Records that one query brought. */
export interface Siblings {
  readonly count: number
  /** They themselves, where relations are read for all of them together. */
  readonly rows: readonly object[]
}

/** What a record knows of itself besides its attributes. */
export interface RecordState {
  readonly binding: ModelBinding
  /** The item as it is stored, as far as it was read; undefined for a row that was never saved. */
  stored: AttributeMap | undefined
  /** True when only some attributes were read. */
  partial: boolean
  /** What the row must fulfil to be there at all, for a record that stands for a key. */
  scope?: Condition | undefined
  /** Values that went through the `set` function of their attribute. */
  asSet?: Map<string, unknown> | undefined
  /** What the last save changed, by attribute. */
  changes: Readonly<Record<string, unknown>>
  /** True for a record whose row was created by it. */
  created?: boolean
  /** Relations that were read, each an own property of the record. */
  relations: readonly string[]
  /** What was put there, to see what was assigned since. */
  along?: Map<string, unknown> | undefined
  /** Keys of rows that should count this one, and are gone. */
  orphaned?: ReadonlySet<string>
  /** Relations that were awaited, with the key they were read for. */
  lazy?: Map<string, { readonly key: unknown; readonly value: unknown }>
  /** The records that were read by the same query; undefined for one that was read alone. */
  siblings: Siblings | undefined
  /** Attributes shown or hidden on this record alone. */
  shown: ReadonlySet<string> | undefined
  concealed: ReadonlySet<string> | undefined
}

class Given {
  constructor(target: object) {
    // oxlint-disable-next-line no-constructor-return -- the field below is put on the object that is returned here
    return target
  }
}

/**
 * Keeps the state in a private field that is put on records from outside: invisible to loops, JSON, spread and
 * inspection, and cheaper than a WeakMap.
 */
class Stamp extends Given {
  #state: RecordState

  constructor(record: object, state: RecordState) {
    super(record)
    this.#state = state
  }

  static of(record: object): RecordState | undefined {
    return #state in record ? record.#state : undefined
  }

  static put(record: object, state: RecordState): object {
    if (!(#state in record)) return new Stamp(record, state)
    record.#state = state
    return record
  }
}

export function setState(record: object, state: RecordState): void {
  Stamp.put(record, state)
}

/** The state of a record, or undefined for an object that was made with `new` and never filled. */
export function stateOf(record: object): RecordState | undefined {
  return Stamp.of(record)
}
