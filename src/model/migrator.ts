import { InternalError } from '../kernel/index.js'
import type { ModelClass } from './model-space.js'

export interface MigrateOptions {
  /** Let go of indexes and unique attributes that models no longer have although there are rows. Default false. */
  readonly drop?: boolean
}

/** What a migration did. */
export interface Migrated {
  /** Tables that were not there. */
  readonly created: readonly string[]
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
