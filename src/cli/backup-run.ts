import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Backup, BackupManager } from '../backup/index.js'
import type { OptionSpec } from './command.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'

/** Options of the commands that have to do with backups. */
export interface BackupFlags {
  readonly folder?: string
  readonly aws?: boolean
  readonly keyFile?: string
}

const FOLDER = 'backups'

export const BACKUP_OPTIONS: readonly OptionSpec[] = [
  { flags: '--folder <path>', description: `the folder of the backups (default: ${FOLDER})` },
  { flags: '--aws', description: "DynamoDB's own backups, which no local engine has" },
]

export const KEY_OPTION: OptionSpec = {
  flags: '--key-file <path>',
  description: 'a file with the key: 32 bytes in base64 or hexadecimal digits. Encrypts the backup, and opens it',
}

/** The backups that a command is about. */
export async function backupsOf(
  context: CommandContext,
  { folder, aws = false, keyFile }: BackupFlags,
): Promise<BackupManager> {
  const connection = await context.connection()
  if (aws && (folder !== undefined || keyFile !== undefined))
    throw new CliError('CLI.USAGE', "DynamoDB's own backups are in no folder, and have no key file: leave --aws out.")
  if (aws) return connection.run(() => new BackupManager())
  const encryption = keyFile === undefined ? undefined : { key: await keyIn(resolve(context.cwd, keyFile)) }
  return connection.run(() => new BackupManager({ store: resolve(context.cwd, folder ?? FOLDER), encryption }))
}

async function keyIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError('CLI.USAGE', `The key file ${path} cannot be read.`, { cause })
  }
}

/** `latest` is the newest one that is complete. @throws CliError `CLI.NOT_FOUND` */
export async function namedBackup(
  backups: BackupManager,
  id: string | undefined,
  table: string | undefined,
): Promise<string> {
  if (id === undefined) throw new CliError('CLI.USAGE', 'The id of the backup is missing.', { hint: SEE })
  if (id !== 'latest') return id
  const newest = (await backups.listBackups(table === undefined ? {} : { table })).find(isComplete)
  if (newest === undefined) throw new CliError('CLI.NOT_FOUND', 'There is no backup that is complete.')
  return newest.id
}

const SEE = 'dbtooling backup:list shows them; latest is the newest one.'

function isComplete({ status }: Backup): boolean {
  return status === 'complete'
}
