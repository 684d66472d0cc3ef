import { ModelSpace } from '../model/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import {
  disablePointInTimeRecovery,
  enablePointInTimeRecovery,
  type RecoveryInfo,
  recoveryInfo,
} from '../tables/index.js'
import type { PointInTimeOptions } from './aws-backups.js'
import type {
  Backup,
  BackupManagerOptions,
  Backups,
  CreateBackupOptions,
  Restored,
  RestoreOptions,
  Verification,
} from './backup.js'
import type { BackupStore } from './backup-store.js'
import { BackupError } from './errors.js'
import { folderStore } from './folder-store.js'
import type { BackupSchedule, Retention, ScheduleOptions } from './schedule.js'
import { keyOf } from './sealed-bytes.js'

/**
 * Takes backups of tables and restores them. With a store they are files in the form of DynamoDB's own exports, on every engine;
 * without one they are those that DynamoDB itself keeps (Amazon DynamoDB alone).
 *
 * @example
 * const backups = new BackupManager({ store: 'backups' })
 * const { id } = await backups.createBackup({ table: 'orders' })
 * await backups.verifyBackup(id)
 * await backups.restoreFromBackup(id, { table: 'orders-as-it-was' })
 */
export class BackupManager {
  readonly #connection: Connection = currentConnection()
  readonly #store: BackupStore | undefined
  readonly #key: Uint8Array | undefined
  #backups: Promise<Backups> | undefined

  /** @throws BackupError `BACKUP.INVALID` */
  constructor({ store, encryption }: BackupManagerOptions = {}) {
    this.#store = typeof store === 'string' ? folderStore(store) : store
    this.#key = encryption && keyOf(encryption)
    if (this.#key !== undefined && this.#store === undefined)
      throw new BackupError('BACKUP.INVALID', 'DynamoDB encrypts its own backups; a key is for those in a store.')
  }

  /**
   * Takes a backup. Portable ones read the table once, in segments: an item that is written meanwhile is in them as it was before or
   * after, whole. DynamoDB's own are of one moment.
   *
   * @throws BackupError `BACKUP.NOT_FOUND` where there is no such table, `BACKUP.STORE`; there is no half backup then.
   *   DriverError `DRIVER.UNSUPPORTED` for DynamoDB's own on a local engine
   */
  async createBackup(options: CreateBackupOptions = {}): Promise<Backup> {
    return (await this.#kind()).create(this.#tableOf(options.table), options)
  }

  /** Takes a backup, verifies it, and deletes older ones of the table that need not be kept: what a schedule does each time. */
  async rotateBackups(
    options: CreateBackupOptions & { readonly keep: Retention },
  ): Promise<{ readonly backup: Backup; readonly deleted: readonly Backup[] }> {
    const { checkRetention, takeBackup } = await import('./schedule.js')
    const keep = checkRetention(options.keep)
    return takeBackup(await this.#kind(), this.#connection.clock, this.#tableOf(options.table), options, keep)
  }

  /** Backups of a table, or of all, the newest first; incomplete ones among them. */
  async listBackups(
    options: { readonly table?: string; readonly signal?: AbortSignal } = {},
  ): Promise<readonly Backup[]> {
    return (await this.#kind()).list(options.table, options.signal)
  }

  /** @throws BackupError `BACKUP.NOT_FOUND`, `BACKUP.INVALID` */
  async describeBackup(id: string): Promise<Backup> {
    return (await this.#kind()).describe(id)
  }

  /** @throws BackupError `BACKUP.NOT_FOUND`, `BACKUP.INVALID` */
  async deleteBackup(id: string): Promise<void> {
    await (await this.#kind()).remove(id)
  }

  /**
   * Reads every byte of a portable backup and compares it with its manifests.
   *
   * @throws BackupError `BACKUP.NOT_FOUND`, `BACKUP.STORE`, `BACKUP.KEY`; a damaged one is no error: see `ok` and `faults`
   */
  async verifyBackup(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<Verification> {
    return (await this.#kind()).verify(id, options.signal)
  }

  /**
   * Restores into a new table, with its indexes and settings. A portable backup is verified before anything is written, and the
   * table compared with it at the end. Broken off, it goes on when it is called again.
   *
   * @throws BackupError `BACKUP.DAMAGED`, `BACKUP.TARGET` for a table that is not empty, `BACKUP.BUSY`, `BACKUP.STOPPED`,
   *   `BACKUP.DIFFERS`
   */
  async restoreFromBackup(id: string, options: RestoreOptions = {}): Promise<Restored> {
    return (await this.#kind()).restore(id, options)
  }

  /**
   * Takes backups while this process lives: `every: '1d'`. A process that starts again goes on from the newest backup. After each
   * one was verified, those that need not be kept are deleted.
   *
   * @throws BackupError `BACKUP.INVALID`
   */
  async scheduleBackup(options: ScheduleOptions): Promise<BackupSchedule> {
    const { startSchedule } = await import('./schedule.js')
    return startSchedule(await this.#kind(), this.#connection.clock, this.#tableOf(options.table), options)
  }

  /** Keeps backups of every second of the last `days` (1 to 35, default 35). @throws DriverError `DRIVER.UNSUPPORTED` on local engines */
  async enablePointInTimeRecovery(table?: string, options: { readonly days?: number } = {}): Promise<boolean> {
    return enablePointInTimeRecovery(this.#tableOf(table), { ...options, connection: this.#connection })
  }

  /** Those that were kept are forgotten. @throws DriverError `DRIVER.UNSUPPORTED` on local engines */
  async disablePointInTimeRecovery(table?: string): Promise<boolean> {
    return disablePointInTimeRecovery(this.#tableOf(table), { connection: this.#connection })
  }

  /** From when to when a table can be restored; null where it cannot. @throws DriverError `DRIVER.UNSUPPORTED` on local engines */
  async describePointInTimeRecovery(table?: string): Promise<RecoveryInfo | null> {
    const TableName = this.#tableOf(table)
    return recoveryInfo(await this.#connection.send('DescribeContinuousBackups', { TableName })) ?? null
  }

  /**
   * Makes a new table as another one was at a moment of the last days. DynamoDB: "Point-in-time recovery".
   *
   * @param source whole name of the table that was
   * @throws DriverError `DRIVER.UNSUPPORTED` on local engines; ServiceError where the moment is not kept
   */
  async restoreToPointInTime(source: string, options: PointInTimeOptions): Promise<Restored> {
    const { restoreAwsPointInTime } = await import('./aws-backups.js')
    return restoreAwsPointInTime(this.#connection, source, options)
  }

  #kind(): Promise<Backups> {
    this.#backups ??= this.#load()
    return this.#backups
  }

  async #load(): Promise<Backups> {
    if (this.#store === undefined) return new (await import('./aws-backups.js')).AwsBackups(this.#connection)
    const { PortableBackups } = await import('./portable-backups.js')
    return new PortableBackups(this.#connection, this.#store, this.#key)
  }

  #tableOf(table: string | undefined): string {
    if (table !== undefined) return table
    const [first] = ModelSpace.of(this.#connection).designs()
    if (first === undefined) throw new BackupError('BACKUP.INVALID', 'No table is named, and no model has one.')
    return first.tableName
  }
}
