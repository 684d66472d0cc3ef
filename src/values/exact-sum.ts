import { parseDecimal } from './decimal-text.js'

/** Adds decimal numbers given as text, exactly: no digit is lost however many are added. */
export class ExactSum {
  /** The sum in units of 10^-scale. */
  #units = 0n
  #scale = 0
  #count = 0

  /** @param text a number as DynamoDB stores it */
  add(text: string): void {
    const decimal = parseDecimal(text)
    if (decimal === undefined) return
    this.#count++
    const { digits, exponent, negative } = decimal
    if (digits === '') return
    const scale = digits.length - exponent
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale)
      this.#scale = scale
    }
    const units = BigInt(digits) * 10n ** BigInt(this.#scale - scale)
    this.#units += negative ? -units : units
  }

  /** How many were added. */
  get count(): number {
    return this.#count
  }

  /** The sum as plain decimal text: `-12.5`. */
  toString(): string {
    const negative = this.#units < 0n
    const digits = (negative ? -this.#units : this.#units).toString().padStart(this.#scale + 1, '0')
    const whole = digits.slice(0, digits.length - this.#scale)
    const rest = digits.slice(digits.length - this.#scale).replace(/0+$/, '')
    return `${negative ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`
  }
}
