import { isDynamoDBToolingError, ulid } from '../kernel/index.js'
import {
  bindingOf,
  type MigrateOptions,
  type MigrationProgress,
  type ModelClass,
  type ModelSpace,
} from '../model/index.js'
import type { TableDesign } from '../single-table/index.js'
import { checkTableChanges, readTable } from '../tables/index.js'
import { type Applying, apply, type Did } from './apply.js'
import { correct, differencesOf, type TableDifference } from './drift.js'
import { missingMark, refuseOtherEnvironment, writeMark } from './environment-mark.js'
import { MigrationError } from './errors.js'
import { type AppliedMigration, eraseHistory, readHistory, writeHistory } from './history.js'
import { type Lease, type LeaseHolder, withLease } from './lease.js'
import { ledgerOf } from './ledger.js'
import { mapRows } from './map-rows.js'
import { createTables, migrateModels, record, spaceOf } from './migrate-models.js'
import { checkMigration, type MigrationContext, type MigrationFile, type PlacedFile } from './migration.js'
import { describeOperation, isAmong, type Operation, reverseOf } from './operations.js'
import { planOf, recordedKeys } from './plan.js'
import { placed } from './table-names.js'

export interface RunOptions {
  /**
   * Go through the rows of all models although they have their keys: programs of an older version may have written some since.
   * Default false.
   */
  readonly backfill?: boolean | undefined
  /** Capacity units a second that rows are read and written with. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told before each step. */
  readonly onStep?: ((step: { readonly migration: string; readonly text: string }) => void) | undefined
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Told once of each other process that is waited for. */
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined
  /** Milliseconds to wait for it. Default: as long as it takes. */
  readonly wait?: number | undefined
}

/** What was done. */
export interface RunResult {
  /** Names of the migrations that were run. */
  readonly ran: readonly string[]
  /** Tables that were not there. */
  readonly created: readonly string[]
  /** Indexes that tables got: `app: GSI1`. */
  readonly indexes: readonly string[]
  /** Rows that were given keys or guards. */
  readonly written: number
  /** Settings of tables that somebody had changed past the migrations, and that were brought right; in words. */
  readonly corrected: readonly string[]
}

/** What became of a migration. */
export interface MigrationState {
  readonly name: string
  /**
   * `pending` was not run, `applied` was, `begun` did not end, `edited` was run with another text, `missing` was run and has no
   * file.
   */
  readonly state: 'pending' | 'applied' | 'begun' | 'edited' | 'missing'
  readonly appliedAt: string | null
  readonly batch: number | null
}

/** How migrations, tables and models stand to each other. */
export interface MigrationStatus {
  readonly migrations: readonly MigrationState[]
  /** What the tables need to be as the models want them, besides what is pending; in words. */
  readonly drift: readonly string[]
  /** What somebody changed past the migrations, and indexes that no model needs. Settings are in `drift`, too. */
  readonly differences: readonly TableDifference[]
}

/** See index.ts. */
export async function runMigrations(given: readonly MigrationFile[], options: RunOptions = {}): Promise<RunResult> {
  const space = spaceOf(undefined)
  const { connection } = space
  const files = placed(given, connection.config)
  const did: Did = { created: [], indexes: [], written: 0 }
  const ran: string[] = []
  const corrected: string[] = []
  const first = await planOf(space, space.designs(), { drop: removesIndexes(files) })
  const { ledger } = space.designs()[0] as TableDesign
  const isNew = !first.tables.has(ledger.tableName)
  if (files.length === 0 && (isNew || (await readHistory(connection, ledger)).length === 0))
    return { ran, ...(await migrateModels(undefined, options)), corrected: [] }
  const mark = await missingMark(connection, ledger)
  // What notes migrations must be there before the first.
  if (isNew) await makeLedger(space, files, ledger.tableName, did)
  if (mark !== undefined) await writeMark(connection, ledger, mark)
  await leased(space, options, async (lease) => {
    const applied = checkHistory(files, await readHistory(space.connection, ledger))
    const batch = Math.max(0, ...applied.map((each) => each.batch)) + 1
    checkPending(space, pendingOf(files, applied))
    for (const file of files) {
      const known = applied.find(({ name }) => name === file.name)
      if (known?.appliedAt !== undefined && known.appliedAt !== null) continue
      const run = runOf('up', known, file)
      const note = { name: file.name, checksum: file.checksum, batch: known?.batch ?? batch }
      await writeHistory(space.connection, ledger, { ...note, run, appliedAt: null }, lease)
      await runUp(file, { space, lease, options, did, run })
      const appliedAt = new Date(space.connection.clock.now()).toISOString()
      await writeHistory(space.connection, ledger, { ...note, appliedAt }, lease)
      ran.push(file.name)
    }
    if (options.backfill === true) await fillAgain(space, { lease, options, did })
    const now = await readHistory(space.connection, ledger)
    corrected.push(...(await correct(connection, space.designs(), files, now, lease)))
    await settle(space, lease)
  })
  return { ran, ...did, corrected }
}

