import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { checkMigration, type MigrationFile } from '../migrations/index.js'
import { ConfigFileError } from './errors.js'
import { runConfigFile } from './run-config-file.js'

const MIGRATION_FILE = /(?<!\.d)\.(?:ts|mts|js|mjs|cjs|json)$/

/**
 * The migrations of a folder, in the order of their names; none where there is no such folder.
 *
 * @throws ConfigFileError `CONFIG.MIGRATIONS` for a file that cannot be run, or two of one name; MigrationError
 * `MIGRATION.INVALID` for one that holds no migration
 */
export async function loadMigrations(folder: string): Promise<readonly MigrationFile[]> {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder)
    .filter((file) => MIGRATION_FILE.test(file))
    .sort()
  const found: MigrationFile[] = []
  for (const file of files) {
    const name = basename(file, extname(file))
    if (found.some((each) => each.name === name))
      throw new ConfigFileError('CONFIG.MIGRATIONS', `Two files of ${folder} are called ${name}.`)
    const path = join(folder, file)
    found.push({ name, checksum: checksumOf(path), migration: checkMigration(name, await exportOf(path)) })
  }
  return found
}

/** Line ends are what a checkout makes of them, and no edit. */
function checksumOf(path: string): string {
  return createHash('sha256').update(readFileSync(path, 'utf8').replaceAll('\r\n', '\n')).digest('hex')
}

async function exportOf(path: string): Promise<unknown> {
  try {
    const exported = await runConfigFile(path, true)
    if (extname(path) === '.json') return exported
    // CommonJS and ESM put the default export in different places.
    const first = (exported as { default?: unknown } | undefined)?.default
    return (first as { default?: unknown } | undefined)?.default ?? first
  } catch (cause) {
    if (isDynamoDBToolingError(cause)) throw cause
    throw new ConfigFileError(
      'CONFIG.MIGRATIONS',
      `The migration ${path} cannot be run: ${String(cause).slice(0, 300)}`,
      {
        cause,
      },
    )
  }
}
