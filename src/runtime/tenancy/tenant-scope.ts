import { AsyncLocalStorage } from 'node:async_hooks'
import type { ResolvedConfig } from '../config.js'
import { checkTenantId } from './tenant-id.js'

interface Scope {
  /** Null after `withoutTenant`; undefined where nobody said. */
  readonly tenant: string | null | undefined
  /** `tables` for work on tables as a whole, `all` for what is of no tenant at all. */
  readonly outside?: 'tables' | 'all'
}

/** What was said of the code running now. */
const scope = new AsyncLocalStorage<Scope>()

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

/**
 * Runs `fn` on tables as a whole, such as a migration: where the rows of all tenants are in one table, for no tenant; where
 * each tenant has tables, on those of the tenant at hand.
 */
export function onWholeTables<T>(fn: () => T): T {
  return scope.run({ tenant: scope.getStore()?.tenant, outside: 'tables' }, fn)
}

/** Runs `fn` for no tenant, whatever was said around it: for the package's own notes on tenants. */
export function outsideTenants<T>(fn: () => T): T {
  return scope.run({ tenant: undefined, outside: 'all' }, fn)
}

/** The tenant that the code running now said, else the one that `tenancy.resolve` finds; null after `withoutTenant`. */
export function scopedTenant({ tenancy }: Pick<ResolvedConfig, 'tenancy'>): string | null | undefined {
  const { tenant, outside } = scope.getStore() ?? {}
  if (outside === 'all' || (outside === 'tables' && tenancy?.strategy !== 'table')) return undefined
  if (tenant !== undefined || tenancy?.resolve === undefined) return tenant
  const found: unknown = tenancy.resolve()
  if (found === undefined || found === null) return undefined
  checkTenantId(found)
  return found
}
