import { DynamoDBToolingError } from '../kernel/index.js'

export const BACKUP_CODES = {
  'BACKUP.INVALID': 'See docs/backups.md for what can be asked for.',
  'BACKUP.NOT_FOUND': 'Call listBackups() (dbtooling backup:list) for those there are.',
  'BACKUP.STORE': 'Look at error.cause: the folder, its rights, or the room on the disk.',
  'BACKUP.DAMAGED': 'error.details.faults names what is wrong. Take another backup; nothing was written.',
  'BACKUP.KEY': 'Give the key that the backup was made with (encryption: { key }, --key-file).',
  'BACKUP.TARGET':
    'Restore into a new table, or one that is empty; overwrite: true (--overwrite) replaces items of one that is not.',
  'BACKUP.BUSY': 'Wait for the other process to end. One that died is waited out for a minute.',
  'BACKUP.STOPPED': 'Run it again: it goes on after the last items that were written.',
  'BACKUP.DIFFERS': 'Another program writes to the table. End it, delete the table, and restore again.',
  'BACKUP.TIMEOUT': 'DynamoDB goes on with it; look at it again later with describeBackup(id) or describeTable(name).',
} as const

/** A backup that cannot be made, read or restored. `details.faults` has all that is wrong with one. */
export class BackupError extends DynamoDBToolingError<keyof typeof BACKUP_CODES> {
  static override readonly nextSteps: typeof BACKUP_CODES = BACKUP_CODES
}
