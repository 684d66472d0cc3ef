import { type Clock, systemClock } from '../../kernel/index.js'
import type { Driver, DriverCapabilities, Health, SendOptions } from '../driver.js'
import { DriverError, NetworkError, ServiceError, ThrottlingError } from '../errors.js'
import { aborted } from '../http/network-errors.js'
import type { OperationInput, OperationName, OperationOutput } from '../operations.js'
import { splitBatch } from './partial-batch.js'
import { seededRandom } from './seeded-random.js'

export const FAULTS = ['drop-reply', 'refuse', 'throttle', 'partial-batch', 'slow', 'reset', 'internal'] as const
/**
 * - `drop-reply`: the request takes effect, its answer is lost (`NETWORK.UNREACHABLE`, sent)
 * - `refuse`: nothing leaves (`NETWORK.UNREACHABLE`, not sent)
 * - `throttle`: `SERVICE.THROTTLED`, without effect
 * - `partial-batch`: some entries of a batch come back unprocessed; other operations pass
 * - `slow`: the answer comes `delay` ms late, or `NETWORK.TIMEOUT` when the caller waits less
 * - `reset`: the connection breaks before the engine saw the request (`NETWORK.UNREACHABLE`, sent)
 * - `internal`: status 500, without effect
 */
export type Fault = (typeof FAULTS)[number]

export interface FaultPlan {
  /** The same seed meets the same requests with the same faults. Default 1. */
  readonly seed?: number
  /** How likely each fault is for one request, 0 to 1; together at most 1. */
  readonly rates?: { readonly [Kind in Fault]?: number }
  /** Faults for the first requests, in order (`undefined` = none); `rates` hold after its end. */
  readonly script?: readonly (Fault | undefined)[]
  /** Only these operations are met with faults, or counted by the script. Default: all. */
  readonly operations?: readonly OperationName[]
  /** Milliseconds of `slow`. Default 100. */
  readonly delay?: number
  readonly clock?: Clock
}

/** What the driver did with one request. */
export interface FaultRecord {
  readonly operation: OperationName
  readonly fault: Fault | undefined
  /** True when the engine behind was given the request, or a part of it. */
  readonly reachedEngine: boolean
}

export interface FaultDriver extends Driver {
  /** Every request so far, in the order they came. */
  readonly records: readonly FaultRecord[]
}

/**
 * For tests: a driver that loses answers, throttles, breaks connections and leaves batches unfinished, by a plan that
 * is the same on every run.
 *
 * @throws DriverError `DRIVER.INVALID` for a plan with an unknown fault, or rates beyond 1.
 */
export function createFaultDriver(inner: Driver, plan: FaultPlan = {}): FaultDriver {
  return new FaultInjectingDriver(inner, plan)
}

class FaultInjectingDriver implements FaultDriver {
  readonly name = 'fault'
  readonly capabilities: DriverCapabilities
  readonly records: FaultRecord[] = []
  readonly #inner: Driver
  readonly #plan: FaultPlan
  readonly #rates: readonly (readonly [Fault, number])[]
  readonly #script: (Fault | undefined)[]
  readonly #random: () => number
  readonly #clock: Clock

  constructor(inner: Driver, plan: FaultPlan) {
    this.capabilities = inner.capabilities
    this.#inner = inner
    this.#plan = plan
    this.#rates = checkedRates(plan)
    this.#script = [...(plan.script ?? [])]
    this.#random = seededRandom(plan.seed ?? 1)
    this.#clock = plan.clock ?? systemClock
  }

  get endpoint(): string {
    return this.#inner.endpoint
  }

  async send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options: SendOptions = {},
  ): Promise<OperationOutput<Name>> {
    if (options.signal?.aborted === true) throw aborted(options.signal, false)
    const fault = this.#choose(operation)
    const split = fault === 'partial-batch' ? splitBatch(operation, input, this.#random) : undefined
    const reachedEngine = fault === undefined || !STOPPED.has(fault)
    this.records.push({
      operation,
      fault: fault === 'partial-batch' && split === undefined ? undefined : fault,
      reachedEngine,
    })
    if (!reachedEngine) throw failure(fault)
    if (split !== undefined) {
      const answer = await this.#inner.send(operation, split.sent, options)
      return split.complete(answer)
    }
    const answer = await this.#inner.send(operation, input, options)
    if (fault === 'drop-reply') throw failure(fault)
    if (fault === 'slow') await this.#delay(options)
    return answer
  }

  #choose(operation: OperationName): Fault | undefined {
    if (this.#plan.operations?.includes(operation) === false) return undefined
    if (this.#script.length > 0) return this.#script.shift()
    let left = this.#random()
    for (const [fault, rate] of this.#rates) {
      left -= rate
      if (left < 0) return fault
    }
    return undefined
  }

  async #delay({ signal, timeout, deadline }: SendOptions): Promise<void> {
    const delay = this.#plan.delay ?? 100
    const patience = Math.min(timeout ?? Number.POSITIVE_INFINITY, deadline ?? Number.POSITIVE_INFINITY)
    await this.#clock.sleep(Math.min(delay, patience), signal).catch(() => {
      throw aborted(signal as AbortSignal, true)
    })
    if (patience < delay) throw new NetworkError('NETWORK.TIMEOUT', `No answer within ${patience} ms (injected fault).`)
  }

  connect(): Promise<void> {
    return this.#inner.connect()
  }

  healthCheck(): Promise<Health> {
    return this.#inner.healthCheck()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** Faults that keep the request from the engine. */
const STOPPED: ReadonlySet<Fault> = new Set<Fault>(['refuse', 'throttle', 'reset', 'internal'])

function failure(fault: Fault): Error {
  if (fault === 'throttle') {
    return new ThrottlingError('SERVICE.THROTTLED', 'The request rate is too high (injected fault).', {
      exception: 'ProvisionedThroughputExceededException',
      statusCode: 400,
    })
  }
  if (fault === 'internal') {
    const options = { exception: 'InternalServerError', statusCode: 500 }
    return new ServiceError('SERVICE.INTERNAL', 'Internal server error (injected fault).', options)
  }
  return new NetworkError('NETWORK.UNREACHABLE', `The connection failed (injected fault: ${fault}).`, {
    sent: fault !== 'refuse',
  })
}

function checkedRates({ rates = {}, script = [] }: FaultPlan): (readonly [Fault, number])[] {
  const entries = Object.entries(rates) as [Fault, number][]
  const unknown = [...entries.map(([fault]) => fault), ...script].find(
    (fault) => fault !== undefined && !FAULTS.includes(fault),
  )
  const sum = entries.reduce((total, [, rate]) => total + rate, 0)
  const wrong =
    unknown !== undefined
      ? `there is no fault "${unknown}"`
      : entries.some(([, rate]) => !(rate >= 0)) || sum > 1 + 1e-9
        ? `rates must be 0 or more and together at most 1, not ${sum}`
        : undefined
  if (wrong === undefined) return entries
  throw new DriverError('DRIVER.INVALID', `The fault plan cannot be used: ${wrong}.`, {
    hint: `Faults: ${FAULTS.join(', ')}.`,
  })
}
