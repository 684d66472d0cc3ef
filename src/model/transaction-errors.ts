import { DynamoDBToolingError } from '../kernel/index.js'

export const TRANSACTION_CODES = {
  'TRANSACTION.TOO_MANY_WRITES': 'Nothing was written. Split the work, or use a batch where it need not be atomic.',
  'TRANSACTION.TOO_LARGE': 'Nothing was written. Split the work, or move large values elsewhere (Amazon S3).',
  'TRANSACTION.SAME_ITEM': 'Nothing was written. Make one write of the two: set everything, then save once.',
  'TRANSACTION.SEVERAL_CONNECTIONS': 'Nothing was written. Use models and records of one connection.',
  'TRANSACTION.ENDED': 'Await every call inside the function that transaction() was given.',
  'TRANSACTION.TOKEN_REFUSED':
    'Nothing was written. Leave clientRequestToken out, and check yourself whether it was done.',
} as const
type TransactionCode = keyof typeof TRANSACTION_CODES

/** A transaction that DynamoDB would refuse, or that is over. Nothing was sent. */
export class TransactionError extends DynamoDBToolingError<TransactionCode> {
  static override readonly nextSteps: typeof TRANSACTION_CODES = TRANSACTION_CODES
}
