import type { SeedOptions, SeedResult } from './run-seeders.js'
import type { SeederClass } from './seeder.js'

export { SEEDER_CODES, SeederError } from './errors.js'
export type { SeedOptions, SeedResult } from './run-seeders.js'
export { type SeedContext, Seeder, type SeederClass } from './seeder.js'

/**
 * Runs seeders, one process at a time: dependencies first, then by `order`, then by name. It asks nobody: the tool does.
 *
 * @throws SeederError `SEEDER.FAILED` with what ran and what did not, `SEEDER.UNKNOWN`, `SEEDER.CYCLE`, `SEEDER.INVALID`;
 * MigrationError `MIGRATION.LEASE_HELD`
 * @example
 * await runSeeders(await loadSeeders('seeders'), { only: ['UserSeeder'] })
 */
export async function runSeeders(seeders: readonly SeederClass[], options?: SeedOptions): Promise<SeedResult> {
  return (await import('./run-seeders.js')).runSeeders(seeders, options)
}
