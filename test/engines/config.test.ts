import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Connection,
  configure,
  connect,
  type DynamoDBConfig,
  DynamoDBModel,
  getConfig,
  loadConfig,
  resetConfig,
  resolveConfig,
  setConfig,
  validateConfig,
} from 'dynamodb-tooling'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Thing extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

describeEngines('config', (lane) => {
  let folder: string
  const local = { enabled: true, port: lane.port, inMemory: true, engine: lane.name } as const
  const open: Connection[] = []
  const tables = async (connection: Connection): Promise<readonly string[]> => {
    open.push(connection)
    return (await connection.send('ListTables', {})).TableNames ?? []
  }
  /** A row through a connection, to see where it goes. */
  const roundTrip = async (connection: Connection): Promise<string | undefined> => {
    open.push(connection)
    return connection.run(async () => {
      await Thing.migrate()
      const { id } = await Thing.create({})
      return (await Thing.find(id))?.id === id ? connection.config.defaultTableName : undefined
    })
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dynamodb-tooling-'))
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()))
    await resetConfig()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('CF1: the nearest dynamodb.config.ts is found, run and used', async () => {
    const name = uniqueTable()
    const config = { region: 'us-east-1', defaultTableName: name, local }
    writeFileSync(
      join(folder, 'dynamodb.config.ts'),
      `const table: string = '${name}'\nexport default { ...${JSON.stringify(config)}, defaultTableName: table }\n`,
    )
    expect(await roundTrip(new Connection(await loadConfig({ cwd: folder })))).toBe(name)
  })

  test('CF2: the sample config satisfies DynamoDBConfig and works', async () => {
    const sample = {
      region: 'us-east-1',
      defaultTableName: 'MyApp',
      singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
      local: { enabled: true, port: 8000 },
    } satisfies DynamoDBConfig
    expect(validateConfig(sample)).toEqual({ valid: true, errors: [] })
    const name = uniqueTable('MyApp')
    expect(await roundTrip(connect({ ...sample, defaultTableName: name, local }))).toBe(name)
  })

  test('CF3: prefix and suffix are part of the table name', async () => {
    const name = uniqueTable()
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: name,
      tablePrefix: 'dev-',
      tableSuffix: '.v2',
      local,
    })
    await roundTrip(connection)
    expect(await tables(connection)).toContain(`dev-${name}.v2`)
  })

  test('CF4: a wrong config is refused with path and hint, before anything is sent', () => {
    expect(() => configure({ local: { enabled: true, port: '80' as never }, reigon: 'x' } as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIG.INVALID',
        message: expect.stringMatching(/local\.port.*"80".*whole number.*reigon.*did you mean region/s),
      }),
    )
  })

  test('CF5: configure, setConfig, getConfig and resetConfig', async () => {
    const [first, second] = [uniqueTable(), uniqueTable()]
    configure({ region: 'us-east-1', defaultTableName: first, local })
    await Thing.migrate()
    expect(getConfig().defaultTableName).toBe(first)
    const connection = setConfig({ region: 'us-east-1', defaultTableName: second, local })
    expect(await roundTrip(connection)).toBe(second)
    await resetConfig()
    await expect(connection.send('ListTables', {})).rejects.toMatchObject({ code: 'CONNECTION.CLOSED' })
    // Not a missing file, which a program with configure() never had.
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'DYNAMODB_LOCAL',
    ])
      vi.stubEnv(name, '')
    await expect(Thing.find('a')).rejects.toMatchObject({
      code: 'CONNECTION.CLOSED',
      message: expect.stringContaining('resetConfig()') as unknown,
      hint: expect.stringContaining('configure()') as unknown,
    })
    vi.unstubAllEnvs()
  })

  test('CF5: a connection that cannot be closed is told of, and does not keep configure() from its work', async () => {
    const driver = Object.assign(lane.createDriver(), { close: () => Promise.reject(new RangeError('stuck')) })
    configure({ region: 'us-east-1', defaultTableName: uniqueTable(), driver })
    await Thing.migrate()
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const name = uniqueTable()
    expect(await roundTrip(configure({ region: 'us-east-1', defaultTableName: name, local }))).toBe(name)
    expect((await warned).message).toContain('stuck')
  })

  test('CF6: environment variables choose the engine and the endpoint', async () => {
    const name = uniqueTable()
    const env =
      lane.name === 'dynoxide'
        ? { DYNAMODB_LOCAL: 'true', DYNAMODB_LOCAL_PORT: String(lane.port) }
        : {
            AWS_ENDPOINT_URL_DYNAMODB: lane.endpoint,
            AWS_REGION: 'eu-west-1',
            AWS_ACCESS_KEY_ID: 'local',
            AWS_SECRET_ACCESS_KEY: 'local',
          }
    const file: DynamoDBConfig = { defaultTableName: name, local: { enabled: false, inMemory: true } }
    const config = resolveConfig(file, { env })
    expect(await roundTrip(new Connection(config))).toBe(name)
    expect(() => resolveConfig({}, { env: { DYNAMODB_LOCAL_PORT: 'abc' } })).toThrow('DYNAMODB_LOCAL_PORT')
  })

  test('CF7: local.enabled switches the endpoint', async () => {
    const name = uniqueTable()
    const config = (enabled: boolean): DynamoDBConfig => ({
      region: 'us-east-1',
      defaultTableName: name,
      local: { ...local, enabled },
    })
    expect(await roundTrip(connect(config(true)))).toBe(name)
    const remote = connect(config(false))
    open.push(remote)
    expect((await remote.driver()).endpoint).toBe('https://dynamodb.us-east-1.amazonaws.com')
    const near = connect(config(true))
    open.push(near)
    expect((await near.driver()).endpoint).toBe(lane.endpoint)
  })
})
