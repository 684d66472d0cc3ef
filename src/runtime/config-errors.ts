import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const CONFIG_CODES = ['CONFIG.INVALID', 'CONFIG.REGION_MISSING'] as const

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
export class ConfigError extends DynamoDBToolingError<(typeof CONFIG_CODES)[number]> {
  readonly faults: readonly ConfigFault[]

  constructor(
    code: (typeof CONFIG_CODES)[number],
    message: string,
    options: ErrorOptions & { readonly faults?: readonly ConfigFault[] } = {},
  ) {
    super(code, message, { ...options, details: { ...options.details, faults: options.faults ?? [] } })
    this.faults = Object.freeze([...(options.faults ?? [])])
  }
}

/** `CONFIG.INVALID` for these faults; `file` is the config file they are in, if they are in one. */
export function invalidConfig(faults: readonly ConfigFault[], file?: string): ConfigError {
  const where = file === undefined ? 'The config' : file
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
  const list = faults.map((fault) => `\n  - ${fault.message}`).join('')
  return new ConfigError('CONFIG.INVALID', `${where} has ${count}:${list}`, {
    faults,
    hint: 'Every option, its default and its unit are in docs/configuration.md.',
  })
}

/** `CONFIG.REGION_MISSING`: requests would go to AWS, and nobody said to which region. */
export function regionMissing(): ConfigError {
  return new ConfigError('CONFIG.REGION_MISSING', 'No AWS region is set, so there is nowhere to send requests to.', {
    hint: 'Set `region` in the config or AWS_REGION in the environment; `local: { enabled: true }` or DYNAMODB_LOCAL=1 uses a local engine instead.',
  })
}
