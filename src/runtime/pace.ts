import type { Clock } from '../kernel/index.js'

/** Keeps what is consumed to so many capacity units a second. DynamoDB: "Read/write capacity". */
export class Pace {
  readonly #clock: Clock
  readonly #rate: number | undefined
  #debt = 0
  #at: number
  #spent = 0

  /** @param rate capacity units a second; undefined for as fast as it goes */
  constructor(clock: Clock, rate: number | undefined) {
    this.#clock = clock
    this.#rate = rate
    this.#at = clock.now()
  }

  /** Capacity units consumed so far. */
  get spent(): number {
    return this.#spent
  }

  /** What a request consumed, as DynamoDB said it. */
  spend(units: number): void {
    this.#spent += units
    this.#debt += units
  }

  /** Resolves when what was consumed is within the rate. */
  async ready(signal?: AbortSignal): Promise<void> {
    if (this.#rate === undefined) return
    const now = this.#clock.now()
    this.#debt = Math.max(0, this.#debt - ((now - this.#at) / 1000) * this.#rate)
    this.#at = now
    if (this.#debt > 0) await this.#clock.sleep((this.#debt / this.#rate) * 1000, signal)
  }
}
