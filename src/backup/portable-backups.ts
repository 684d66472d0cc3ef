import type { Connection } from '../runtime/index.js'
import type { Backup, Backups, CreateBackupOptions, Restored, RestoreOptions, Verification } from './backup.js'
import type { BackupStore } from './backup-store.js'
import { createPortableBackup } from './create-backup.js'
import { findBackup, listPortableBackups, removePortableBackup } from './portable-backup.js'
import { restorePortableBackup } from './restore-backup.js'
import { verifyPortableBackup } from './verify-backup.js'

/** Backups in a store. */
export class PortableBackups implements Backups {
  readonly #connection: Connection
  readonly #store: BackupStore
  readonly #key: Uint8Array | undefined

  constructor(connection: Connection, store: BackupStore, key: Uint8Array | undefined) {
    this.#connection = connection
    this.#store = store
    this.#key = key
  }

  create(table: string, options: CreateBackupOptions): Promise<Backup> {
    return createPortableBackup(this.#connection, this.#store, this.#key, table, options)
  }

  list(table: string | undefined, signal?: AbortSignal): Promise<readonly Backup[]> {
    return listPortableBackups(this.#store, this.#key, table, signal)
  }

  async describe(id: string): Promise<Backup> {
    return (await findBackup(this.#store, id, this.#key)).backup
  }

  remove(id: string): Promise<void> {
    return removePortableBackup(this.#store, id)
  }

  verify(id: string, signal?: AbortSignal): Promise<Verification> {
    return verifyPortableBackup(this.#store, id, this.#key, signal)
  }

  restore(id: string, options: RestoreOptions): Promise<Restored> {
    return restorePortableBackup(this.#connection, this.#store, this.#key, id, options)
  }
}
