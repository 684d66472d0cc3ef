import type { Driver } from '../drivers/index.js'
import type { DynamoDBToolingError } from '../kernel/index.js'
import type { KeyProvider } from './encryption/key-provider.js'

/** Keys and indexes of the single table. DESIGN: names are those of the table's real attributes. */
export interface SingleTableConfig {
  /** True (default): all models share one table. False: a table per model, with its own attributes as keys. */
  readonly enabled?: boolean
  /** Partition key attribute of the table. Default `pk`. */
  readonly partitionKeyName?: string
  /** Sort key attribute of the table. Default `sk`. */
  readonly sortKeyName?: string
  /** Put between the segments of a key. Default `#`. */
  readonly keyDelimiter?: string
  /** The most global secondary indexes the design may use, 0 to 20. Default 5. */
  readonly gsiCount?: number
  /** Name of an index, `{n}` counts from 1. Default `GSI{n}`. */
  readonly gsiName?: string
  /** Partition key attribute of index n. Default `gsi{n}pk`. */
  readonly gsiPartitionKeyName?: string
  /** Sort key attribute of index n. Default `gsi{n}sk`. */
  readonly gsiSortKeyName?: string
  /** Indexes that the table has under names of its own, by name; a model is in those whose key attributes it has. */
  readonly indexes?: Readonly<Record<string, ExistingIndex>>
  /** Attribute that says which model an item is of. Default `_type`. */
  readonly entityTypeAttribute?: string
  /** Use native index keys of several attributes instead of synthetic ones. Default false. */
  readonly multiAttributeKeys?: boolean
}

/** An index of a table that others made: `{ partitionKey: 'email_pk' }`. */
export interface ExistingIndex {
  /** Its partition key attribute. */
  readonly partitionKey: string
  /** Its sort key attribute, where it has one. */
  readonly sortKey?: string
  /** What it holds besides the keys: everything (default), nothing, or these attributes. */
  readonly projection?: 'ALL' | 'KEYS_ONLY' | readonly string[]
}

export type TimestampFormat = 'iso' | 'unix' | 'unix_ms'
export type ScanPolicy = 'allow' | 'warn' | 'forbid'

/** A row of a model that does not fit it: an attribute of another type, or a value that cannot be read. */
export interface Misfit {
  readonly model: string
  /** The row's key in the table as plain values; `[hidden]` where it is made of a hidden attribute. */
  readonly key: Readonly<Record<string, unknown>>
  /** Why, by code: `VALUE.TYPE_MISMATCH` and its like. `details.attribute` is the place; no value is in it. */
  readonly error: DynamoDBToolingError
}

export interface QueryBuilderConfig {
  /** Folder of model files, loaded when a relation names a model nobody registered. */
  readonly modelsPath?: string
  /** How `createdAt`, `updatedAt` and `deletedAt` are stored: ISO 8601 text, Unix seconds, or milliseconds. Default `iso`. */
  readonly timestampFormat?: TimestampFormat
  /** What a query that has to read the whole table does. Default `warn`, once per call site. */
  readonly scans?: ScanPolicy
  /**
   * What `await post.author` does where it would read for each row of a query by itself: warns once for each call site
   * (default), is an error (`forbid`, the default when `strict`), reads for all those rows together, or goes ahead.
   */
  readonly lazyLoading?: 'allow' | 'warn' | 'forbid' | 'together'
  /**
   * True sends `find` calls of one turn of the event loop as one BatchGetItem, each key once. Default false: each is a
   * GetItem of its own.
   */
  readonly coalesce?: boolean
  /** What a program whose keys differ from those its table was migrated to does on first use. Default `warn`; `error` when `strict`. */
  readonly designCheck?: 'off' | 'warn' | 'error'
  /** Seals pagination cursors; 16 characters or more, the same in all processes. Default: a secret kept in the table. */
  readonly cursorSecret?: string
  /** What lists do with rows that do not fit their model: leave them out and report them, or throw. Default `report`. */
  readonly misfits?: 'report' | 'throw'
  /** Called with each row that is left out. Besides, there is a warning, once for each model and attribute. */
  readonly onMisfit?: (misfit: Misfit) => void
}

/** How the rows of tenants are kept apart. */
export type TenancyStrategy = 'prefix' | 'table' | 'attribute'

