import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const MODEL_CODES = [
  'MODEL.NOT_FOUND',
  'MODEL.DUPLICATE_KEY',
  'MODEL.UNIQUE_VIOLATION',
  'MODEL.UNKNOWN_ATTRIBUTE',
  'MODEL.NOT_FILLABLE',
  'MODEL.INVALID_INPUT',
  'MODEL.UNKNOWN_MODEL',
  'MODEL.DUPLICATE_NAME',
  'MODEL.LATE_REGISTRATION',
  'MODEL.WRITE_CONFLICT',
  'MODEL.ITEM_TOO_LARGE',
  'MODEL.RELATION_NOT_AVAILABLE',
  'MODEL.TABLE_DIFFERS',
] as const
export type ModelCode = (typeof MODEL_CODES)[number]

/** A model was used in a way that cannot work, or the row it stands for is not as it should be. */
export class ModelError<Code extends ModelCode = ModelCode> extends DynamoDBToolingError<Code> {}

/** The row is not there (any more). */
export class ModelNotFoundError extends ModelError<'MODEL.NOT_FOUND'> {
  readonly model: string

  constructor(model: string, what: string, options: ErrorOptions = {}) {
    super('MODEL.NOT_FOUND', `${model} ${what}.`, { ...options, details: { ...options.details, model } })
    this.model = model
  }
}

/** A row with this key is there already. Nothing was written. */
export class DuplicateKeyError extends ModelError<'MODEL.DUPLICATE_KEY'> {}

/** Another row has this value of a unique attribute. Nothing was written. */
export class UniqueConstraintError extends ModelError<'MODEL.UNIQUE_VIOLATION'> {
  readonly model: string
  readonly attribute: string

  constructor(model: string, attribute: string, options: ErrorOptions = {}) {
    super('MODEL.UNIQUE_VIOLATION', `Another ${model} has this ${attribute}.`, {
      ...options,
      details: { model, attribute },
    })
    this.model = model
    this.attribute = attribute
  }
}

/** True for a `ModelNotFoundError`. */
export function isModelNotFoundError(error: unknown): error is ModelNotFoundError {
  return hasCode(error, 'MODEL.NOT_FOUND')
}
/** True for a `UniqueConstraintError`. */
export function isUniqueConstraintError(error: unknown): error is UniqueConstraintError {
  return hasCode(error, 'MODEL.UNIQUE_VIOLATION')
}
/** True for a `DuplicateKeyError`. */
export function isDuplicateKeyError(error: unknown): error is DuplicateKeyError {
  return hasCode(error, 'MODEL.DUPLICATE_KEY')
}

function hasCode(error: unknown, code: ModelCode): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === code
}
