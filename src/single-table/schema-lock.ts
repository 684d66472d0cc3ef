import { DesignError } from './errors.js'
import type { TableDesign } from './table-design.js'

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

const TEXTS = ['table', 'model', 'access', 'index', 'partition', 'sort'] as const

/**
 * Checks what a lock file (or `schema` of the config) holds.
 *
 * @param where the file, for messages
 * @throws DesignError `DESIGN.LOCK_INVALID`, or `DESIGN.LOCK_CONFLICT` when a merge gave one place to two access paths
 */
export function readSchemaLock(value: unknown, where: string): SchemaLock {
  const invalid = (what: string): DesignError =>
    new DesignError('DESIGN.LOCK_INVALID', `${where} ${what}.`, { details: { file: where } })
  const { version, slots } = (isObject(value) ? value : {}) as { readonly version?: unknown; readonly slots?: unknown }
  if (version !== 1) throw invalid(`has version ${String(version)}, and this package reads version 1`)
  if (!Array.isArray(slots)) throw invalid('has no list of slots')
  const read = slots.map((slot: unknown, i): LockedSlot => {
    const entry = (isObject(slot) ? slot : {}) as Readonly<Record<string, unknown>>
    const missing = TEXTS.find((name) => typeof entry[name] !== 'string' || entry[name] === '')
    if (missing !== undefined) throw invalid(`has no ${missing} in its slot ${i + 1}`)
    const { keys } = entry
    if (!Array.isArray(keys) || keys.length === 0 || !keys.every((key) => typeof key === 'string'))
      throw invalid(`has no keys in its slot ${i + 1}`)
    return Object.freeze({ ...(entry as unknown as LockedSlot), keys: Object.freeze([...keys]) })
  })
  checkConflicts(read, where)
  return Object.freeze({ version: 1, slots: Object.freeze(read) } as const)
}

/** Two branches that gave away the same place, or one access path twice, and were merged line by line. */
function checkConflicts(slots: readonly LockedSlot[], where: string): void {
  const conflict = (a: LockedSlot, b: LockedSlot, what: string): DesignError =>
    new DesignError(
      'DESIGN.LOCK_CONFLICT',
      `${where} ${what}: "${a.access}" in ${a.index} and "${b.access}" in ${b.index} (${a.model}).`,
      {
        hint: 'Two branches were merged. Keep the line that is deployed, delete the other, and run migrate(): it gets a new place.',
        details: { model: a.model, table: a.table, indexes: [a.index, b.index] },
      },
    )
  for (const [i, slot] of slots.entries()) {
    for (const other of slots.slice(0, i)) {
      if (other.table !== slot.table) continue
      if (other.index === slot.index && other.keys.join() !== slot.keys.join())
        throw conflict(other, slot, 'gives one index two keys')
      if (other.model !== slot.model) continue
      if (other.access === slot.access) throw conflict(other, slot, 'has one access path twice')
      if (other.index === slot.index) throw conflict(other, slot, 'gives one place to two access paths')
    }
  }
}

/** The lock with every place that a design uses; places that are no longer used stay reserved. */
export function lockOf(designs: readonly TableDesign[], lock: SchemaLock, table: string): SchemaLock {
  const slots = new Map(lock.slots.map((slot) => [keyOf(slot), slot]))
  for (const design of designs) {
    if (design.dedicated) continue
    for (const [model, { secondary }] of design.entities) {
      for (const { access, index, partition, sort } of secondary) {
        if (index === undefined || access.startsWith('pattern ')) continue
        const keys = design.indexes.find(({ name }) => name === index)?.key.names ?? []
        const slot = { table, model, access, index, keys, partition: partition.text, sort: sort.text }
        slots.set(keyOf(slot), slot)
      }
    }
  }
  return { version: 1, slots: [...slots.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
}

function keyOf({ table, model, access }: LockedSlot): string {
  return JSON.stringify([table, model, access])
}

/** The lock as it is committed: one line for each place, in the same order everywhere, so that merges show conflicts. */
export function formatSchemaLock({ slots }: SchemaLock): string {
  const lines = slots.map(({ table, model, access, index, keys, partition, sort }) => {
    const fields = Object.entries({ table, model, access, index, keys, partition, sort })
    return `    { ${fields.map(([name, value]) => `${JSON.stringify(name)}: ${Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)}`).join(', ')} }`
  })
  return `{\n  "version": 1,\n  "slots": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
