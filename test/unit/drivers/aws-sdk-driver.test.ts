import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAwsSdkDriver } from '../../../src/drivers/aws-sdk/aws-sdk-driver.js'
import { fromSdkError } from '../../../src/drivers/aws-sdk/sdk-errors.js'
import { fromSdk, toSdk } from '../../../src/drivers/aws-sdk/sdk-values.js'
import { askedOf } from '../../../src/drivers/http/service-errors.js'
import { driverSettings } from '../../../src/drivers/index.js'

const name = fc.oneof(fc.constantFrom('B', 'BS', 'S', 'M', 'L', 'a', '$metadata_', '#'), fc.string())
const binary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ S: fc.string() }),
    fc.record({ N: fc.constantFrom('1', '12345678901234567890123456789012345678') }),
    fc.record({ B: binary }),
    fc.record({ BS: fc.array(binary, { minLength: 1, maxLength: 3 }) }),
    fc.record({ SS: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(name, tie('value'), { maxKeys: 3 }) }),
  ),
}))

/** Every binary value of an item as the SDK has it. */
function bytesIn(part: unknown): unknown[] {
  if (part instanceof Uint8Array) return [part]
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(bytesIn) : []
}

describe('values', () => {
  test('Z19: survive the way to the SDK and back, attributes called B and BS included', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (item) => {
        expect(fromSdk(toSdk({ Item: item }))).toEqual({ Item: item })
      }),
    )
  })

  test('Z19: are bytes for the SDK wherever they are', () => {
    const wire = {
      Item: { a: { B: 'AQ==' }, l: { L: [{ BS: ['AQ=='] }] } },
      Key: { B: { B: 'AQ==' } },
      ExpressionAttributeValues: { ':b': { M: { B: { B: 'AQ==' } } } },
      RequestItems: { BSS: [{ PutRequest: { Item: { x: { B: 'AQ==' } } } }] },
    }
    expect(bytesIn(toSdk(wire)).map((bytes) => [...(bytes as Uint8Array)])).toEqual([[1], [1], [1], [1], [1]])
  })

  test('Z19: what the SDK adds or changes is undone', () => {
    const view = new Uint8Array([9, 1, 2, 9]).subarray(1, 3)
    expect(fromSdk({ $metadata: {}, Item: undefined, Made: new Date(1500), Key: { b: { B: view } } })).toEqual({
      Made: 1.5,
      Key: { b: { B: 'AQI=' } },
    })
    expect(toSdk({ ExportTime: 1.5 })).toEqual({ ExportTime: new Date(1500) })
  })
})

describe('errors', () => {
  const asked = askedOf('aws-sdk', 'PutItem', { TableName: 'users' })
  const thrown = (more: object) => Object.assign(new Error('words'), more)

  test('Z19: a cancellation keeps its reasons, with binary as text', () => {
    const error = fromSdkError(
      thrown({
        name: 'TransactionCanceledException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400, requestId: 'R', attempts: 3 },
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Item: { b: { B: new Uint8Array([1]) } } },
        ],
      }),
      asked,
    )
    expect(error).toMatchObject({
      code: 'SERVICE.TRANSACTION_CANCELED',
      requestId: 'R',
      attempts: 3,
      uncertain: true,
      details: { codes: ['None', 'ConditionalCheckFailed'] },
      reasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { b: { B: 'AQ==' } } }],
    })
  })

  test.each([
    [
      { code: 'ECONNREFUSED', syscall: 'connect' },
      { code: 'NETWORK.UNREACHABLE', sent: false },
    ],
    [
      { code: 'ECONNRESET', syscall: 'read' },
      { code: 'NETWORK.UNREACHABLE', sent: true },
    ],
    [{ name: 'TimeoutError' }, { code: 'NETWORK.TIMEOUT', sent: true }],
    [
      { name: 'TimeoutError', code: 'ECONNRESET' },
      { code: 'NETWORK.UNREACHABLE', sent: true },
    ],
    [{ name: 'CredentialsProviderError' }, { code: 'CREDENTIALS.MISSING' }],
    [
      { name: 'SyntaxError', $response: { statusCode: 503 } },
      { code: 'SERVICE.UNKNOWN', statusCode: 503 },
    ],
    [{ name: 'SyntaxError', $response: { statusCode: 200 } }, { code: 'NETWORK.CORRUPT' }],
    [{ name: 'TypeError' }, { code: 'DRIVER.INVALID_REQUEST' }],
  ])('Z19: %j is %j', (more, expected) => {
    expect(fromSdkError(thrown(more), asked)).toMatchObject(expected)
  })
})

test('Z19: without the package the next step is the install line', async () => {
  const missing = () =>
    Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const driver = createAwsSdkDriver({ region: 'eu-west-1' }, { loadSdk: missing })
  await expect(driver.send('ListTables', {})).rejects.toMatchObject({
    code: 'DRIVER.MISSING_PACKAGE',
    hint: 'npm install @aws-sdk/client-dynamodb',
  })
  expect((await driver.healthCheck()).ok).toBe(false)
  await expect(driver.close()).resolves.toBeUndefined()
})

test('Z19: an object that is no client is refused', () => {
  expect(() => createAwsSdkDriver({ driverOptions: { client: {} } })).toThrow(
    expect.objectContaining({ code: 'DRIVER.INVALID' }),
  )
})

test('CF7: with the local engine on, a client that leaves this machine is refused, and one that stays is not', async () => {
  const local = { ...driverSettings().local, enabled: true }
  const driverWith = (config: object) =>
    createAwsSdkDriver({ local, driverOptions: { client: new DynamoDBClient({ region: 'eu-west-1', ...config }) } })
  for (const [config, host] of [
    [{}, 'AWS'],
    [{ endpoint: 'https://dynamodb.eu-west-1.amazonaws.com' }, 'dynamodb.eu-west-1.amazonaws.com'],
  ] as const) {
    await expect(driverWith(config).send('ListTables', {})).rejects.toMatchObject({
      code: 'ENDPOINT.INVALID',
      message: expect.stringContaining(`to ${host}.`) as unknown,
    })
  }
  await expect(driverWith({ endpoint: 'http://127.0.0.1:8000' }).connect()).resolves.toBeUndefined()
})
