import { isDynamoDBToolingError } from '../kernel/index.js'
import { CliError } from './errors.js'
import type { Output } from './output.js'

/** What to do next where the error itself, which programs see too, says it in calls. */
const TOOL_HINTS: Readonly<Record<string, string>> = {
  'CONFIG.NOT_FOUND': 'Begin a project with `dbtooling init`, or name the config file with --config.',
  'TABLE.PROTECTED':
    'If it is to go: `dbtooling table:update TABLE --protection off`, or --force where the command has it.',
  'TABLE.WAIT_TIMEOUT': 'What was begun goes on by itself; `dbtooling table:wait TABLE` waits on.',
  'DESIGN.LOCK_OUTDATED': 'Run `dbtooling migrate:generate` or `dbtooling migrate`, and commit dynamodb.schema.json.',
  'MIGRATION.COPY_DIFFERS':
    'Stop the programs that write to the old table, and run `dbtooling table:copy NEW --catch-up`.',
  'QUERY.TABLE_MISSING': 'Make it: dbtooling migrate',
}

/** Prints an error: `error[CODE]: message` and what to do; with --json, as a document in place of the result. */
export function reportError(given: unknown, output: Output, verbose: boolean): void {
  const error = isDynamoDBToolingError(given) ? given : unexpected(given)
  const { code, message, details } = error
  const hint = TOOL_HINTS[code] ?? error.hint
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
