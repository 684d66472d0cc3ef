import type { BackupEncryption } from './sealed-bytes.js'

/** A backup, as it is listed. */
export interface Backup {
  /** `00001764000000000-1a2b3c4d` of portable ones, the ARN of DynamoDB's own. */
  readonly id: string
  /** `portable`: files in a store. `aws`: DynamoDB keeps it. `export`: files that DynamoDB's ExportTableToPointInTime wrote. */
  readonly kind: 'portable' | 'aws' | 'export'
  /** `incomplete`: whoever took it died on the way; nothing can be restored from it. */
  readonly status: 'complete' | 'incomplete' | 'creating' | 'deleted'
  /** Whole name of the table; undefined for one that is incomplete. */
  readonly table: string | undefined
  readonly name: string | undefined
  readonly createdAt: Date
  /** Undefined where nobody counted. */
  readonly items: number | undefined
  /** Of the items, before they were compressed. DynamoDB: "BackupSizeBytes". */
  readonly bytes: number | undefined
  readonly encrypted: boolean
  /** Portable: SHA-256 over all items, whatever their order; two tables with the same items have the same. */
  readonly digest?: string
}

export interface BackupProgress {
  readonly items: number
  /** Of how many; undefined where nobody counted. */
  readonly total: number | undefined
  /** Capacity units. */
  readonly capacity: number
}

export interface CreateBackupOptions {
  /** Whole name of the table. Default: the one that models share. */
  readonly table?: string | undefined
  /** A name for people. DynamoDB's own need one of 3 to 255 letters, digits, `_`, `-` and `.`; default: table and time. */
  readonly name?: string | undefined
  /** Parts of the table that are read at the same time. Default 4. */
  readonly segments?: number | undefined
  /** Capacity units a second. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after each page. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined
}

export interface RestoreOptions {
  /** Whole name of the new table. Default: the old one's name with the backup's id. */
  readonly table?: string | undefined
  /** Items of a table that is there and not empty are replaced by those of the backup with their keys; others stay. Default false. */
  readonly overwrite?: boolean | undefined
  /** Read the table again when it is whole, and compare it with the backup. Default true for tables that were empty. */
  readonly check?: boolean | undefined
  /** Requests at the same time. Default 8. */
  readonly concurrency?: number | undefined
  /** Capacity units a second. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined
}

/** What was restored. */
export interface Restored {
  readonly id: string
  readonly table: string
  /** True where the table was made for it. */
  readonly created: boolean
  /** Items of the backup, all of which are in the table. Undefined for DynamoDB's own backups: it does not say. */
  readonly items: number | undefined
  /** Items that this call wrote: fewer where an earlier one was broken off. */
  readonly written: number | undefined
  /** Settings of the old table that the new one lacks: `tags`, `pointInTimeRecovery`, `replicas`. */
  readonly notRestored: readonly string[]
}

/** What is in a backup, and what is wrong with it. */
export interface Verification {
  readonly id: string
  /** True where every byte is as it was written. */
  readonly ok: boolean
  /** What is wrong: a line each. */
  readonly faults: readonly string[]
  readonly files: number
  readonly items: number
  /** SHA-256 over the items that were found. */
  readonly digest: string
  /** `sha256`: compared with a manifest of ours. `md5`: of an export of DynamoDB's, which has no more. */
  readonly against: 'sha256' | 'md5'
}

export interface BackupManagerOptions {
  /** Where portable backups are kept: a store, or the path of a folder. Without it backups are DynamoDB's own. */
  readonly store?: import('./backup-store.js').BackupStore | string | undefined
  /** Portable backups: encrypts the files. */
  readonly encryption?: BackupEncryption | undefined
}

/** What every kind of backup can do. */
export interface Backups {
  create(table: string, options: CreateBackupOptions): Promise<Backup>
  list(table: string | undefined, signal?: AbortSignal): Promise<readonly Backup[]>
  describe(id: string): Promise<Backup>
  remove(id: string): Promise<void>
  verify(id: string, signal?: AbortSignal): Promise<Verification>
  restore(id: string, options: RestoreOptions): Promise<Restored>
}
