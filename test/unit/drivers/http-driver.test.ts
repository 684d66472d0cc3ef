import { inspect } from 'node:util'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableCrc32 } from '../../../src/drivers/http/crc32.js'
import { createHttpDriver } from '../../../src/drivers/http/http-driver.js'
import type {
  PartialDriverSettings,
  Transport,
  TransportRequest,
  TransportResponse,
} from '../../../src/drivers/index.js'

const KEY = { TableName: 'users', Key: { pk: { S: 'a' } } }
const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' }

function answer(body: unknown, statusCode = 200, headers: Record<string, string> = {}): TransportResponse {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return {
    statusCode,
    headers: { 'x-amzn-requestid': 'REQ1', 'x-amz-crc32': String(zlibCrc32(bytes)), ...headers },
    body: bytes,
  }
}

function setUp(
  answers: (TransportResponse | Error)[],
  settings: PartialDriverSettings = {},
  now: () => number = Date.now,
) {
  const requests: TransportRequest[] = []
  const transport: Transport = async (request) => {
    requests.push(request)
    const next = answers.shift() ?? new Error('no answer left')
    if (next instanceof Error) throw next
    return next
  }
  const clock = { now, sleep: async () => undefined }
  return { requests, driver: createHttpDriver({ region: 'eu-west-1', credentials, ...settings }, { transport, clock }) }
}

describe('a request', () => {
  test('D1: is DynamoDB JSON, signed, to the endpoint of the region', async () => {
    const { driver, requests } = setUp([answer({ Item: { pk: { S: 'a' } } })], {
      credentials: { ...credentials, sessionToken: 'TOKEN' },
    })
    expect(await driver.send('GetItem', KEY)).toEqual({ Item: { pk: { S: 'a' } } })
    expect(requests[0]).toMatchObject({
      secure: true,
      hostname: 'dynamodb.eu-west-1.amazonaws.com',
      port: 443,
      body: JSON.stringify(KEY),
      headers: {
        host: 'dynamodb.eu-west-1.amazonaws.com',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        'x-amz-security-token': 'TOKEN',
        authorization: expect.stringContaining('Credential=AKIA/'),
      },
    })
  })

  test('D1: that is no JSON is refused before anything is sent', async () => {
    const { driver, requests } = setUp([])
    await expect(driver.send('PutItem', { TableName: 't', Item: { n: { N: 1n as never } } })).rejects.toMatchObject({
      code: 'DRIVER.INVALID_REQUEST',
    })
    expect(requests).toHaveLength(0)
  })

  test('D5: that the engine cannot do is refused before anything is sent', async () => {
    const transport: Transport = () => Promise.reject(new Error('must not be sent'))
    const { capabilities } = createHttpDriver({ region: 'eu-west-1', credentials })
    const driver = createHttpDriver(
      { region: 'eu-west-1', credentials },
      { transport, capabilities: { ...capabilities, backups: false } },
    )
    await expect(driver.send('CreateBackup', {})).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
  })
})

