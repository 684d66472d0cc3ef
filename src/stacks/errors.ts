import { DynamoDBToolingError } from '../kernel/index.js'

export const PARSER_CODES = {
  'PARSER.INVALID_MODEL': 'Correct the definition as the message says.',
  'PARSER.UNREADABLE': 'Correct the file as the message says: error.cause is what running it threw.',
  'PARSER.MISSING_MODULE': 'Install the package that the message names where the models are.',
} as const

/** A Stacks model, or a file of models, cannot be read. */
export class ModelParserError extends DynamoDBToolingError<keyof typeof PARSER_CODES> {
  static override readonly nextSteps: typeof PARSER_CODES = PARSER_CODES
}

/** True for a `ModelParserError`. */
export function isModelParserError(error: unknown): error is ModelParserError {
  return error instanceof ModelParserError
}
