export { TENANTS_CODES, TenantError, TenantLimitError } from './errors.js'
export {
  TenantCapacityManager,
  type TenantCapacityOptions,
  type TenantLimit,
  type TenantUsage,
} from './tenant-capacity-manager.js'
export { type DeletedTenant, type DeleteTenantOptions, type Tenant, TenantManager } from './tenant-manager.js'
