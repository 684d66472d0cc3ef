import { DynamoDBToolingError } from '../kernel/index.js'

export const QUERY_CODES = [
  'QUERY.UNKNOWN_ATTRIBUTE',
  'QUERY.UNKNOWN_INDEX',
  'QUERY.INVALID_OPERATOR',
  'QUERY.INVALID_VALUE',
  'QUERY.CONSISTENT_INDEX',
  'QUERY.SCAN_FORBIDDEN',
  'QUERY.TABLE_MISSING',
] as const

/** A query that cannot be run as it is written. Thrown before anything is sent, unless the table is missing. */
export class QueryError extends DynamoDBToolingError<(typeof QUERY_CODES)[number]> {}
