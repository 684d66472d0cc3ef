import type { AttributeMap, AttributeValue } from '../../values/index.js'
import type { Connection } from '../connection.js'
import { TenancyError } from './errors.js'
import { TenantConnection } from './tenant-connection.js'
import { tenantOfKey, tenantPrefix } from './tenant-id.js'
import { scopedTenant, withTenant } from './tenant-scope.js'

/** An item as it is stored, with what it is for its tenant. */
export interface TenantRow {
  /** Undefined for a row that tenants share. */
  readonly tenant: string | undefined
  readonly item: AttributeMap
}

/**
 * Whose row an item of the table is, and the item with its keys as the tenant has them.
 *
 * @throws TenancyError `TENANCY.NOT_CHECKABLE` for an item without its partition key
 */
export function tenantRow({ config }: Connection, stored: AttributeMap): TenantRow {
  if (config.tenancy?.strategy === 'attribute') {
    const whose = stored[config.tenancy.attribute]
    return { tenant: whose !== undefined && 'S' in whose ? whose.S : undefined, item: stored }
  }
  const { partitionKeyName, gsiPartitionKeyName, gsiCount, keyDelimiter } = config.singleTableDesign
  const key = stored[partitionKeyName]
  if (key === undefined || !('S' in key))
    throw new TenancyError('TENANCY.NOT_CHECKABLE', 'An item without its partition key does not tell whose it is.')
  const tenant = tenantOfKey(key.S, keyDelimiter)
  if (tenant === undefined) return { tenant, item: stored }
  const prefix = tenantPrefix(tenant, keyDelimiter)
  const item: Record<string, AttributeValue> = { ...stored }
  const strip = (name: string): void => {
    const value = item[name]
    if (value !== undefined && 'S' in value && value.S.startsWith(prefix))
      item[name] = { S: value.S.slice(prefix.length) }
  }
  strip(partitionKeyName)
  for (let n = 1; n <= gsiCount; n++) strip(gsiPartitionKeyName.replaceAll('{n}', String(n)))
  return { tenant, item }
}

/**
 * What goes through a whole table visits the rows of each tenant of a page for that tenant, keys as the tenant has them, and
 * those that tenants share for none. For a tenant, and without tenants, it is one visit.
 */
export async function visitByTenant(
  connection: Connection,
  items: readonly AttributeMap[],
  visit: (items: readonly AttributeMap[]) => Promise<number>,
): Promise<number> {
  const { tenancy } = connection.config
  const isOne = connection instanceof TenantConnection || tenancy === undefined || tenancy.strategy === 'table'
  if (isOne || typeof scopedTenant(connection.config) === 'string') return visit(items)
  const rows = new Map<string | undefined, AttributeMap[]>()
  for (const stored of items) {
    const { tenant, item } = tenantRow(connection, stored)
    const known = rows.get(tenant)
    if (known === undefined) rows.set(tenant, [item])
    else known.push(item)
  }
  let sum = 0
  for (const [tenant, own] of rows) {
    const visited = await (tenant === undefined ? visit(own) : withTenant(tenant, () => visit(own)))
    sum += visited
  }
  return sum
}
