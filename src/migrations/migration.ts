import type { ModelClass } from '../model/index.js'
import type { Connection } from '../runtime/index.js'
import { kindOf } from '../values/index.js'
import { MigrationError } from './errors.js'
import type { MapRows } from './map-rows.js'
import { checkOperations, type Operation } from './operations.js'

/** What code of a migration works with. */
export interface MigrationContext {
  readonly connection: Connection
  /** Changes every row of a model, resumable: `mapRows(User, (user) => { user.name = user.name.trim() })`. */
  mapRows<T extends ModelClass>(
    model: T,
    change: MapRows<T>,
  ): Promise<{ readonly scanned: number; readonly written: number }>
  /** Aborts when the migration is to stop. */
  readonly signal: AbortSignal
}

/**
 * A step as a file says it. `table` is its name as models say it, without the prefix and the suffix of the config; left out, it is the
 * table that models share. So one file is for every environment.
 */
export type Step = Operation extends infer O
  ? O extends Operation
    ? Omit<O, 'table' | 'definition'> & { readonly table?: string | undefined } & (O extends {
          readonly definition: infer D
        }
          ? { readonly definition: Omit<D, 'TableName'> }
          : {})
    : never
  : never

/** A migration: steps on tables as data, and code of one's own, which runs after them. */
export interface Migration {
  readonly operations?: readonly Step[]
  readonly up?: (context: MigrationContext) => unknown
  /** Takes `up` back. Without it a migration with `up` cannot be rolled back. */
  readonly down?: (context: MigrationContext) => unknown
}

/** A migration as it is in its file. */
export interface MigrationFile {
  /** The file's name without its ending: `2026_11_23_120000_add_by_team`. Migrations run in the order of their names. */
  readonly name: string
  /** SHA-256 of the file's text, line ends as LF. */
  readonly checksum: string
  readonly migration: Migration
}

/** A migration of which every step names its table as it is called here. */
export interface PlacedFile extends Omit<MigrationFile, 'migration'> {
  readonly migration: Omit<Migration, 'operations'> & { readonly operations?: readonly Operation[] }
}

/**
 * A migration, for the default export of its file.
 *
 * @example
 * export default defineMigration({
 *   operations: [{ type: 'change-table', from: { ttl: false }, to: { ttl: 'expiresAt' } }],
 *   async up({ mapRows }) {
 *     await mapRows(User, (user) => { user.email = user.email.toLowerCase() })
 *   },
 * })
 */
export function defineMigration(migration: Migration): Migration {
  return migration
}

/** @throws MigrationError `MIGRATION.INVALID` for what is no migration */
export function checkMigration(name: string, given: unknown): Migration {
  const fault = (message: string): MigrationError =>
    new MigrationError('MIGRATION.INVALID', `${name}: ${message}`, { details: { migration: name } })
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fault(`exports ${kindOf(given)} by default, no migration.`)
  const { operations = [], up, down, ...more } = given as Record<string, unknown>
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw fault(`a migration has operations, up and down, and no ${unknown}.`)
  for (const [way, work] of Object.entries({ up, down }))
    if (work !== undefined && typeof work !== 'function') throw fault(`${way} is no function, but ${kindOf(work)}.`)
  checkOperations(name, operations)
  return given
}
