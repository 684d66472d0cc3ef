import { DynamoDBToolingError } from '../kernel/index.js'

export const DESIGN_CODES = {
  'DESIGN.TOO_MANY_INDEXES': 'Raise singleTableDesign.gsiCount (DynamoDB allows 20), or drop an index.',
  'DESIGN.NAME_CONFLICT': 'Rename one, set other key names, or give it `static modelName`.',
  'DESIGN.INVALID_PATTERN': 'A pattern names keys of the table and attributes of the model: "ORDER#{createdAt}#{id}".',
  'DESIGN.INVALID_INDEX': "Declare it as { partition: ['status'], sort: ['createdAt'] }, by attributes of the model.",
  'DESIGN.TYPE_CONFLICT': 'Give the attribute the same type in all models, or another name in one of them.',
} as const

/** The models do not fit one table's keys and indexes. The message names models and attributes. */
export class DesignError extends DynamoDBToolingError<keyof typeof DESIGN_CODES> {
  static override readonly nextSteps: typeof DESIGN_CODES = DESIGN_CODES
}
