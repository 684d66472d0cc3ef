import { DynamoDBToolingError } from '../kernel/index.js'

export const TENANTS_CODES = {
  'TENANTS.NOT_CONFIGURED': 'Give the config `tenancy: {}`.',
  'TENANTS.EXISTS': 'It is there already: get(id) reads it.',
  'TENANTS.UNKNOWN': 'create(id) makes a tenant known; list() tells which there are.',
  'TENANTS.OVER_LIMIT': 'Try again after error.retryAfter milliseconds, or raise the limit of the tenant.',
  'TENANTS.INVALID': 'Give what the message asks for.',
} as const

/** What could not be done with a tenant. */
export class TenantError extends DynamoDBToolingError<keyof typeof TENANTS_CODES> {
  static override readonly nextSteps: typeof TENANTS_CODES = TENANTS_CODES
}

/** A tenant has used what it may use for now: the request was not sent. */
export class TenantLimitError extends TenantError {
  /** Milliseconds after which the tenant has capacity again. */
  readonly retryAfter: number

  constructor(kind: 'read' | 'write', retryAfter: number) {
    super('TENANTS.OVER_LIMIT', `The tenant has used its ${kind} capacity.`, { details: { kind, retryAfter } })
    this.retryAfter = retryAfter
  }
}
