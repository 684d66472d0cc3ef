import type { Migrated, MigrateOptions, ModelClass } from '../model/index.js'
import { currentConnection, onWholeTables } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { CopiedTable, CopyTableOptions } from './copy-table.js'
import type { MigrationPlan } from './dry-run.js'
import type { EnvironmentMark } from './environment-mark.js'
import type { FreshOptions, FreshResult } from './fresh.js'
import type { GeneratedMigration } from './generate.js'
import type { Lease, LeaseHolder, LeaseOptions } from './lease.js'
import type { MigrationFile } from './migration.js'
import type { MigrationStatus, RunOptions, RunResult } from './run-migrations.js'

export type { CopiedTable, CopyTableOptions } from './copy-table.js'
export type { TableDifference } from './drift.js'
export type { MigrationPlan } from './dry-run.js'
export type { EnvironmentMark } from './environment-mark.js'
export { MIGRATION_CODES, MigrationError } from './errors.js'
export type { FreshOptions, FreshResult } from './fresh.js'
export type { GeneratedMigration } from './generate.js'
export type { Lease, LeaseHolder, LeaseOptions } from './lease.js'
export type { MapRows } from './map-rows.js'
export {
  checkMigration,
  defineMigration,
  type Migration,
  type MigrationContext,
  type MigrationFile,
  type Step,
} from './migration.js'
export type { Operation } from './operations.js'
export type { MigrationState, MigrationStatus, RunOptions, RunResult } from './run-migrations.js'

// What migrates is loaded when somebody does: most programs only read and write rows.

/** See `DynamoDBModel.migrate()`. */
export async function migrateModels(model: ModelClass | undefined, options?: MigrateOptions): Promise<Migrated> {
  return onWholeTables(async () => (await import('./migrate-models.js')).migrateModels(model, options))
}

/**
 * Copies a table into a new one that is as the models are now: for what DynamoDB changes of no table, such as its key, the keys of
 * rows and local indexes. Rows get the keys that their models have, their unique guards come along, and what is no model's is
 * copied as it is. What others write into the new table meanwhile is left alone; a copy that was broken off goes on. In the end
 * both tables are read and compared: rows, and a digest of all of them.
 *
 * It changes nothing of the old table. Afterwards set `defaultTableName` (or `static table`) to the new name.
 *
 * @returns how many rows both tables have
 * @throws MigrationError `MIGRATION.COPY_REFUSED` before anything is changed; `MIGRATION.COPY_FAULTS` for rows that cannot have the keys,
 * `MIGRATION.COPY_DIFFERS` where programs wrote meanwhile: stop them, and call it with `catchUp: true`; `MIGRATION.LEASE_HELD`
 * @example
 * await copyTable({ to: 'app-2', maxCapacity: 500 })      // programs go on with app
 * // stop what writes
 * await copyTable({ to: 'app-2', catchUp: true })
 * // deploy with defaultTableName: 'app-2'
 */
export async function copyTable(options: CopyTableOptions): Promise<CopiedTable> {
  return onWholeTables(async () => (await import('./copy-table.js')).copyTable(options))
}

/** What `DynamoDBModel.migrate()` would do, in words. Sends only reads. */
export async function planMigration(options?: Pick<MigrateOptions, 'drop'>): Promise<readonly string[]> {
  return onWholeTables(async () => (await import('./dry-run.js')).planMigration(options))
}

/**
 * What `runMigrations` would do, in words, with item counts and what it costs. Sends only reads.
 *
 * @throws MigrationError `MIGRATION.EDITED`, `MIGRATION.MISSING`
 */
export async function planMigrations(files: readonly MigrationFile[]): Promise<MigrationPlan> {
  return onWholeTables(async () => (await import('./dry-run.js')).planMigrations(files))
}

/**
 * Runs the migrations that were not run yet, in the order of their names, one process at a time. Each is noted in the table; one
 * that was broken off goes on. Where there are none, and none was ever run, tables are brought to their models at once, as by
 * `DynamoDBModel.migrate()`.
 *
 * @throws MigrationError `MIGRATION.EDITED`, `MIGRATION.MISSING`, `MIGRATION.ENVIRONMENT` (nothing was changed then),
 * `MIGRATION.OUT_OF_DATE` where the models need more than the migrations do, `MIGRATION.LEASE_HELD`; whatever a step throws
 * @example
 * await runMigrations(await loadMigrations('migrations'))
 */
export async function runMigrations(files: readonly MigrationFile[], options?: RunOptions): Promise<RunResult> {
  return onWholeTables(async () => (await import('./run-migrations.js')).runMigrations(files, options))
}

