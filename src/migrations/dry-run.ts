import type { TableDescription } from '../drivers/index.js'
import type { MigrateOptions } from '../model/index.js'
import { spaceOf } from './migrate-models.js'
import { describeOperation, type Operation } from './operations.js'
import { planOf } from './plan.js'

/** What `migrate()` would do, in words, each with what it costs as far as that is known. */
export async function planMigration(options: Pick<MigrateOptions, 'drop'> = {}): Promise<readonly string[]> {
  const space = spaceOf(undefined)
  const { operations, tables } = await planOf(space, space.designs(), options)
  return operations.map((step) => `${describeOperation(step)}${costOf(step, tables.get(step.table))}`)
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
