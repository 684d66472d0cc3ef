import { DynamoDBToolingError, type ErrorOptions, withArticle } from '../kernel/index.js'

export const MODEL_CODES = {
  'MODEL.NOT_FOUND': 'Use find() or first() where a missing row is normal: they give null.',
  'MODEL.DUPLICATE_KEY': 'Use another key, or find and update the row.',
  'MODEL.CONDITION_FAILED': 'Nothing was written. error.existing is the row as it stands: decide anew.',
  'MODEL.STALE': 'Nothing was written. error.existing is the row as it stands: refresh() the record, and decide anew.',
  'MODEL.UNCERTAIN': 'Look at error.existing: it has what was to be written, or it has not. Then decide anew.',
  'MODEL.UNIQUE_VIOLATION':
    'Nothing was written: ask for another value, or find the row that has it; a soft-deleted row keeps its values (withTrashed).',
  'MODEL.UNKNOWN_ATTRIBUTE': 'Correct the name, or add the attribute to the model.',
  'MODEL.NOT_FILLABLE': 'Set it by itself, or use forceFill or forceCreate.',
  'MODEL.INVALID_INPUT': 'Give what the message asks for.',
  'MODEL.UNKNOWN_MODEL': 'Call registerModels(User, Post) where the program starts, or set queryBuilder.modelsPath.',
  'MODEL.DUPLICATE_NAME': 'Rename one, or use another connection for it.',
  'MODEL.LATE_REGISTRATION': 'Call registerModels with all models before the first write.',
  'MODEL.NOT_RECOGNIZED': 'Nothing was written: no query would find the row. Give it what recognizedBy asks for.',
  'MODEL.WRITE_CONFLICT': 'Nothing was written. Try again.',
  'MODEL.ITEM_TOO_LARGE': 'Move large values elsewhere (Amazon S3), or split the row.',
  'MODEL.PARENT_NOT_FOUND': 'Nothing was written. Create the row that it belongs to first, or correct the key.',
  'MODEL.RESTRICTED': 'Nothing was written. Delete or move those rows first, or declare another onDelete.',
  'MODEL.CASCADE_INCOMPLETE': 'Delete it again: what is left is deleted then.',
  'MODEL.INVALID_SCOPE': 'Let the scope return its query with conditions added, and nothing else.',
  'MODEL.UNKNOWN_EVENT': 'Correct the name of the event.',
  'MODEL.VETOED': 'Nothing was written: a hook returned false. Give it what it asks for, or write quietly.',
  'MODEL.HOOK_FAILED':
    'The row is written: do not write it again. error.cause is what the hook threw, error.record the row.',
  'MODEL.LAZY_LOAD': 'Read the relation along: with(…), Model.load(rows, …), or queryBuilder.lazyLoading.',
  'MODEL.UNSUPPORTED': 'Use the way that the hint names.',
  'MODEL.DESIGN_DIFFERS': 'Run migrate(), or start the version of the program that the table was migrated for.',
  'MODEL.TABLE_DIFFERS': 'Choose another defaultTableName, or bring the table to the design.',
} as const
export type ModelCode = keyof typeof MODEL_CODES

/** A model was used in a way that cannot work, or the row it stands for is not as it should be. */
export class ModelError<Code extends ModelCode = ModelCode> extends DynamoDBToolingError<Code> {
  static override readonly nextSteps: typeof MODEL_CODES = MODEL_CODES
}

/** The row is not there (any more). */
export class ModelNotFoundError extends ModelError<'MODEL.NOT_FOUND'> {
  readonly model: string

  constructor(model: string, what: string, options: ErrorOptions = {}) {
    super('MODEL.NOT_FOUND', `${model} ${what}.`, { ...options, details: { ...options.details, model } })
    this.model = model
  }
}

/** What an error carries of the row that stood in the way. */
export interface ConflictOptions extends ErrorOptions {
  /** Makes the record of the row, when somebody asks for it. */
  readonly existing?: (() => object | undefined) | undefined
}

/** A row with this key is there already. Nothing was written. */
export class DuplicateKeyError extends ModelError<'MODEL.DUPLICATE_KEY'> {
  /** The row that is there, as a record of the model; undefined where it is not known, or is no row of the model. */
  declare readonly existing: object | undefined