/** See index.ts. */
export async function migrationStatus(given: readonly MigrationFile[]): Promise<MigrationStatus> {
  const space = spaceOf(undefined)
  const files = placed(given, space.connection.config)
  const { operations, impossible } = await neededBy(space)
  const ledger = ledgerOf(space.connection)
  const isThere = (await readTable(space.connection, ledger.tableName)) !== undefined
  const applied = isThere ? await readHistory(space.connection, ledger) : []
  const names = [...new Set([...files, ...applied].map(({ name }) => name))].sort()
  const migrations = names.map((name): MigrationState => {
    const file = files.find((each) => each.name === name)
    const known = applied.find((each) => each.name === name)
    const state =
      known === undefined
        ? 'pending'
        : file === undefined
          ? 'missing'
          : known.appliedAt === null
            ? 'begun'
            : known.checksum === file.checksum
              ? 'applied'
              : 'edited'
    return { name, state, appliedAt: known?.appliedAt ?? null, batch: known?.batch ?? null }
  })
  const pending = files
    .filter(({ name }) => migrations.some((each) => each.name === name && each.state !== 'applied'))
    .flatMap(({ migration }) => migration.operations ?? [])
  const differences = await differencesOf(space.connection, space.designs(), files, applied)
  const settled = differences.filter(({ what }) => !what.startsWith('index ')).map(({ text }) => text)
  const needed = operations.filter((step) => !isAmong(step, pending)).map(describeOperation)
  return { migrations, drift: [...impossible, ...needed, ...settled], differences }
}

/** What tables need, or why it cannot be done to them. */
async function neededBy(
  space: ModelSpace,
): Promise<{ readonly operations: readonly Operation[]; readonly impossible: readonly string[] }> {
  try {
    return { operations: (await planOf(space, space.designs())).operations, impossible: [] }
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'MODEL.TABLE_DIFFERS')) throw error
    return { operations: [], impossible: [`${error.message} ${error.hint ?? ''}`.trim()] }
  }
}

/** See index.ts. */
export async function rollbackMigrations(
  given: readonly MigrationFile[],
  options: RunOptions & { readonly batches?: number | undefined } = {},
): Promise<readonly string[]> {
  const space = spaceOf(undefined)
  const files = placed(given, space.connection.config)
  const ledger = ledgerOf(space.connection)
  const did: Did = { created: [], indexes: [], written: 0 }
  const back: string[] = []
  await refuseOtherEnvironment(space.connection, ledger)
  await leased(space, options, async (lease) => {
    const steps = await stepsBack(space, files, options.batches)
    for (const { file, note, operations } of steps) {
      // Broken off, it is as one that was begun: it can be corrected, and goes on either way.
      const run = runOf('down', note, file)
      await writeHistory(space.connection, ledger, { ...note, checksum: file.checksum, run, appliedAt: null }, lease)
      await runCode(file, 'down', { space, lease, options, run })
      const recorded = await recordedKeys(space.connection, { ledger: ledgerOf(space.connection) })
      for (const step of operations) {
        options.onStep?.({ migration: file.name, text: describeOperation(step) })
        await apply(step, { space, record: recorded, lease, options, did })
      }
      await eraseHistory(space.connection, ledger, file.name, lease)
      back.push(file.name)
    }
  })
  return back
}

