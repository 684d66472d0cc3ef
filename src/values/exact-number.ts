import { canonicalNumber } from './number.js'

/** A number with more digits than a JS number can have, as it is read where no type is declared. Stored again as it is. */
export class ExactNumber {
  /** Canonical decimal text, up to 38 digits. */
  readonly value: string

  constructor(text: string) {
    this.value = canonicalNumber(text)
  }

  toString(): string {
    return this.value
  }

  toJSON(): string {
    return this.value
  }
}
