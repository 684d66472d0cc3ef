import './bulk-query.js'
import './finding-query.js'
import './rule-lookups.js'

export { insertMade, madeRecord } from './batch-create.js'
export { type BatchGetSettings, type BatchRows, batchGet, type WantedRows } from './batches/batch-get.js'
export type { BatchCapacity, BatchSettings, Metered, RetryConfig } from './batches/batch-settings.js'
export { type BatchEntry, type BatchResult, batchWrite } from './batches/batch-write.js'
export { type ParallelScanOptions, parallelScan } from './batches/parallel-scan.js'
export { transactGet, type WantedRow } from './batches/transact-get.js'
export { type TransactEntry, transactWrite } from './batches/transact-write.js'
export { type DefinedModel, defineModel, type ModelDefinitionInput } from './define-model.js'
export { DynamoDBModel } from './dynamodb-model.js'
export type { BulkOptions } from './each-row.js'
export {
  ConditionError,
  DuplicateKeyError,
  HookFailedError,
  isConditionError,
  isDuplicateKeyError,
  isHookFailedError,
  isModelNotFoundError,
  isStaleRecordError,
  isUniqueConstraintError,
  MODEL_CODES,
  ModelError,
  ModelNotFoundError,
  StaleRecordError,
  UncertainWriteError,
  UniqueConstraintError,
} from './errors.js'
export type { ModelEvent, ModelEventName } from './events.js'
export type { FindOptions, Key } from './find.js'
export { pendingInsert } from './insert.js'
export { type Migrated, type MigrateOptions, type MigrationProgress, type Migrator, setMigrator } from './migrator.js'
export { type ModelFactory, setFactoryMaker } from './model-factory.js'
export {
  bindingOf,
  type ModelBinding,
  type ModelClass,
  ModelSpace,
  modelsIn,
  registerModels,
  setModelSource,
} from './model-space.js'
export type { Observer } from './observed-record.js'
export { type Attributes, toPlain } from './record.js'
export {
  keyLines,
  RECORD_KEY,
  type RecordedKeys,
  readRecordedKeys,
  uniqueLine,
  writeRecordedKeys,
} from './recorded-keys.js'
export type { RowWrite } from './row-write.js'
export { sharedRows } from './shared-models.js'
export { savedStateOf, stateFor } from './state-for.js'
export { deleteFrom, insertInto, selectFrom, updateStatement } from './statements.js'
export { setTrail, type Traced, type Trailed } from './trail.js'
export { type Transaction, type TransactionOptions, transaction } from './transaction.js'
export { TRANSACTION_CODES, TransactionError } from './transaction-errors.js'
export { guardWrites } from './unique-guards.js'
export { pendingUpdate, updateRecord } from './update.js'
