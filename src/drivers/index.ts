export { DYNAMODB_CAPABILITIES, requireCapability, unsupported } from './capabilities.js'
export type { Driver, DriverCapabilities, Health, SendOptions } from './driver.js'
export { DynamoDBDriver, type DynamoDBDriverOptions } from './dynamodb-driver.js'
export { type DynamoDb, dynamoDb, type LaunchOptions } from './engine/dynamo-db.js'
export type { EngineDriverSettings } from './engine/engine-driver.js'
export type { EngineStatus } from './engine/engine-status.js'
export type { InstalledEngines } from './engine/installed-engines.js'
export type { RunningEngine } from './engine/running-engine.js'
export * from './errors.js'
export {
  createFaultDriver,
  FAULTS,
  type Fault,
  type FaultDriver,
  type FaultPlan,
  type FaultRecord,
} from './fault/fault-driver.js'
export type { Transport, TransportRequest, TransportResponse } from './http/transport.js'
export type * from './operations.js'
export { assertDriver, createDriver, type DriverFactory, driverNames, registerDriver } from './registry.js'
export { isCountingStatement, isRetryable, type RetryPolicy, type RetryTools, retrying } from './retry.js'
export {
  type AwsCredentials,
  type AwsCredentialsProvider,
  type DriverContext,
  type DriverSettings,
  driverSettings,
  type PartialDriverSettings,
} from './settings.js'
