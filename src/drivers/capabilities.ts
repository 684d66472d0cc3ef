import type { Driver, DriverCapabilities } from './driver.js'
import { DriverError } from './errors.js'
import type { OperationName } from './operations.js'

/** Amazon DynamoDB itself, one attempt per send. */
export const DYNAMODB_CAPABILITIES: DriverCapabilities = Object.freeze({
  transactions: true,
  partiql: true,
  streams: true,
  ttl: true,
  ttlExpiry: true,
  backups: true,
  tags: true,
  multiAttributeKeys: true,
  aws: true,
  retries: false,
})

const NEEDS: ReadonlyMap<OperationName, keyof DriverCapabilities> = new Map([
  ['TransactWriteItems', 'transactions'],
  ['TransactGetItems', 'transactions'],
  ['ExecuteStatement', 'partiql'],
  ['BatchExecuteStatement', 'partiql'],
  ['ExecuteTransaction', 'partiql'],
  ['UpdateTimeToLive', 'ttl'],
  ['DescribeTimeToLive', 'ttl'],
  ['TagResource', 'tags'],
  ['UntagResource', 'tags'],
  ['ListTagsOfResource', 'tags'],
  ['UpdateContinuousBackups', 'backups'],
  ['DescribeContinuousBackups', 'backups'],
  ['CreateBackup', 'backups'],
  ['DescribeBackup', 'backups'],
  ['DeleteBackup', 'backups'],
  ['ListBackups', 'backups'],
  ['RestoreTableFromBackup', 'backups'],
  ['RestoreTableToPointInTime', 'backups'],
  ['ExportTableToPointInTime', 'backups'],
  ['DescribeExport', 'backups'],
  ['ListExports', 'backups'],
  ['ImportTable', 'backups'],
])

/** Refuses an operation the engine behind the driver cannot do, before anything is sent (`DRIVER.UNSUPPORTED`). */
export function requireCapability(driver: Pick<Driver, 'name' | 'capabilities'>, operation: OperationName): void {
  const needed = NEEDS.get(operation)
  if (needed !== undefined && !driver.capabilities[needed]) throw unsupported(driver.name, operation)
}

/** The error for an operation this engine does not know. */
export function unsupported(driver: string, operation: string, requestId?: string): DriverError {
  return new DriverError(
    'DRIVER.UNSUPPORTED',
    `${operation} is not supported by the engine behind driver "${driver}".`,
    {
      hint: 'Use another driver for it; Amazon DynamoDB itself supports every operation of its API.',
      requestId,
      details: { operation, driver },
    },
  )
}

/** The error for a request that came after `close()`. */
export function driverClosed(driver: string, operation: string): DriverError {
  return new DriverError('DRIVER.CLOSED', `${operation} came after the driver "${driver}" was closed.`)
}
