import { DynamoDBToolingError } from '../kernel/index.js'

export const CLI_CODES = {
  'CLI.UNKNOWN_COMMAND': 'Run `dbtooling --help` for the list of commands.',
  'CLI.USAGE': 'Run the command with --help for its arguments, options and examples.',
  'CLI.NO_MODELS': 'Set queryBuilder.modelsPath in the config to the folder of the models, or give --models FOLDER.',
  'CLI.NOT_FOUND': 'Check the name or the key, and the environment and table that the command was run for.',
  'CLI.EXISTS': 'Keep what is there, or choose another name or key.',
  'CLI.CONFIRM_NEEDED':
    'Read what will go, and run the command again with --confirm and the name that the message gives.',
  'CLI.PRODUCTION':
    'Choose another environment with --env; for this one, take production: true out of the config first.',
  'CLI.OTHER_ENVIRONMENT': 'Choose the environment of the table with --env, or the table of the environment.',
  'CLI.NOT_LOCAL': 'Run it for an environment with local.enabled, or with DYNAMODB_LOCAL=1.',
  'CLI.INSTALL_FAILED': 'Read what npm wrote above.',
  'CLI.INTERRUPTED': 'Run the command again: what it had done stays done.',
  'CLI.UNEXPECTED': 'Run the command again with --verbose: the stack names the line.',
} as const
type CliCode = keyof typeof CLI_CODES

/** The tool was asked for what it cannot or must not do. */
export class CliError extends DynamoDBToolingError<CliCode> {
  static override readonly nextSteps: typeof CLI_CODES = CLI_CODES
}
