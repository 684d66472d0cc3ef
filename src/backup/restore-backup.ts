import type { TableDescription, WriteRequest } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { batchWriteItems, type Connection, Pace, patiently } from '../runtime/index.js'
import { readTable, updateTable, waitUntilActive } from '../tables/index.js'
import { scanItems } from '../transfer/index.js'
import { type AttributeMap, TableDigest } from '../values/index.js'
import type { Restored, RestoreOptions } from './backup.js'
import { type BackupStore, readWhole, writeText } from './backup-store.js'
import { readDataFile } from './data-file.js'
import { BackupError } from './errors.js'
import { parsedJson, pathsOf } from './export-layout.js'
import type { TableShape } from './integrity.js'
import { fileEntries, findBackup } from './portable-backup.js'
import { withRestoreLock } from './restore-lock.js'
import { verifyPortableBackup } from './verify-backup.js'

/** Items that are written before it is noted how far it came. */
const NOTED = 5000
const REQUEST = 25
const CONCURRENCY = 8

/** How far a restore came. */
interface Progress {
  /** Tells the table from another one of its name. */
  readonly table: string
  /** True where the restore made it. */
  readonly created: boolean
  /** True where nothing else is in it. */
  readonly alone: boolean
  /** Files that are written, and items of the next one. */
  readonly files: number
  readonly items: number
}

interface Source {
  readonly id: string
  readonly files: readonly string[]
  readonly key: Uint8Array | undefined
  /** Undefined for exports of DynamoDB's. */
  readonly shape: TableShape | undefined
  readonly items: number
  readonly digest: string
}

/**
 * Writes the items of a backup into a table. Every byte is verified before anything is written. Broken off, it goes on when it is
 * called again.
 */
export async function restorePortableBackup(
  connection: Connection,
  store: BackupStore,
  key: Uint8Array | undefined,
  id: string,
  options: RestoreOptions,
): Promise<Restored> {
  const source = await sourceOf(store, key, id, options.signal)
  const table = options.table ?? (source.shape && `${source.shape.create.TableName.slice(0, 254 - id.length)}-${id}`)
  if (table === undefined)
    throw new BackupError('BACKUP.INVALID', 'The table that an export of DynamoDB is restored into has to be named.')
  if (!/^[\w.-]{3,255}$/.test(table))
    throw new BackupError('BACKUP.INVALID', `${JSON.stringify(table)} is no name of a table.`, {
      hint: 'It has 3 to 255 characters of a-z, A-Z, 0-9, _, - and .',
    })
  const place = `restores/${id}/${table}`
  return withRestoreLock(store, `${place}.lock`, connection.clock, async (lost) => {
    const signal = options.signal === undefined ? lost : AbortSignal.any([options.signal, lost])
    const note = `${place}.json`
    const begun = await begin(connection, store, note, source, table, { ...options, signal })
    const written = await writeItems(connection, store, note, source, table, begun, { ...options, signal })
    const { shape } = source
    if (begun.alone && options.check !== false) await compare(connection, source, table, { ...options, signal })
    if (begun.created && shape !== undefined) await finish(connection, table, shape, signal)
    await store.remove(note)
    return {
      id,
      table,
      created: begun.created,
      items: source.items,
      written,
      notRestored: shape === undefined || !begun.created ? [] : lacking(shape),
    }
  })
}

