import { bindingOf, type DynamoDBModel, type ModelClass, savedStateOf } from '../../model/index.js'
import { type Connection, currentConnection } from '../../runtime/index.js'
import { SecurityError } from '../errors.js'
import { AuditChain, AuditEntry, type AuditFacts, type AuditRecord, entryId, hashOf } from './audit-entry.js'

/** Which entries are wanted. One of model, record and actor must be named: there is an index of each. */
export interface AuditQuery {
  readonly model?: ModelClass | undefined
  /** The entries of one row. */
  readonly record?: DynamoDBModel | undefined
  readonly actor?: string | undefined
  readonly from?: Date | undefined
  /** Up to here, and not this moment itself. */
  readonly to?: Date | undefined
  /** Newest first, at most so many. Default 100. */
  readonly limit?: number | undefined
}

/** The end of a chain: kept somewhere else, it shows later that nothing was taken from the end. */
export interface ChainEnd {
  readonly chain: string
  readonly entries: number
  readonly hash: string
}

/** What is wrong with a chain, at its first entry that is not what was written. */
export interface AuditFault {
  readonly chain: string
  /** The id of the entry. */
  readonly entry: string
  /**
   * `missing`: it was removed. `edited`: it says something else, or stands in another place. `unlinked`: it does not follow the
   * one before. `inserted`: it is none of the chain. `end`: the chain does not end where it says, or ended later before.
   */
  readonly kind: 'missing' | 'edited' | 'unlinked' | 'inserted' | 'end'
}

export interface AuditVerification {
  readonly valid: boolean
  readonly entries: number
  readonly faults: readonly AuditFault[]
  readonly ends: readonly ChainEnd[]
}

/** An AuditChain as it is read. */
interface ChainRow {
  readonly id: string
  readonly entries: number
  readonly hash: string
}

/** So many chains a config may have. */
const MOST_CHAINS = 256
/** Entries read at a time. */
const PAGE = 100

/**
 * Reads what was recorded of models with `static audit = true`. In a tenant it is the tenant's.
 *
 * @example
 * await new AuditLogger().entries({ actor: 'u1', from: new Date('2026-11-01') })
 */
export class AuditLogger {
  readonly #connection: Connection

  constructor(connection: Connection = currentConnection()) {
    this.#connection = connection
  }

  /** Entries, newest first, by one Query. @throws SecurityError `SECURITY.INVALID` where no index serves */
  async entries({ model, record, actor, from, to, limit = 100 }: AuditQuery): Promise<readonly AuditRecord[]> {
    const by = [model, record, actor].filter((each) => each !== undefined)
    if (by.length === 0)
      throw new SecurityError('SECURITY.INVALID', 'Entries are found by model, record or actor.', {
        hint: 'Write entries({ actor: "u1" }), entries({ model: User }) or entries({ record: user }).',
      })
    return this.#connection.run(async () => {
      let query = AuditEntry.query().orderByDesc('at').limit(limit)
      if (record !== undefined) {
        const { binding } = savedStateOf(record)
        query = query.where('subject', `${binding.schema.name}#${String(record.getKey())}`)
      }
      if (model !== undefined) query = query.where('model', bindingOf(model).schema.name)
      if (actor !== undefined) query = query.where('actor', actor)
      if (from !== undefined) query = query.where('at', '>=', from)
      if (to !== undefined) query = query.where('at', '<', to)
      return query.get()
    })
  }

  /**
   * Goes through all chains: each entry must say what its hash is of, and follow the one before.
   *
   * @param earlier ends that a verification before had: chains must still have them
   */
  async verify(earlier: readonly ChainEnd[] = []): Promise<AuditVerification> {
    return this.#connection.run(async () => {
      const ids = Array.from({ length: MOST_CHAINS }, (_, i) => String(i))
      const chains = await AuditChain.findMany(ids, { consistentRead: true })
      const faults: AuditFault[] = []
      const ends: ChainEnd[] = []
      let entries = 0
      for (const { chain } of earlier)
        if (!chains.some(({ id }) => id === chain)) faults.push({ chain, entry: entryId(chain, 1), kind: 'missing' })
      for (const end of chains) {
        const before = earlier.find(({ chain }) => chain === end.id)
        const { fault, count } = await this.#verifyChain(end, before)
        entries += count
        if (fault !== undefined) faults.push(fault)
        ends.push({ chain: end.id, entries: end.entries, hash: end.hash })
      }
      return { valid: faults.length === 0, entries, faults, ends }
    })
  }

  async #verifyChain(
    end: ChainRow,
    earlier: ChainEnd | undefined,
  ): Promise<{ readonly fault?: AuditFault; readonly count: number }> {
    const { key } = this.#connection.config.audit
    const chain = end.id
    const faulty = (place: number, kind: AuditFault['kind']) => ({
      fault: { chain, entry: entryId(chain, place), kind },
      count: place - 1,
    })
    let previous = ''
    // One more than there are: whatever stands behind the end was put there.
    for (let first = 1; first <= end.entries + 1; first += PAGE) {
      const places = Array.from({ length: Math.min(PAGE, end.entries + 2 - first) }, (_, i) => first + i)
      const found = await AuditEntry.findMany(
        places.map((place) => entryId(chain, place)),
        { consistentRead: true },
      )
      const byId = new Map(found.map((entry) => [entry.id, entry]))
      for (const place of places) {
        const entry = byId.get(entryId(chain, place))
        if (place > end.entries) {
          if (entry !== undefined) return faulty(place, 'inserted')
          break
        }
        if (entry === undefined) return faulty(place, 'missing')
        if (entry.hash !== hashOf(entry as AuditFacts, key)) return faulty(place, 'edited')
        if (entry.previous !== previous) return faulty(place, 'unlinked')
        previous = entry.hash
        if (earlier?.entries === place && earlier.hash !== previous) return faulty(place, 'end')
      }
    }
    if (previous !== end.hash || (earlier?.entries ?? 0) > end.entries) return faulty(end.entries, 'end')
    return { count: end.entries }
  }
}
