import type { DynamoDBConfig, EnvironmentConfig } from './config.js'

/** What one option may be. */
export interface Rule {
  readonly kind: 'rule'
  /** In words, to follow "must be". */
  readonly allowed: string
  readonly accepts: (value: unknown) => boolean
  /** True: what was given never appears in a message. */
  readonly secret: boolean
}

/** A group of options, by name. */
export interface Group<T = unknown> {
  readonly kind: 'group'
  readonly options: { readonly [Key in keyof Required<T>]: Rule | Group | Named }
}

/** Groups of the same options under names of the user's own. */
export interface Named {
  readonly kind: 'named'
  /** In words, to follow "must be". */
  readonly allowed: string
  readonly name: RegExp
  readonly each: Group
}

function rule(allowed: string, accepts: (value: unknown) => boolean, secret = false): Rule {
  return { kind: 'rule', allowed, accepts, secret }
}

const text = (allowed: string, pattern: RegExp): Rule =>
  rule(allowed, (value) => typeof value === 'string' && pattern.test(value))

const func: Rule = rule('a function', (value) => typeof value === 'function')

const flag: Rule = rule('true or false', (value) => typeof value === 'boolean')

const oneOf = (...choices: readonly string[]): Rule =>
  rule(`one of ${choices.map((choice) => `"${choice}"`).join(', ')}`, (value) => choices.includes(value as string))

