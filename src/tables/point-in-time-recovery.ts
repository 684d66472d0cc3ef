import type { UpdateContinuousBackupsInput } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { TableError } from './errors.js'
import { checkInput, optional, options } from './input-rules.js'
import { recoverySpecification } from './table-requests.js'
import { recoveryDays, tableName, WAIT, WAITING } from './table-rules.js'
import type { WaitSettings } from './table-status.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

const POLL_MS = 2000

/**
 * Keeps backups of every second of the last days. "Point-in-time recovery". For a table that was just made it waits
 * until DynamoDB can.
 *
 * @returns false where it did already, and nothing was sent
 * @throws DriverError `DRIVER.UNSUPPORTED` on local engines; TableError `TABLE.WAIT_TIMEOUT`, `TABLE.INVALID_INPUT`
 */
export async function enablePointInTimeRecovery(
  name: string,
  settings: WaitOptions & { readonly days?: number } = {},
): Promise<boolean> {
  const rules = { name: tableName, settings: options({ ...WAITING, days: optional(recoveryDays) }) }
  checkInput('enablePointInTimeRecovery', { name, settings }, rules)
  const { connection = currentConnection(), days } = settings
  const recovery = recoverySpecification(days === undefined ? true : { days })
  return setRecovery(connection, name, recovery, waiting(settings))
}

/**
 * Keeps no such backups any more, and forgets those there are.
 *
 * @returns false where there were none, and nothing was sent
 * @throws as `enablePointInTimeRecovery`
 */
export async function disablePointInTimeRecovery(name: string, settings: WaitOptions = {}): Promise<boolean> {
  checkInput('disablePointInTimeRecovery', { name, settings }, { name: tableName, settings: WAIT })
  const connection = settings.connection ?? currentConnection()
  return setRecovery(connection, name, recoverySpecification(false), waiting(settings))
}

/** @returns false where it is so already */
export async function setRecovery(
  connection: Connection,
  TableName: string,
  wanted: UpdateContinuousBackupsInput['PointInTimeRecoverySpecification'],
  { timeout, signal }: WaitSettings,
): Promise<boolean> {
  const { ContinuousBackupsDescription: found } = await connection.send('DescribeContinuousBackups', { TableName })
  const { PointInTimeRecoveryStatus: status, RecoveryPeriodInDays: days } = found?.PointInTimeRecoveryDescription ?? {}
  const { PointInTimeRecoveryEnabled: on, RecoveryPeriodInDays: wantedDays = days } = wanted
  if (on ? status === 'ENABLED' && days === wantedDays : status !== 'ENABLED') return false
  const began = connection.clock.now()
  for (;;) {
    try {
      await connection.send('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification: wanted })
      return true
    } catch (error) {
      if (!isUnavailable(error)) throw error
      if (timeout !== undefined && connection.clock.now() - began >= timeout)
        throw new TableError('TABLE.WAIT_TIMEOUT', `DynamoDB does not keep backups of ${TableName} yet.`, {
          cause: error,
          hint: 'Call enablePointInTimeRecovery(name) later.',
          details: { table: TableName },
        })
      await connection.clock.sleep(POLL_MS, signal)
    }
  }
}

/** DynamoDB says so for some minutes after a table was made. */
function isUnavailable(error: unknown): boolean {
  return (
    isDynamoDBToolingError(error) &&
    (error as { readonly exception?: unknown }).exception === 'ContinuousBackupsUnavailableException'
  )
}
