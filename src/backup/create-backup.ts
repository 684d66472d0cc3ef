import { createHash } from 'node:crypto'
import { type Connection, Pace } from '../runtime/index.js'
import { describeTable, type TableInfo } from '../tables/index.js'
import { scanItems } from '../transfer/index.js'
import { type AttributeMap, itemSize, TableDigest } from '../values/index.js'
import type { Backup, CreateBackupOptions } from './backup.js'
import { type BackupStore, writeText } from './backup-store.js'
import { type WrittenFile, writeDataFile } from './data-file.js'
import { BackupError } from './errors.js'
import { type DataFileEntry, type ExportPaths, type ExportSummary, md5, newBackupId, pathsOf } from './export-layout.js'
import { type Integrity, integrityText, shapeOf } from './integrity.js'
import { describedBackup } from './portable-backup.js'

const SEGMENTS = 4
/** Items of a file, before they are compressed: as large as AWS makes them, about. */
const FILE_BYTES = 256 * 1024 * 1024

/**
 * Reads a table in segments and writes it as DynamoDB's own exports are. What fails on the way leaves nothing behind; what is
 * killed leaves an incomplete backup, which is listed as one.
 */
export async function createPortableBackup(
  connection: Connection,
  store: BackupStore,
  key: Uint8Array | undefined,
  table: string,
  options: CreateBackupOptions,
  fileBytes: number = FILE_BYTES,
): Promise<Backup> {
  const { clock } = connection
  const info = await describeTable(table, { connection })
  if (info === null) throw new BackupError('BACKUP.NOT_FOUND', `There is no table ${table}.`, { hint: NO_TABLE })
  const started = clock.now()
  const id = newBackupId(started)
  const paths = pathsOf(id)
  const written: string[] = []
  const write = async (path: string, text: string): Promise<string> => {
    written.push(path)
    await writeText(store, path, text)
    return text
  }
  try {
    await write(paths.started, '')
    const { files, digest } = await writeItems(connection, store, key, info, options, paths, written, fileBytes)
    options.signal?.throwIfAborted()
    const ended = clock.now()
    const filesText = await write(paths.files, files.map((file) => `${JSON.stringify(entryOf(file))}\n`).join(''))
    const summary = summaryOf(id, info, started, ended, files)
    const summaryText = `${JSON.stringify(summary)}\n`
    const md5s = [
      [paths.checksumOf(paths.files), md5(filesText)],
      [paths.checksumOf(paths.summary), md5(summaryText)],
    ] as const
    for (const [path, text] of md5s) await write(path, text)
    const integrity: Integrity = {
      format: 'dynamodb-tooling-backup',
      version: 1,
      id,
      name: options.name,
      startedAt: iso(started),
      endedAt: iso(ended),
      table: shapeOf(info),
      items: digest.count,
      itemBytes: total(files, ({ itemBytes }) => itemBytes),
      digest: String(digest),
      files: files.map(({ path, bytes, items, sha256 }) => ({ path, bytes, items, sha256 })),
      manifests: {
        [paths.files]: sha256(filesText),
        [paths.summary]: sha256(summaryText),
        ...Object.fromEntries(md5s.map(([path, text]) => [path, sha256(text)])),
      },
      encryption: key === undefined ? undefined : 'AES-256-GCM',
    }
    await write(paths.integrity, integrityText(integrity, key))
    // The last one: with it the backup is complete.
    await write(paths.summary, summaryText)
    return describedBackup(integrity)
  } catch (error) {
    for (const path of written) await store.remove(path).catch(() => undefined)
    throw error
  }
}

const NO_TABLE = 'Call listTables() (dbtooling table:list) for those there are.'

async function writeItems(
  connection: Connection,
  store: BackupStore,
  key: Uint8Array | undefined,
  info: TableInfo,
  { segments = SEGMENTS, maxCapacity, signal, onProgress }: CreateBackupOptions,
  paths: ExportPaths,
  written: string[],
  fileBytes: number,
): Promise<{ readonly files: readonly BackupFile[]; readonly digest: TableDigest }> {
  const pace = new Pace(connection.clock, maxCapacity)
  const digest = new TableDigest()
  const names = [...info.key.partition, ...info.key.sort].map(({ name }) => name)
  const pages = scanItems(connection, info.name, { segments, pace, signal })
  const files: BackupFile[] = []
  let next = await pages.next()
  try {
    while (next.done !== true) {
      let size = 0
      const part = async function* (): AsyncGenerator<readonly AttributeMap[]> {
        for (; next.done !== true && size < fileBytes; next = await pages.next()) {
          signal?.throwIfAborted()
          for (const item of next.value) {
            digest.add(names.map((name) => JSON.stringify(item[name])).join(), item)
            size += itemSize(item)
          }
          yield next.value
          onProgress?.({ items: digest.count, total: info.itemCount || undefined, capacity: pace.spent })
        }
      }
      const path = paths.data(files.length, key !== undefined)
      written.push(path)
      const file = await writeDataFile(store, path, part(), key)
      files.push({ ...file, itemBytes: size })
    }
  } finally {
    await pages.return(undefined)
  }
  return { files, digest }
}

interface BackupFile extends WrittenFile {
  /** Of its items, before they were compressed. */
  readonly itemBytes: number
}

function entryOf({ path, items, md5: md5Checksum, sha256: etag }: WrittenFile): DataFileEntry {
  return { itemCount: items, md5Checksum, etag, dataFileS3Key: path }
}

function summaryOf(
  id: string,
  info: TableInfo,
  started: number,
  ended: number,
  files: readonly BackupFile[],
): ExportSummary {
  const paths = pathsOf(id)
  return {
    version: '2020-06-30',
    exportArn: `${info.arn ?? info.name}/export/${id}`,
    startTime: iso(started),
    endTime: iso(ended),
    tableArn: info.arn ?? info.name,
    tableId: null,
    exportTime: iso(started),
    s3Bucket: null,
    s3Prefix: null,
    s3SseAlgorithm: null,
    s3SseKmsKeyId: null,
    manifestFilesS3Key: paths.files,
    billedSizeBytes: total(files, ({ itemBytes }) => itemBytes),
    itemCount: total(files, ({ items }) => items),
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
    integrityManifest: paths.integrity,
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0)
}
