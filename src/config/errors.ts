import { DynamoDBToolingError } from '../kernel/index.js'

export const CONFIG_FILE_CODES = {
  'CONFIG.NOT_FOUND':
    'Write a dynamodb.config.ts, run the program inside the project, or call configure() with a config.',
  'CONFIG.AMBIGUOUS': 'Keep one of them.',
  'CONFIG.LOAD_FAILED': 'Read error.cause: its stack names the line.',
  'CONFIG.MIGRATIONS': 'The stack of error.cause names the line.',
  'CONFIG.SEEDERS': 'The stack of error.cause names the line.',
  'CONFIG.MODELS_PATH': 'Set queryBuilder.modelsPath to a folder of model files, relative to the config file.',
} as const

/** The config file is missing, is there twice, or cannot be run. What is wrong inside it is a `ConfigError`. */
export class ConfigFileError extends DynamoDBToolingError<keyof typeof CONFIG_FILE_CODES> {
  static override readonly nextSteps: typeof CONFIG_FILE_CODES = CONFIG_FILE_CODES
}
