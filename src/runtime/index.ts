export {
  type BatchGetOptions,
  batchGetItems,
  batchGetTables,
  type ReadSettings,
  type WantedItems,
} from './batch-get.js'
export type { BatchOptions, BatchRetry, CapacityMeter } from './batch-options.js'
export { type BatchWriteOptions, batchWriteItems, batchWriteTables, type TableWrite } from './batch-write.js'
export type * from './config.js'
export { Connection } from './connection.js'
export {
  configure,
  connect,
  currentConnection,
  getConfig,
  madeDefaultConnection,
  resetConfig,
  setConfig,
  setConfigSource,
} from './default-connection.js'
export {
  checkReadable,
  describeEncrypted,
  ENCRYPTION_CODES,
  type EncryptedModel,
  EncryptionError,
  type GeneratedDataKey,
  type KeyContext,
  type KeyProvider,
  type LocalKeyRingOptions,
  localKeyRing,
  rotated,
  secretValue,
} from './encryption/index.js'
export { BATCH_CODES, BatchError, CONNECTION_CODES, ConnectionError } from './errors.js'
export { AS_RECORDS, type ConnectionRequest, type Interceptor, type Next, type RequestContext } from './interceptor.js'
export { type Cost, type MeasuredRequests, type Measurement, measure } from './measure.js'
export { Pace } from './pace.js'
export { patiently } from './patience.js'
export * from './raw-requests.js'
export * from './resolve-config.js'
export { sendingThrough } from './sending-through.js'
export {
  BELIEVED_MS,
  checkTenantId,
  commonConnection,
  describeSharedRows,
  forgetTenantStatus,
  inTenant,
  keptToTenant,
  onWholeTables,
  outsideTenants,
  packageContext,
  SEEDERS_KEY,
  type SharedRows,
  scopedTenant,
  TENANCY_CODES,
  TENANT_MARK,
  TENANT_TYPE,
  TENANTS_KEY,
  TenancyError,
  TenantConnection,
  type TenantStatus,
  tenantConnection,
  tenantEntry,
  tenantOf,
  tenantOfKey,
  tenantPrefix,
  tenantRow,
  tenantTableSuffix,
  visitByTenant,
  withoutTenant,
  withTenant,
} from './tenancy/index.js'
