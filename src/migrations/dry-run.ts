import type { TableDescription } from '../drivers/index.js'
import type { MigrateOptions, ModelSpace } from '../model/index.js'
import { differencesOf } from './drift.js'
import { readHistory } from './history.js'
import { ledgerOf } from './ledger.js'
import { spaceOf } from './migrate-models.js'
import type { MigrationFile } from './migration.js'
import { describeOperation, isAmong, type Operation } from './operations.js'
import { planOf } from './plan.js'
import { checkHistory, checkPending, pendingOf, removesIndexes } from './run-migrations.js'
import { placed } from './table-names.js'

/** What `migrate()` would do, in words, each with what it costs as far as that is known. */
export async function planMigration(options: Pick<MigrateOptions, 'drop'> = {}): Promise<readonly string[]> {
  const space = spaceOf(undefined)
  const { operations, tables } = await planOf(space, space.designs(), options)
  const removed = new Set(operations.flatMap((step) => (step.type === 'remove-index' ? [step.index.IndexName] : [])))
  const left = (await differencesOf(space.connection, space.designs(), [], []))
    .filter(({ what }) => !removed.has(what.slice('index '.length)))
    .map(({ text }) => `leave what is there: ${text}`)
  const words = (step: Operation): string =>
    `${describeOperation(step)}${costOf(step, { space, operations, table: tables.get(step.table) })}`
  return [...operations.map(words), ...left]
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
export async function planMigrations(given: readonly MigrationFile[]): Promise<MigrationPlan> {
  const space = spaceOf(undefined)
  const files = placed(given, space.connection.config)
  const { operations, tables } = await planOf(space, space.designs(), { drop: removesIndexes(files) })
  const ledger = ledgerOf(space.connection)
  const isNew = !tables.has(ledger.tableName)
  const applied = isNew ? [] : await readHistory(space.connection, ledger)
  checkHistory(files, applied)
  const words = (step: Operation): string =>
    `${describeOperation(step)}${costOf(step, { space, operations, table: tables.get(step.table) })}`
  const pending = pendingOf(files, applied)
  checkPending(space, pending)
  const steps = pending.flatMap(({ migration }) => migration.operations ?? [])
  const needed = operations.filter((step) => !isAmong(step, steps))
  // What notes migrations is made before the first, as the models are now.
  const before = isNew && pending.length > 0 ? needed.filter(({ table }) => table === ledger.tableName) : []
  const migrations = pending.map(({ name, migration: { operations: own = [], up } }, at) => ({
    name,
    steps: [...(at === 0 ? before : []), ...own].map(words).concat(up === undefined ? [] : ['run its up()']),
  }))
  // What pending ones set is theirs to do, and no correction.
  const then = files.map(({ name, checksum }) => ({ name, checksum, appliedAt: '', batch: 0 }))
  const differences = await differencesOf(space.connection, space.designs(), files, then)
  const corrections = differences
    .filter(({ remedy, by }) => remedy === 'migrate' && !pending.some(({ name }) => name === by))
    .map(({ text }) => text)
  return { migrations, more: needed.filter((step) => !before.includes(step)).map(words), corrections }
}

interface Costs {
  readonly space: ModelSpace
  /** All that is to be done. */
  readonly operations: readonly Operation[]
  readonly table: TableDescription | undefined
}

/**
 * What rows cost that are given keys: the table is read twice at least, strongly consistent, and each row is written once, in a
 * transaction where it gets guards, with a write more for each index. DynamoDB counts items and bytes every six hours.
 */
function costOf(step: Operation, { space, operations, table }: Costs): string {
  if (step.type !== 'backfill' || table === undefined) return ''
  const { ItemCount: items = 0, TableSizeBytes: bytes = 0, GlobalSecondaryIndexes = [] } = table
  if (items === 0) return ' (DynamoDB has not counted its items yet)'
  const added = operations.filter((each) => each.type === 'add-index' && each.table === step.table)
  const guards = Math.max(
    0,
    ...space.models
      .filter(({ schema }) => step.models.includes(schema.name))
      .map(({ uniqueAttributes }) => uniqueAttributes.length),
  )
  const reads = 2 * Math.ceil(bytes / 4096)
  const row = (guards === 0 ? 1 : 2 * (1 + guards)) + GlobalSecondaryIndexes.length + added.length
  const writes = items * row * Math.max(1, Math.ceil(bytes / items / 1024))
  return ` (of ${items} items; about ${reads} RCU, and ${writes} WCU at most)`
}
