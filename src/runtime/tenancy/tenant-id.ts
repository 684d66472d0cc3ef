import { escapeSegment, unescapeSegment } from '../../keys/index.js'
import { TenancyError } from './errors.js'

const LONGEST = 256
/** Every key of a tenant begins with it: no model that tenants share may have keys that do. */
export const TENANT_MARK = '@'

/** @throws TenancyError `TENANCY.INVALID_TENANT` for what cannot be the id of a tenant */
export function checkTenantId(tenant: unknown): asserts tenant is string {
  const fault =
    typeof tenant !== 'string'
      ? `is ${tenant === null ? 'null' : typeof tenant}, not text`
      : tenant === ''
        ? 'is empty'
        : tenant.length > LONGEST || Buffer.byteLength(tenant) > LONGEST
          ? `is longer than ${LONGEST} bytes`
          : Buffer.from(tenant).toString() !== tenant
            ? 'is no valid Unicode text'
            : /\p{Cc}/u.test(tenant)
              ? 'has control characters'
              : undefined
  if (fault !== undefined) throw new TenancyError('TENANCY.INVALID_TENANT', `The tenant's id ${fault}.`)
}

/** What stands before every partition key of a tenant: `@acme#`. The id is escaped, so that none reaches into another. */
export function tenantPrefix(tenant: string, delimiter: string): string {
  return `${TENANT_MARK}${escapeSegment(tenant, delimiter)}${delimiter}`
}

/** The tenant that a partition key belongs to; undefined for one that belongs to none. */
export function tenantOfKey(key: string, delimiter: string): string | undefined {
  const end = key.indexOf(delimiter)
  return key.startsWith(TENANT_MARK) && end > 1 ? unescapeSegment(key.slice(1, end)) : undefined
}

/** What a tenant's tables are called behind the table's own name: `.acme`. What names cannot hold is `_` and its bytes. */
export function tenantTableSuffix(tenant: string): string {
  const name = Buffer.from(tenant)
    .toString('latin1')
    .replaceAll(/[^a-zA-Z0-9-]/g, (byte) => `_${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `.${name}`
}
