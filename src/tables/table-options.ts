import type { BillingMode, StreamViewType, TableClass } from '../drivers/index.js'
import type { Connection } from '../runtime/index.js'
import type { Projected } from '../single-table/index.js'

/** Text, number or binary, in DynamoDB's letters or in words. */
export type KeyType = 'S' | 'N' | 'B' | 'string' | 'number' | 'binary'

/** A key attribute. DynamoDB: "AttributeDefinition". */
export interface TableKey {
  readonly name: string
  readonly type: KeyType
}

/** A global secondary index. Keys may be of up to four attributes each (multi-attribute keys). */
export interface GlobalIndexOptions {
  readonly name: string
  readonly partitionKey: TableKey | readonly TableKey[]
  readonly sortKey?: TableKey | readonly TableKey[]
  /** What it holds besides the keys: everything (default), nothing, or these attributes. */
  readonly projection?: Projected
  /** Capacity units a second, for `PROVISIONED`. Default: the table's. */
  readonly readCapacity?: number
  readonly writeCapacity?: number
}

/** A local secondary index: the table's partitions in another order. Made with the table, and only then. */
export interface LocalIndexOptions {
  readonly name: string
  readonly sortKey: TableKey
  readonly projection?: Projected
}

/** What a table has besides its keys and indexes. */
export interface TableSettings {
  /** Default `PAY_PER_REQUEST` (on-demand). */
  readonly billingMode?: BillingMode
  /** Capacity units a second, for `PROVISIONED`; of each global index too, unless it says otherwise. */
  readonly readCapacity?: number
  readonly writeCapacity?: number
  /** What the stream holds of each change; true for `NEW_AND_OLD_IMAGES`. Default: no stream. */
  readonly stream?: boolean | StreamViewType
  /** Default `STANDARD`. */
  readonly tableClass?: TableClass
  /** True: the table cannot be deleted until it is turned off. Default false. */
  readonly deletionProtection?: boolean
  readonly tags?: Readonly<Record<string, string>>
  /** Backups of every second of the last `days` (1 to 35, default 35). Default: none. */
  readonly pointInTimeRecovery?: boolean | { readonly days?: number }
}

/** A table that is to be made. Names are DynamoDB's own: no prefix of the config is put before them. */
export interface CreateTableOptions extends TableSettings {
  readonly tableName: string
  readonly partitionKey: TableKey
  readonly sortKey?: TableKey
  readonly gsis?: readonly GlobalIndexOptions[]
  readonly lsis?: readonly LocalIndexOptions[]
  /** The attribute by which items expire, in seconds since the Unix epoch. DynamoDB: "Time to Live". */
  readonly ttl?: string
  /** True: a table of that name with these keys and indexes is taken as it is. Default false. */
  readonly ifNotExists?: boolean
  /** False: do not wait until the table can be used. Default true. */
  readonly wait?: boolean
}

/** What every function of tables takes last. */
export interface TableCallOptions {
  /** Default: the connection that models use. */
  readonly connection?: Connection
}
