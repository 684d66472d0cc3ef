import { resolve } from 'node:path'
import type { DynamoDBConfig, EnvironmentConfig, LocalConfig, ResolvedConfig } from './config.js'
import { type ConfigEnvironment, readEnvironment } from './config-environment.js'
import { type ConfigFault, invalidConfig } from './config-errors.js'
import { configInEnvironment } from './config-in-environment.js'
import { CONFIG_RULES } from './config-rules.js'
import { faultsBetween } from './config-rules-between.js'
import { faultsOf } from './config-rules-check.js'

export interface ResolveOptions {
  /** Variables to read instead of the process's own. */
  readonly env?: NodeJS.ProcessEnv
  /** Folder that relative paths start from. Default: the working folder. */
  readonly root?: string
  /** The file the config came from, for messages. */
  readonly file?: string
  /** The environment that holds. Default: DYNAMODB_ENV, where the config has environments. */
  readonly environment?: string | undefined
}

/**
 * Checks a config, reads the environment and fills in every default. What the config says wins over the environment,
 * the environment over defaults; only DYNAMODB_LOCAL, DYNAMODB_LOCAL_PORT and DYNAMODB_LOCAL_PATH win over the config,
 * so that a script can switch to the local engine (or away from it) without a change in the file.
 *
 * @throws ConfigError `CONFIG.INVALID` listing every fault with its path
 */
export function resolveConfig(config: DynamoDBConfig, options: ResolveOptions = {}): ResolvedConfig {
  const faults: ConfigFault[] = []
  const resolved = check(config, options.env ?? process.env, options, faults)
  if (resolved === undefined || faults.length > 0) throw invalidConfig(faults, options.file)
  return resolved
}

/** Says what is wrong with a config, without throwing and without reading the environment. */
export function validateConfig(config: unknown): {
  readonly valid: boolean
  readonly errors: readonly ConfigFault[]
} {
  const errors: ConfigFault[] = []
  check(config as DynamoDBConfig, {}, {}, errors)
  return { valid: errors.length === 0, errors }
}

function check(
  config: DynamoDBConfig,
  env: NodeJS.ProcessEnv,
  options: ResolveOptions,
  faults: ConfigFault[],
): ResolvedConfig | undefined {
  faults.push(...faultsOf(config, CONFIG_RULES))
  const name = faults.length > 0 ? undefined : (options.environment ?? environmentOf(env, config))
  const source = options.environment === undefined ? 'DYNAMODB_ENV' : 'the environment'
  const wanted = name === undefined ? config : configInEnvironment(config, name, source, faults)
  const environment = readEnvironment(env, faults, wanted?.local?.enabled === true)
  // Options are compared with each other only when each is right alone: otherwise one slip gives two faults.
  if (wanted === undefined || faults.length > 0) return undefined
  faults.push(...contradictions(wanted, environment))
  const resolved = fillIn(wanted, environment, options, { name, all: Object.keys(config.environments ?? {}) })
  faults.push(...faultsBetween(resolved))
  return resolved
}

/** A config without environments is the same everywhere: the variable is not about it. */
function environmentOf(env: NodeJS.ProcessEnv, config: DynamoDBConfig): string | undefined {
  return config.environments === undefined ? undefined : env['DYNAMODB_ENV'] || undefined
}

/** Options that say opposite things, which the filled-in config can no longer show. */
function contradictions(config: EnvironmentConfig, environment: ConfigEnvironment): readonly ConfigFault[] {
  const faults: ConfigFault[] = []
  const { local, endpoint, retries, maxRetries } = config
  if (local?.enabled === true && endpoint !== undefined && environment.local === undefined) {
    const message = 'endpoint is given although local.enabled sends every request to the local engine; keep one of them'
    faults.push({ path: 'endpoint', message, allowed: 'nothing while local.enabled is true' })
  }
  if (local?.inMemory === true && local.dbPath !== undefined) {
    const message = 'local.dbPath is given although local.inMemory keeps nothing on disk; keep one of them'
    faults.push({ path: 'local.dbPath', message, allowed: 'nothing while local.inMemory is true' })
  }
  if (maxRetries !== undefined && retries?.maxRetries !== undefined && maxRetries !== retries.maxRetries) {
    const message = `maxRetries is ${maxRetries} and retries.maxRetries is ${retries.maxRetries}; they are the same option`
    faults.push({ path: 'maxRetries', message, given: String(maxRetries), allowed: 'the same as retries.maxRetries' })
  }
  return faults
}

interface Place {
  readonly name: string | undefined
  readonly all: readonly string[]
}

