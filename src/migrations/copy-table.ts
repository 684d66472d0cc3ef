import { createHash } from 'node:crypto'
import type { TableDescription } from '../drivers/index.js'
import { isDynamoDBToolingError, mapConcurrent } from '../kernel/index.js'
import {
  keyLines,
  type MigrationProgress,
  type ModelBinding,
  type ModelSpace,
  readRecordedKeys,
  writeRecordedKeys,
} from '../model/index.js'
import { AS_RECORDS, type Connection, Pace, patiently } from '../runtime/index.js'
import { createTableInput, keyText, recognizes, type TableDesign, tableKeyOf } from '../single-table/index.js'
import {
  describeTable,
  readTable,
  type TableChanges,
  type TableInfo,
  updateTable,
  waitUntilActive,
} from '../tables/index.js'
import { type AttributeMap, partOf, TableDigest } from '../values/index.js'
import { RowCopier } from './copied-rows.js'
import { refuseOtherEnvironment } from './environment-mark.js'
import { MigrationError } from './errors.js'
import { indexMisfit } from './index-misfit.js'
import { type Lease, type LeaseHolder, withLease } from './lease.js'
import { spaceOf } from './migrate-models.js'
import { type Placing, placeRow, removeRow } from './place-row.js'
import { forgetSweep, sweep } from './sweep.js'
import { missingIndexes } from './table-check.js'

/** Rows of a page that are written at the same time. */
const CONCURRENCY = 8
/** Rows that an error names. */
const NAMED = 20

export interface CopyTableOptions {
  /** Name of the new table. It is made as the models are now, where it is not there. */
  readonly to: string
  /** The old table. Default: the one that models share. */
  readonly from?: string | undefined
  /**
   * True for the second time, when nobody writes to either table: rows that differ in the new table are replaced, and rows that
   * are in the new one alone are deleted. Default false: what is in the new table is left as it is.
   */
  readonly catchUp?: boolean | undefined
  /** Capacity units a second, reads and writes of both tables together. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  /** Ends it after the page at hand; run again, it goes on from there. */
  readonly signal?: AbortSignal | undefined
  /** Told after each page: phases are `copy`, `verify` (each table) and `prune`. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Milliseconds to wait for another process that copies. Default: as long as it takes. */
  readonly wait?: number | undefined
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined
}

/** What was copied. Both tables have the same rows. */
export interface CopiedTable {
  readonly from: string
  readonly to: string
  /** True where this call made the table. */
  readonly created: boolean
  /** Rows of each table, rows of no model among them, the package's notes not. */
  readonly rows: number
  /** Rows that this call wrote, and deleted. */
  readonly written: number
  readonly deleted: number
  /** The same for both tables: SHA-256 over all rows, whatever their order. */
  readonly digest: string
}

interface Copy {
  readonly connection: Connection
  readonly from: TableDescription
  readonly to: TableDesign
  readonly copier: RowCopier
  readonly bindings: readonly ModelBinding[]
  readonly lease: Lease
  readonly pace: Pace
  readonly placing: Placing
  readonly options: CopyTableOptions
}

/** See index.ts. */
export async function copyTable(options: CopyTableOptions): Promise<CopiedTable> {
  const space = spaceOf(undefined)
  const { connection } = space
  if (connection.config.tenancy?.strategy === 'prefix')
    throw refused(
      'its rows are of tenants, whose keys are not made anew; a migration with mapRows writes them in place',
    )
  const { design, from } = await sourceOf(space, options)
  const to = targetOf(design, options.to)
  const bindings = space.models.filter(({ schema }) => design.entities.has(schema.name))
  const copier = new RowCopier(from, to, bindings)
  const [partitionKey = '', sortKey] = to.key.names
  if (sortKey !== undefined)
    await refuseOtherEnvironment(connection, { tableName: to.tableName, partitionKey, sortKey })
  const created = await makeTarget(connection, to, options.signal)
  const { signal, wait, onWait } = options
  const work = async (lease: Lease): Promise<CopiedTable> => {
    const pace = new Pace(connection.clock, options.maxCapacity)
    const placing = { connection, to, pace, replace: options.catchUp === true }
    const copy: Copy = { connection, from, to, copier, bindings, lease, pace, placing, options }
    if (created || (options.catchUp !== true && (await isEmpty(copy)))) await noteSource(copy)
    if (options.catchUp === true) await checkSource(copy)
    // Rows that are gone give their unique values free.
    const deleted = options.catchUp === true ? await prune(copy) : 0
    const { written, others } = await copyRows(copy)
    const [old, now] = await digests(copy)
    if (String(old) !== String(now)) throw differs(copy, old, now, others)
    await finish(copy)
    return { from: design.tableName, to: to.tableName, created, rows: now.count, written, deleted, digest: String(now) }
  }
  return withLease(connection, to.ledger, work, { signal, wait, onWait })
}