/**
 * Deletes the tables of the models with all their rows, and runs every migration. It asks nobody: the tool does.
 *
 * @throws TableError `TABLE.PROTECTED` where deletion protection is on, MigrationError `MIGRATION.ENVIRONMENT` for the table of
 * another environment; nothing was deleted then
 */
export async function freshMigrations(files: readonly MigrationFile[], options?: FreshOptions): Promise<FreshResult> {
  return onWholeTables(async () => (await import('./fresh.js')).freshMigrations(files, options))
}

/** What was run, what is not, and what the tables need besides. Sends only reads. */
export async function migrationStatus(files: readonly MigrationFile[]): Promise<MigrationStatus> {
  return onWholeTables(async () => (await import('./run-migrations.js')).migrationStatus(files))
}

/**
 * Takes back the migrations that were run last, together, the last first: steps by their opposite, code by `down`. That all of
 * them can be taken back is looked at before the first is.
 *
 * @returns the names of those that were taken back
 * @throws MigrationError `MIGRATION.IRREVERSIBLE`, `MIGRATION.MISSING`, `MIGRATION.EDITED`; nothing was changed then
 */
export async function rollbackMigrations(
  files: readonly MigrationFile[],
  options?: RunOptions & { readonly batches?: number | undefined },
): Promise<readonly string[]> {
  return onWholeTables(async () => (await import('./run-migrations.js')).rollbackMigrations(files, options))
}

/**
 * What `rollbackMigrations` would do, in words, in the order it would. Sends only reads.
 *
 * @throws MigrationError `MIGRATION.IRREVERSIBLE`, `MIGRATION.MISSING`, `MIGRATION.EDITED`
 */
export async function planRollback(
  files: readonly MigrationFile[],
  options?: { readonly batches?: number | undefined },
): Promise<readonly { readonly name: string; readonly steps: readonly string[] }[]> {
  return onWholeTables(async () => (await import('./run-migrations.js')).planRollback(files, options))
}

/**
 * Writes a migration that brings the tables of the connection to their models; null where they are. Rows are taken to be there
 * in any case: the migration is for all environments.
 *
 * @param files the migrations that are there
 * @throws MigrationError `MIGRATION.PENDING` while some of them were not run here: they may do it already
 */
export async function generateMigration(
  files: readonly MigrationFile[],
  options?: {
    readonly name?: string | undefined
    readonly drop?: boolean | undefined
    readonly format?: 'ts' | 'json' | undefined
  },
): Promise<GeneratedMigration | null> {
  return onWholeTables(async () => (await import('./generate.js')).generateMigration(files, options))
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

/** An empty migration, for code of one's own: the name of its file without the ending, and its text. */
export async function blankMigration(
  name: string,
  format?: 'ts' | 'json',
): Promise<{ readonly name: string; readonly text: string }> {
  return (await import('./generate.js')).blankMigration(name, format)
}

/**
 * Which environment a table says it is of: what `migrate` noted in it. Undefined where nothing is noted: the config has no named
 * environments, or there is no such table.
 *
 * @param table default: the one that models share
 */
export async function tableEnvironment(
  table?: Pick<LedgerDesign, 'tableName' | 'partitionKey' | 'sortKey'>,
): Promise<EnvironmentMark | undefined> {
  const [{ environmentMark }, { ledgerOf }] = await Promise.all([
    import('./environment-mark.js'),
    import('./ledger.js'),
  ])
  const connection = currentConnection()
  return environmentMark(connection, table ?? ledgerOf(connection))
}

/** Notes anew which environment the table that models share is of; undefined takes the note away. */
export async function markTableEnvironment(mark: EnvironmentMark | undefined): Promise<void> {
  const [{ writeMark }, { ledgerOf }] = await Promise.all([import('./environment-mark.js'), import('./ledger.js')])
  const connection = currentConnection()
  await writeMark(connection, ledgerOf(connection), mark)
}

/**
 * Calls a function while this process, and no other, may change the tables of the connection.
 *
 * @throws MigrationError `MIGRATION.LEASE_HELD`, `MIGRATION.LEASE_LOST`
 */
export async function withTableLease<T>(
  work: (lease: Lease, ledger: LedgerDesign) => Promise<T>,
  options?: LeaseOptions,
): Promise<T> {
  const [{ withLease }, { ledgerOf }] = await Promise.all([import('./lease.js'), import('./ledger.js')])
  const connection = currentConnection()
  const ledger = ledgerOf(connection)
  return withLease(connection, ledger, (lease) => work(lease, ledger), options)
}

/** Where the package keeps its notes: the table that models share. */
export async function currentLedger(): Promise<LedgerDesign> {
  return (await import('./ledger.js')).ledgerOf(currentConnection())
}
