import { FactoryError } from './errors.js'
import { currentRandom } from './random.js'
import { FIRST_NAMES, LAST_NAMES } from './words.js'

/**
 * A mail address that this process makes once: `ada.lovelace.0k3fx2@example.com`.
 *
 * @example
 * Factory.define(User, { definition: () => ({ email: uniqueEmail(), age: randomInt(18, 80) }) })
 */
export function uniqueEmail(): string {
  const random = currentRandom()
  const name = `${random.element(FIRST_NAMES)}.${random.element(LAST_NAMES)}`.toLowerCase()
  return `${name}.${uniqueId()}@example.com`
}

/** Lower-case letters and digits that this process makes once. */
export function uniqueId(): string {
  const random = currentRandom()
  return `${random.text(6)}${random.count().toString(36)}`
}

/** A whole number from `min` to `max`, both among them. @throws FactoryError `FACTORY.INVALID` */
export function randomInt(min: number, max: number): number {
  checkRange('randomInt', min, max)
  return currentRandom().int(min, max)
}

/** A number from `min` to `max` with so many digits after the point. @throws FactoryError `FACTORY.INVALID` */
export function randomFloat(min: number, max: number, digits = 2): number {
  checkRange('randomFloat', min, max)
  return Math.min(max, Math.max(min, Number((min + currentRandom().next() * (max - min)).toFixed(digits))))
}

/** True in this share of cases. */
export function randomBoolean(share = 0.5): boolean {
  return currentRandom().next() < share
}

/** @throws FactoryError `FACTORY.INVALID` for an empty list */
export function randomElement<V>(values: readonly V[]): V {
  if (values.length === 0) throw new FactoryError('FACTORY.INVALID', 'randomElement was given an empty list.')
  return currentRandom().element(values)
}

/** So many different elements, in random order; all of them where there are fewer. */
export function randomElements<V>(values: readonly V[], count: number): V[] {
  return currentRandom().elements(values, count)
}

/** Lower-case letters and digits, a letter first. */
export function randomString(length = 12): string {
  return currentRandom().text(length)
}

/** A moment from `from` to `to`; without them, of the last year. */
export function randomDate(from?: Date | string | number, to?: Date | string | number): Date {
  const { now } = currentRandom()
  const end = to === undefined ? now : new Date(to).getTime()
  const start = from === undefined ? Math.min(now, end) - 365 * 86_400_000 : new Date(from).getTime()
  checkRange('randomDate', start, end)
  return new Date(currentRandom().int(start, end))
}

/** RFC 9562, version 4. */
export function randomUuid(): string {
  return currentRandom().uuid()
}

function checkRange(name: string, min: number, max: number): void {
  if (min <= max && Number.isFinite(max - min)) return
  throw new FactoryError('FACTORY.INVALID', `${name} goes from the least to the greatest, not from ${min} to ${max}.`)
}
