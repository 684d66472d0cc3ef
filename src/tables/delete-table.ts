import { isDynamoDBToolingError } from '../kernel/index.js'
import { currentConnection } from '../runtime/index.js'
import { TableError } from './errors.js'
import { checkInput, flag, optional, options } from './input-rules.js'
import { tableName, WAITING } from './table-rules.js'
import { notDeleted, readTable, waitUntil } from './table-status.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

export interface DeleteTableOptions extends WaitOptions {
  /** False: do not wait until it is gone. Default true. */
  readonly wait?: boolean
}

/**
 * Deletes a table with all its rows, and waits until it is gone.
 *
 * @returns false where there was none
 * @throws TableError `TABLE.PROTECTED` when its deletion protection is on, `TABLE.WAIT_TIMEOUT`, `TABLE.INVALID_INPUT`
 */
export async function deleteTable(name: string, settings: DeleteTableOptions = {}): Promise<boolean> {
  checkInput(
    'deleteTable',
    { name, settings },
    { name: tableName, settings: options({ ...WAITING, wait: optional(flag) }) },
  )
  const { connection = currentConnection(), wait = true } = settings
  try {
    await connection.send('DeleteTable', { TableName: name }, { signal: settings.signal })
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return false
    const table = await readTable(connection, name)
    if (table?.DeletionProtectionEnabled === true)
      throw new TableError('TABLE.PROTECTED', `The deletion protection of the table ${name} is on.`, {
        cause: error,
        details: { table: name },
      })
    if (table?.TableStatus !== 'DELETING') throw error
  }
  if (wait) await waitUntil(connection, name, notDeleted, waiting(settings))
  return true
}
