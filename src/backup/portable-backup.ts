import type { Backup } from './backup.js'
import { type BackupStore, readWhole } from './backup-store.js'
import { BackupError } from './errors.js'
import { type DataFileEntry, type ExportSummary, parsedJson, pathsOf, ROOT } from './export-layout.js'
import { type Integrity, readIntegrity } from './integrity.js'

/** What is known of a backup in a store, from its manifests. */
export type FoundBackup =
  | { readonly kind: 'portable'; readonly backup: Backup; readonly integrity: Integrity; readonly seal: Seal }
  | { readonly kind: 'export'; readonly backup: Backup; readonly summary: ExportSummary }
  | { readonly kind: 'incomplete'; readonly backup: Backup }
  | { readonly kind: 'damaged'; readonly backup: Backup; readonly faults: readonly string[] }
export type Seal = 'whole' | 'broken' | 'unknown'

export function describedBackup({
  id,
  name,
  table,
  startedAt,
  items,
  itemBytes,
  encryption,
  digest,
}: Integrity): Backup {
  return {
    id,
    kind: 'portable',
    status: 'complete',
    table: table.create.TableName,
    name,
    createdAt: new Date(startedAt),
    items,
    bytes: itemBytes,
    encrypted: encryption !== undefined,
    digest,
  }
}

/** Reads the manifests of a backup. @throws BackupError `BACKUP.NOT_FOUND`, `BACKUP.STORE` */
export async function findBackup(store: BackupStore, id: string, key: Uint8Array | undefined): Promise<FoundBackup> {
  const paths = pathsOf(checkId(id))
  const [summaryText, integrityText] = await Promise.all(
    [paths.summary, paths.integrity].map(async (path) => (await readWhole(store, path))?.toString('utf8')),
  )
  const unknown: Backup = {
    id,
    kind: 'portable',
    status: 'incomplete',
    table: undefined,
    name: undefined,
    createdAt: new Date(Number(/^\d{14}(?=-)/.exec(id)?.[0] ?? Number.NaN)),
    items: undefined,
    bytes: undefined,
    encrypted: false,
  }
  if (summaryText === undefined && integrityText === undefined) {
    for await (const _ of store.list(paths.folder)) return { kind: 'incomplete', backup: unknown }
    throw new BackupError('BACKUP.NOT_FOUND', `There is no backup ${id} in ${store.name}.`)
  }
  const summary = summaryOf(summaryText)
  if (integrityText !== undefined) {
    const found = readIntegrity(integrityText, key)
    if (found === undefined || found.integrity.id !== id)
      return { kind: 'damaged', backup: unknown, faults: [`${paths.integrity}: it was changed`] }
    if (summaryText === undefined)
      return { kind: 'incomplete', backup: { ...describedBackup(found.integrity), status: 'incomplete' } }
    return { kind: 'portable', backup: describedBackup(found.integrity), ...found }
  }
  if (summary === undefined)
    return { kind: 'damaged', backup: unknown, faults: [`${paths.summary}: it cannot be read`] }
  if (summary.integrityManifest !== undefined)
    return { kind: 'damaged', backup: unknown, faults: [`${paths.integrity}: it is not there`] }
  return { kind: 'export', backup: describedExport(id, summary), summary }
}

function describedExport(
  id: string,
  { tableArn, exportTime, startTime, itemCount, billedSizeBytes }: ExportSummary,
): Backup {
  return {
    id,
    kind: 'export',
    status: 'complete',
    table: tableArn.split('/').at(-1),
    name: undefined,
    createdAt: new Date(exportTime ?? startTime),
    items: itemCount,
    bytes: billedSizeBytes,
    encrypted: false,
  }
}

function summaryOf(text: string | undefined): ExportSummary | undefined {
  const summary = text === undefined ? undefined : (parsedJson(text) as ExportSummary | null | undefined)
  const { manifestFilesS3Key, tableArn, itemCount } = summary ?? {}
  if (typeof manifestFilesS3Key !== 'string' || typeof tableArn !== 'string' || typeof itemCount !== 'number')
    return undefined
  return summary as ExportSummary
}

/** Every backup of a store, the newest first. */
export async function listPortableBackups(
  store: BackupStore,
  key: Uint8Array | undefined,
  table: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly Backup[]> {
  const ids = new Set<string>()
  for await (const path of store.list(ROOT)) {
    const [, id] = path.split('/')
    if (id !== undefined && isId(id)) ids.add(id)
  }
  const backups: Backup[] = []
  for (const id of ids) {
    signal?.throwIfAborted()
    const { backup } = await findBackup(store, id, key)
    if (table === undefined || backup.table === undefined || backup.table === table) backups.push(backup)
  }
  return backups.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
}

/** All files of a backup go: the summary first, so that what is left after a failure is known as incomplete. */
export async function removePortableBackup(store: BackupStore, id: string): Promise<void> {
  const { folder, summary, integrity } = pathsOf(checkId(id))
  const paths: string[] = []
  for await (const path of store.list(folder)) paths.push(path)
  if (paths.length === 0) throw new BackupError('BACKUP.NOT_FOUND', `There is no backup ${id} in ${store.name}.`)
  const first = [summary, integrity]
  for (const path of [...first, ...paths.filter((each) => !first.includes(each))]) await store.remove(path)
}

/** The lines of manifest-files.json. @returns undefined where one cannot be read */
export function fileEntries(text: string): readonly DataFileEntry[] | undefined {
  const entries = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parsedJson(line) as DataFileEntry | null | undefined)
  const isEntry = (entry: DataFileEntry | null | undefined): entry is DataFileEntry =>
    typeof entry?.dataFileS3Key === 'string' &&
    typeof entry.md5Checksum === 'string' &&
    Number.isSafeInteger(entry.itemCount)
  return entries.every(isEntry) ? entries : undefined
}

/** Exports of DynamoDB's have the same names; what has none of them is no backup. */
function isId(id: string): boolean {
  return /^[\w-]{1,64}$/.test(id)
}

function checkId(id: unknown): string {
  if (typeof id === 'string' && isId(id)) return id
  throw new BackupError(
    'BACKUP.INVALID',
    'The id of a backup in a store has letters, digits and hyphens, as 01764000000000-1a2b3c4d.',
  )
}
