import { CliError } from './errors.js'

/** A name for a class, as it was given. @throws CliError `CLI.USAGE` */
export function classNamed(name: string, example: string): string {
  if (/^[A-Z][A-Za-z0-9]{0,63}$/.test(name)) return name
  throw new CliError('CLI.USAGE', `"${name}" is no name of a class: write it as ${example}.`)
}
