/**
 * Tokens that retries take and successes give back, so that a struggling engine is not met with a flood of retries.
 * Every driver has its own.
 */
export class RetryBudget {
  readonly #size: number
  #left: number

  constructor(size = 500) {
    this.#size = size
    this.#left = size
  }

  /** False, and nothing is taken, when fewer than `cost` tokens are left. */
  take(cost: number): boolean {
    if (this.#left < cost) return false
    this.#left -= cost
    return true
  }

  give(tokens: number): void {
    this.#left = Math.min(this.#size, this.#left + tokens)
  }
}