/** Rows of many tenants: each model has them, unless it says `static tenant = false`. */
export interface TenancyConfig {
  /**
   * `prefix` (default): one table, each partition key begins with the tenant's id, in indexes too. `table`: each tenant has
   * tables of its own, `app.acme`; rows that tenants share are in `app`. `attribute`: an attribute of each row says whose it
   * is, for tables that have one already; keys and unique values are of all tenants together.
   */
  readonly strategy?: TenancyStrategy
  /** The attribute of that strategy. Default `tenantId`. */
  readonly attribute?: string
  /** The tenant of the code running now, where nobody called `withTenant`: from a request's context, a token, a variable. */
  readonly resolve?: () => string | undefined
  /** True: only tenants that `TenantManager.create` made known may read and write. Default false. */
  readonly registered?: boolean
  /** Told of every request on tenants' rows that `withoutTenant` let through: for an audit. */
  readonly onWithoutTenant?: (request: UnscopedRequest) => void
}

/** A request on rows of all tenants. */
export interface UnscopedRequest {
  readonly operation: string
  readonly model: string
  /** The line of the program that asked. */
  readonly callSite: string | undefined
}

/** Encrypted attributes: where keys come from, and how long they are kept in memory. */
export interface EncryptionConfig {
  /** `localKeyRing(…)`, `kmsKeys(…)`, or a provider of your own. */
  readonly keys: KeyProvider
  /** For attributes with a `blindIndex`: 32 random bytes, or their base64. It cannot be changed while there are rows. */
  readonly blindIndexKey?: string | Uint8Array
  /** How many values are encrypted with one data key. Default 1,000,000; NIST SP 800-38D allows 2^32. */
  readonly dataKeyUses?: number
  /** Milliseconds that a data key is kept. Default 300,000, five minutes. */
  readonly dataKeyAge?: number
  /** How many data keys are kept. Default 1,000. */
  readonly dataKeys?: number
  /** Milliseconds that the key provider has for an answer. Default 5,000. */
  readonly timeout?: number
  /** True: values stored before the attribute was encrypted are read as they are. Default false. */
  readonly allowPlaintext?: boolean
  /** The table that values are bound to, for one restored under another name. Default: the table's name. */
  readonly boundTo?: (table: string) => string
}

/** The same with every default filled in. */
export type ResolvedEncryption = Required<Omit<EncryptionConfig, 'blindIndexKey'>> & {
  readonly blindIndexKey: Uint8Array | undefined
}

/** How writes of models with `static audit = true` are recorded. */
export interface AuditConfig {
  /** Makes the hashes of entries ones that nobody else can make: 32 random bytes, or their base64. Default none. */
  readonly key?: string | Uint8Array
  /** Chains that entries are in: writes of one chain wait for each other. 1 to 256, default 16. It may be raised later. */
  readonly chains?: number
}

/** Migrations in files. */
export interface MigrationsConfig {
  /** Folder of the files. Default `migrations` beside the config file. */
  readonly path?: string
}

/** Seeders and factories in files. */
export interface SeedersConfig {
  /** Folder of the seeders. Default `seeders` beside the config file. */
  readonly path?: string
  /** Folder of the files that define factories. Default `factories` beside the config file. */
  readonly factories?: string
}

/** The local engine. */
export interface LocalConfig {
  /** True: requests go to a local engine and nothing leaves the machine. */
  readonly enabled?: boolean
  /** Loopback port of the engine. Default 8000. */
  readonly port?: number
  /** `auto` takes dynoxide, else DynamoDB Local where it is installed. Default `auto`. */
  readonly engine?: 'auto' | 'dynoxide' | 'dynamodb-local'
  /** Keep data in memory only. Default false. */
  readonly inMemory?: boolean
  /** Folder of the data. Default `.dynamodb` beside the config file (or in the working folder). */
  readonly dbPath?: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}
export type CredentialsProvider = () => Promise<Credentials>

export interface HttpOptions {
  /** Milliseconds to open a connection. Default 2000. */
  readonly connectTimeout?: number
  /** Milliseconds for one attempt, connection included. Default 5000. */
  readonly timeout?: number
  /** The most sockets kept open to the endpoint. Default 128. */
  readonly maxSockets?: number
  /** Reuse connections. Default true. */
  readonly keepAlive?: boolean
}

export interface RetryConfig {
  /** Attempts after the first one. Default 5. */
  readonly maxRetries?: number
  /** Milliseconds; the wait before retry n is random between 0 and base * 2^n (full jitter). Default 50. */
  readonly baseDelay?: number
  /** The longest single wait in milliseconds. Default 5000. */
  readonly maxDelay?: number
  /** Milliseconds for the whole call, retries included. No limit by default. */
  readonly deadline?: number
}

/** What `dynamodb.schema.json` holds, as `import schema from './dynamodb.schema.json'` gives it. */
export interface SchemaContent {
  readonly version: number
  readonly slots: readonly object[]
}

