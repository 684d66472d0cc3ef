import type { OperationName } from '../drivers/index.js'
import { type Connection, currentConnection, type Interceptor, measure, TenantConnection } from '../runtime/index.js'
import { TenantError, TenantLimitError } from './errors.js'

/** The most that a tenant may use. */
export interface TenantLimit {
  /** Read capacity units a second. Default: no limit. */
  readonly readUnits?: number
  /** Write capacity units a second. Default: no limit. */
  readonly writeUnits?: number
}

export interface TenantCapacityOptions {
  /** For tenants that have no limit of their own. */
  readonly default?: TenantLimit
  /** By tenant. */
  readonly tenants?: Readonly<Record<string, TenantLimit>>
  /** Seconds of unused capacity that a tenant may use at once. Default 5. */
  readonly burst?: number
  /** Told of each request that was not sent. */
  readonly onLimit?: (tenant: string, error: TenantLimitError) => void
}

/** What the requests of a tenant cost, as DynamoDB reports it (`ReturnConsumedCapacity`). */
export interface TenantUsage {
  readonly requests: number
  readonly readUnits: number
  readonly writeUnits: number
  /** Requests that were not sent, for the limit. */
  readonly refused: number
}

type Kind = 'read' | 'write'

interface Account {
  usage: { requests: number; readUnits: number; writeUnits: number; refused: number }
  readonly left: Record<Kind, { units: number; at: number }>
}

const READS: ReadonlySet<OperationName> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems'])
/** Operations that use capacity. */
const WRITES: ReadonlySet<OperationName> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
])

/**
 * Counts what each tenant uses in this process, and keeps those with a limit to it: a request of a tenant that has used more
 * than it may is not sent. What a request costs is known afterwards, so that one may go over, and those behind it wait for it.
 *
 * @example
 * const capacity = new TenantCapacityManager({ default: { readUnits: 100, writeUnits: 20 } }).start()
 * capacity.usage('acme') // { requests: 12, readUnits: 31.5, writeUnits: 4, refused: 0 }
 */
export class TenantCapacityManager {
  readonly #connection: Connection
  readonly #options: TenantCapacityOptions
  readonly #burst: number
  #accounts = new Map<string, Account>()
  #started = false

  /** @throws TenantError `TENANTS.NOT_CONFIGURED`, `TENANTS.INVALID` */
  constructor(options: TenantCapacityOptions = {}, connection: Connection = currentConnection()) {
    this.#connection = connection instanceof TenantConnection ? connection.base : connection
    this.#options = options
    this.#burst = options.burst ?? 5
    if (connection.config.tenancy === undefined)
      throw new TenantError('TENANTS.NOT_CONFIGURED', 'The config says nothing of tenants.')
    const all = [this.#burst, ...[options.default, ...Object.values(options.tenants ?? {})].flatMap(numbersOf)]
    if (all.some((number) => !(Number.isFinite(number) && number > 0)))
      throw new TenantError('TENANTS.INVALID', 'Limits and burst are numbers greater than 0.')
  }

  start(): this {
    if (!this.#started) this.#connection.use(this.#intercept)
    this.#started = true
    return this
  }

  /** Counts and keeps nobody any more. What was counted stays. */
  stop(): void {
    this.#connection.drop(this.#intercept)
    this.#started = false
  }

  /** What a tenant used since the start, or the last `reset`. */
  usage(tenant: string): TenantUsage {
    return Object.freeze({ ...(this.#accounts.get(tenant) ?? account()).usage })
  }

  /** The same of all tenants that used anything, the dearest first. */
  report(): readonly (TenantUsage & { readonly tenant: string })[] {
    return [...this.#accounts]
      .map(([tenant, { usage }]) => Object.freeze({ tenant, ...usage }))
      .sort((a, b) => b.readUnits + b.writeUnits - a.readUnits - a.writeUnits)
  }

  reset(): void {
    this.#accounts = new Map()
  }

  readonly #intercept: Interceptor = async (request, next) => {
    const { tenant } = request.context
    const kind: Kind | undefined = READS.has(request.operation)
      ? 'read'
      : WRITES.has(request.operation)
        ? 'write'
        : undefined
    if (typeof tenant !== 'string' || kind === undefined) return next(request)
    let own = this.#accounts.get(tenant)
    if (own === undefined) this.#accounts.set(tenant, (own = account()))
    this.#admit(tenant, own, kind)
    const { result, readUnits, writeUnits } = await measure(() => next(request))
    own.usage.requests++
    own.usage.readUnits += readUnits
    own.usage.writeUnits += writeUnits
    own.left.read.units -= readUnits
    own.left.write.units -= writeUnits
    return result
  }

  /** @throws TenantLimitError for a tenant that has nothing left */
  #admit(tenant: string, own: Account, kind: Kind): void {
    const { tenants, default: others } = this.#options
    const given = tenants !== undefined && Object.hasOwn(tenants, tenant) ? tenants[tenant] : others
    const limit = kind === 'read' ? given?.readUnits : given?.writeUnits
    const left = own.left[kind]
    if (limit === undefined) return
    const now = this.#connection.clock.now()
    // A clock that was turned back gives nothing, and takes nothing.
    const seconds = left.at === 0 ? Number.POSITIVE_INFINITY : Math.max(0, now - left.at) / 1000
    left.units = Math.min(limit * this.#burst, left.units + limit * seconds)
    left.at = now
    if (left.units > 0) return
    own.usage.refused++
    const error = new TenantLimitError(kind, Math.ceil((-left.units / limit) * 1000) + 1)
    try {
      this.#options.onLimit?.(tenant, error)
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- whatever the listener does, the request is not sent
      throw error
    }
  }
}

const numbersOf = (limit: TenantLimit | undefined): readonly number[] =>
  [limit?.readUnits, limit?.writeUnits].filter((number) => number !== undefined)

const account = (): Account => ({
  usage: { requests: 0, readUnits: 0, writeUnits: 0, refused: 0 },
  left: { read: { units: 0, at: 0 }, write: { units: 0, at: 0 } },
})
