/** A place in an index as it was given once: it stays, whatever becomes of other models. Frozen plain data. */
export interface LockedSlot {
  /** The table without prefix and suffix, which differ between environments. */
  readonly table: string
  readonly model: string
  /** What the place is for: `parent User.userId`, `attribute status`, `index byStatus`. */
  readonly access: string
  /** The index, `GSI1`. */
  readonly index: string
  /** Its key attributes. */
  readonly keys: readonly string[]
  /** What the model writes there, as templates. */
  readonly partition: string
  readonly sort: string
}

/** The content of `dynamodb.schema.json`: which place in which index every access path has. */
export interface SchemaLock {
  readonly version: 1
  readonly slots: readonly LockedSlot[]
}

export const EMPTY_LOCK: SchemaLock = Object.freeze({ version: 1, slots: Object.freeze([]) } as const)

export function lockedSlot(lock: SchemaLock, table: string, model: string, access: string): LockedSlot | undefined {
  return lock.slots.find((slot) => slot.table === table && slot.model === model && slot.access === access)
}
