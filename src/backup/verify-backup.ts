import { createHash } from 'node:crypto'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { itemText, TableDigest } from '../values/index.js'
import type { Verification } from './backup.js'
import { type BackupStore, readWhole } from './backup-store.js'
import { newCheck, readDataFile } from './data-file.js'
import { BackupError } from './errors.js'
import { type ExportSummary, md5, pathsOf } from './export-layout.js'
import type { Integrity } from './integrity.js'
import { type FoundBackup, fileEntries, findBackup } from './portable-backup.js'

/** A file as its manifest has it. */
interface ExpectedFile {
  readonly path: string
  readonly items: number
  readonly sha256?: string
  /** Base64. */
  readonly md5?: string
}

/**
 * Reads every byte of a backup and compares it with the manifests.
 *
 * @throws BackupError `BACKUP.NOT_FOUND`, `BACKUP.STORE`; `BACKUP.KEY` where it is encrypted and no key was given
 */
export async function verifyPortableBackup(
  store: BackupStore,
  id: string,
  key: Uint8Array | undefined,
  signal?: AbortSignal,
): Promise<Verification> {
  const found = await findBackup(store, id, key)
  const faults: string[] = []
  const files = await expectedFiles(store, found, faults)
  const isKeyed = found.backup.encrypted
  if (isKeyed && key === undefined) throw keyMissing(id)
  const digest = new TableDigest()
  let items = 0
  for (const file of files) {
    signal?.throwIfAborted()
    const check = newCheck()
    let read = 0
    try {
      for await (const page of readDataFile(store, file.path, isKeyed ? key : undefined, check)) {
        signal?.throwIfAborted()
        read += page.length
        for (const item of page) digest.add(keyOfItem(found, item), item)
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!isDynamoDBToolingError(error, 'BACKUP.DAMAGED') && !isDynamoDBToolingError(error, 'BACKUP.KEY')) throw error
      faults.push(error.message)
      continue
    }
    items += read
    if (read !== file.items) faults.push(`${file.path}: it has ${read} items, and ${file.items} are expected`)
    if (file.sha256 !== undefined && check.sha256.digest('hex') !== file.sha256)
      faults.push(`${file.path}: its SHA-256 is another one`)
    if (file.md5 !== undefined && check.md5.digest('base64') !== file.md5)
      faults.push(`${file.path}: its MD5 is another one`)
  }
  if (found.kind === 'portable' && faults.length === 0 && String(digest) !== found.integrity.digest)
    faults.push('The items are others than those that were read from the table.')
  return {
    id,
    ok: faults.length === 0,
    faults,
    files: files.length,
    items,
    digest: String(digest),
    against: found.kind === 'export' ? 'md5' : 'sha256',
  }
}

export function keyMissing(id: string): BackupError {
  return new BackupError('BACKUP.KEY', `The backup ${id} is encrypted, and no key was given.`)
}

function keyOfItem(found: FoundBackup, item: Parameters<typeof itemText>[0]): string {
  if (found.kind !== 'portable') return itemText(item)
  return found.integrity.table.create.KeySchema.map(({ AttributeName }) => JSON.stringify(item[AttributeName])).join()
}

async function expectedFiles(
  store: BackupStore,
  found: FoundBackup,
  faults: string[],
): Promise<readonly ExpectedFile[]> {
  if (found.kind === 'incomplete') faults.push('It is incomplete: whoever took it was ended on the way.')
  if (found.kind === 'damaged') faults.push(...found.faults)
  if (found.kind === 'export') return filesOfExport(store, found.backup.id, found.summary, faults)
  if (found.kind !== 'portable') return []
  if (found.seal === 'broken')
    faults.push(`${pathsOf(found.backup.id).integrity}: it was changed, or was made with another key`)
  await compareManifests(store, found.integrity, faults)
  return found.integrity.files
}

/** DynamoDB's manifests, and that there is no file of which nobody knows. */
async function compareManifests(store: BackupStore, integrity: Integrity, faults: string[]): Promise<void> {
  const paths = pathsOf(integrity.id)
  for (const [path, expected] of Object.entries(integrity.manifests)) {
    const bytes = await readWhole(store, path)
    if (bytes === undefined) faults.push(`${path}: it is not there`)
    else if (createHash('sha256').update(bytes).digest('hex') !== expected)
      faults.push(`${path}: its SHA-256 is another one`)
  }
  const known = new Set([
    paths.started,
    paths.integrity,
    ...Object.keys(integrity.manifests),
    ...integrity.files.map(({ path }) => path),
  ])
  for await (const path of store.list(paths.folder))
    if (!known.has(path)) faults.push(`${path}: it is not of the backup`)
}

async function filesOfExport(
  store: BackupStore,
  id: string,
  summary: ExportSummary,
  faults: string[],
): Promise<readonly ExpectedFile[]> {
  const paths = pathsOf(id)
  if (summary.outputFormat !== 'DYNAMODB_JSON') {
    faults.push(
      `${paths.summary}: the export is in ${String(summary.outputFormat)}, and only DYNAMODB_JSON can be read`,
    )
    return []
  }
  if (summary.exportType !== undefined && summary.exportType !== 'FULL_EXPORT') {
    faults.push(`${paths.summary}: it is no full export, and has changes alone`)
    return []
  }
  const text = (await readWhole(store, paths.files))?.toString('utf8')
  const entries = text === undefined ? undefined : fileEntries(text)
  if (text === undefined || entries === undefined) {
    faults.push(`${paths.files}: it ${text === undefined ? 'is not there' : 'cannot be read'}`)
    return []
  }
  const noted = (await readWhole(store, paths.checksumOf(paths.files)))?.toString('utf8').trim()
  if (noted !== undefined && noted !== md5(text)) faults.push(`${paths.files}: its MD5 is another one`)
  const items = entries.reduce((sum, { itemCount }) => sum + itemCount, 0)
  if (items !== summary.itemCount)
    faults.push(`${paths.files}: it has ${items} items, and the summary ${summary.itemCount}`)
  return entries.map(({ dataFileS3Key, itemCount, md5Checksum }) => ({
    // A bucket may have had a prefix before it.
    path: `${paths.folder}/data/${dataFileS3Key.split('/').at(-1)}`,
    items: itemCount,
    md5: md5Checksum,
  }))
}