async function sourceOf(
  store: BackupStore,
  key: Uint8Array | undefined,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Source> {
  const found = await findBackup(store, id, key)
  const { ok, faults, items, digest } = await verifyPortableBackup(store, id, key, signal)
  if (!ok) {
    const isKey = faults.every((fault) => /key/.test(fault)) && found.kind === 'portable' && found.seal === 'broken'
    throw new BackupError(
      isKey ? 'BACKUP.KEY' : 'BACKUP.DAMAGED',
      `The backup ${id} is damaged, and nothing was restored: ${faults.slice(0, 5).join('; ')}.`,
      { details: { faults } },
    )
  }
  if (found.kind === 'portable') {
    const { files, table: shape } = found.integrity
    const keyed = found.backup.encrypted ? key : undefined
    return { id, files: files.map(({ path }) => path), key: keyed, shape, items, digest }
  }
  const paths = pathsOf(id)
  const entries = fileEntries((await readWhole(store, paths.files))?.toString('utf8') ?? '') ?? []
  const files = entries.map(({ dataFileS3Key }) => `${paths.folder}/data/${dataFileS3Key.split('/').at(-1)}`)
  return { id, files, key: undefined, shape: undefined, items, digest }
}

async function begin(
  connection: Connection,
  store: BackupStore,
  note: string,
  { shape, id }: Source,
  table: string,
  { overwrite = false, signal }: RestoreOptions,
): Promise<Progress> {
  const known = parsedJson((await readWhole(store, note))?.toString('utf8') ?? '') as Progress | undefined
  const there = await readTable(connection, table, signal)
  if (there === undefined) {
    if (shape === undefined)
      throw new BackupError(
        'BACKUP.TARGET',
        `There is no table ${table}, and an export of DynamoDB does not say its keys.`,
        {
          hint: 'Make the table first: dbtooling migrate, or createTable.',
        },
      )
    // Before the table is there: of one that is found later it is known whose it is.
    await keep(store, note, { table: '', created: true, alone: true, files: 0, items: 0 })
    await connection.send('CreateTable', { ...shape.create, TableName: table })
    const made = identityOf(await waitUntilActive(connection, table, { signal }))
    const progress = { table: made, created: true, alone: true, files: 0, items: 0 }
    await keep(store, note, progress)
    return progress
  }
  const identity = identityOf(await waitUntilActive(connection, table, { signal }))
  if (known?.table === identity) return known
  checkKey(shape, there, table)
  const alone = await hasNothing(connection, table)
  if (!alone && !overwrite)
    throw new BackupError('BACKUP.TARGET', `The table ${table} is not empty, and nothing was restored into it.`, {
      details: { table, id },
    })
  // Whoever was ended right after it had made the table did not note which one it is.
  const progress = { table: identity, created: alone && known?.table === '', alone, files: 0, items: 0 }
  await keep(store, note, progress)
  return progress
}

function identityOf({ TableName, CreationDateTime, ['TableId']: id }: TableDescription): string {
  return `${TableName} ${typeof id === 'string' ? id : CreationDateTime}`
}

function checkKey(shape: TableShape | undefined, { KeySchema = [] }: TableDescription, table: string): void {
  const text = (schema: TableDescription['KeySchema'] = []): string =>
    schema.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(', ')
  if (shape === undefined || text(shape.create.KeySchema) === text(KeySchema)) return
  throw new BackupError(
    'BACKUP.TARGET',
    `The key of ${table} is ${text(KeySchema)}, and that of the backup ${text(shape.create.KeySchema)}.`,
    { hint: 'Restore into a new table.', details: { table } },
  )
}

async function hasNothing(connection: Connection, TableName: string): Promise<boolean> {
  let after: AttributeMap | undefined
  do {
    const page = await connection.send('Scan', {
      TableName,
      ConsistentRead: true,
      Limit: 1,
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    })
    if ((page.Items?.length ?? 0) > 0) return false
    after = page.LastEvaluatedKey
  } while (after !== undefined)
  return true
}

/** @returns items that were written by this call */
async function writeItems(
  connection: Connection,
  store: BackupStore,
  note: string,
  { files, key, items: total }: Source,
  table: string,
  begun: Progress,
  { concurrency = CONCURRENCY, maxCapacity, signal, onProgress }: RestoreOptions,
): Promise<number> {
  const pace = new Pace(connection.clock, maxCapacity)
  let progress = begun
  let written = 0
  let before = 0
  const flush = async (items: readonly AttributeMap[]): Promise<void> => {
    if (items.length === 0) return
    signal?.throwIfAborted()
    await put(connection, table, items, { pace, concurrency, signal }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new BackupError('BACKUP.STOPPED', `The restore stopped after ${before + progress.items} items: ${why}`, {
        cause,
        details: { items: before + progress.items, code: isDynamoDBToolingError(cause) ? cause.code : undefined },
      })
    })
    written += items.length
    progress = { ...progress, items: progress.items + items.length }
    await keep(store, note, progress)
    onProgress?.({ items: before + progress.items, total, capacity: pace.spent })
  }
  for (const [number, path] of files.entries()) {
    let seen = 0
    let waiting: AttributeMap[] = []
    const skipped = number < begun.files ? Number.POSITIVE_INFINITY : number === begun.files ? begun.items : 0
    for await (const page of readDataFile(store, path, key)) {
      for (const item of page) {
        if (++seen <= skipped) continue
        waiting.push(item)
        if (waiting.length < NOTED) continue
        await flush(waiting)
        waiting = []
      }
    }
    await flush(waiting)
    before += seen
    if (number < begun.files) continue
    progress = { ...progress, files: number + 1, items: 0 }
    await keep(store, note, progress)
  }
  return written
}

