import { DynamoDBToolingError } from '../../kernel/index.js'

export const TENANCY_CODES = {
  'TENANCY.NO_TENANT':
    'Say whose rows are meant: withTenant(id, fn). Across tenants there is withoutTenant(fn), which reads and does not write.',
  'TENANCY.INVALID_TENANT': 'A tenant is text of 1 to 256 bytes in UTF-8, without control characters.',
  'TENANCY.FOREIGN':
    'A tenant reaches its own rows and those of shared models. For others call withTenant with their id.',
  'TENANCY.NOT_CHECKABLE':
    'Use models, or a request whose keys can be seen: KeyConditionExpression with `key = :value`. Outside of tenants: withoutTenant(fn).',
  'TENANCY.KEYS': 'Begin the partition key with the name of the model: "COUNTRY#{id}".',
  'TENANCY.SUSPENDED': 'TenantManager.resume(id) lets it work again.',
  'TENANCY.UNKNOWN_TENANT': 'TenantManager.create(id) makes it known.',
} as const

/** A request that a tenant may not make, or that no tenant was named for. Ids of tenants and keys are never in it. */
export class TenancyError extends DynamoDBToolingError<keyof typeof TENANCY_CODES> {
  static override readonly nextSteps: typeof TENANCY_CODES = TENANCY_CODES
}
