import { DynamoDBToolingError } from '../kernel/index.js'

export const DESIGN_CODES = [
  'DESIGN.TOO_MANY_INDEXES',
  'DESIGN.NAME_CONFLICT',
  'DESIGN.INVALID_PATTERN',
  'DESIGN.INVALID_INDEX',
  'DESIGN.NOT_AVAILABLE',
] as const

/** The models do not fit one table's keys and indexes. The message names models and attributes. */
export class DesignError extends DynamoDBToolingError<(typeof DESIGN_CODES)[number]> {}