/** See index.ts. */
export async function planRollback(
  files: readonly MigrationFile[],
  options: { readonly batches?: number | undefined } = {},
): Promise<readonly { readonly name: string; readonly steps: readonly string[] }[]> {
  const space = spaceOf(undefined)
  const back = await stepsBack(space, placed(files, space.connection.config), options.batches)
  return back.map(({ file, operations }) => ({
    name: file.name,
    steps: [...(file.migration.down === undefined ? [] : ['run its down()']), ...operations.map(describeOperation)],
  }))
}

/** What takes back the last batches, the last migration first. @throws MigrationError where one cannot be taken back */
async function stepsBack(
  { connection }: ModelSpace,
  files: readonly PlacedFile[],
  count = 1,
): Promise<
  readonly { readonly file: PlacedFile; readonly note: AppliedMigration; readonly operations: readonly Operation[] }[]
> {
  const applied = checkHistory(files, await readHistory(connection, ledgerOf(connection)))
  const batches = [...new Set(applied.map(({ batch }) => batch))].sort((a, b) => b - a).slice(0, count)
  const last = applied.filter(({ batch }) => batches.includes(batch)).reverse()
  return last.map((note) => {
    const file = files.find((each) => each.name === note.name) as PlacedFile
    return { file, note, operations: backwards(file) }
  })
}

/** The steps that take a migration back. @throws MigrationError `MIGRATION.IRREVERSIBLE` */
function backwards({ name, migration: { operations = [], up, down } }: PlacedFile): readonly Operation[] {
  if (up !== undefined && down === undefined)
    throw new MigrationError('MIGRATION.IRREVERSIBLE', `${name} has an up and no down.`, {
      details: { migration: name },
    })
  return [...operations].reverse().flatMap((step) => reverseOf(name, step) ?? [])
}

/**
 * Under what the code of a migration goes on: the same where this way was begun with this text. After the other way, or with
 * another text, it begins at the first row.
 */
function runOf(way: 'up' | 'down', known: AppliedMigration | undefined, { checksum }: PlacedFile): string {
  const goesOn = known?.appliedAt === null && known.checksum === checksum && known.run?.startsWith(`${way}:`) === true
  return goesOn && known.run !== undefined ? known.run : `${way}:${ulid()}`
}

/** Gives rows their keys and guards that programs of an older version wrote since. */
async function fillAgain(
  space: ModelSpace,
  work: { readonly lease: Lease; readonly options: RunOptions; readonly did: Did },
): Promise<void> {
  const { operations, record: recorded } = await planOf(space, space.designs(), { backfill: true })
  for (const step of operations)
    if (step.type === 'backfill')
      await apply(step, { ...work, space, record: recorded, options: settings(work.options) })
}

/** What the code of a migration works with. */
interface Running {
  readonly space: ModelSpace
  readonly lease: Lease
  readonly options: RunOptions
  readonly run: string
}

async function runUp(file: PlacedFile, work: Running & { readonly did: Did }): Promise<void> {
  const { space, lease, options, did } = work
  checkMigration(file.name, file.migration)
  const { operations = [] } = file.migration
  const recorded = await recordedKeys(space.connection, { ledger: ledgerOf(space.connection) })
  const applying: Applying = { space, record: recorded, lease, options: settings(options), did }
  for (const step of operations) {
    lease.signal.throwIfAborted()
    options.onStep?.({ migration: file.name, text: describeOperation(step) })
    await apply(step, applying)
  }
  await runCode(file, 'up', work)
}

/** Runs code of one's own. @throws MigrationError `MIGRATION.CODE_FAILED` for what it throws */
async function runCode(file: PlacedFile, way: 'up' | 'down', work: Running): Promise<void> {
  const code = file.migration[way]
  if (code === undefined) return
  work.options.onStep?.({ migration: file.name, text: way })
  try {
    await code(contextOf(work))
  } catch (error) {
    work.lease.signal.throwIfAborted()
    if (isDynamoDBToolingError(error) && error.code !== 'MIGRATION.CODE_FAILED') throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new MigrationError('MIGRATION.CODE_FAILED', `${way}() of ${file.name} failed: ${why}`, {
      cause: error instanceof MigrationError ? error.cause : error,
      details: { ...(error instanceof MigrationError ? error.details : {}), migration: file.name },
    })
  }
}

