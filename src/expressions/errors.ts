import { DynamoDBToolingError } from '../kernel/index.js'

export const EXPRESSION_CODES = {
  'EXPRESSION.PATH':
    'Paths look like address.city or tags[0]; a backslash before a dot or bracket makes it part of a name.',
  'EXPRESSION.PATH_OVERLAP': 'Change each place once: set the whole map, or only members of it.',
  'EXPRESSION.NOT_SENDABLE': 'Ask it of rows that are read: query().whereMonth(…).get().',
  'EXPRESSION.TOO_LARGE': 'Split it into several requests.',
} as const

/** An expression that DynamoDB would refuse, found before it is sent. */
export class ExpressionError extends DynamoDBToolingError<keyof typeof EXPRESSION_CODES> {
  static override readonly nextSteps: typeof EXPRESSION_CODES = EXPRESSION_CODES
}
