import { loadConfigSync, loadModels } from './config/index.js'
import { isDynamoDBToolingError } from './kernel/index.js'
import { migrateModels } from './migrations/index.js'
import { setMigrator, setModelSource } from './model/index.js'
import { resolveConfig, setConfigSource } from './runtime/index.js'

// A program without configure() takes the nearest config file; without one, what the environment says.
setConfigSource(() => {
  try {
    return loadConfigSync()
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'CONFIG.NOT_FOUND')) throw error
    const fromEnvironment = resolveConfig({})
    if (fromEnvironment.local.enabled || fromEnvironment.region !== undefined || fromEnvironment.endpoint !== undefined)
      return fromEnvironment
    throw error
  }
})

setModelSource(loadModels)
setMigrator({ migrateModels })

export { ConfigFileError, defineConfig, findConfigFile, loadConfig } from './config/index.js'
export {
  ConditionalCheckFailedError,
  type Driver,
  type DriverCapabilities,
  DriverError,
  type DriverFactory,
  DynamoDBDriver,
  dynamoDb,
  EngineError,
  type Health,
  isConditionalCheckFailedError,
  isNetworkError,
  isResourceNotFoundError,
  isThrottlingError,
  isTransactionCanceledError,
  type LaunchOptions,
  NetworkError,
  registerDriver,
  ServiceError,
  ThrottlingError,
  TransactionCanceledError,
  type Transport,
} from './drivers/index.js'
export { ExpressionError } from './expressions/index.js'
export { DynamoDBToolingError, InternalError, isDynamoDBToolingError } from './kernel/index.js'
export { KeyError } from './keys/index.js'
export { type LeaseHolder, MigrationError, unlockMigrations } from './migrations/index.js'
export {
  type BatchCapacity,
  type BatchEntry,
  type BatchGetSettings,
  type BatchResult,
  type BatchSettings,
  batchGet,
  batchWrite,
  ConditionError,
  type DefinedModel,
  DuplicateKeyError,
  DynamoDBModel,
  defineModel,
  HookFailedError,
  isConditionError,
  isDuplicateKeyError,
  isHookFailedError,
  isModelNotFoundError,
  isStaleRecordError,
  isUniqueConstraintError,
  type ModelClass,
  ModelError,
  type ModelEvent,
  type ModelEventName,
  ModelNotFoundError,
  type Observer,
  type ParallelScanOptions,
  parallelScan,
  registerModels,
  StaleRecordError,
  type TransactEntry,
  type Transaction,
  TransactionError,
  type TransactionOptions,
  transactGet,
  transaction,
  transactWrite,
  UncertainWriteError,
  UniqueConstraintError,
} from './model/index.js'
export {
  type CursorPage,
  type Page,
  type Plan,
  type Query,
  QueryBuilder,
  QueryError,
  type SimplePage,
} from './query/index.js'
export {
  BatchError,
  ConfigError,
  Connection,
  ConnectionError,
  configure,
  connect,
  type DynamoDBConfig,
  getConfig,
  type Interceptor,
  type MeasuredRequests,
  type Measurement,
  type Misfit,
  measure,
  type ResolvedConfig,
  rawBatchGet,
  rawBatchWrite,
  rawDelete,
  rawGet,
  rawPut,
  rawQuery,
  rawScan,
  rawTransactGet,
  rawTransactWrite,
  rawUpdate,
  resetConfig,
  resolveConfig,
  setConfig,
  validateConfig,
} from './runtime/index.js'
export {
  type AttributeName,
  type AttributeOptions,
  type CreateInput,
  isValidationError,
  ModelValidator,
  type RecordOf,
  type RelationHandle,
  type RelationOptions,
  type Row,
  SchemaError,
  type StandardSchema,
  type UpdateInput,
  ValidationError,
  type Violation,
} from './schema/index.js'
export {
  type AccessPattern,
  accessPatterns,
  type DerivedIndex,
  type DerivedSparseIndex,
  DesignError,
  formatAccessPatterns,
  GSIDeriver,
  KeyPatternGenerator,
  type KeyPatterns,
  LSIDeriver,
  SparseIndexDeriver,
  validateKeyPatterns,
} from './single-table/index.js'
export {
  type AutoScalingClient,
  type AutoScalingOptions,
  type CapacityInfo,
  type CreateFromModelsOptions,
  type CreateTableOptions,
  configureAutoScaling,
  createTable,
  createTableFromModels,
  type DeleteTableOptions,
  deleteTable,
  describeTable,
  disablePointInTimeRecovery,
  disableTtl,
  type ExportFormat,
  type ExportOptions,
  enablePointInTimeRecovery,
  enableTtl,
  exportTables,
  type GlobalIndexOptions,
  type GlobalTableInfo,
  GlobalTableManager,
  getTableMetrics,
  type IndexInfo,
  type KeyInfo,
  type ListTablesOptions,
  type LocalIndexOptions,
  listTables,
  type MetricPoint,
  type MetricsClient,
  type MetricsRange,
  type Models,
  type RecoveryInfo,
  type ReplicaInfo,
  type ScalingOptions,
  type ScalingRange,
  type TableAspect,
  type TableCallOptions,
  type TableChanges,
  TableError,
  type TableInfo,
  type TableKey,
  type TableMetrics,
  type TableProgress,
  type TableSettings,
  tagTable,
  untagTable,
  updateTable,
  type WaitOptions,
  waitForTable,
} from './tables/index.js'
export {
  type AttributeMap,
  type AttributeValue,
  ExactNumber,
  marshall,
  unmarshall,
  ValueError,
} from './values/index.js'
