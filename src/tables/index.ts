export {
  type AutoScalingClient,
  type AutoScalingOptions,
  configureAutoScaling,
  type ScalingOptions,
  type ScalingRange,
} from './auto-scaling.js'
export { createTable } from './create-table.js'
export { type CreateFromModelsOptions, createTableFromModels } from './create-table-from-models.js'
export { type DeleteTableOptions, deleteTable } from './delete-table.js'
export {
  type CapacityInfo,
  describeTable,
  type IndexInfo,
  type KeyInfo,
  type RecoveryInfo,
  type ReplicaInfo,
  recoveryInfo,
  type TableInfo,
} from './describe-table.js'
export { TABLE_CODES, TableError } from './errors.js'
export { type ExportFormat, type ExportOptions, exportTables } from './export-tables.js'
export { type GlobalTableInfo, GlobalTableManager } from './global-table-manager.js'
export { type ListTablesOptions, listTables } from './list-tables.js'
export { disablePointInTimeRecovery, enablePointInTimeRecovery } from './point-in-time-recovery.js'
export {
  getTableMetrics,
  type MetricPoint,
  type MetricsClient,
  type MetricsRange,
  type TableMetrics,
} from './table-metrics.js'
export type {
  CreateTableOptions,
  GlobalIndexOptions,
  LocalIndexOptions,
  TableCallOptions,
  TableKey,
  TableSettings,
} from './table-options.js'
export { readTable, type TableProgress, waitUntilActive } from './table-status.js'
export { tagTable, untagTable } from './table-tags.js'
export type { Models } from './tables-of-models.js'
export { disableTtl, enableTtl, ttlAttribute } from './time-to-live.js'
export { checkTableChanges, type TableAspect, type TableChanges, updateTable } from './update-table.js'
export { type WaitOptions, waitForTable } from './wait-for-table.js'
