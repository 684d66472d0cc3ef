/**
 * Milliseconds to wait before another try: random between 0 and `base * 2^attempt`, at most `max` ("full jitter", after
 * the AWS Architecture Blog's "Exponential backoff and jitter").
 *
 * @param attempt 0 before the first retry
 */
export function fullJitter(attempt: number, base: number, max: number, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(max, base * 2 ** attempt))
}
