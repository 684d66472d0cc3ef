import { inspect } from 'node:util'
import { currentConnection } from '../runtime/index.js'
import { MigrationError } from './errors.js'
import { readHistory } from './history.js'
import { ledgerOf } from './ledger.js'
import { spaceOf } from './migrate-models.js'
import type { MigrationFile, Step } from './migration.js'
import { describeOperation, type Operation } from './operations.js'
import { planOf } from './plan.js'
import { unplaced } from './table-names.js'

/** A migration that was written for what the models need. */
export interface GeneratedMigration {
  /** Name of its file, without the ending: `2026_11_23_120000_add_gsi1`. */
  readonly name: string
  /** As its file says them. */
  readonly operations: readonly Step[]
  /** Its steps in words. */
  readonly steps: readonly string[]
  /** The text of its file. */
  readonly text: string
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
  options: {
    readonly name?: string | undefined
    readonly drop?: boolean | undefined
    readonly format?: 'ts' | 'json' | undefined
  } = {},
): Promise<GeneratedMigration | null> {
  const space = spaceOf(undefined)
  const plan = await planOf(space, space.designs(), { drop: options.drop, assumeRows: true })
  const ledger = ledgerOf(space.connection)
  const applied = plan.tables.has(ledger.tableName) ? await readHistory(space.connection, ledger) : []
  const pending = files.find(({ name }) => !applied.some((each) => each.name === name && each.appliedAt !== null))
  if (pending !== undefined)
    throw new MigrationError('MIGRATION.PENDING', `${pending.name} was not run on these tables to its end.`, {
      details: { migration: pending.name },
    })
  // The places that the file counts on are committed with it.
  space.saveLock()
  if (plan.operations.length === 0) return null
  const steps = plan.operations.map(describeOperation)
  const name = migrationName(options.name ?? nameOf(plan.operations))
  const own = plan.operations.map((step) => unplaced(step, space.connection.config))
  return { name, operations: own, steps, text: textOf(own, steps, options.format ?? 'ts') }
}

/** An empty migration, for code of one's own. */
export function blankMigration(
  name: string,
  format: 'ts' | 'json' = 'ts',
): { readonly name: string; readonly text: string } {
  return { name: migrationName(name), text: textOf([], [], format) }
}

/** `2026_11_23_120000_add_by_team`: in the order of time. */
function migrationName(name: string): string {
  const stamp = new Date(currentConnection().clock.now())
    .toISOString()
    .replaceAll(/[-T]/g, '_')
    .replaceAll(':', '')
    .slice(0, 17)
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return `${stamp}_${words === '' ? 'migration' : words}`
}

function nameOf(operations: readonly Operation[]): string {
  const [first] = operations
  if (first?.type === 'create-table') return `create ${first.table}`
  if (first?.type === 'add-index') return `add ${first.index.IndexName} to ${first.table}`
  if (first?.type === 'remove-index') return `remove ${first.index.IndexName} from ${first.table}`
  return `change ${first?.table ?? 'tables'}`
}

function textOf(operations: readonly Step[], steps: readonly string[], format: 'ts' | 'json'): string {
  if (format === 'json') return `${JSON.stringify({ operations }, undefined, 2)}\n`
  const list = inspect(operations, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: 100 })
  const comment = steps.length === 0 ? '' : `/**\n${steps.map((step) => ` * - ${step}`).join('\n')}\n */\n`
  const code =
    operations.length === 0
      ? '  async up({ mapRows }) {\n    // await mapRows(User, (user) => { user.email = user.email.toLowerCase() })\n  },\n  async down() {},\n'
      : `  operations: ${list.split('\n').join('\n  ')},\n`
  return `import { defineMigration } from 'dynamodb-tooling'\n\n${comment}export default defineMigration({\n${code}})\n`
}
