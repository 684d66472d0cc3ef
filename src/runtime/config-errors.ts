import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const CONFIG_CODES = {
  'CONFIG.INVALID':
    'Every option, its default and its unit are in docs/configuration.md of this package (node_modules/dynamodb-tooling).',
} as const

/** One thing that is wrong with a config. */
export interface ConfigFault {
  /** Where: `singleTableDesign.gsiCount`, or the environment variable `AWS_MAX_ATTEMPTS`. */
  readonly path: string
  /** What is wrong, complete for people. */
  readonly message: string
  /** What was given, as short text; absent where it might be a secret. */
  readonly given?: string
  /** What is allowed, as text. */
  readonly allowed?: string
  /** For an unknown name: the one that was probably meant. */
  readonly suggestion?: string
}

/** The config cannot be used. `faults` lists everything that is wrong with it, not only the first thing. */
export class ConfigError extends DynamoDBToolingError<keyof typeof CONFIG_CODES> {
  static override readonly nextSteps: typeof CONFIG_CODES = CONFIG_CODES
  readonly faults: readonly ConfigFault[]

  constructor(message: string, faults: readonly ConfigFault[], options: ErrorOptions = {}) {
    super('CONFIG.INVALID', message, { ...options, details: { ...options.details, faults } })
    this.faults = Object.freeze([...faults])
  }
}

/** `CONFIG.INVALID` for these faults; `file` is the config file they are in, if they are in one. */
export function invalidConfig(faults: readonly ConfigFault[], file?: string): ConfigError {
  const where = file === undefined ? 'The config' : file
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
  const list = faults.map((fault) => `\n  - ${fault.message}`).join('')
  return new ConfigError(`${where} has ${count}:${list}`, faults)
}
