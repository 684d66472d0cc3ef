import type { TableDescription } from '../drivers/index.js'
import type { MigrateOptions } from '../model/index.js'
import { differencesOf } from './drift.js'
import { readHistory } from './history.js'
import { ledgerOf } from './ledger.js'
import { spaceOf } from './migrate-models.js'
import type { MigrationFile } from './migration.js'
import { describeOperation, type Operation } from './operations.js'
import { planOf } from './plan.js'
import { checkHistory } from './run-migrations.js'

/** What `migrate()` would do, in words, each with what it costs as far as that is known. */
export async function planMigration(options: Pick<MigrateOptions, 'drop'> = {}): Promise<readonly string[]> {
  const space = spaceOf(undefined)
  const { operations, tables } = await planOf(space, space.designs(), options)
  const removed = new Set(operations.flatMap((step) => (step.type === 'remove-index' ? [step.index.IndexName] : [])))
  const left = (await differencesOf(space.connection, space.designs(), [], []))
    .filter(({ what }) => !removed.has(what.slice('index '.length)))
    .map(({ text }) => `leave what is there: ${text}`)
  return [...operations.map((step) => `${describeOperation(step)}${costOf(step, tables.get(step.table))}`), ...left]
}

/** What `runMigrations` would do. */
export interface MigrationPlan {
  /** Those that were not run, each with its steps in words and what they cost as far as that is known. */
  readonly migrations: readonly { readonly name: string; readonly steps: readonly string[] }[]
  /** What the tables need besides: done at once where there are no migrations, refused otherwise. */
  readonly more: readonly string[]
  /** Settings that somebody changed past the migrations, which would be brought right. */
  readonly corrections: readonly string[]
}

/** See index.ts. */
export async function planMigrations(files: readonly MigrationFile[]): Promise<MigrationPlan> {
  const space = spaceOf(undefined)
  const { operations, tables } = await planOf(space, space.designs())
  const ledger = ledgerOf(space.connection)
  const applied = tables.has(ledger.tableName) ? await readHistory(space.connection, ledger) : []
  checkHistory(files, applied)
  const done = new Set(applied.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name))
  const told = new Set<string>()
  const words = (step: Operation): string => {
    told.add(describeOperation(step))
    return `${describeOperation(step)}${costOf(step, tables.get(step.table))}`
  }
  const migrations = files
    .filter(({ name }) => !done.has(name))
    .map(({ name, migration: { operations: steps = [], up } }) => ({
      name,
      steps: [...steps.map(words), ...(up === undefined ? [] : ['run its up()'])],
    }))
  const more = operations.filter((step) => !told.has(describeOperation(step))).map(words)
  const differences = await differencesOf(space.connection, space.designs(), files, applied)
  const corrections = differences.filter(({ remedy }) => remedy === 'migrate').map(({ text }) => text)
  return { migrations, more, corrections }
}

/**
 * What rows cost that are given keys: the table is read twice at least, strongly consistent, and each row is written once, with
 * a write more for each index it comes into. DynamoDB counts items and bytes every six hours.
 */
function costOf(step: Operation, table: TableDescription | undefined): string {
  if (step.type !== 'backfill' || table === undefined) return ''
  const { ItemCount: items = 0, TableSizeBytes: bytes = 0 } = table
  if (items === 0) return ' (DynamoDB has not counted its items yet)'
  const reads = 2 * Math.ceil(bytes / 4096)
  const writes = 2 * items * Math.max(1, Math.ceil(bytes / items / 1024))
  return ` (of ${items} items; about ${reads} RCU, and ${writes} WCU at most)`
}
