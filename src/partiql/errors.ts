import { DynamoDBToolingError } from '../kernel/index.js'

export const PARTIQL_CODES = {
  'PARTIQL.INVALID': 'See docs/partiql.md for what a statement can be made of.',
  'PARTIQL.UNSUPPORTED': 'error.hint names the way that works, and docs/partiql.md what DynamoDB has of SQL.',
  'PARTIQL.NEEDS_KEY': 'Compare every attribute of the key of the table by =: DynamoDB writes one item by its key.',
  'PARTIQL.TOO_LARGE': 'Compare with fewer values, or make several statements: DynamoDB takes 8192 bytes.',
  'PARTIQL.SCAN_FORBIDDEN':
    "Compare the partition key of the table or of an index by =, or allow scans: queryBuilder.scans = 'allow'.",
  'PARTIQL.BATCH_FAILED': 'error.results has what became of each statement, in their order.',
} as const

/** A statement that cannot be made, or not be sent. Nothing was sent then. */
export class PartiqlError extends DynamoDBToolingError<keyof typeof PARTIQL_CODES> {
  static override readonly nextSteps: typeof PARTIQL_CODES = PARTIQL_CODES
}
