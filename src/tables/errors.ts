import { DynamoDBToolingError, type ErrorOptions } from '../kernel/index.js'

export const TABLE_CODES = {
  'TABLE.INVALID_INPUT': 'Correct what each fault names; docs/tables.md has the options.',
  'TABLE.EXISTS': 'Choose another name, or give ifNotExists: true to take the table that is there.',
  'TABLE.DIFFERS': 'Choose another name, or ask for what the table has.',
  'TABLE.PROTECTED': 'Call updateTable(name, { deletionProtection: false }) first, if the table is to go.',
  'TABLE.TTL_DIFFERS': 'Call disableTtl(name), wait an hour, and turn it on again for the other attribute.',
  'TABLE.WAIT_TIMEOUT': 'Call waitForTable(name, { timeout }) to wait on: what was begun goes on by itself.',
  'TABLE.REPLICA_FAILED': 'Remove the replica with removeRegion(name, region), and add it again.',
  'TABLE.CLIENT_MISSING': 'Install the package that the message names, or give a client of it: { client }.',
} as const
type TableCode = keyof typeof TABLE_CODES

/** A table cannot be made, changed or removed as asked. */
export class TableError extends DynamoDBToolingError<TableCode> {
  static override readonly nextSteps: typeof TABLE_CODES = TABLE_CODES
  /** Every fault of an input (`TABLE.INVALID_INPUT`), or every difference (`TABLE.DIFFERS`); else empty. */
  readonly faults: readonly string[]

  constructor(code: TableCode, message: string, options: ErrorOptions & { readonly faults?: readonly string[] } = {}) {
    super(code, message, options)
    this.faults = Object.freeze([...(options.faults ?? [])])
  }
}
