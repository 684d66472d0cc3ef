/** Work that claims the same words is done in the order in which it was asked for; other work does not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<T>(claims: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = claims.flatMap((claim) => this.#last.get(claim) ?? [])
    const done = Promise.allSettled(before).then(work)
    for (const claim of claims) this.#last.set(claim, done)
    try {
      return await done
    } finally {
      for (const claim of claims) if (this.#last.get(claim) === done) this.#last.delete(claim)
    }
  }
}
