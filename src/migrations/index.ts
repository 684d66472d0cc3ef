import type { Migrated, MigrateOptions, ModelClass } from '../model/index.js'
import { currentConnection } from '../runtime/index.js'
import type { LeaseHolder } from './lease.js'

export { MIGRATION_CODES, MigrationError } from './errors.js'
export type { LeaseHolder } from './lease.js'

// What migrates is loaded when somebody does: most programs only read and write rows.

/** See `DynamoDBModel.migrate()`. */
export async function migrateModels(model: ModelClass | undefined, options?: MigrateOptions): Promise<Migrated> {
  return (await import('./migrate-models.js')).migrateModels(model, options)
}

/**
 * Takes the right to change tables from the process that has it: for one that will not come back. One that lives is told
 * before its next step, and stops.
 *
 * @returns who had it; undefined where nobody did
 */
export async function unlockMigrations(): Promise<LeaseHolder | undefined> {
  const [{ breakLease }, { ledgerOf }] = await Promise.all([import('./lease.js'), import('./ledger.js')])
  const connection = currentConnection()
  return breakLease(connection, ledgerOf(connection))
}