async function sourceOf(
  space: ModelSpace,
  { from: name, to }: CopyTableOptions,
): Promise<{ readonly design: TableDesign; readonly from: TableDescription }> {
  const designs = space.designs()
  const design = designs.find(({ tableName }) => name === undefined || tableName === name)
  if (design === undefined) throw refused(`no model here has rows in ${name}`)
  if (designs.some(({ tableName }) => tableName === to)) throw refused(`${to} is the table of models already`)
  const isShared = design.ledger.tableName === design.tableName
  const unique = space.models.find(
    ({ schema, uniqueAttributes }) => design.entities.has(schema.name) && uniqueAttributes.length > 0,
  )
  if (!isShared && unique !== undefined)
    throw refused(`the unique values of ${unique.schema.name} are in another table, ${design.ledger.tableName}`)
  const from = await readTable(space.connection, design.tableName)
  if (from === undefined) throw refused(`there is no table ${design.tableName}`)
  return { design, from }
}

function targetOf(design: TableDesign, tableName: string): TableDesign {
  const { ledger } = design
  return { ...design, tableName, ledger: ledger.tableName === design.tableName ? { ...ledger, tableName } : ledger }
}

const SOURCE_KEY = 'DYNAMODB-TOOLING#copy'

/** Notes in the new table which table it is a copy of. */
async function noteSource({ connection, from, to, lease }: Copy): Promise<void> {
  const { tableName, partitionKey, sortKey, entityTypeAttribute } = sourceNote(to)
  const Item = {
    [partitionKey]: { S: SOURCE_KEY },
    [sortKey]: { S: SOURCE_KEY },
    [entityTypeAttribute]: { S: 'copy' },
    from: { S: from.TableName as string },
  }
  await connection.send('TransactWriteItems', { TransactItems: [{ Put: { TableName: tableName, Item } }, lease.check] })
}

/** Rows of the new table are replaced and deleted when it catches up: only of one that is a copy. */
async function checkSource({ connection, from, to }: Copy): Promise<void> {
  const { tableName, partitionKey, sortKey } = sourceNote(to)
  const Key = { [partitionKey]: { S: SOURCE_KEY }, [sortKey]: { S: SOURCE_KEY } }
  const { Item } = await connection.send('GetItem', { TableName: tableName, Key, ConsistentRead: true })
  const source = Item?.['from']
  if (source !== undefined && 'S' in source && source.S === from.TableName) return
  throw refused(`${to.tableName} is no copy of ${from.TableName}: catching up would delete what it has`)
}

/** Beside its rows, where all tables share a ledger, too. */
function sourceNote({ tableName, key, ledger }: TableDesign): TableDesign['ledger'] {
  const [partitionKey = ledger.partitionKey, sortKey] = key.names
  return sortKey === undefined ? ledger : { ...ledger, tableName, partitionKey, sortKey }
}

