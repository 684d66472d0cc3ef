import type { TableDescription } from '../drivers/index.js'
import type { Connection } from '../runtime/index.js'
import { waitUntilActive } from '../tables/index.js'
import type { Backup, Backups, CreateBackupOptions, Restored, RestoreOptions, Verification } from './backup.js'
import { BackupError } from './errors.js'

const POLL_MS = 2000
/** Milliseconds. Backups of any size are taken within seconds; restores take as long as they take. */
const LONGEST_BACKUP_MS = 10 * 60_000

/** DynamoDB: "BackupDetails" and "BackupSummary". */
interface Details {
  readonly BackupArn: string
  readonly BackupName?: string
  readonly BackupStatus?: 'CREATING' | 'DELETED' | 'AVAILABLE'
  readonly BackupSizeBytes?: number
  /** Seconds since the Unix epoch. */
  readonly BackupCreationDateTime?: number
  readonly TableName?: string
}

/** DynamoDB: "SourceTableDetails". */
interface Source {
  readonly TableName?: string
  readonly ItemCount?: number
}

/** DynamoDB's own on-demand backups. DynamoDB: "Backing up a DynamoDB table". */
export class AwsBackups implements Backups {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async create(table: string, { name, signal }: CreateBackupOptions): Promise<Backup> {
    const { clock } = this.#connection
    const began = clock.now()
    const BackupName = checkName(name ?? nameOf(table, began))
    const { BackupDetails } = await this.#connection.send(
      'CreateBackup',
      { TableName: table, BackupName },
      sends(signal),
    )
    let details = BackupDetails as Details
    while (details.BackupStatus === 'CREATING') {
      if (clock.now() - began > LONGEST_BACKUP_MS)
        throw new BackupError('BACKUP.TIMEOUT', `DynamoDB is still at work on the backup ${BackupName}.`, {
          details: { id: details.BackupArn },
        })
      await clock.sleep(POLL_MS, signal)
      details = (await this.#details(details.BackupArn)).details
    }
    return described(details, { TableName: table })
  }

  async list(table: string | undefined, signal?: AbortSignal): Promise<readonly Backup[]> {
    const backups: Backup[] = []
    let after: unknown
    do {
      const page = await this.#connection.send(
        'ListBackups',
        {
          BackupType: 'ALL',
          ...(table === undefined ? {} : { TableName: table }),
          ...(after === undefined ? {} : { ExclusiveStartBackupArn: after }),
        },
        sends(signal),
      )
      for (const summary of (page['BackupSummaries'] ?? []) as readonly Details[]) backups.push(described(summary))
      after = page['LastEvaluatedBackupArn']
    } while (after !== undefined)
    return backups.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  }

  async describe(id: string): Promise<Backup> {
    const { details, source } = await this.#details(id)
    return described(details, source)
  }

  async #details(id: string): Promise<{ readonly details: Details; readonly source: Source }> {
    const { BackupDescription } = await this.#connection.send('DescribeBackup', { BackupArn: checkArn(id) })
    const { BackupDetails, SourceTableDetails } = BackupDescription as {
      readonly BackupDetails: Details
      readonly SourceTableDetails?: Source
    }
    return { details: BackupDetails, source: SourceTableDetails ?? {} }
  }

  async remove(id: string): Promise<void> {
    await this.#connection.send('DeleteBackup', { BackupArn: checkArn(id) })
  }

  verify(id: string): Promise<Verification> {
    const why = 'DynamoDB keeps its own backups whole, and shows none of what is in them.'
    return Promise.reject(
      new BackupError('BACKUP.INVALID', why, { hint: 'Portable backups can be verified.', details: { id } }),
    )
  }

  async restore(id: string, { table, signal }: RestoreOptions): Promise<Restored> {
    const { details, source } = await this.#details(id)
    const old = details.TableName ?? source.TableName
    const target = table ?? nameOf(old ?? 'restored', this.#connection.clock.now())
    await this.#connection.send('RestoreTableFromBackup', { TargetTableName: target, BackupArn: id }, sends(signal))
    await waitUntilRestored(this.#connection, target, signal)
    return restored(id, target)
  }
}

/** When a table is restored to: a moment, or the latest that there is. */
export interface PointInTimeOptions {
  /** Whole name of the new table. */
  readonly table: string
  /** Default: the latest moment that DynamoDB can restore, about five minutes ago. */
  readonly at?: Date | undefined
  readonly signal?: AbortSignal | undefined
}

/** DynamoDB: "RestoreTableToPointInTime". */
export async function restoreAwsPointInTime(
  connection: Connection,
  source: string,
  { table, at, signal }: PointInTimeOptions,
): Promise<Restored> {
  if (at !== undefined && !(at instanceof Date && Number.isFinite(at.getTime())))
    throw new BackupError('BACKUP.INVALID', '`at` is a date.')
  if (typeof table !== 'string' || table === '' || table === source)
    throw new BackupError('BACKUP.INVALID', 'A table is restored into a new one, which has to be named: { table }.')
  const when = at === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime: at.getTime() / 1000 }
  await connection.send(
    'RestoreTableToPointInTime',
    { SourceTableName: source, TargetTableName: table, ...when },
    sends(signal),
  )
  await waitUntilRestored(connection, table, signal)
  return restored(source, table)
}

async function waitUntilRestored(
  connection: Connection,
  table: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    const description: TableDescription = await waitUntilActive(connection, table, { signal })
    const summary = description['RestoreSummary'] as { readonly RestoreInProgress?: boolean } | undefined
    if (summary?.RestoreInProgress !== true) return
    await connection.clock.sleep(POLL_MS, signal)
  }
}

/** DynamoDB: what it does not restore is listed on the page "Restoring a table from a backup". */
function restored(id: string, table: string): Restored {
  const notRestored = ['ttl', 'stream', 'tags', 'pointInTimeRecovery', 'autoScaling', 'alarms', 'iamPolicies']
  return { id, table, created: true, items: undefined, written: undefined, notRestored }
}

function described(details: Details, source: Source = {}): Backup {
  const { BackupArn, BackupName, BackupStatus, BackupSizeBytes, BackupCreationDateTime = 0, TableName } = details
  return {
    id: BackupArn,
    kind: 'aws',
    status: BackupStatus === 'CREATING' ? 'creating' : BackupStatus === 'DELETED' ? 'deleted' : 'complete',
    table: TableName ?? source.TableName,
    name: BackupName,
    createdAt: new Date(BackupCreationDateTime * 1000),
    items: source.ItemCount,
    bytes: BackupSizeBytes,
    encrypted: true,
  }
}

/** `orders-20261124-010258`. */
function nameOf(table: string, now: number): string {
  const time = new Date(now)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-')
  return `${table.slice(0, 255 - time.length - 1)}-${time}`
}

function checkName(name: string): string {
  if (/^[\w.-]{3,255}$/.test(name)) return name
  throw new BackupError(
    'BACKUP.INVALID',
    `A backup of DynamoDB's has a name of 3 to 255 letters, digits, _, - and ., not ${JSON.stringify(name)}.`,
  )
}

function checkArn(id: unknown): string {
  if (typeof id === 'string' && /^arn:[\w-]+:dynamodb:.+\/backup\/[\w-]+$/.test(id)) return id
  throw new BackupError(
    'BACKUP.INVALID',
    "The id of DynamoDB's own backup is its ARN: arn:aws:dynamodb:…:table/…/backup/….",
    {
      hint: 'For a backup in a folder or bucket, make the manager with its store: new BackupManager({ store }).',
    },
  )
}

function sends(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
