import { InternalError } from '../kernel/index.js'
import type { ModelClass } from './model-space.js'

/** How far a migration of rows came. */
export interface MigrationProgress {
  readonly table: string
  /** `index` while DynamoDB makes one, `backfill`, `verify` or `map` while items are read and written. */
  readonly phase: string
  /** Items that were looked at, and written. */
  readonly scanned: number
  readonly written: number
  /** Items of the table, as DynamoDB counted them in the last six hours; 0 where it does not know. */
  readonly total: number
  /** Capacity units consumed so far. */
  readonly capacity: number
}

export interface MigrateOptions {
  /** Let go of indexes and unique attributes that models no longer have although there are rows. Default false. */
  readonly drop?: boolean | undefined
  /**
   * Go through the rows of all models although they have their keys: programs of an older version may have written some since.
   * Default false.
   */
  readonly backfill?: boolean | undefined
  /** Capacity units a second that rows are read and written with, both together. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  /** Told after each page of rows. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Ends it after the page at hand; run again, it goes on from there. */
  readonly signal?: AbortSignal | undefined
}

/** What a migration did. */
export interface Migrated {
  /** Tables that were not there. */
  readonly created: readonly string[]
  /** Indexes that tables got: `app: GSI1`. */
  readonly indexes: readonly string[]
  /** Rows that were given keys or guards. */
  readonly written: number
}

/** Brings tables to their models. Above models, which know nobody there. */
export interface Migrator {
  /** @param model undefined for every model of the current connection */
  migrateModels(model: ModelClass | undefined, options?: MigrateOptions): Promise<Migrated>
}

let migrator: Migrator | undefined

/** Says who migrates. */
export function setMigrator(given: Migrator): void {
  migrator = given
}

export function migrateModels(model: ModelClass | undefined, options?: MigrateOptions): Promise<Migrated> {
  if (migrator === undefined) throw new InternalError('nobody migrates')
  return migrator.migrateModels(model, options)
}
