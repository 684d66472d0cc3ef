/** Milliseconds before retry `attempt` (1 = the first): random below `base * 2^attempt`, at most `max`. */
export function fullJitter(attempt: number, base: number, max: number, random: () => number): number {
  return random() * Math.min(max, base * 2 ** attempt)
}

/** Tokens that retries take and successes give back. */
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
