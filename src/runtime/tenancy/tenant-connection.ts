import type { Driver, OperationName, OperationOutput } from '../../drivers/index.js'
import { Connection } from '../connection.js'
import type { ConnectionRequest } from '../interceptor.js'
import { scopedTenant } from './tenant-scope.js'

/** As many are kept for tenants that come again; those in use stay beyond that. */
const KEPT = 500

const known = new WeakMap<Connection, { readonly all: Map<string, WeakRef<TenantConnection>>; recent: Connection[] }>()

/**
 * A connection as one tenant has it, with models and designs of its own. Its requests are the base's, marked with the
 * tenant: they pass the base's interceptors and its driver.
 */
export class TenantConnection extends Connection {
  readonly tenant: string
  readonly base: Connection

  constructor(base: Connection, tenant: string) {
    super(base.config, base.clock)
    this.base = base
    this.tenant = tenant
  }

  override driver(): Promise<Driver> {
    return this.base.driver()
  }

  /** Nothing: what it uses is the base's. */
  override async close(): Promise<void> {}

  protected override deliver<Name extends OperationName>({
    operation,
    input,
    options,
    context,
  }: ConnectionRequest<Name>): Promise<OperationOutput<Name>> {
    return this.base.send(operation, input, options, { ...context, tenant: this.tenant })
  }
}

/** The connection of a tenant: the same one each time, as long as anything uses it. */
export function tenantConnection(base: Connection, tenant: string): TenantConnection {
  const tenants = known.get(base) ?? { all: new Map<string, WeakRef<TenantConnection>>(), recent: [] }
  known.set(base, tenants)
  let connection = tenants.all.get(tenant)?.deref()
  if (connection === undefined) {
    connection = new TenantConnection(base, tenant)
    tenants.all.set(tenant, new WeakRef(connection))
    tenants.recent.push(connection)
    if (tenants.recent.length > 2 * KEPT) {
      tenants.recent = tenants.recent.slice(-KEPT)
      for (const [id, each] of tenants.all) if (each.deref() === undefined) tenants.all.delete(id)
    }
  }
  return connection
}

/** The connection for the tenant of the code running now; the given one where there is no tenancy, or no tenant. */
export function inTenant(connection: Connection): Connection {
  if (connection.config.tenancy === undefined) return connection
  const tenant = scopedTenant(connection.config)
  if (connection instanceof TenantConnection) {
    if (tenant === null) return connection.base
    return tenant === undefined || tenant === connection.tenant ? connection : tenantConnection(connection.base, tenant)
  }
  return typeof tenant === 'string' ? tenantConnection(connection, tenant) : connection
}

/** The tenant that a connection is of. */
export function tenantOf(connection: Connection): string | undefined {
  return connection instanceof TenantConnection ? connection.tenant : undefined
}

/**
 * The connection that requests on rows of all of these can be sent over: a tenant's where any is, since rows that tenants
 * share are reached from everywhere. Undefined for rows of two tenants, or of two connections.
 */
export function commonConnection(connections: Iterable<Connection>): Connection | undefined {
  let common: Connection | undefined
  for (const each of connections) {
    if (common === undefined || (each instanceof TenantConnection && each.base === common)) common = each
    else if (each !== common && !(common instanceof TenantConnection && common.base === each)) return undefined
  }
  return common
}
