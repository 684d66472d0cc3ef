import { isDynamoDBToolingError } from '../kernel/index.js'
import { CliError } from './errors.js'
import type { Output } from './output.js'

/** Prints an error: `error[CODE]: message` and what to do; with --json, as a document in place of the result. */
export function reportError(given: unknown, output: Output, verbose: boolean): void {
  const error = isDynamoDBToolingError(given) ? given : unexpected(given)
  const { code, message, hint, details } = error
  if (output.json && !output.done) {
    output.result({ error: { code, message, hint: hint ?? null, details } }, '')
  } else {
    output.note(`${output.colour('31', `error[${code}]`)}: ${message}`)
    if (hint !== undefined) output.note(`  ${hint}`)
  }
  if (verbose) for (let each: unknown = given; each !== undefined; each = causeOf(each)) output.note(stackOf(each))
}

function unexpected(cause: unknown): CliError {
  return new CliError('CLI.UNEXPECTED', cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), {
    cause,
  })
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)
const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error))