  constructor(message: string, options: ConflictOptions = {}) {
    super('MODEL.DUPLICATE_KEY', message, options)
    carry(this, options)
  }
}

/** A condition on a row did not hold. Nothing was written. */
export class ConditionError extends ModelError<'MODEL.CONDITION_FAILED'> {
  readonly model: string
  /** The row as it stood, as a record of the model; undefined where it is not known, or is no row of the model. */
  declare readonly existing: object | undefined

  constructor(model: string, message: string, options: ConflictOptions = {}) {
    super('MODEL.CONDITION_FAILED', message, { ...options, details: { ...options.details, model } })
    this.model = model
    carry(this, options)
  }
}

/** The row has another version than the record goes by: others wrote it since. Nothing was written. */
export class StaleRecordError extends ModelError<'MODEL.STALE'> {
  readonly model: string
  /** The row as it stood, as a record of the model. */
  declare readonly existing: object | undefined

  constructor(model: string, how: string, options: ConflictOptions = {}) {
    super('MODEL.STALE', `The ${model} ${how}.`, { ...options, details: { ...options.details, model } })
    this.model = model
    carry(this, options)
  }
}

/**
 * The answer to a write was lost, and the row has another version since: by this write, or by somebody else's. Nobody can
 * tell which.
 */
export class UncertainWriteError extends ModelError<'MODEL.UNCERTAIN'> {
  readonly model: string
  /** The row as it stood, as a record of the model. */
  declare readonly existing: object | undefined

  constructor(model: string, options: ConflictOptions = {}) {
    super(
      'MODEL.UNCERTAIN',
      `The answer to a write of the ${model} was lost, and its version changed: by that write, or by another.`,
      { ...options, details: { ...options.details, model } },
    )
    this.model = model
    carry(this, options)
  }
}

/** Another row has this value of a unique attribute. Nothing was written. */
export class UniqueConstraintError extends ModelError<'MODEL.UNIQUE_VIOLATION'> {
  readonly model: string
  readonly attribute: string
  /** The row that has the value, as a record of the model; undefined where it is not known. */
  declare readonly existing: object | undefined

  /** @param how what is known of the other row: `, soft-deleted` */
  constructor(model: string, attribute: string, options: ConflictOptions = {}, how = '') {
    super('MODEL.UNIQUE_VIOLATION', `Another ${model}${how} has this ${attribute}.`, {
      ...options,
      details: { model, attribute },
    })
    this.model = model
    this.attribute = attribute
    carry(this, options)
  }
}

/** A hook failed that was told of a write afterwards. The row is written, and every other hook was called. */
export class HookFailedError extends ModelError<'MODEL.HOOK_FAILED'> {
  readonly model: string
  /** `created`, `updated`, `deleted` … */
  readonly event: string
  /** The record, as it is stored. */
  declare readonly record: object

  constructor(model: string, event: string, record: object, cause: unknown) {
    super('MODEL.HOOK_FAILED', `The row is written, but ${withArticle(event)} hook of ${model} failed.`, {
      cause,
      details: { model, event },
    })
    this.model = model
    this.event = event
    Object.defineProperty(this, 'record', { enumerable: false, value: record })
  }
}

/** Records may hold what nobody should read in a log: they are there to be asked for, and not printed with the error. */
function carry(error: object, { existing }: ConflictOptions): void {
  let row: object | undefined
  Object.defineProperty(error, 'existing', { enumerable: false, get: () => (row ??= existing?.()) })
}

/** True for a `ConditionError`. */
export function isConditionError(error: unknown): error is ConditionError {
  return hasCode(error, 'MODEL.CONDITION_FAILED')
}
/** True for a `StaleRecordError`. */
export function isStaleRecordError(error: unknown): error is StaleRecordError {
  return hasCode(error, 'MODEL.STALE')
}
/** True for a `ModelNotFoundError`. */
export function isModelNotFoundError(error: unknown): error is ModelNotFoundError {
  return hasCode(error, 'MODEL.NOT_FOUND')
}
/** True for a `HookFailedError`. */
export function isHookFailedError(error: unknown): error is HookFailedError {
  return hasCode(error, 'MODEL.HOOK_FAILED')
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
