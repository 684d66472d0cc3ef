import type { ExistingIndex } from '../runtime/index.js'
import type { DateFormat } from '../schema/index.js'
import type { SchemaLock } from './schema-lock.js'

/** What a design follows: `singleTableDesign` of the config with its defaults, and the tables' physical names. */
export interface DesignOptions {
  /** The table that models share, and where the package keeps its notes, without prefix and suffix. */
  readonly tableName: string
  readonly tablePrefix: string
  readonly tableSuffix: string
  readonly enabled: boolean
  readonly partitionKeyName: string
  readonly sortKeyName: string
  readonly keyDelimiter: string
  readonly gsiCount: number
  readonly gsiName: string
  readonly gsiPartitionKeyName: string
  readonly gsiSortKeyName: string
  /** Indexes that the table has under names of its own, by name. */
  readonly indexes: Readonly<Record<string, ExistingIndex>>
  readonly entityTypeAttribute: string
  readonly multiAttributeKeys: boolean
  /** How `createdAt` and its like are stored, which decides the type of a key made of them. */
  readonly timestampFormat: DateFormat
  /** Places that were given before. */
  readonly lock: SchemaLock
}
