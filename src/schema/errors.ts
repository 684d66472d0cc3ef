import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const SCHEMA_CODES = [
  'SCHEMA.NO_NAME',
  'SCHEMA.INVALID_ATTRIBUTE',
  'SCHEMA.RESERVED_NAME',
  'SCHEMA.INVALID_STATIC',
  'SCHEMA.INVALID_RELATION',
  'SCHEMA.NOT_AVAILABLE',
] as const

/** A model's definition has a fault. Thrown when the model is first used. */
export class SchemaError extends DynamoDBToolingError<(typeof SCHEMA_CODES)[number]> {}

export const VALIDATION_CODES = ['VALIDATION.FAILED'] as const

/** What is wrong with one attribute. */
export interface Violation {
  readonly attribute: string
  /** The rule that failed: `required`, `type`, `min`, `enum`, `validate` … */
  readonly rule: string
  /** For people; never holds the value of a hidden or encrypted attribute. */
  readonly message: string
}

/** The data break the model's rules. Nothing was written. */
export class ValidationError extends DynamoDBToolingError<(typeof VALIDATION_CODES)[number]> {
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

  /** The messages by attribute: `{ email: ['email is required.'] }`. */
  get errors(): Readonly<Record<string, readonly string[]>> {
    const byAttribute: Record<string, string[]> = Object.create(null) as Record<string, string[]>
    for (const { attribute, message } of this.violations) (byAttribute[attribute] ??= []).push(message)
    return byAttribute
  }
}

/** True for a `ValidationError`. */
export function isValidationError(error: unknown): error is ValidationError {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 'VALIDATION.FAILED'
}