/** What a program says about its DynamoDB: the default export of `dynamodb.config.ts`, or the argument of `configure`. */
export interface DynamoDBConfig {
  readonly region?: string
  /** Where requests go instead of the region's endpoint of AWS. */
  readonly endpoint?: string
  /** FIPS 140 endpoints of AWS. */
  readonly useFipsEndpoint?: boolean
  /** Dual-stack (IPv4 and IPv6) endpoints of AWS. */
  readonly useDualstackEndpoint?: boolean
  readonly credentials?: Credentials | CredentialsProvider
  /** A profile of `~/.aws/config` and `~/.aws/credentials`. */
  readonly profile?: string
  /** The table of all models when single-table design is on. Default `app`. */
  readonly defaultTableName?: string
  readonly tablePrefix?: string
  readonly tableSuffix?: string
  readonly singleTableDesign?: SingleTableConfig
  readonly queryBuilder?: QueryBuilderConfig
  /**
   * The schema lock: its file, or its content where a bundler leaves no files. Default: `dynamodb.schema.json` beside the
   * config file. False: none.
   */
  readonly schema?: string | false | SchemaContent
  /** Rows of many tenants. Without it there are none. */
  readonly tenancy?: TenancyConfig
  /** For models with encrypted attributes. Without it they are refused. */
  readonly encryption?: EncryptionConfig
  readonly audit?: AuditConfig
  readonly migrations?: MigrationsConfig
  readonly seeders?: SeedersConfig
  readonly local?: LocalConfig
  /** Name of a registered driver, or a driver of your own. Default: `embedded` when `local.enabled`, else `http`. */
  readonly driver?: string | Driver
  /** Handed to the driver's factory, such as `{ client }` for `aws-sdk`. */
  readonly driverOptions?: Readonly<Record<string, unknown>>
  readonly httpOptions?: HttpOptions
  readonly retries?: RetryConfig
  /** The same as `retries.maxRetries`. */
  readonly maxRetries?: number
  /** Turn warnings that save money or data into errors: scans, a design that differs from the table's. Default false. */
  readonly strict?: boolean
  /** What is different in each named environment. DYNAMODB_ENV, or the tool's `--env`, says which one holds. */
  readonly environments?: Readonly<Record<string, EnvironmentConfig>>
}

/** What one environment says differently from the rest of the config: `{ region: 'eu-west-1', production: true }`. */
export interface EnvironmentConfig extends Omit<DynamoDBConfig, 'environments'> {
  /** True: the tool deletes no table of it. Default false. */
  readonly production?: boolean
}

/** A config with every default filled in and the environment read. Made by `resolveConfig`. */
export interface ResolvedConfig {
  readonly region: string | undefined
  readonly endpoint: string | undefined
  readonly useFipsEndpoint: boolean
  readonly useDualstackEndpoint: boolean
  readonly credentials: Credentials | CredentialsProvider | undefined
  readonly profile: string | undefined
  readonly defaultTableName: string
  readonly tablePrefix: string
  readonly tableSuffix: string
  readonly singleTableDesign: Required<SingleTableConfig>
  readonly queryBuilder: Required<Omit<QueryBuilderConfig, 'modelsPath' | 'cursorSecret' | 'onMisfit'>> & {
    readonly modelsPath: string | undefined
    readonly cursorSecret: string | undefined
    readonly onMisfit: ((misfit: Misfit) => void) | undefined
  }
  /** Where the schema lock is: a file, or the content that was given. */
  readonly schema: { readonly file: string | undefined; readonly given: SchemaContent | undefined }
  /** Undefined where there are no tenants. */
  readonly tenancy:
    | (Required<Pick<TenancyConfig, 'strategy' | 'attribute' | 'registered'>> & {
        readonly resolve: (() => string | undefined) | undefined
        readonly onWithoutTenant: ((request: UnscopedRequest) => void) | undefined
      })
    | undefined
  readonly encryption: ResolvedEncryption | undefined
  readonly audit: { readonly key: Uint8Array | undefined; readonly chains: number }
  readonly migrations: Required<MigrationsConfig>
  readonly seeders: Required<SeedersConfig>
  readonly local: Required<LocalConfig>
  readonly driver: string | Driver
  readonly driverOptions: Readonly<Record<string, unknown>>
  readonly httpOptions: Required<HttpOptions>
  readonly retries: Required<Omit<RetryConfig, 'deadline'>> & { readonly deadline: number | undefined }
  readonly strict: boolean
  /** The environment that holds; undefined for the config as it stands. */
  readonly environment: string | undefined
  /** True when that environment is marked as production. */
  readonly production: boolean
  /** The names of all environments. */
  readonly environments: readonly string[]
  /** Folder that relative paths of the config start from: the config file's, else the working folder. */
  readonly root: string
  /** The file it came from, if it came from one. */
  readonly file: string | undefined
}
