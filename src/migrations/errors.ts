import { DynamoDBToolingError } from '../kernel/index.js'

export const MIGRATION_CODES = {
  'MIGRATION.LEASE_HELD': 'Wait for the other process, or run `dbtooling migrate:unlock` if it does not live any more.',
  'MIGRATION.LEASE_LOST': 'Run it again: it goes on from where this process stopped.',
  'MIGRATION.BACKFILL_BEHIND':
    'Stop programs that run an older version, and run it again: it goes on. Rows they wrote get their keys by migrate({ backfill: true }).',
  'MIGRATION.BACKFILL_FAULTS': 'Correct these rows (rawUpdate), and run it again. All other rows are done.',
  'MIGRATION.TABLE_MISSING':
    'Files name a table as models do, without the prefix of the environment, or not at all: then it is the one that models share.',
  'MIGRATION.CODE_FAILED':
    'Run it again: it goes on from the last page of rows. After a change of the file it begins at the first row.',
  'MIGRATION.INDEX_STUCK': 'Stop the local engine, start it again, and run it again. Amazon DynamoDB does not do this.',
  'MIGRATION.COPY_REFUSED': 'See "Into a new table" in docs/migrations.md for what can be copied.',
  'MIGRATION.COPY_FAULTS': 'Correct these rows in the old table (rawUpdate), and run it again: it goes on.',
  'MIGRATION.COPY_DIFFERS': 'Stop the programs that write to the old table, and call copyTable({ to, catchUp: true }).',
  'MIGRATION.NOT_UNIQUE': 'Give the rows different values, or take back that the attribute is unique.',
  'MIGRATION.INVALID': 'Correct the file; docs/migrations.md has every step.',
  'MIGRATION.IRREVERSIBLE': 'Give the migration a `down`, or write another that goes on from here.',
  'MIGRATION.UNKNOWN_MODEL': 'Register the model, or set queryBuilder.modelsPath.',
  'MIGRATION.EDITED': 'Take the edit back (version control has the file as it was), and write another migration.',
  'MIGRATION.PENDING': 'Run `dbtooling migrate` first.',
  'MIGRATION.MISSING': 'Bring the file back: another branch or an older checkout has it.',
  'MIGRATION.ENVIRONMENT': 'Choose another environment or table; `dbtooling env:mark` says anew whose table it is.',
  'MIGRATION.OUT_OF_DATE': 'Run `dbtooling migrate:generate`, look at the file, and run migrate again.',
} as const

/** A migration cannot be run, or not now. */
export class MigrationError extends DynamoDBToolingError<keyof typeof MIGRATION_CODES> {
  static override readonly nextSteps: typeof MIGRATION_CODES = MIGRATION_CODES
}
