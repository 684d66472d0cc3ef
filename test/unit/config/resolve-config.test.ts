import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DynamoDBConfig } from '../../../src/runtime/config.js'
import { ConfigError, type ConfigFault, resolveConfig, validateConfig } from '../../../src/runtime/resolve-config.js'

const sample = {
  region: 'us-east-1',
  defaultTableName: 'MyApp',
  singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
  local: { enabled: true, port: 8000 },
} satisfies DynamoDBConfig

/** Resolves what the types forbid, with an empty environment, and returns the faults. */
function faults(config: unknown, env: NodeJS.ProcessEnv = {}): readonly ConfigFault[] {
  try {
    resolveConfig(config as DynamoDBConfig, { env })
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'CONFIG.INVALID') return error.faults
    throw error
  }
  return []
}
const paths = (config: unknown, env: NodeJS.ProcessEnv = {}): readonly string[] =>
  faults(config, env).map((fault) => fault.path)

describe('resolveConfig', () => {
  it('CF2: the sample config satisfies DynamoDBConfig and resolves with every default', () => {
    const config = resolveConfig(sample, { env: {}, root: '/project' })
    expect(config).toMatchObject({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:8000',
      defaultTableName: 'MyApp',
      driver: 'embedded',
      singleTableDesign: {
        gsiName: 'GSI{n}',
        gsiPartitionKeyName: 'gsi{n}pk',
        gsiSortKeyName: 'gsi{n}sk',
        entityTypeAttribute: '_type',
      },
      queryBuilder: { timestampFormat: 'iso', scans: 'warn', modelsPath: undefined, cursorSecret: undefined },
      local: { enabled: true, port: 8000, engine: 'auto', inMemory: false, dbPath: resolve('/project/.dynamodb') },
      retries: { maxRetries: 5, baseDelay: 50, maxDelay: 5000, deadline: undefined },
      httpOptions: { connectTimeout: 2000, timeout: 5000, maxSockets: 128, keepAlive: true },
      strict: false,
    })
  })

  it('gives a config nobody can change', () => {
    const config = resolveConfig({ driverOptions: { a: 1 } }, { env: {} })
    const groups = [config.singleTableDesign, config.local, config.retries, config.httpOptions, config.driverOptions]
    for (const part of [config, config.queryBuilder, ...groups]) expect(Object.isFrozen(part)).toBe(true)
  })

  it('CF4: lists every fault at once, with path, what was given and what is allowed', () => {
    const found = faults({
      region: 'us east',
      singleTableDesign: { gsiCount: 21, keyDelimiter: '' },
      local: { port: '8000' },
      retries: { maxRetries: -1 },
    })
    expect(found.map((fault) => fault.path)).toEqual([
      'region',
      'singleTableDesign.gsiCount',
      'singleTableDesign.keyDelimiter',
      'local.port',
      'retries.maxRetries',
    ])
    expect(found[1]).toEqual({
      path: 'singleTableDesign.gsiCount',
      message: 'singleTableDesign.gsiCount is 21; it must be a whole number from 0 to 20',
      given: '21',
      allowed: 'a whole number from 0 to 20',
    })
    expect(() => resolveConfig({ region: 'us east' }, { env: {}, file: 'dynamodb.config.ts' })).toThrow(
      /^dynamodb\.config\.ts has one fault:\n {2}- region is "us east"; it must be/,
    )
  })

  it('CF4: an unknown key says which one was meant', () => {
    const [top, nested, far] = faults({
      defaultTablename: 'x',
      singleTableDesign: { gsiCounts: 1 },
      local: { wat: true },
    })
    expect(top).toMatchObject({ path: 'defaultTablename', suggestion: 'defaultTableName' })
    expect(nested).toMatchObject({ path: 'singleTableDesign.gsiCounts', suggestion: 'gsiCount' })
    expect(nested?.message).toContain('did you mean gsiCount?')
    expect(far?.suggestion).toBeUndefined()
    expect(far?.message).toContain('known here: enabled, port, engine, inMemory, dbPath')
  })

  it.each([
    ['region', [1, '', 'a.b', 'x/y', '-a']],
    ['endpoint', ['localhost:8000', 'ftp://x', 'http://u:p@x', 'http://x/?a=1', 'http://x/#a', '']],
    ['useFipsEndpoint', ['true', 1]],
    ['defaultTableName', ['', 'my table', 'a/b', 'a'.repeat(256), 'ab']],
    ['tablePrefix', ['é', 'a b']],
    ['singleTableDesign.partitionKeyName', ['', '__proto__', 'x'.repeat(256), 'é'.repeat(128), 5]],
    ['singleTableDesign.keyDelimiter', ['', 'a', '1', '%', '#%', '_', '~', ' ', '{', '€', '#####']],
    ['singleTableDesign.gsiPartitionKeyName', ['gsipk', '', '{N}']],
    ['singleTableDesign.gsiName', ['index', 'i{n}', 'my index {n}']],
    ['singleTableDesign.gsiCount', [-1, 21, 1.5, '5', Number.NaN, Infinity]],
    ['queryBuilder.timestampFormat', ['ISO', 'ms']],
    ['queryBuilder.scans', ['never', true]],
    ['queryBuilder.cursorSecret', ['short', 5]],
    ['local.port', [-1, 65_536, 80.5, '8000']],
    ['local.engine', ['docker']],
    ['local.dbPath', ['', 'a\0b', 1]],
    ['driver', ['', 5, {}, { send: 1 }]],
    ['driverOptions', [[], 'x', null, JSON.parse('{"__proto__": 1}')]],
    ['httpOptions.timeout', [0, -1, 2 ** 31, '5s']],
    ['httpOptions.maxSockets', [0]],
    ['retries.deadline', [0]],
    ['maxRetries', [-1, 101]],
    ['strict', ['yes']],
    [
      'credentials',
      [
        {},
        'AKIA',
        { accessKeyId: 'a' },
        { accessKeyId: 'a', secretAccessKey: '' },
        { accessKeyId: 'a', secretAccessKey: 'b', x: 1 },
      ],
    ],
    ['profile', ['', 'a]b']],
    ['local', [true, [], null, new Date(0)]],
  ] as const)('refuses wrong values of %s', (path, values) => {
    for (const value of values as readonly unknown[]) {
      const config = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
      expect(paths(config), `${path}: ${JSON.stringify(value)}`).toEqual([path])
    }
  })

  it.each([[null], [[]], ['x'], [5], [() => ({})], [Promise.resolve({})], [new Map()]])(
    'refuses %s as a config',
    (config) => {
      expect(paths(config)).toEqual(['the config'])
    },
  )

  it('takes undefined for absent', () => {
    expect(paths({ region: undefined, local: { port: undefined }, driver: undefined })).toEqual([])
  })

  it('refuses __proto__ in a config from JSON, at every depth, and leaves Object.prototype alone', () => {
    const config: unknown = JSON.parse(
      '{"__proto__": {"strict": true}, "constructor": 1, "local": {"__proto__": {"enabled": true}}}',
    )
    expect(paths(config)).toEqual(['__proto__', 'constructor', 'local.__proto__'])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('CF7: asks no function for keys while the local engine is on', () => {
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' })
    expect(resolveConfig({ credentials, local: { enabled: true } }, { env: {} }).credentials).toBeUndefined()
    expect(resolveConfig({ credentials }, { env: { DYNAMODB_LOCAL: '1' } }).credentials).toBeUndefined()
    expect(resolveConfig({ credentials }, { env: {} }).credentials).toBe(credentials)
  })

  it('takes credentials as AWS hands them out', () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b', accountId: '1', $source: { CREDENTIALS_CODE: 'e' } }
    expect(faults({ credentials })).toEqual([])
  })

  it('never repeats a secret in a fault', () => {
    const marker = 'S3CRET'
    const found = faults({
      credentials: { accessKeyId: marker, secretAccessKey: marker, session: marker },
      endpoint: `https://${marker}:${marker}@host`,
      driverOptions: marker,
      httpOptions: marker,
      secretAccessKey: marker,
    })
    expect(found).toHaveLength(5)
    expect(JSON.stringify(found)).not.toContain(marker)
  })

  it('sees what cannot stand together', () => {
    const key = { partitionKeyName: 'id', sortKeyName: 'id' }
    expect(paths({ singleTableDesign: key })).toEqual(['singleTableDesign.sortKeyName'])
    const clash = { gsiPartitionKeyName: 'g{n}', gsiSortKeyName: 'g{n}' }
    expect(paths({ singleTableDesign: clash })).toEqual(['singleTableDesign.gsiSortKeyName'])
    expect(paths({ singleTableDesign: { partitionKeyName: 'gsi2sk' } })).toEqual(['singleTableDesign.gsiSortKeyName'])
    expect(paths({ endpoint: 'http://h', local: { enabled: true } })).toEqual(['endpoint'])
    expect(paths({ endpoint: 'http://h', useFipsEndpoint: true })).toEqual(['useFipsEndpoint'])
    expect(paths({ local: { inMemory: true, dbPath: 'x' } })).toEqual(['local.dbPath'])
    expect(paths({ maxRetries: 1, retries: { maxRetries: 2 } })).toEqual(['maxRetries'])
    expect(paths({ retries: { baseDelay: 10, maxDelay: 5 } })).toEqual(['retries.baseDelay'])
    expect(paths({ local: { enabled: true, port: 0 }, driver: 'http' })).toEqual(['local.port'])
    expect(paths({ local: { enabled: true, port: 0 } })).toEqual([])
  })

  it('CF3: prefix and suffix belong to the table name and its limits', () => {
    const config = resolveConfig({ defaultTableName: 'a', tablePrefix: 'dev-', tableSuffix: '.v1' }, { env: {} })
    expect([config.tablePrefix, config.defaultTableName, config.tableSuffix]).toEqual(['dev-', 'a', '.v1'])
    expect(paths({ defaultTableName: 'a'.repeat(250), tablePrefix: 'x'.repeat(6) })).toEqual(['defaultTableName'])
    expect(paths({ defaultTableName: 'a', singleTableDesign: { enabled: false } })).toEqual([])
  })

  it('CF7: local.enabled chooses the driver by engine and keeps every driver on this machine', () => {
    const of = (config: DynamoDBConfig, env: NodeJS.ProcessEnv = {}) => resolveConfig(config, { env })
    expect(of({}).driver).toBe('http')
    expect(of({ local: { enabled: true, engine: 'dynoxide' } }).driver).toBe('embedded')
    expect(of({ local: { enabled: true, engine: 'dynamodb-local' } }).driver).toBe('dynamodb-local')
    expect(of({ local: { enabled: true, port: 9 }, driver: 'aws-sdk' })).toMatchObject({
      driver: 'aws-sdk',
      endpoint: 'http://127.0.0.1:9',
    })
    const elsewhere = { AWS_ENDPOINT_URL: 'https://dynamodb.eu-west-1.amazonaws.com' }
    expect(of({ local: { enabled: true } }, elsewhere).endpoint).toBe('http://127.0.0.1:8000')
    // Not even looked at while nothing goes there.
    expect(of({ local: { enabled: true } }, { AWS_ENDPOINT_URL: 'no URL' }).endpoint).toBe('http://127.0.0.1:8000')
    expect(of({}, { AWS_ENDPOINT_URL: 'no URL', DYNAMODB_LOCAL: '1' }).endpoint).toBe('http://127.0.0.1:8000')
    expect(() => of({ local: { enabled: true } }, { AWS_ENDPOINT_URL: 'no URL', DYNAMODB_LOCAL: '0' })).toThrow()
  })

  it('leaves the region open unless the engine is local: drivers look into the endpoint and the profile', () => {
    const region = (config: DynamoDBConfig) => resolveConfig(config, { env: {} }).region
    expect(region({})).toBeUndefined()
    expect(region({ endpoint: 'https://dynamodb.eu-west-1.amazonaws.com' })).toBeUndefined()
    expect(region({ local: { enabled: true } })).toBe('us-east-1')
  })

  it('strict forbids scans unless they are allowed by name', () => {
    expect(resolveConfig({ strict: true }, { env: {} }).queryBuilder.scans).toBe('forbid')
    expect(resolveConfig({ strict: true, queryBuilder: { scans: 'warn' } }, { env: {} }).queryBuilder.scans).toBe(
      'warn',
    )
  })
})

describe('the environment', () => {
  const of = (env: NodeJS.ProcessEnv, config: DynamoDBConfig = {}) => resolveConfig(config, { env, root: '/project' })

  it('CF6: fills what the config leaves open, and loses against what it says', () => {
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-2',
      AWS_ENDPOINT_URL: 'http://general:1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamo:2',
      AWS_PROFILE: 'work',
      AWS_MAX_ATTEMPTS: '3',
    }
    expect(of(env)).toMatchObject({
      region: 'eu-west-1',
      endpoint: 'http://dynamo:2',
      profile: 'work',
      retries: { maxRetries: 2 },
    })
    expect(of({ AWS_DEFAULT_REGION: 'eu-west-2', AWS_ENDPOINT_URL: 'http://general:1' })).toMatchObject({
      region: 'eu-west-2',
      endpoint: 'http://general:1',
    })
    const said = { region: 'us-west-2', endpoint: 'http://mine', profile: 'me', retries: { maxRetries: 0 } }
    expect(of(env, said)).toMatchObject(said)
    expect(of(env, { maxRetries: 1 }).retries.maxRetries).toBe(1)
    expect(of({ ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }).endpoint).toBeUndefined()
    expect(of({ AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' })).toMatchObject({
      useFipsEndpoint: true,
      useDualstackEndpoint: true,
    })
    expect(of({ AWS_USE_FIPS_ENDPOINT: 'true' }, { useFipsEndpoint: false }).useFipsEndpoint).toBe(false)
  })

  it('CF6: DYNAMODB_LOCAL* win over the config, both ways', () => {
    const remote = { endpoint: 'http://mine' }
    expect(of({ DYNAMODB_LOCAL: '1' }, remote)).toMatchObject({ driver: 'embedded', endpoint: 'http://127.0.0.1:8000' })
    const local = { local: { enabled: true, port: 8001, inMemory: true } }
    expect(of({ DYNAMODB_LOCAL: 'false' }, local)).toMatchObject({ driver: 'http', endpoint: undefined })
    expect(of({ DYNAMODB_LOCAL_PORT: '9000', DYNAMODB_LOCAL_PATH: 'data' }, local).local).toEqual({
      enabled: true,
      port: 9000,
      engine: 'auto',
      inMemory: false,
      dbPath: join(process.cwd(), 'data'),
    })
  })

  it('CF6: a wrong variable is a fault that names it', () => {
    const wrong = {
      AWS_REGION: 'a/b',
      AWS_ENDPOINT_URL: 'nowhere',
      AWS_USE_FIPS_ENDPOINT: 'maybe',
      AWS_MAX_ATTEMPTS: '0',
      DYNAMODB_LOCAL: 'on',
      DYNAMODB_LOCAL_PORT: '1e3',
    }
    expect([...paths({}, wrong)].sort()).toEqual(Object.keys(wrong).sort())
    expect(paths({}, { AWS_REGION: '', DYNAMODB_LOCAL: '', DYNAMODB_LOCAL_PORT: '' })).toEqual([])
  })

  it('reads the process when no environment is given, and validateConfig never does', () => {
    const before = process.env['AWS_MAX_ATTEMPTS']
    process.env['AWS_MAX_ATTEMPTS'] = 'many'
    try {
      expect(() => resolveConfig({})).toThrow('AWS_MAX_ATTEMPTS')
      expect(validateConfig({})).toEqual({ valid: true, errors: [] })
    } finally {
      if (before === undefined) delete process.env['AWS_MAX_ATTEMPTS']
      else process.env['AWS_MAX_ATTEMPTS'] = before
    }
  })
})

describe('validateConfig', () => {
  it('CF4: says what is wrong without throwing', () => {
    expect(validateConfig(sample)).toEqual({ valid: true, errors: [] })
    const { valid, errors } = validateConfig({ reegion: 'x', local: 5 })
    expect(valid).toBe(false)
    expect(errors.map((error) => error.path)).toEqual(['reegion', 'local'])
    expect(validateConfig(null).valid).toBe(false)
  })
})
