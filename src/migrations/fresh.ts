import { deleteTable, readTable, TableError, updateTable } from '../tables/index.js'
import { refuseOtherEnvironment } from './environment-mark.js'
import { type LeaseOptions, withLease } from './lease.js'
import { ledgerOf } from './ledger.js'
import { spaceOf } from './migrate-models.js'
import type { MigrationFile } from './migration.js'
import { type RunOptions, type RunResult, runMigrations } from './run-migrations.js'

export interface FreshOptions extends RunOptions {
  /** Take their deletion protection off first. Default false. */
  readonly unprotect?: boolean | undefined
}

/** What `freshMigrations` did. */
export interface FreshResult extends RunResult {
  /** Names of the tables that were deleted. */
  readonly deleted: readonly string[]
}

/** See index.ts. */
export async function freshMigrations(
  files: readonly MigrationFile[],
  options: FreshOptions = {},
): Promise<FreshResult> {
  const space = spaceOf(undefined)
  const { connection } = space
  const ledger = ledgerOf(connection)
  const { signal, wait, onWait, unprotect = false } = options
  for (const { tableName, key } of space.designs()) {
    const [partitionKey = '', sortKey] = key.names
    // A table without a sort key has no notes.
    if (sortKey !== undefined) await refuseOtherEnvironment(connection, { tableName, partitionKey, sortKey })
  }
  const names = space.designs().map(({ tableName }) => tableName)
  // The table that holds the lease goes last.
  const order = [...names.filter((name) => name !== ledger.tableName), ledger.tableName]
  const tables = await Promise.all(order.map((name) => readTable(connection, name, signal)))
  const there = order.filter((_, i) => tables[i] !== undefined)
  const guarded = there.filter((name) => tables[order.indexOf(name)]?.DeletionProtectionEnabled === true)
  if (guarded.length > 0 && !unprotect)
    throw new TableError(
      'TABLE.PROTECTED',
      `The deletion protection is on: ${guarded.join(', ')}. Nothing was deleted.`,
      {
        details: { tables: guarded },
      },
    )
  const removeAll = async ({ signal: held }: Pick<LeaseOptions, 'signal'>): Promise<void> => {
    const how = { connection, ...(held === undefined ? {} : { signal: held }) }
    for (const name of guarded) {
      held?.throwIfAborted()
      await updateTable(name, { deletionProtection: false }, how)
    }
    for (const name of there) {
      held?.throwIfAborted()
      await deleteTable(name, how)
    }
  }
  if (there.includes(ledger.tableName)) await withLease(connection, ledger, removeAll, { signal, wait, onWait })
  else await removeAll({ signal })
  space.readiness.forget()
  return { deleted: there, ...(await runMigrations(files, options)) }
}
