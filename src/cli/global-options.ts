import type { OptionSpec } from './command.js'

/** Options of every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', description: 'print one JSON document' },
  { flags: '--config <file>', description: 'the config file (default: the nearest dynamodb.config.*)' },
  { flags: '--env <name>', description: 'an environment of the config (default: DYNAMODB_ENV, then env:switch)' },
  { flags: '--table <name>', description: 'the table, by its whole name, instead of the one of the config' },
  { flags: '--tenant <id>', description: 'the tenant whose rows are meant, where the config has tenancy' },
  { flags: '--models <folder>', description: 'the folder of the models (default: queryBuilder.modelsPath)' },
  { flags: '--verbose', description: 'print stacks of errors' },
  { flags: '-h, --help', description: 'show help' },
]

/** What they were given. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly config?: string
  readonly env?: string
  readonly table?: string
  readonly tenant?: string
  readonly models?: string
  readonly verbose?: boolean
  readonly help?: boolean
}