function fillIn(
  config: EnvironmentConfig,
  environment: ConfigEnvironment,
  options: ResolveOptions,
  place: Place,
): ResolvedConfig {
  const root = resolve(options.root ?? process.cwd())
  const design = config.singleTableDesign ?? {}
  const query = config.queryBuilder ?? {}
  const http = config.httpOptions ?? {}
  const retries = config.retries ?? {}
  const local = localOf(config.local ?? {}, environment, root)
  const strict = config.strict ?? false
  // A local engine on a known port is an endpoint like any other, so that every driver stays on this machine.
  const localEndpoint = local.port === 0 ? undefined : `http://127.0.0.1:${local.port}`
  const endpoint = local.enabled ? localEndpoint : (config.endpoint ?? environment.endpoint)
  return Object.freeze<ResolvedConfig>({
    // Any other region that nobody names is the driver's to find: in the endpoint's host name, or in the profile.
    region: config.region ?? environment.region ?? (local.enabled ? 'us-east-1' : undefined),
    endpoint,
    useFipsEndpoint: config.useFipsEndpoint ?? environment.useFipsEndpoint ?? false,
    useDualstackEndpoint: config.useDualstackEndpoint ?? environment.useDualstackEndpoint ?? false,
    // A function may ask AWS for keys, and with the local engine on nothing leaves the machine.
    credentials: local.enabled && typeof config.credentials === 'function' ? undefined : config.credentials,
    profile: config.profile ?? environment.profile,
    defaultTableName: config.defaultTableName ?? 'app',
    tablePrefix: config.tablePrefix ?? '',
    tableSuffix: config.tableSuffix ?? '',
    singleTableDesign: Object.freeze({
      enabled: design.enabled ?? true,
      partitionKeyName: design.partitionKeyName ?? 'pk',
      sortKeyName: design.sortKeyName ?? 'sk',
      keyDelimiter: design.keyDelimiter ?? '#',
      gsiCount: design.gsiCount ?? 5,
      gsiName: design.gsiName ?? 'GSI{n}',
      gsiPartitionKeyName: design.gsiPartitionKeyName ?? 'gsi{n}pk',
      gsiSortKeyName: design.gsiSortKeyName ?? 'gsi{n}sk',
      indexes: Object.freeze({ ...design.indexes }),
      entityTypeAttribute: design.entityTypeAttribute ?? '_type',
      multiAttributeKeys: design.multiAttributeKeys ?? false,
    }),
    tenancy:
      config.tenancy === undefined
        ? undefined
        : Object.freeze({
            strategy: config.tenancy.strategy ?? 'prefix',
            attribute: config.tenancy.attribute ?? 'tenantId',
            registered: config.tenancy.registered ?? false,
            resolve: config.tenancy.resolve,
            onWithoutTenant: config.tenancy.onWithoutTenant,
          }),
    encryption:
      config.encryption === undefined
        ? undefined
        : Object.freeze({
            keys: config.encryption.keys,
            blindIndexKey: bytesOf(config.encryption.blindIndexKey),
            dataKeyUses: config.encryption.dataKeyUses ?? 1_000_000,
            dataKeyAge: config.encryption.dataKeyAge ?? 300_000,
            dataKeys: config.encryption.dataKeys ?? 1000,
            timeout: config.encryption.timeout ?? 5000,
            allowPlaintext: config.encryption.allowPlaintext ?? false,
            boundTo: config.encryption.boundTo ?? ((table: string) => table),
          }),
    audit: Object.freeze({ key: bytesOf(config.audit?.key), chains: config.audit?.chains ?? 16 }),
    migrations: Object.freeze({ path: resolve(root, config.migrations?.path ?? 'migrations') }),
    seeders: Object.freeze({
      path: resolve(root, config.seeders?.path ?? 'seeders'),
      factories: resolve(root, config.seeders?.factories ?? 'factories'),
    }),
    queryBuilder: Object.freeze({
      modelsPath: query.modelsPath === undefined ? undefined : resolve(root, query.modelsPath),
      timestampFormat: query.timestampFormat ?? 'iso',
      scans: query.scans ?? (strict ? 'forbid' : 'warn'),
      designCheck: query.designCheck ?? (strict ? 'error' : 'warn'),
      coalesce: query.coalesce ?? false,
      lazyLoading: query.lazyLoading ?? (strict ? 'forbid' : 'warn'),
      cursorSecret: query.cursorSecret,
      misfits: query.misfits ?? 'report',
      onMisfit: query.onMisfit,
    }),
    schema: Object.freeze(schemaOf(config.schema, root, options.file)),
    local,
    driver: config.driver ?? defaultDriver(local),
    driverOptions: Object.freeze({ ...config.driverOptions }),
    httpOptions: Object.freeze({
      connectTimeout: http.connectTimeout ?? 2000,
      timeout: http.timeout ?? 5000,
      maxSockets: http.maxSockets ?? 128,
      keepAlive: http.keepAlive ?? true,
    }),
    retries: Object.freeze({
      maxRetries: config.maxRetries ?? retries.maxRetries ?? environment.maxRetries ?? 5,
      baseDelay: retries.baseDelay ?? 50,
      maxDelay: retries.maxDelay ?? 5000,
      deadline: retries.deadline,
    }),
    strict,
    environment: place.name,
    production: config.production ?? false,
    environments: Object.freeze([...place.all]),
    root,
    file: options.file,
  })
}

function schemaOf(schema: DynamoDBConfig['schema'], root: string, file: string | undefined): ResolvedConfig['schema'] {
  if (typeof schema === 'object') return { file: undefined, given: schema }
  if (typeof schema === 'string') return { file: resolve(root, schema), given: undefined }
  return {
    file: schema === false || file === undefined ? undefined : resolve(root, 'dynamodb.schema.json'),
    given: undefined,
  }
}

function localOf(local: LocalConfig, environment: ConfigEnvironment, root: string): Required<LocalConfig> {
  const fromShell = environment.localPath
  return Object.freeze({
    enabled: environment.local ?? local.enabled ?? false,
    port: environment.localPort ?? local.port ?? 8000,
    engine: local.engine ?? 'auto',
    inMemory: fromShell === undefined && (local.inMemory ?? false),
    // Somebody who types a path into a shell means it from where they stand.
    dbPath: fromShell === undefined ? resolve(root, local.dbPath ?? '.dynamodb') : resolve(fromShell),
  })
}

function defaultDriver(local: Required<LocalConfig>): string {
  if (!local.enabled) return 'http'
  return local.engine === 'dynamodb-local' ? 'dynamodb-local' : 'embedded'
}

export { CONFIG_CODES, ConfigError, type ConfigFault } from './config-errors.js'

/** Bytes that may be given as base64. */
const bytesOf = (given: string | Uint8Array | undefined): Uint8Array | undefined =>
  typeof given === 'string' ? Buffer.from(given, 'base64') : given
