import { connect, DynamoDBDriver, DynamoDBModel, dynamoDb, registerDriver, registerModels } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { createFaultDriver } from '../../src/drivers/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Note extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

describeEngines('drivers', (lane) => {
  const open: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(closable: T): T => {
    open.push(closable)
    return closable
  }
  afterAll(() => Promise.all(open.map((each) => each.close())))

  test('D1: a driver of its own talks to the engine', async () => {
    const driver = keep(new DynamoDBDriver({ region: 'us-east-1', endpoint: lane.endpoint, credentials }))
    const { TableNames } = await driver.send('ListTables', {})
    expect(Array.isArray(TableNames)).toBe(true)
    await expect(driver.send('DescribeTable', { TableName: uniqueTable() })).rejects.toMatchObject({
      code: 'SERVICE.RESOURCE_NOT_FOUND',
      requestId: expect.stringMatching(/.+/),
    })
  })

  test('D2: requests are signed with the credentials that a provider gives', async () => {
    let asked = 0
    const provider = async (): Promise<typeof credentials> => {
      asked++
      return credentials
    }
    const driver = keep(new DynamoDBDriver({ region: 'us-east-1', endpoint: lane.endpoint, credentials: provider }))
    await Promise.all([driver.send('ListTables', {}), driver.send('ListTables', {})])
    expect(asked).toBe(1)
  })

  test('D3: lost answers, throttling and server errors are retried until the work is done', async () => {
    const faulty = createFaultDriver(lane.createDriver(), { script: ['throttle', 'internal', 'reset', 'refuse'] })
    const connection = keep(
      connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: faulty, retries: { baseDelay: 1 } }),
    )
    const rows = await connection.run(async () => {
      registerModels(Note)
      await DynamoDBModel.migrate()
      await Note.create({ id: 'a' })
      return Note.findMany(['a'])
    })
    expect(rows.map((row) => row.id)).toEqual(['a'])
    expect(faulty.records.length).toBeGreaterThan(4)
  })

  test('D4: a driver is registered by name and chosen by config', async () => {
    const name = `mine-${lane.name}`
    const sent: string[] = []
    registerDriver(name, () => {
      const inner = new DynamoDBDriver({ region: 'us-east-1', endpoint: lane.endpoint, credentials })
      return {
        name,
        endpoint: inner.endpoint,
        capabilities: inner.capabilities,
        connect: () => inner.connect(),
        send: (operation, input, options) => {
          sent.push(operation)
          return inner.send(operation, input, options)
        },
        healthCheck: () => inner.healthCheck(),
        close: () => inner.close(),
      }
    })
    const connection = keep(connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: name }))
    await connection.run(async () => {
      await Note.migrate()
      expect((await Note.create({ id: 'b' })).id).toBe('b')
    })
    expect(sent).toContain('PutItem')
  })

  test('L4: a local engine is launched by hand on the oldest Node that is supported, or a newer one', async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    expect(major > 20 || (major === 20 && minor >= 19)).toBe(true)
    const engine = await dynamoDb.launch({ port: 0, inMemory: true, engine: lane.name })
    const driver = new DynamoDBDriver({ region: 'us-east-1', endpoint: engine.endpoint, credentials })
    expect((await driver.send('ListTables', {})).TableNames).toEqual([])
    await driver.close()
    await engine.stop()
    expect(await dynamoDb.isRunning(engine.port)).toBe(false)
  })

  test('D5: capabilities, connect and a health check that never throws', async () => {
    const driver = keep(lane.createDriver())
    await driver.connect()
    expect(driver.capabilities).toMatchObject({
      transactions: true,
      partiql: lane.name === 'dynamodb-local' ? 'unordered' : 'basic',
      backups: false,
      multiAttributeKeys: lane.name === 'dynamodb-local',
      aws: false,
    })
    expect(await driver.healthCheck()).toMatchObject({ ok: true })
    const dead = keep(
      new DynamoDBDriver({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9', credentials, maxRetries: 0 }),
    )
    expect(await dead.healthCheck()).toMatchObject({ ok: false, error: { code: 'NETWORK.UNREACHABLE' } })
  })
})
