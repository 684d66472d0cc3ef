import {
  bindingOf,
  type Migrated,
  type MigrateOptions,
  type ModelClass,
  ModelError,
  ModelSpace,
  writeRecordedKeys,
} from '../model/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { updateTable, waitUntilActive } from '../tables/index.js'
import { apply, createTable, type Did } from './apply.js'
import { missingMark, writeMark } from './environment-mark.js'
import { type Lease, type LeaseOptions, withLease } from './lease.js'
import { designsOf, type Plan, planOf } from './plan.js'
import { differs } from './table-check.js'

/** Times it begins anew after another process migrated meanwhile. */
const ATTEMPTS = 5

/**
 * Creates the tables that are not there, adds the indexes that others lack, one at a time, and gives rows the keys and guards
 * that their models have now. What cannot be done is looked for before anything is changed, the schema lock included.
 * Broken off, it goes on when it is called again.
 *
 * @param model undefined for every model of the current connection
 * @throws ModelError `MODEL.TABLE_DIFFERS`, DesignError of the schema lock (nothing was changed then); MigrationError
 */
export async function migrateModels(
  model: ModelClass | undefined,
  options: MigrateOptions & Pick<LeaseOptions, 'wait' | 'onWait'> = {},
): Promise<Migrated> {
  const space = spaceOf(model)
  const { connection } = space
  const designs = designsOf(space, model)
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  const did: Did = { created: [], indexes: [], written: 0 }
  const mark = await missingMark(connection, first.ledger)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Rows are gone through once, whoever records something meanwhile.
    const how = { ...options, backfill: options.backfill === true && attempt === 0 }
    const plan = await planOf(space, designs, how)
    space.saveLock()
    await createTables(space, plan, did, options.signal)
    if (mark !== undefined) await writeMark(connection, first.ledger, mark)
    const left = plan.operations.filter(({ type, table }) => type !== 'create-table' && plan.tables.has(table))
    const recorded =
      left.length === 0
        ? await record(connection, plan)
        : await withLease(
            connection,
            first.ledger,
            async (lease) => {
              // Another process may have done it while this one waited.
              const now = await planOf(space, designs, how)
              for (const step of now.operations) await apply(step, { space, record: now.record, lease, options, did })
              return record(connection, now, lease)
            },
            { signal: options.signal, wait: options.wait, onWait: options.onWait },
          )
    if (!recorded) continue
    space.check.pass(designs.flatMap(({ entities }) => [...entities.keys()]))
    return did
  }
  throw differs(first, 'other processes migrate it at the same time', 'Run migrate() again.')
}

/** @throws ModelError `MODEL.UNKNOWN_MODEL` where there is nothing to migrate */
export function spaceOf(model: ModelClass | undefined): ModelSpace {
  const space = model === undefined ? ModelSpace.of(currentConnection()) : bindingOf(model).space
  if (space.models.length > 0) return space
  throw new ModelError('MODEL.UNKNOWN_MODEL', 'There are no models to migrate.', {
    hint: 'Call registerModels(User, Post) first, or set queryBuilder.modelsPath.',
  })
}

/** Makes the tables that are not there. It needs no lease: DynamoDB makes a table of a name once. */
export async function createTables(space: ModelSpace, plan: Plan, did: Did, signal?: AbortSignal): Promise<void> {
  const { connection } = space
  for (const step of plan.operations)
    if (step.type === 'create-table' && (await createTable(space, step))) did.created.push(step.table)
  for (const { tableName } of plan.designs) await waitUntilActive(connection, tableName, { signal })
  for (const step of plan.operations)
    if (step.type === 'change-table' && !plan.tables.has(step.table))
      await updateTable(step.table, step.to, { connection })
}

/** Records the keys that rows have. @returns false where another process recorded others meanwhile */
export async function record(
  connection: Connection,
  { designs, record: before, models }: Plan,
  lease?: Lease,
): Promise<boolean> {
  const [first] = designs as readonly [TableDesign, ...TableDesign[]]
  const same = [...models].every(([name, lines]) => before.models.get(name)?.join() === lines.join())
  return same || writeRecordedKeys(connection, first.ledger, before, models, lease?.check)
}
