import { deleteTable, readTable, TableError, updateTable } from '../tables/index.js'
import { missingMark } from './environment-mark.js'
import { withLease } from './lease.js'
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
  await missingMark(connection, ledger)
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
  const removeAll = async (): Promise<void> => {
    for (const name of guarded) await updateTable(name, { deletionProtection: false }, { connection })
    for (const name of there) await deleteTable(name, { connection, ...(signal === undefined ? {} : { signal }) })
  }
  if (there.includes(ledger.tableName)) await withLease(connection, ledger, removeAll, { signal, wait, onWait })
  else await removeAll()
  space.readiness.forget()
  return { deleted: there, ...(await runMigrations(files, options)) }
}
