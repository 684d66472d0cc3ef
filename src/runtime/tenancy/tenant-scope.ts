import { AsyncLocalStorage } from 'node:async_hooks'
import type { ResolvedConfig } from '../config.js'
import { checkTenantId } from './tenant-id.js'

/** The tenant of the code running now; null where it said that it means none. */
const scope = new AsyncLocalStorage<{ readonly tenant: string | null }>()

/**
 * Runs `fn` for a tenant: every model of `tenancy` reads and writes that tenant's rows in everything `fn` awaits. Inside
 * another tenant's `fn` the inner one holds.
 *
 * @throws TenancyError `TENANCY.INVALID_TENANT`
 */
export function withTenant<T>(tenant: string, fn: () => T): T {
  checkTenantId(tenant)
  return scope.run({ tenant }, fn)
}

/**
 * Runs `fn` for no tenant, for what looks across them: reads of models find rows of all tenants, by reading the table, and
 * each record goes on belonging to its tenant. Writes through models are refused. `tenancy.onWithoutTenant` is told of
 * every request on tenants' rows.
 */
export function withoutTenant<T>(fn: () => T): T {
  return scope.run({ tenant: null }, fn)
}

/** The tenant that the code running now said, else the one that `tenancy.resolve` finds; null after `withoutTenant`. */
export function scopedTenant({ tenancy }: Pick<ResolvedConfig, 'tenancy'>): string | null | undefined {
  const scoped = scope.getStore()
  if (scoped !== undefined || tenancy?.resolve === undefined) return scoped?.tenant
  const found: unknown = tenancy.resolve()
  if (found === undefined || found === null) return undefined
  checkTenantId(found)
  return found
}