describe('an answer that says no', () => {
  test.each([
    ['com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', 'SERVICE.THROTTLED'],
    ['com.amazon.coral.availability#ThrottlingException', 'SERVICE.THROTTLED'],
    ['com.amazonaws.dynamodb.v20120810#RequestLimitExceeded', 'SERVICE.THROTTLED'],
    ['com.amazonaws.dynamodb.v20120810#TransactionConflictException', 'SERVICE.TRANSACTION_CONFLICT'],
    ['com.amazonaws.dynamodb.v20120810#ItemCollectionSizeLimitExceededException', 'SERVICE.ITEM_COLLECTION_TOO_LARGE'],
    ['com.amazonaws.dynamodb.v20120810#LimitExceededException', 'SERVICE.LIMIT_EXCEEDED'],
    ['com.amazon.coral.service#SerializationException', 'SERVICE.VALIDATION'],
    ['com.amazon.coral.service#AccessDeniedException', 'SERVICE.ACCESS_DENIED'],
    ['com.amazon.coral.service#UnknownOperationException', 'DRIVER.UNSUPPORTED'],
    ['SomethingNewException', 'SERVICE.UNKNOWN'],
  ])('D1: %s is %s', async (type, code) => {
    const { driver } = setUp([answer({ __type: type, message: 'words that may change' }, 400)])
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code, requestId: 'REQ1' })
  })

  test('D1: with status 500 is internal, whatever its name', async () => {
    const { driver } = setUp([answer({ __type: 'Odd', Message: 'x' }, 500)])
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.INTERNAL', exception: 'Odd' })
  })

  test('D1: a proxy’s page is told with its status', async () => {
    const html = answer('<html>503</html>', 503, { 'content-type': 'text/html' })
    const { driver } = setUp([html, answer('<html>hello</html>', 200), answer('null', 403)])
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({
      code: 'SERVICE.UNKNOWN',
      statusCode: 503,
      details: { contentType: 'text/html' },
    })
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({
      code: 'NETWORK.CORRUPT',
      details: { statusCode: 200 },
    })
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.UNKNOWN', statusCode: 403 })
  })

  test('D1: JSON that is no answer of DynamoDB is corrupt', async () => {
    const bodies = ['null', '[]', '"ok"', '3']
    const { driver } = setUp(bodies.map((body) => answer(body)))
    for (const _ of bodies) await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'NETWORK.CORRUPT' })
  })

  test('D1: about an index names it, and says how it is made', async () => {
    const refused = answer({ __type: 'com.amazon.coral.validate#ValidationException', message: 'any words' }, 400)
    const { driver } = setUp([refused, refused])
    const query = { TableName: 'users', KeyConditionExpression: '#k = :v' }
    await expect(driver.send('Query', { ...query, IndexName: 'GSI3' })).rejects.toMatchObject({
      code: 'SERVICE.VALIDATION',
      hint: expect.stringMatching(/"users" has no index "GSI3".*DynamoDBModel\.migrate\(\)/) as unknown,
      details: { table: 'users', index: 'GSI3' },
    })
    await expect(driver.send('Query', query)).rejects.toMatchObject({
      hint: expect.not.stringContaining('index') as unknown,
    })
  })

  test('D1: carries items that are not printed with it', async () => {
    const item = { pk: { S: 'a' }, secret: { S: 'SECRET' } }
    const { driver } = setUp([
      answer({ __type: 'x#ConditionalCheckFailedException', Item: item }, 400),
      answer(
        {
          __type: 'x#TransactionCanceledException',
          CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: item }],
        },
        400,
      ),
    ])
    const [first, second] = [
      await driver.send('GetItem', KEY).catch((error: unknown) => error),
      await driver.send('GetItem', KEY).catch((error: unknown) => error),
    ]
    expect(first).toMatchObject({ item })
    expect(second).toMatchObject({ reasons: [{ Item: item }], details: { codes: ['ConditionalCheckFailed'] } })
    for (const error of [first, second])
      expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('SECRET')
  })

  test('D1: whose bytes changed on the way is corrupt', async () => {
    const { driver } = setUp([answer({}, 200, { 'x-amz-crc32': '1' })])
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'NETWORK.CORRUPT', sent: true })
  })

  test('D1: what a transport throws becomes a network error', async () => {
    const { driver } = setUp([Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })])
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'NETWORK.UNREACHABLE', sent: true })
  })
})

