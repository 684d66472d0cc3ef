import { CliError } from './errors.js'

/** For `OptionSpec.parse`: a whole number that is not below `low`. @throws CliError `CLI.USAGE` */
export function wholeNumber(low = 0, high: number = Number.MAX_SAFE_INTEGER): (text: string, flag: string) => number {
  return (text, flag) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= low && value <= high) return value
    const range = high === Number.MAX_SAFE_INTEGER ? `${low} or more` : `from ${low} to ${high}`
    throw new CliError('CLI.USAGE', `${flag} is "${text}"; it must be a whole number, ${range}.`)
  }
}

/** For `OptionSpec.parse`: a loopback port. */
export const port: (text: string, flag: string) => number = wholeNumber(0, 65_535)
