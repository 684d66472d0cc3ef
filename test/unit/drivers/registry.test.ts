import { expect, test } from 'vitest'
import {
  assertDriver,
  createDriver,
  DYNAMODB_CAPABILITIES,
  DynamoDBDriver,
  driverNames,
  driverSettings,
  registerDriver,
} from '../../../src/drivers/index.js'

const context = driverSettings({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
const parts = {
  name: 'mine',
  endpoint: 'memory',
  capabilities: DYNAMODB_CAPABILITIES,
  connect: async () => undefined,
  send: async () => ({}),
  healthCheck: async () => ({ ok: true, latency: 0 }),
  close: async () => undefined,
}

test('D4: the built-in drivers are known by name', async () => {
  expect(driverNames()).toEqual(expect.arrayContaining(['aws-sdk', 'dynamodb-local', 'embedded', 'http']))
  expect(await createDriver('http', context)).toMatchObject({
    name: 'http',
    endpoint: 'https://dynamodb.eu-west-1.amazonaws.com',
  })
  expect(await createDriver('aws-sdk', context)).toMatchObject({ name: 'aws-sdk' })
})

test('D4: a registered driver is made with the settings of the connection', async () => {
  let seen: unknown
  registerDriver('mine', (given) => {
    seen = given
    return parts
  })
  expect(await createDriver('mine', context)).toBe(parts)
  expect(seen).toBe(context)
})

test('D4: an unknown name is an error with the one that was meant', async () => {
  await expect(createDriver('htpp', context)).rejects.toMatchObject({
    code: 'DRIVER.UNKNOWN',
    hint: expect.stringContaining('"http"'),
    details: { suggestion: 'http' },
  })
  await expect(createDriver('__proto__', context)).rejects.toMatchObject({ code: 'DRIVER.UNKNOWN' })
})

test('D4: what a driver lacks is named', async () => {
  const { send: _, capabilities: __, ...lacking } = parts
  registerDriver('half', () => lacking as never)
  await expect(createDriver('half', context)).rejects.toMatchObject({
    code: 'DRIVER.INVALID',
    details: { missing: ['send()', 'capabilities'] },
  })
  for (const nothing of [undefined, null, 3, 'http']) {
    expect(() => assertDriver(nothing)).toThrow(expect.objectContaining({ code: 'DRIVER.INVALID' }))
  }
  expect(() => registerDriver('x', parts as never)).toThrow(expect.objectContaining({ code: 'DRIVER.INVALID' }))
})

test('D1: DynamoDBDriver is http with retries, made in one line', async () => {
  let calls = 0
  const driver = new DynamoDBDriver({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxRetries: 2,
    retries: { baseDelay: 0 },
    transport: async () => {
      calls += 1
      return { statusCode: calls < 3 ? 500 : 200, headers: {}, body: Buffer.from('{"__type":"InternalServerError"}') }
    },
  })
  expect(driver.endpoint).toBe('https://dynamodb.eu-west-1.amazonaws.com')
  expect(driver.capabilities.retries).toBe(true)
  await driver.send('ListTables', {})
  expect(calls).toBe(3)
  await driver.close()
  await expect(driver.send('ListTables', {})).rejects.toMatchObject({ code: 'DRIVER.CLOSED' })
})

test('D1: DynamoDBDriver refuses options that it does not have, or of a wrong type', () => {
  const make = (options: object) => () => new DynamoDBDriver({ region: 'eu-west-1', ...options })
  expect(make({ regoin: 'x' })).toThrow(
    expect.objectContaining({ code: 'DRIVER.INVALID', hint: 'Did you mean "region"?' }),
  )
  expect(make({ maxRetries: '3' })).toThrow('must be a number, not text')
  expect(make({ transport: {} })).toThrow('must be a function, not an object')
  expect(make({ profile: undefined })).not.toThrow()
})

test('D1: DynamoDBDriver refuses a wrong endpoint when it is made', () => {
  expect(() => new DynamoDBDriver({ endpoint: 'nonsense' })).toThrow(
    expect.objectContaining({ code: 'ENDPOINT.INVALID' }),
  )
})
