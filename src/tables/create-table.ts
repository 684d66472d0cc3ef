import { currentConnection } from '../runtime/index.js'
import { describeTable, type TableInfo } from './describe-table.js'
import { checkInput, refuse } from './input-rules.js'
import { makeTable, requireSupport } from './make-table.js'
import { newTableFaults } from './table-faults.js'
import type { CreateTableOptions } from './table-options.js'
import { requestsOfOptions } from './table-requests.js'
import { WAIT } from './table-rules.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

/**
 * Makes a table and waits until it can be used. What an engine cannot do is refused before anything is made.
 *
 * @returns the table as it is now, see `describeTable`
 * @throws TableError `TABLE.INVALID_INPUT` listing every fault, `TABLE.EXISTS`, `TABLE.DIFFERS` (with `ifNotExists`),
 *   `TABLE.WAIT_TIMEOUT`; DriverError `DRIVER.UNSUPPORTED`
 *
 * @example
 * await createTable({
 *   tableName: 'orders',
 *   partitionKey: { name: 'customerId', type: 'string' },
 *   sortKey: { name: 'orderedAt', type: 'number' },
 *   gsis: [{ name: 'byStatus', partitionKey: { name: 'status', type: 'string' } }],
 * })
 */
export async function createTable(options: CreateTableOptions, settings: WaitOptions = {}): Promise<TableInfo> {
  refuse('createTable', newTableFaults(options))
  checkInput('createTable', { settings }, { settings: WAIT })
  const connection = settings.connection ?? currentConnection()
  const requests = requestsOfOptions(options)
  await requireSupport(connection, [requests])
  const { ifNotExists = false, wait = true } = options
  await makeTable(connection, requests, { ifNotExists, wait, ...waiting(settings) })
  return (await describeTable(options.tableName, { connection })) as TableInfo
}
