import type { AttributeMap } from '../../values/index.js'
import type { ResolvedConfig } from '../config.js'
import type { Connection } from '../connection.js'
import { TenancyError } from './errors.js'

/** Partition of the table with the package's notes that lists the tenants, by id. */
export const TENANTS_KEY = 'DYNAMODB-TOOLING#tenants'
/** Partition with the notes on which seeders ran; a tenant's begin with its prefix. */
export const SEEDERS_KEY = 'DYNAMODB-TOOLING#seeders'
/** What the type attribute says of a tenant's entry. */
export const TENANT_TYPE = 'tenant'
/** As long is it believed what was read of a tenant, in milliseconds. */
export const BELIEVED_MS = 15_000

export type TenantStatus = 'active' | 'suspended' | 'deleting'

interface Read {
  readonly at: number
  readonly status: Promise<TenantStatus | undefined>
}

const read = new WeakMap<Connection, Map<string, Read>>()

/** The table with the package's notes, and the key of a tenant's entry in it. */
export function tenantEntry(
  config: ResolvedConfig,
  tenant: string,
): { readonly TableName: string; readonly Key: AttributeMap } {
  const { partitionKeyName, sortKeyName } = config.singleTableDesign
  return {
    TableName: `${config.tablePrefix}${config.defaultTableName}${config.tableSuffix}`,
    Key: { [partitionKeyName]: { S: TENANTS_KEY }, [sortKeyName]: { S: tenant } },
  }
}

/** What was read of a tenant no longer holds in this process. */
export function forgetTenantStatus(connection: Connection, tenant: string): void {
  read.get(connection)?.delete(tenant)
}

/**
 * Where only known tenants may work (`tenancy.registered`), looks up whether this one may.
 *
 * @throws TenancyError `TENANCY.UNKNOWN_TENANT`, or `TENANCY.SUSPENDED` for one that is suspended or being deleted
 */
export async function checkTenantStatus(connection: Connection, tenant: string): Promise<void> {
  const tenants = read.get(connection) ?? new Map<string, Read>()
  read.set(connection, tenants)
  const now = connection.clock.now()
  let known = tenants.get(tenant)
  // A clock that was turned back does not keep an answer for ever.
  if (known === undefined || Math.abs(now - known.at) >= BELIEVED_MS) {
    if (tenants.size >= 10_000) tenants.clear()
    const status = statusOf(connection, tenant)
    status.catch(() => tenants.delete(tenant))
    tenants.set(tenant, (known = { at: now, status }))
  }
  const status = await known.status
  if (status === 'active') return
  tenants.delete(tenant)
  if (status === undefined) throw new TenancyError('TENANCY.UNKNOWN_TENANT', 'No such tenant was created.')
  throw new TenancyError(
    'TENANCY.SUSPENDED',
    status === 'suspended' ? 'The tenant is suspended.' : 'The tenant is being deleted.',
    status === 'deleting' ? { hint: 'TenantManager.delete(id) ends what was begun.' } : {},
  )
}

async function statusOf(connection: Connection, tenant: string): Promise<TenantStatus | undefined> {
  const driver = await connection.driver()
  const { Item } = await driver.send('GetItem', { ...tenantEntry(connection.config, tenant), ConsistentRead: true }, {})
  const status = Item?.['status']
  return status !== undefined && 'S' in status ? (status.S as TenantStatus) : undefined
}
