import { canonicalNumber } from './decimal-text.js'

const BRAND = Symbol.for('dynamodb-tooling.exact-number')

/** A number with more digits than a JS number can hold, as its decimal text. It encodes back to the same number. */
export class ExactNumber {
  /** Canonical decimal text, as of `canonicalNumber`. */
  readonly value: string

  /** @throws ValueError `VALUE.NUMBER_RANGE` when the text is no number that DynamoDB can hold */
  constructor(text: string) {
    this.value = canonicalNumber(text)
  }

  toString(): string {
    return this.value
  }

  /** JSON has no exact numbers either: text. */
  toJSON(): string {
    return this.value
  }
}

Object.defineProperty(ExactNumber.prototype, BRAND, { value: true })

/** True for an ExactNumber, from any copy of this package. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return typeof value === 'object' && value !== null && BRAND in value
}
