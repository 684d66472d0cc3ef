import { isDynamoDBToolingError } from '../kernel/index.js'

/** What the tool ends with. Scripts rely on these numbers: docs/cli.md. */
export const EXIT: {
  readonly ok: 0
  readonly failed: 1
  readonly usage: 2
  readonly config: 3
  readonly notFound: 4
  readonly refused: 5
  /** Something is pending, differs or is not valid: `ci:validate`. */
  readonly pending: 6
  readonly interrupted: 130
} = { ok: 0, failed: 1, usage: 2, config: 3, notFound: 4, refused: 5, pending: 6, interrupted: 130 }

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  'CLI.UNKNOWN_COMMAND': EXIT.usage,
  'CLI.USAGE': EXIT.usage,
  'CLI.NO_MODELS': EXIT.config,
  'CLI.NOT_FOUND': EXIT.notFound,
  'CLI.CONFIRM_NEEDED': EXIT.refused,
  'CLI.PRODUCTION': EXIT.refused,
  'CLI.OTHER_ENVIRONMENT': EXIT.refused,
  'CLI.NOT_LOCAL': EXIT.refused,
  'CLI.INTERRUPTED': EXIT.interrupted,
  'NETWORK.ABORTED': EXIT.interrupted,
  'MODEL.NOT_FOUND': EXIT.notFound,
  'SERVICE.RESOURCE_NOT_FOUND': EXIT.notFound,
  'TABLE.INVALID_INPUT': EXIT.usage,
  'TABLE.PROTECTED': EXIT.refused,
  'SEEDER.UNKNOWN': EXIT.notFound,
  'BACKUP.NOT_FOUND': EXIT.notFound,
  'BACKUP.INVALID': EXIT.usage,
  'SECURITY.INVALID': EXIT.usage,
  'BACKUP.TARGET': EXIT.refused,
  'BACKUP.DAMAGED': EXIT.pending,
  'MIGRATION.ENVIRONMENT': EXIT.refused,
  'MODEL.TABLE_DIFFERS': EXIT.pending,
  'MIGRATION.EDITED': EXIT.pending,
  'MIGRATION.MISSING': EXIT.pending,
  'MIGRATION.PENDING': EXIT.pending,
  'MIGRATION.OUT_OF_DATE': EXIT.pending,
}

/** The number for an error; 1 for those that have no number of their own. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isDynamoDBToolingError(error)) return EXIT.failed
  return BY_CODE[error.code] ?? (error.code.startsWith('CONFIG.') ? EXIT.config : EXIT.failed)
}