describe('the clock', () => {
  const SERVER = Date.UTC(2026, 0, 2, 3, 4, 5)
  const expired = (date = new Date(SERVER).toUTCString()) =>
    answer({ __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'Signature expired' }, 400, {
      date,
    })

  test('D2: of a machine that is wrong is corrected from the answer, once for all requests', async () => {
    const { driver, requests } = setUp([expired(), answer({}), answer({})], {}, () => SERVER - 3_600_000)
    await driver.send('GetItem', KEY)
    await driver.send('GetItem', KEY)
    expect(requests.map((request) => request.headers['x-amz-date'])).toEqual([
      '20260102T020405Z',
      '20260102T030405Z',
      '20260102T030405Z',
    ])
  })

  test('D2: is corrected for every request that was under way when it was found wrong', async () => {
    const { driver, requests } = setUp([expired(), expired(), answer({}), answer({})], {}, () => SERVER - 3_600_000)
    await Promise.all([driver.send('GetItem', KEY), driver.send('GetItem', KEY)])
    expect(requests).toHaveLength(4)
  })

  test('D2: once corrected is not blamed for another bad signature', async () => {
    const { driver, requests } = setUp([expired(), answer({}), expired(), answer({})], {}, () => SERVER - 3_600_000)
    await driver.send('GetItem', KEY)
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.ACCESS_DENIED' })
    expect(requests).toHaveLength(3)
  })

  test('D2: is not blamed when it is right, nor twice', async () => {
    const right = setUp([expired(), answer({})], {}, () => SERVER)
    await expect(right.driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.ACCESS_DENIED' })
    expect(right.requests).toHaveLength(1)
    const twice = setUp([expired(), expired(), answer({})], {}, () => SERVER - 3_600_000)
    await expect(twice.driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.ACCESS_DENIED' })
    expect(twice.requests).toHaveLength(2)
    const dateless = setUp([expired('nonsense'), answer({})], {}, () => SERVER - 3_600_000)
    await expect(dateless.driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.ACCESS_DENIED' })
  })
})

test('D2: expired credentials of a provider are fetched again, once', async () => {
  let fetched = 0
  const provider = async () => ({ accessKeyId: `K${++fetched}`, secretAccessKey: 's' })
  const stale = () => answer({ __type: 'x#ExpiredTokenException', message: '' }, 400)
  const { driver, requests } = setUp([stale(), answer({})], { credentials: provider })
  await driver.send('GetItem', KEY)
  expect(requests.map(({ headers }) => /Credential=(\w+)/.exec(headers['authorization'] ?? '')?.[1])).toEqual([
    'K1',
    'K2',
  ])
})

test('D3: credentials that do not come do not outlast the caller', async () => {
  const { driver, requests } = setUp([answer({})], { credentials: () => new Promise(() => undefined) })
  await expect(driver.send('GetItem', KEY, { timeout: 20 })).rejects.toMatchObject({
    code: 'NETWORK.TIMEOUT',
    sent: false,
  })
  const controller = new AbortController()
  const sending = driver.send('GetItem', KEY, { signal: controller.signal })
  controller.abort('enough')
  await expect(sending).rejects.toMatchObject({ code: 'NETWORK.ABORTED', sent: false, cause: 'enough' })
  expect(requests).toHaveLength(0)
})

test('D5: a health check that lacks the permission to list still shows that the engine answers', async () => {
  const { driver } = setUp([
    answer({ __type: 'x#AccessDeniedException' }, 400),
    answer({ __type: 'x#UnrecognizedClientException' }, 400),
  ])
  expect((await driver.healthCheck()).ok).toBe(true)
  expect((await driver.healthCheck()).ok).toBe(false)
})

test('D1: closing waits for requests under way', async () => {
  let release: (response: TransportResponse) => void = () => undefined
  let freed = false
  const transport: Transport = () => new Promise((resolve) => (release = resolve))
  transport.close = () => {
    freed = true
  }
  const driver = createHttpDriver({ region: 'eu-west-1', credentials }, { transport })
  const sending = driver.send('GetItem', KEY)
  const closing = driver.close()
  await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'DRIVER.CLOSED' })
  expect(freed).toBe(false)
  release(answer({ Item: {} }))
  expect(await sending).toEqual({ Item: {} })
  await closing
  expect(freed).toBe(true)
})

test('D1: the checksum by table is that of zlib', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => tableCrc32(bytes) === zlibCrc32(bytes)))
})
