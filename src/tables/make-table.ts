import type { TableDescription } from '../drivers/index.js'
import { requireCapability } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import { differences } from './compare-table.js'
import { TableError } from './errors.js'
import { setRecovery } from './point-in-time-recovery.js'
import type { TableRequests } from './table-requests.js'
import { readTable, type WaitSettings, waitUntilActive } from './table-status.js'
import { turnTtlOn } from './time-to-live.js'

export interface MakeSettings extends WaitSettings {
  /** Take a table that is there, if its keys and indexes are those asked for. */
  readonly ifNotExists: boolean
  /** Wait until it can be used. */
  readonly wait: boolean
}

/** Refuses (`DRIVER.UNSUPPORTED`) what the engine cannot do, before anything is made. */
export async function requireSupport(connection: Connection, requests: readonly TableRequests[]): Promise<void> {
  const driver = await connection.driver()
  if (requests.some(({ createTable }) => createTable.Tags !== undefined)) requireCapability(driver, 'TagResource')
  if (requests.some(({ timeToLive }) => timeToLive !== undefined)) requireCapability(driver, 'UpdateTimeToLive')
  if (requests.some(({ pointInTimeRecovery }) => pointInTimeRecovery !== undefined))
    requireCapability(driver, 'UpdateContinuousBackups')
}

/**
 * Makes one table.
 *
 * @throws TableError `TABLE.EXISTS`, `TABLE.DIFFERS`, `TABLE.WAIT_TIMEOUT`
 */
export async function makeTable(
  connection: Connection,
  requests: TableRequests,
  settings: MakeSettings,
): Promise<void> {
  const { createTable, timeToLive, pointInTimeRecovery } = requests
  const { TableName } = createTable
  try {
    await connection.send('CreateTable', createTable, { signal: settings.signal })
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) throw error
    takeExisting(requests, await readTable(connection, TableName), settings, error)
  }
  if (!settings.wait) return
  await waitUntilActive(connection, TableName, settings)
  if (timeToLive !== undefined) await turnTtlOn(connection, TableName, timeToLive.TimeToLiveSpecification.AttributeName)
  if (pointInTimeRecovery !== undefined)
    await setRecovery(connection, TableName, pointInTimeRecovery.PointInTimeRecoverySpecification, settings)
}

/** An answer that was lost leaves a table behind that another attempt finds: it is ours, if it is as we asked. */
function takeExisting(
  { createTable }: TableRequests,
  found: TableDescription | undefined,
  { ifNotExists }: MakeSettings,
  cause: unknown,
): void {
  const { TableName } = createTable
  const isUncertain = (cause as { readonly uncertain?: unknown }).uncertain === true
  if (!ifNotExists && !isUncertain) throw exists(TableName, found?.TableStatus, cause)
  if (found === undefined || found.TableStatus === 'DELETING') throw exists(TableName, 'DELETING', cause)
  const faults = differences(createTable, found)
  if (faults.length === 0) return
  throw new TableError('TABLE.DIFFERS', `The table ${TableName} is there, and differs: ${faults.join('; ')}.`, {
    faults,
    cause,
    details: { table: TableName },
  })
}

function exists(name: string, status: string | undefined, cause: unknown): TableError {
  const isGoing = status === 'DELETING'
  return new TableError(
    'TABLE.EXISTS',
    `There is a table ${name} already${isGoing ? ', and it is being deleted' : ''}.`,
    {
      cause,
      hint: isGoing ? `Call waitForTable('${name}', { for: 'deleted' }) first.` : undefined,
      details: { table: name, status },
    },
  )
}
