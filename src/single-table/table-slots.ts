import { DesignError } from './errors.js'
import type { KeyShape } from './path-key.js'
import { type LockedSlot, lockedSlot, type SchemaLock } from './schema-lock.js'

/** An index that a table may have, not yet with what it holds. */
export interface Slot {
  readonly name: string
  readonly local: boolean
  /** Its key attributes where the keys are text made for the index. */
  readonly synthetic: KeyShape
}

/** What asks for a slot: a wish of a model, with its native keys where it has them. */
export interface SlotClaim {
  readonly model: string
  readonly access: string
  readonly purpose: string
  /** Key attributes of the model's own; undefined for text made for the index. */
  readonly native: KeyShape | undefined
}

/**
 * The indexes of one table, given to the models' wishes. Rows of all models share an index; an index that is keyed by
 * attributes of the models' own is shared by those that have them. What the schema lock records stays where it is.
 */
export class TableSlots {
  readonly #slots: readonly Slot[]
  readonly #lock: SchemaLock
  readonly #table: string
  /** Key attributes of a slot, by its name, once somebody uses it. */
  readonly #taken = new Map<string, readonly string[]>()

  /** @param table the table's name in the lock */
  constructor(slots: readonly Slot[], lock: SchemaLock, table: string) {
    this.#slots = slots
    this.#lock = lock
    this.#table = table
    for (const { index, keys } of this.#locked()) this.#taken.set(index, keys)
  }

  /**
   * A slot for each claim of one model, in their order.
   *
   * @param pinned names of slots that the model's own key pattern takes
   * @throws DesignError `DESIGN.TOO_MANY_INDEXES` naming what has no room
   */
  assign(claims: readonly SlotClaim[], pinned: readonly string[]): readonly Slot[] {
    const model = claims[0]?.model
    const used = new Set(pinned)
    const reserved = new Set(this.#locked().flatMap((each) => (each.model === model ? [each.index] : [])))
    const chosen = new Map<SlotClaim, Slot>()
    for (const claim of claims) {
      const slot = this.#recorded(claim)
      if (slot === undefined || used.has(slot.name)) continue
      chosen.set(claim, slot)
      used.add(slot.name)
    }
    const left = claims.filter((claim) => !chosen.has(claim))
    for (const claim of left) {
      const free = this.#slots.filter(({ name }) => !used.has(name) && !reserved.has(name))
      const slot = this.#fitting(claim, free)
      if (slot === undefined) continue
      chosen.set(claim, slot)
      used.add(slot.name)
      this.#taken.set(slot.name, (claim.native ?? slot.synthetic).names)
    }
    const homeless = claims.filter((claim) => !chosen.has(claim))
    if (homeless.length > 0) throw this.#noRoom(homeless, claims.length + pinned.length, reserved)
    return claims.map((claim) => chosen.get(claim) as Slot)
  }

  #locked(): readonly LockedSlot[] {
    return this.#lock.slots.filter((each) => each.table === this.#table)
  }

  #recorded({ model, access, native }: SlotClaim): Slot | undefined {
    const entry = lockedSlot(this.#lock, this.#table, model, access)
    if (entry === undefined) return undefined
    const slot = this.#slots.find(({ name }) => name === entry.index)
    // The keys of an index cannot be changed: a wish with other keys takes another.
    return slot !== undefined && sameNames(entry.keys, (native ?? slot.synthetic).names) ? slot : undefined
  }

  #fitting({ native }: SlotClaim, free: readonly Slot[]): Slot | undefined {
    const keysOf = (slot: Slot): readonly string[] => (native ?? slot.synthetic).names
    const shared = free.find((slot) => sameNames(this.#taken.get(slot.name) ?? [], keysOf(slot)))
    const fresh = free.find((slot) => !this.#taken.has(slot.name))
    if (native !== undefined) return shared ?? fresh
    return free.find((slot) => slot === shared || slot === fresh)
  }

  #noRoom(homeless: readonly SlotClaim[], needed: number, reserved: ReadonlySet<string>): DesignError {
    const [{ model }] = homeless as readonly [SlotClaim]
    const local = this.#slots[0]?.local === true
    const kept = this.#locked().filter((each) => each.model === model && reserved.has(each.index))
    const retired =
      kept.length === 0
        ? ''
        : ` Slots kept for ${model} by the schema lock: ${kept.map((each) => `${each.index} (${each.access})`).join(', ')}.`
    return new DesignError(
      'DESIGN.TOO_MANY_INDEXES',
      `${model} needs ${needed} ${local ? 'local indexes' : 'index slots'} and the table may have ${this.#slots.length}: no room for ${homeless.map((claim) => `"${claim.purpose}"`).join(', ')}.${retired}`,
      {
        hint: local
          ? 'Drop a local index.'
          : kept.length === 0
            ? 'Raise singleTableDesign.gsiCount (DynamoDB allows 20), or drop an index.'
            : 'Delete lines of dynamodb.schema.json that no row uses any more, or raise singleTableDesign.gsiCount.',
        details: { model },
      },
    )
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}
