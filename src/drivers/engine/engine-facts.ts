export type EngineName = 'dynoxide' | 'dynamodb-local'

/** What a running engine is, as kept in its lock files and told to everyone who attaches. */
export interface EngineFacts {
  readonly engine: EngineName
  /** Loopback port. */
  readonly port: number
  /** Folder of its data; undefined = in memory only. */
  readonly data?: string
  readonly sharedDb: boolean
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
}