async function put(
  connection: Connection,
  table: string,
  items: readonly AttributeMap[],
  {
    pace,
    concurrency,
    signal,
  }: { readonly pace: Pace; readonly concurrency: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  // Requests at a time: the capacity of each is known before the next round begins.
  const round = REQUEST * concurrency
  for (let at = 0; at < items.length; at += round) {
    await pace.ready(signal)
    const writes = items.slice(at, at + round).map((Item): WriteRequest => ({ PutRequest: { Item } }))
    const capacity = {
      mode: 'TOTAL' as const,
      add: (consumed: readonly { readonly CapacityUnits?: number }[] = []) => {
        for (const { CapacityUnits = 0 } of consumed) pace.spend(CapacityUnits)
      },
    }
    // Puts can be repeated: those that were done are done again.
    await patiently(connection, signal, () =>
      batchWriteItems(connection, table, writes, {
        concurrency,
        capacity,
        send: signal === undefined ? {} : { signal },
      }),
    )
  }
}

async function keep(store: BackupStore, note: string, progress: Progress): Promise<void> {
  await writeText(store, note, JSON.stringify(progress))
}

/** @throws BackupError `BACKUP.DIFFERS` */
async function compare(
  connection: Connection,
  { digest, items, shape }: Source,
  table: string,
  { maxCapacity, signal }: RestoreOptions,
): Promise<void> {
  const now = new TableDigest()
  const description = await readTable(connection, table, signal)
  const names = (description?.KeySchema ?? []).map(({ AttributeName }) => AttributeName)
  const pace = new Pace(connection.clock, maxCapacity)
  for await (const page of scanItems(connection, table, { segments: 4, pace, signal }))
    for (const item of page) now.add(names.map((name) => JSON.stringify(item[name])).join(), item)
  // The parts of an export of DynamoDB's are known by whole items: their number is compared.
  if (shape === undefined ? now.count === items : String(now) === digest) return
  throw new BackupError(
    'BACKUP.DIFFERS',
    `${table} has ${now.count} items, and they are not the ${items} of the backup.`,
    {
      details: { table, items, found: now.count },
    },
  )
}

/** What is set when the items are there: while they were written, none expired and no stream told of them. */
async function finish(
  connection: Connection,
  table: string,
  { ttl, stream, tableClass, deletionProtection }: TableShape,
  signal: AbortSignal,
): Promise<void> {
  const changes = {
    ...(ttl === undefined ? {} : { ttl }),
    ...(stream === undefined ? {} : { stream: stream as 'NEW_AND_OLD_IMAGES' }),
    ...(tableClass === 'STANDARD_INFREQUENT_ACCESS' ? { tableClass: tableClass as 'STANDARD_INFREQUENT_ACCESS' } : {}),
    ...(deletionProtection ? { deletionProtection } : {}),
  }
  if (Object.keys(changes).length > 0) await updateTable(table, changes, { connection, signal })
}

function lacking({ pointInTimeRecovery, tags = {}, replicas }: TableShape): readonly string[] {
  return [
    ...(Object.keys(tags).length > 0 ? ['tags'] : []),
    ...(pointInTimeRecovery ? ['pointInTimeRecovery'] : []),
    ...(replicas.length > 0 ? ['replicas'] : []),
  ]
}
