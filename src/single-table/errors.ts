import { DynamoDBToolingError } from '../kernel/index.js'

export const DESIGN_CODES = {
  'DESIGN.TOO_MANY_INDEXES': 'Raise singleTableDesign.gsiCount (DynamoDB allows 20), or drop an index.',
  'DESIGN.NAME_CONFLICT': 'Rename one, set other key names, or give it `static modelName`.',
  'DESIGN.INVALID_PATTERN': 'A pattern names keys of the table and attributes of the model: "ORDER#{createdAt}#{id}".',
  'DESIGN.INVALID_INDEX': "Declare it as { partition: ['status'], sort: ['createdAt'] }, by attributes of the model.",
  'DESIGN.LOCK_INVALID': 'Take the file from version control, or delete it and run migrate() on an empty table.',
  'DESIGN.LOCK_CONFLICT': 'Two branches were merged: keep the line that is deployed, delete the other, run migrate().',
  'DESIGN.LOCK_CHANGED': 'Nothing was done: run migrate() again.',
  'DESIGN.LOCK_NOT_WRITTEN': 'Nothing was done: run migrate() where the project can be written, and commit the file.',
  'DESIGN.TTL_CONFLICT': 'Name the same attribute in `static ttl` of all models of the table, or rename the other one.',
  'DESIGN.ENCRYPTED_KEY':
    'Make keys of other attributes: what is encrypted differs each time it is stored, and stands in no order.',
  'DESIGN.TYPE_CONFLICT': 'Give the attribute the same type in all models, or another name in one of them.',
} as const

/** The models do not fit one table's keys and indexes. The message names models and attributes. */
export class DesignError extends DynamoDBToolingError<keyof typeof DESIGN_CODES> {
  static override readonly nextSteps: typeof DESIGN_CODES = DESIGN_CODES
}
