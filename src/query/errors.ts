import { DynamoDBToolingError } from '../kernel/index.js'

export const QUERY_CODES = {
  'QUERY.UNKNOWN_ATTRIBUTE': 'Correct the name.',
  'QUERY.UNKNOWN_RELATION': 'Correct the name, or declare the relation in relationships.',
  'QUERY.INDEX_NOT_READY':
    'Run migrate(), which gives rows their keys, and wait for its end. Without index() the query goes another way.',
  'QUERY.UNKNOWN_INDEX': 'Leave index() out: the planner chooses; or correct the name.',
  'QUERY.UNREADABLE_KEY': 'Leave projected() out: rows are then fetched from the table.',
  'QUERY.NOT_PROJECTED': 'Add it to the projection of the index, or leave projected() out.',
  'QUERY.UNKNOWN_SCOPE': 'Correct the name of the scope.',
  'QUERY.INVALID_OPERATOR': 'Use an operator that the type of the attribute can be asked.',
  'QUERY.INVALID_VALUE': 'Correct the value as the message says; whereNull finds what is not there.',
  'QUERY.CONSISTENT_INDEX': 'Leave out consistentRead() or index().',
  'QUERY.SCAN_FORBIDDEN': "Declare an index for the conditions, or allow scans: queryBuilder.scans = 'allow'.",
  'QUERY.NOT_SOLE': 'Add conditions, or use first().',
  'QUERY.ENCRYPTED':
    'Ask by other attributes, and compare this one in the rows that come: whereNull and whereNotNull can be asked.',
  'QUERY.UNSUPPORTED': 'Use the way that the hint names.',
  'QUERY.TABLE_MISSING': 'Create it: await DynamoDBModel.migrate().',
} as const

/** A query that cannot be run as it is written. Thrown before anything is sent, unless the table is missing. */
export class QueryError extends DynamoDBToolingError<keyof typeof QUERY_CODES> {
  static override readonly nextSteps: typeof QUERY_CODES = QUERY_CODES
}
