export { TENANCY_CODES, TenancyError } from './errors.js'
export { keptToTenant, packageContext } from './kept-to-tenant.js'
export { tenantRow, visitByTenant } from './rows-of-tenants.js'
export { describeSharedRows, type SharedRows } from './shared-rows.js'
export { commonConnection, inTenant, TenantConnection, tenantConnection, tenantOf } from './tenant-connection.js'
export { checkTenantId, TENANT_MARK, tenantOfKey, tenantPrefix, tenantTableSuffix } from './tenant-id.js'
export { onWholeTables, outsideTenants, scopedTenant, withoutTenant, withTenant } from './tenant-scope.js'
export {
  BELIEVED_MS,
  forgetTenantStatus,
  SEEDERS_KEY,
  TENANT_TYPE,
  TENANTS_KEY,
  type TenantStatus,
  tenantEntry,
} from './tenant-status.js'