const whole = (low: number, high: number, unit = ''): Rule =>
  rule(
    high === Number.MAX_SAFE_INTEGER
      ? `a whole number${unit}, ${low} or more`
      : `a whole number${unit} from ${low} to ${high}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high,
  )
// The longest wait a timer of Node can hold; above it, setTimeout fires at once.
const milliseconds = (low: number): Rule => whole(low, 2 ** 31 - 1, ' of milliseconds')

const secretKey: Rule = rule(
  '32 bytes, or their base64',
  (value) =>
    (typeof value === 'string' ? Buffer.from(value, 'base64') : value instanceof Uint8Array ? value : '').length === 32,
  true,
)

const path: Rule = text('the path of a folder', /^[^\0]+$/)
const tableNamePart: Rule = text('text of a-z, A-Z, 0-9, _, - and . only', /^[a-zA-Z0-9_.-]*$/)

// DynamoDB allows 255 bytes for the name of a key attribute.
const attributeName: Rule = rule(
  'an attribute name of 1 to 255 bytes',
  (value) =>
    typeof value === 'string' && value !== '' && value !== '__proto__' && Buffer.byteLength(value, 'utf8') <= 255,
)
const numberedName: Rule = rule(
  'a name with {n} in it, such as "gsi{n}pk"',
  (value) => attributeName.accepts(value) && (value as string).includes('{n}'),
)

const indexName = /^[a-zA-Z0-9_.-]{3,255}$/

const existingIndexes: Rule = rule(
  "indexes by name, such as { byEmail: { partitionKey: 'email_pk', sortKey: 'email_sk', projection: 'ALL' } }",
  (value) =>
    isOptions(value) && Object.entries(value).every(([name, index]) => indexName.test(name) && isExistingIndex(index)),
)

function isExistingIndex(value: unknown): boolean {
  if (!isOptions(value)) return false
  const { partitionKey, sortKey, projection, ...rest } = value
  const projected = projection === undefined || projection === 'ALL' || projection === 'KEYS_ONLY'
  return (
    attributeName.accepts(partitionKey) &&
    (sortKey === undefined || (attributeName.accepts(sortKey) && sortKey !== partitionKey)) &&
    (projected || (Array.isArray(projection) && projection.every((name) => attributeName.accepts(name)))) &&
    Object.keys(rest).length === 0
  )
}

const endpoint: Rule = rule(
  'an absolute http or https URL without user, password, query or fragment',
  (value) => typeof value === 'string' && isEndpoint(value),
)

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return bare && (url.protocol === 'http:' || url.protocol === 'https:')
}

const credentials: Rule = rule(
  '{ accessKeyId, secretAccessKey, sessionToken? } with text that is not empty, or a function that resolves to it',
  (value) => typeof value === 'function' || isCredentials(value),
  true,
)

/** AWS's own providers add the last two, and its clients note where credentials came from in `$source`. */
const CREDENTIAL_KEYS = new Set([
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'expiration',
  'accountId',
  'credentialScope',
])

function isCredentials(value: unknown): boolean {
  if (!isOptions(value)) return false
  const filled = (name: string): boolean => typeof value[name] === 'string' && value[name] !== ''
  return (
    filled('accessKeyId') &&
    filled('secretAccessKey') &&
    (value['sessionToken'] === undefined || filled('sessionToken')) &&
    (value['expiration'] === undefined || value['expiration'] instanceof Date) &&
    Object.keys(value).every((key) => CREDENTIAL_KEYS.has(key) || key.startsWith('$'))
  )
}

const driver: Rule = rule(
  'the name of a driver, or a driver object with a send method',
  (value) =>
    (typeof value === 'string' && value !== '') ||
    (typeof value === 'object' && value !== null && typeof (value as { send?: unknown }).send === 'function'),
)

const driverOptions: Rule = rule(
  'an object of options for the driver',
  (value) => isOptions(value) && !Object.hasOwn(value, '__proto__'),
  true,
)

/** True for a plain object, of any realm. A promise, a Map or a class instance would look like a config that says nothing. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const group = <T>(options: Group<T>['options']): Group<T> => ({ kind: 'group', options })
type In<Key extends keyof DynamoDBConfig> = NonNullable<DynamoDBConfig[Key]>

/** What an environment may say differently. The compiler keeps it complete: one entry for each name of the type. */
const ENVIRONMENT_RULES: Group<EnvironmentConfig> = group<EnvironmentConfig>({
  // A region becomes part of a host name, so it has to be one label of it.
  region: text('the name of an AWS region, such as "us-east-1"', /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/),
  endpoint,
  useFipsEndpoint: flag,
  useDualstackEndpoint: flag,
  credentials,
  profile: text('the name of a profile', /^[^\0\r\n\]]+$/),
  defaultTableName: text('text of a-z, A-Z, 0-9, _, - and ., not empty', /^[a-zA-Z0-9_.-]+$/),
  tablePrefix: tableNamePart,
  tableSuffix: tableNamePart,
  singleTableDesign: group<In<'singleTableDesign'>>({
    enabled: flag,
    partitionKeyName: attributeName,
    sortKeyName: attributeName,
    // Letters and digits occur in values and entity names, `_` in entity names, `%` starts an escape, `~` ends a
    // negative number, `{}` are template syntax.
    keyDelimiter: text(
      '1 to 4 ASCII punctuation marks other than % ~ _ { }, such as "#"',
      /^[!"#$&'()*+,\-./:;<=>?@[\\\]^`|]{1,4}$/,
    ),
    gsiCount: whole(0, 20),
    gsiName: numberedName,
    gsiPartitionKeyName: numberedName,
    gsiSortKeyName: numberedName,
    indexes: existingIndexes,
    entityTypeAttribute: attributeName,
    multiAttributeKeys: flag,
  }),
  schema: rule(
    'the path of a schema lock, its content, or false',
    (value) => value === false || (typeof value === 'string' && value !== '') || isOptions(value),
  ),
  queryBuilder: group<In<'queryBuilder'>>({
    modelsPath: path,
    timestampFormat: oneOf('iso', 'unix', 'unix_ms'),
    scans: oneOf('allow', 'warn', 'forbid'),
    designCheck: oneOf('off', 'warn', 'error'),
    coalesce: flag,
    lazyLoading: oneOf('allow', 'warn', 'forbid', 'together'),
    cursorSecret: rule(
      'text of 16 characters or more',
      (value) => typeof value === 'string' && value.length >= 16,
      true,
    ),
    misfits: oneOf('report', 'throw'),
    onMisfit: func,
  }),
  tenancy: group<In<'tenancy'>>({
    strategy: oneOf('prefix', 'table', 'attribute'),
    attribute: attributeName,
    resolve: func,
    registered: flag,
    onWithoutTenant: func,
  }),
  encryption: group<In<'encryption'>>({
    keys: rule(
      'a key provider: localKeyRing(…), kmsKeys(…), or one of your own',
      (value) =>
        isOptions(value) &&
        typeof value['currentKeyId'] === 'string' &&
        typeof value['generateDataKey'] === 'function' &&
        typeof value['unwrapDataKey'] === 'function',
      true,
    ),
    blindIndexKey: secretKey,
    dataKeyUses: whole(1, 2 ** 32),
    dataKeyAge: milliseconds(1000),
    dataKeys: whole(1, 100_000),
    timeout: milliseconds(1),
    allowPlaintext: flag,
    boundTo: func,
  }),
  audit: group<In<'audit'>>({ key: secretKey, chains: whole(1, 256) }),
  migrations: group<In<'migrations'>>({ path }),
  seeders: group<In<'seeders'>>({ path, factories: path }),
  local: group<In<'local'>>({
    enabled: flag,
    port: whole(0, 65_535),
    engine: oneOf('auto', 'dynoxide', 'dynamodb-local'),
    inMemory: flag,
    dbPath: path,
  }),
  driver,
  driverOptions,
  httpOptions: group<In<'httpOptions'>>({
    connectTimeout: milliseconds(1),
    timeout: milliseconds(1),
    maxSockets: whole(1, 65_535),
    keepAlive: flag,
  }),
  retries: group<In<'retries'>>({
    maxRetries: whole(0, 100),
    baseDelay: milliseconds(0),
    maxDelay: milliseconds(0),
    deadline: milliseconds(1),
  }),
  maxRetries: whole(0, 100),
  strict: flag,
  production: flag,
})

const { production: _, ...everywhere } = ENVIRONMENT_RULES.options

/** Every option of a config and what it may be. */
export const CONFIG_RULES: Group<DynamoDBConfig> = group<DynamoDBConfig>({
  ...everywhere,
  environments: {
    kind: 'named',
    allowed: 'environments by name (a-z, A-Z, 0-9, _ and -), such as { staging: { tablePrefix: "staging-" } }',
    name: /^[a-zA-Z0-9_-]{1,64}$/,
    each: ENVIRONMENT_RULES,
  },
})
