import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const SCHEMA_CODES = {
  'SCHEMA.NO_NAME': "Give the class a name, or set `static modelName = 'User'` where a bundler shortens class names.",
  'SCHEMA.INVALID_ATTRIBUTE': 'Correct the options of the attribute as the message says.',
  'SCHEMA.RESERVED_NAME': 'Choose another name.',
  'SCHEMA.INVALID_STATIC': 'Correct the static setting as the message says.',
  'SCHEMA.INVALID_RELATION': 'Give `type`, `model` and, where the default does not fit, `foreignKey`.',
  'SCHEMA.NOT_AVAILABLE': 'Remove it: a setting that is ignored would be a promise nobody keeps.',
} as const

/** A model's definition has a fault. Thrown when the model is first used. */
export class SchemaError extends DynamoDBToolingError<keyof typeof SCHEMA_CODES> {
  static override readonly nextSteps: typeof SCHEMA_CODES = SCHEMA_CODES
}

export const VALIDATION_CODES = {
  'VALIDATION.FAILED':
    'Correct the values and write again: nothing was written. error.errors has the messages by attribute.',
} as const

/** What is wrong with one attribute. */
export interface Violation {
  readonly attribute: string
  /** The place inside the attribute, where it is one: `address.city`, `tags[0]`. */
  readonly path?: string
  /** The rule that failed: `required`, `type`, `min`, `enum`, `validate` … */
  readonly rule: string
  /** For people; never holds the value of a hidden or encrypted attribute. */
  readonly message: string
}

/** The data break the model's rules. Nothing was written. */
export class ValidationError extends DynamoDBToolingError<keyof typeof VALIDATION_CODES> {
  static override readonly nextSteps: typeof VALIDATION_CODES = VALIDATION_CODES
  readonly model: string
  readonly violations: readonly Violation[]

  constructor(model: string, violations: readonly Violation[], options: ErrorOptions = {}) {
    super('VALIDATION.FAILED', `${model} is not valid: ${violations.map((violation) => violation.message).join(' ')}`, {
      ...options,
      details: { model, violations },
    })
    this.model = model
    this.violations = violations
  }

  /** The messages by attribute, and by place inside one: `{ email: ['email is required.'] }`. */
  get errors(): Readonly<Record<string, readonly string[]>> {
    const byAttribute: Record<string, string[]> = Object.create(null) as Record<string, string[]>
    for (const { attribute, path = attribute, message } of this.violations) (byAttribute[path] ??= []).push(message)
    return byAttribute
  }
}

/** True for a `ValidationError`. */
export function isValidationError(error: unknown): error is ValidationError {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 'VALIDATION.FAILED'
}
