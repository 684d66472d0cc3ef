import { wholeOf } from './bigint-codec.js'
import { misfitOf, parseDecimal } from './decimal-text.js'
import { ValueError } from './errors.js'
import { ExactNumber } from './exact-number.js'
import { exactNumberOf } from './number-codec.js'

/** A stored number as what JS can hold exactly: a number, else a bigint when it is whole, else an ExactNumber. */
export function decodeNumberText(text: string, path: string): number | bigint | ExactNumber {
  const number = exactNumberOf(text)
  if (number !== undefined) return number
  const misfit = misfitOf(parseDecimal(text))
  if (misfit !== undefined) throw new ValueError('VALUE.NUMBER_RANGE', path, misfit)
  return wholeOf(text) ?? new ExactNumber(text)
}
