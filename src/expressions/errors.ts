import { DynamoDBToolingError } from '../kernel/index.js'

export const EXPRESSION_CODES = ['EXPRESSION.PATH', 'EXPRESSION.PATH_OVERLAP', 'EXPRESSION.TOO_LARGE'] as const

/** An expression that DynamoDB would refuse, found before it is sent. */
export class ExpressionError extends DynamoDBToolingError<(typeof EXPRESSION_CODES)[number]> {}
