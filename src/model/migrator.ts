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

/** Brings tables to their models. Above models, and loaded when it is used. */
export interface Migrator {
  /** @param model undefined for every model of the current connection */
  migrateModels(model: ModelClass | undefined, options?: MigrateOptions): Promise<Migrated>
}

let load: () => Promise<Migrator>

/** Says where the migrator comes from. */
export function setMigrator(source: () => Promise<Migrator>): void {
  load = source
}

export function migrator(): Promise<Migrator> {
  return load()
}
