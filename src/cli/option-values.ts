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

/** For data given on the command line. @throws CliError `CLI.USAGE` */
export function json(text: string, flag: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('CLI.USAGE', `${flag} is not JSON: ${(cause as Error).message}.`, {
      cause,
      hint: `Quote it for the shell: ${flag} '{"name": "Ada"}'.`,
    })
  }
}

/** JSON where the text is JSON, else the text itself: `36`, `true`, `"36"`, `Ada`. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
