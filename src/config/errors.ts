import { DynamoDBToolingError } from '../kernel/index.js'

export const CONFIG_FILE_CODES = [
  'CONFIG.NOT_FOUND',
  'CONFIG.AMBIGUOUS',
  'CONFIG.LOAD_FAILED',
  'CONFIG.MODELS_PATH',
] as const

/** The config file is missing, is there twice, or cannot be run. What is wrong inside it is a `ConfigError`. */
export class ConfigFileError extends DynamoDBToolingError<(typeof CONFIG_FILE_CODES)[number]> {}
