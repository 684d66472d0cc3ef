import { DynamoDBToolingError } from '../kernel/index.js'

export const TRANSFER_CODES = {
  'TRANSFER.INVALID': 'See docs/import-export.md for what can be asked for.',
  'TRANSFER.UNKNOWN_FORMAT':
    'Name the file *.csv, *.json, *.jsonl or *.dynamodb.jsonl (with .gz or not), or give `format`.',
  'TRANSFER.FILE': 'Look at error.cause: the path, its rights, or the room on the disk.',
  'TRANSFER.FILE_EXISTS': 'Choose another name, or say overwrite: true (--overwrite).',
  'TRANSFER.UNKNOWN_COLUMN':
    'Map it to an attribute, or to null to leave it out: { columns: { "E-mail": "email", Notes: null } }.',
  'TRANSFER.MISSING_COLUMN': 'Add the column, give the attribute a default, or map another column to it.',
  'TRANSFER.UNREADABLE':
    'The file is damaged or of another format. Rows before that place were written; correct it and go on.',
  'TRANSFER.CHANGED': 'Begin anew (restart: true, --restart), or bring back the file that was begun with.',
  'TRANSFER.STOPPED': 'Run it again: it goes on after the last row that was written.',
} as const

/** A file cannot be read or written. Rows that cannot be imported are no error: they are rejected, with their reasons. */
export class TransferError extends DynamoDBToolingError<keyof typeof TRANSFER_CODES> {
  static override readonly nextSteps: typeof TRANSFER_CODES = TRANSFER_CODES
}