async function isEmpty({ connection, to, copier }: Copy): Promise<boolean> {
  let start: AttributeMap | undefined
  do {
    const page = await connection.send('Scan', {
      TableName: to.tableName,
      ConsistentRead: true,
      Limit: 100,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    if (page.Items?.some((item) => copier.isRow(item))) return false
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return true
}

/** @returns true where this call made the table */
async function makeTarget(connection: Connection, to: TableDesign, signal: AbortSignal | undefined): Promise<boolean> {
  let created = false
  try {
    if ((await readTable(connection, to.tableName)) === undefined) {
      await connection.send('CreateTable', createTableInput(to))
      created = true
    }
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) throw error
  }
  const table = await waitUntilActive(connection, to.tableName, { signal })
  const keys = (table.KeySchema ?? []).map(({ AttributeName }) => AttributeName)
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
  const misfits = [
    ...(keys.join() === to.key.names.join() ? [] : [`its key is ${keys.join(', ')}`]),
    ...missingIndexes(to, table).map(({ name }) => `it lacks the index ${name}`),
    ...to.indexes.flatMap((index) => {
      const there = all.find(({ IndexName }) => IndexName === index.name)
      return (there && indexMisfit(index, there, table)) ?? []
    }),
  ]
  if (misfits.length > 0)
    throw refused(`${to.tableName} is there, and is not as the models need it: ${misfits.join('; ')}`)
  return created
}

/** Copies page by page. @returns rows that were written, and keys that the new table has another row of */
async function copyRows(copy: Copy): Promise<{ readonly written: number; readonly others: readonly string[] }> {
  const { to, copier, placing, lease } = copy
  const faults: string[] = []
  const others: string[] = []
  /** Rows whose unique value another row of the new table still has: it moved in the old one. */
  const later: AttributeMap[] = []
  const place = async (item: AttributeMap): Promise<number> => {
    lease.signal.throwIfAborted()
    try {
      const row = copier.copy(item)
      if (row === undefined) return 0
      const placed = await patiently(copy.connection, lease.signal, () => placeRow(row, placing))
      if (placed === 'other' && !row.isNote) others.push(keyText(to, row.item))
      return placed === 'written' ? 1 : 0
    } catch (error) {
      if (!isDynamoDBToolingError(error) || !isOfRow(error.code)) throw error
      if (placing.replace && error.code === 'MIGRATION.NOT_UNIQUE') later.push(item)
      else faults.push(`${describeKey(copy, item)}: ${error.message}`)
      return 0
    }
  }
  const id = idOf(copy)
  const { written } = await through(copy, fromName(copy), 'copy', id, async (items) => {
    let count = 0
    await mapConcurrent(items, CONCURRENCY, async (item) => {
      const placed = await place(item)
      count += placed
    })
    return count
  })
  const moved = await placeMoved(copy, later, place)
  await forgetSweep({ connection: copy.connection, table: to }, id)
  for (const item of later) faults.push(`${describeKey(copy, item)}: a unique value belongs to several rows.`)
  if (faults.length > 0) throw faulty(copy, faults)
  return { written: written + moved, others }
}

/**
 * Places rows whose unique values were another row's: nobody reads the new table yet, so that each of them leaves it first, and
 * gives what it has free. @returns how many were placed; those that could not be stay in `later`
 */
async function placeMoved(
  copy: Copy,
  later: AttributeMap[],
  place: (item: AttributeMap) => Promise<number>,
): Promise<number> {
  const { connection, to, copier, placing } = copy
  let placed = 0
  for (let before = Number.POSITIVE_INFINITY; later.length > 0 && later.length < before; ) {
    before = later.length
    const now = later.splice(0)
    for (const item of now) {
      const row = copier.copy(item)
      const Key = tableKeyOf(to, row?.item ?? {})
      const wanted = { TableName: to.tableName, Key, ConsistentRead: true }
      const { Item } = await connection.send('GetItem', wanted, undefined, AS_RECORDS)
      if (Item !== undefined) await removeRow(Item, row?.binding, placing)
    }
    for (const item of now) placed += await place(item)
  }
  return placed
}

function isOfRow(code: string): boolean {
  return code.startsWith('KEY.') || code.startsWith('VALUE.') || code === 'MIGRATION.NOT_UNIQUE'
}

/** Visits all items of one of the tables. Checkpoints are kept in the new one. */
function through(
  { connection, to, lease, pace, options }: Copy,
  tableName: string,
  phase: string,
  id: string | undefined,
  visit: (items: readonly AttributeMap[]) => Promise<number>,
): Promise<{ readonly scanned: number; readonly written: number }> {
  const { onProgress } = options
  return sweep({
    connection,
    table: { tableName, ledger: to.ledger },
    lease,
    pace,
    phase,
    id,
    total: 0,
    onProgress,
    visit,
  })
}

async function digests(copy: Copy): Promise<readonly [TableDigest, TableDigest]> {
  const { copier, to } = copy
  const [old, now] = [new TableDigest(), new TableDigest()]
  await through(copy, fromName(copy), 'verify', undefined, async (items) => {
    for (const item of items) {
      const row = copier.copy(item)
      if (row !== undefined && !row.isNote) old.add(keyText(to, row.item), row.item)
    }
    return 0
  })
  await through(copy, to.tableName, 'verify', undefined, async (items) => {
    for (const item of items) if (copier.isRow(item)) now.add(keyText(to, item), item)
    return 0
  })
  return [old, now]
}

/** Deletes rows of the new table that the old one does not have. Only parts of the keys in which they differ are looked at. */
async function prune(copy: Copy): Promise<number> {
  const { to, copier, bindings, placing } = copy
  const [old, now] = await digests(copy)
  const parts = old.partsApartFrom(now)
  if (parts.size === 0) return 0
  const there = new Set<string>()
  await through(copy, fromName(copy), 'prune', undefined, async (items) => {
    for (const item of items) {
      const row = copier.copy(item)
      const key = row && keyText(to, row.item)
      if (key !== undefined && parts.has(partOf(key))) there.add(key)
    }
    return 0
  })
  const { written } = await through(copy, to.tableName, 'prune', undefined, async (items) => {
    let count = 0
    for (const item of items) {
      const key = keyText(to, item)
      if (!copier.isRow(item) || !parts.has(partOf(key)) || there.has(key)) continue
      const binding = bindings.find(({ design }) => recognizes(design, item))
      const removed = () => removeRow(item, binding, placing)
      if (await patiently(copy.connection, copy.lease.signal, removed)) count++
    }
    return count
  })
  return written
}

/** The new table is as `migrate()` leaves one: the keys that rows have are recorded, and rows expire. */
async function finish({ connection, from, to, lease }: Copy): Promise<void> {
  const record = await readRecordedKeys(connection, to.ledger)
  const models = new Map(record.models)
  for (const [name, entity] of to.entities) models.set(name, keyLines(entity))
  await writeRecordedKeys(connection, to.ledger, record, models, lease.check)
  if (to.expiry !== undefined) await updateTable(to.tableName, { ttl: to.expiry }, { connection, signal: lease.signal })
  const [old, now] = await Promise.all(
    [from.TableName as string, to.tableName].map((name) => describeTable(name, { connection })),
  )
  if (old && now) await updateTable(to.tableName, settingsOf(old, now), { connection, signal: lease.signal })
}

function fromName({ from }: Copy): string {
  return from.TableName as string
}

/** What the old table has set and the new one has not. Capacity is left alone: it is what scales it that sets it. */
function settingsOf(old: TableInfo, now: TableInfo): TableChanges {
  const { deletionProtection, stream, tags = {}, tableClass, pointInTimeRecovery: recovery } = old
  return {
    ...(deletionProtection && !now.deletionProtection ? { deletionProtection } : {}),
    ...(stream !== undefined && now.stream === undefined ? { stream: stream.viewType } : {}),
    ...(Object.keys(tags).length > 0 && now.tags !== undefined ? { tags: { ...tags, ...now.tags } } : {}),
    ...(tableClass === now.tableClass ? {} : { tableClass }),
    ...(recovery !== undefined && now.pointInTimeRecovery === undefined
      ? { pointInTimeRecovery: recovery.days === undefined ? true : { days: recovery.days } }
      : {}),
  }
}

/** The same for the same tables and models, so that it is found again. */
function idOf(copy: Copy): string {
  const lines = [...copy.to.entities.values()].map(keyLines)
  const text = JSON.stringify([fromName(copy), copy.to.tableName, copy.placing.replace, lines])
  return `copy-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

function describeKey({ from }: Copy, item: AttributeMap): string {
  const key = (from.KeySchema ?? []).map(({ AttributeName }) => Object.values(item[AttributeName] ?? {})[0])
  return key.join(' / ')
}

function refused(why: string): MigrationError {
  return new MigrationError('MIGRATION.COPY_REFUSED', `The table cannot be copied: ${why}. Nothing was changed.`)
}

function listed(lines: readonly string[]): string {
  const more = lines.length > NAMED ? `\n  and ${lines.length - NAMED} more` : ''
  return `${lines
    .slice(0, NAMED)
    .map((line) => `\n  ${line}`)
    .join('')}${more}`
}

function faulty(copy: Copy, faults: readonly string[]): MigrationError {
  const table = fromName(copy)
  return new MigrationError(
    'MIGRATION.COPY_FAULTS',
    `${faults.length} rows of ${table} cannot have the keys that their models need now:${listed(faults)}`,
    { details: { table, faults: faults.slice(0, NAMED) } },
  )
}

function differs(copy: Copy, old: TableDigest, now: TableDigest, others: readonly string[]): MigrationError {
  const [from, to] = [fromName(copy), copy.to.tableName]
  const apart = old.partsApartFrom(now).size
  const named = others.length === 0 ? '' : ` Under these keys ${to} has other rows:${listed(others)}`
  return new MigrationError(
    'MIGRATION.COPY_DIFFERS',
    `${from} has ${old.count} rows and ${to} ${now.count}; about ${apart} of them differ.${named}`,
    {
      hint: copy.placing.replace
        ? 'Programs still write to one of the tables: stop them, and call it again. Or two rows have one key in the new table.'
        : undefined,
      details: { from, to, rows: old.count, copied: now.count, others: others.slice(0, NAMED) },
    },
  )
}