function contextOf({ space, lease, options, run }: Running): MigrationContext {
  let maps = 0
  return {
    connection: space.connection,
    signal: lease.signal,
    mapRows: (model: ModelClass, change: never) =>
      mapRows(model, change, { lease, id: `${run}:${bindingOf(model).schema.name}:${maps++}`, ...settings(options) }),
  } as MigrationContext
}

function settings({ backfill, maxCapacity, onProgress, signal }: RunOptions): MigrateOptions {
  return { backfill, maxCapacity, onProgress, signal }
}

/** Migrations that were not run, or not to their end. */
export function pendingOf(files: readonly PlacedFile[], applied: readonly AppliedMigration[]): readonly PlacedFile[] {
  const done = new Set(applied.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name))
  return files.filter(({ name }) => !done.has(name))
}

/** True where migrations say themselves that indexes go: that models do not have them any more is meant then. */
export function removesIndexes(files: readonly PlacedFile[]): boolean {
  return files.some(({ migration }) => migration.operations?.some(({ type }) => type === 'remove-index'))
}

/**
 * Looks through steps before the first is taken.
 *
 * @throws MigrationError `MIGRATION.UNKNOWN_MODEL`, `MIGRATION.INVALID`
 */
export function checkPending(space: ModelSpace, pending: readonly PlacedFile[]): void {
  const known = new Set(space.models.map(({ schema }) => schema.name))
  for (const { name: migration, migration: parts } of pending) {
    checkMigration(migration, parts)
    for (const step of parts.operations ?? []) {
      const model = step.type === 'backfill' ? step.models.find((each) => !known.has(each)) : undefined
      if (model !== undefined)
        throw new MigrationError('MIGRATION.UNKNOWN_MODEL', `${migration}: there is no model ${model}.`, {
          details: { migration, model, table: step.table },
        })
      if (step.type === 'change-table') checkTableChanges(step.table, step.to)
    }
  }
}

/** @throws MigrationError `MIGRATION.EDITED`, `MIGRATION.MISSING` for what was run and is no more as it was */
export function checkHistory(
  files: readonly Pick<MigrationFile, 'name' | 'checksum'>[],
  applied: readonly AppliedMigration[],
): readonly AppliedMigration[] {
  for (const { name, checksum, appliedAt } of applied) {
    const file = files.find((each) => each.name === name)
    if (file === undefined)
      throw new MigrationError(
        'MIGRATION.MISSING',
        `${name} was ${appliedAt === null ? 'begun' : 'run'}, and there is no such file.`,
        {
          details: { migration: name },
        },
      )
    // One that was broken off may be corrected: what it did is done, and it goes on.
    if (file.checksum !== checksum && appliedAt !== null)
      throw new MigrationError('MIGRATION.EDITED', `${name} was edited after it was run.`, {
        details: { migration: name },
      })
  }
  return applied
}

/** Makes the table that holds the notes: by the migration that creates it, as far as one does. */
async function makeLedger(space: ModelSpace, files: readonly PlacedFile[], tableName: string, did: Did): Promise<void> {
  const plan = await planOf(space, space.designs())
  const step = files
    .flatMap(({ migration }) => migration.operations ?? [])
    .find((each) => each.type === 'create-table' && each.table === tableName)
  const own = plan.operations.find((each) => each.type === 'create-table' && each.table === tableName)
  const operations = [step ?? own].flatMap((each) => each ?? [])
  await createTables(
    space,
    { ...plan, operations, designs: plan.designs.filter((design) => design.tableName === tableName) },
    did,
  )
}

/** Records the keys that rows have where the tables are as the models want them. */
async function settle(space: ModelSpace, lease: Lease): Promise<void> {
  const plan = await planOf(space, space.designs())
  if (plan.operations.length > 0)
    throw new MigrationError(
      'MIGRATION.OUT_OF_DATE',
      `The models need more than the migrations do: ${plan.operations.map(describeOperation).join('; ')}.`,
    )
  space.saveLock()
  if (await record(space.connection, plan, lease)) space.check.pass(space.models.map(({ schema }) => schema.name))
}

function leased<T>(
  space: ModelSpace,
  { wait, signal, onWait }: RunOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  return withLease(space.connection, ledgerOf(space.connection), work, { wait, signal, onWait })
}
