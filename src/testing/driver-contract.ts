import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import type { Driver, OperationInput, OperationName, ServiceCode } from '../drivers/index.js'
import { assertDriver } from '../drivers/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'

/** The three functions of a test runner the suite needs: those of vitest, jest, mocha or node:test fit. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown
  readonly test: (title: string, body: () => Promise<void>) => unknown
  readonly afterAll: (body: () => Promise<void>) => unknown
}

export interface DriverContractOptions extends TestRunner {
  /** Put before every title. */
  readonly prefix?: string
  /** Name of the table the suite makes and deletes. Default: one that no other run uses. */
  readonly tableName?: string
}

/** A number of 38 digits, which no JavaScript number holds. */
const DIGITS = '12345678901234567890123456789012345678'
const EVERY_TYPE: AttributeMap = {
  text: { S: 'grüße € 😀 \u0000 "' },
  empty: { S: '' },
  digits: { N: DIGITS },
  small: { N: '-0.00000000000000000000000000000000000001' },
  bytes: { B: Buffer.from([0, 255, 128, 10]).toString('base64') },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  list: { L: [{ N: '1' }, { B: 'AAE=' }, { M: { B: { B: 'Ag==' } } }] },
  map: { M: { nested: { S: 'x' }, B: { S: 'an attribute called B' }, BS: { L: [{ S: 'y' }] } } },
  texts: { SS: ['a', 'b'] },
  numbers: { NS: [DIGITS, '2'] },
  binaries: { BS: ['AAE=', '/w=='] },
}

/**
 * What every driver must do, as tests: all operations on data, conditions, transactions, batches, exact values, paging,
 * typed errors, timeouts, abort and closing. Run it on a driver of your own against an engine that may hold test data.
 * Each call of `makeDriver` must give a new driver on the same data.
 *
 * @example
 * import { afterAll, describe, test } from 'vitest'
 * driverContract(() => new MyDriver(), { describe, test, afterAll })
 */
export function driverContract(makeDriver: () => Driver | Promise<Driver>, options: DriverContractOptions): void {
  const { describe, test, prefix = '' } = options
  const table =
    options.tableName ?? `contract-${process.pid}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`
  let shared: Promise<Driver> | undefined
  const ready = (): Promise<Driver> => (shared ??= prepare(makeDriver, table))
  const key = (pk: string, sk = 'a'): AttributeMap => ({ pk: { S: pk }, sk: { S: sk } })
  const put = async (item: AttributeMap): Promise<void> => {
    await (await ready()).send('PutItem', { TableName: table, Item: item })
  }
  const read = async (Key: AttributeMap): Promise<AttributeMap | undefined> =>
    (await (await ready()).send('GetItem', { TableName: table, Key, ConsistentRead: true })).Item
  const define = (title: string, body: (driver: Driver) => Promise<void>): unknown =>
    test(`${prefix}${title}`, async () => body(await ready()))

  options.afterAll(async () => {
    const driver = await shared?.catch(() => undefined)
    await driver?.send('DeleteTable', { TableName: table })
    await driver?.close()
  })

  describe('the driver itself', () => {
    define('has every part of the contract', async (driver) => {
      assertDriver(driver)
      strictEqual(typeof driver.capabilities.retries, 'boolean')
      await driver.connect()
    })
    define('answers a health check', async (driver) => {
      const health = await driver.healthCheck()
      strictEqual(health.error, undefined)
      ok(health.ok && health.latency >= 0)
    })
    define('describes and lists tables', async (driver) => {
      const { Table } = await driver.send('DescribeTable', { TableName: table })
      strictEqual(Table?.TableName, table)
      strictEqual(Table?.TableStatus, 'ACTIVE')
      const names: string[] = []
      let from: string | undefined
      do {
        const page = await driver.send('ListTables', from === undefined ? {} : { ExclusiveStartTableName: from })
        names.push(...(page.TableNames ?? []))
        from = page.LastEvaluatedTableName
      } while (from !== undefined)
      ok(names.includes(table))
    })
  })

  describe('single items', () => {
    define('keeps every type exactly', async () => {
      const item = { ...key('types'), ...EVERY_TYPE }
      await put(item)
      deepStrictEqual(canonical(await read(key('types'))), canonical(item))
    })
    define('keeps an attribute called __proto__, or refuses: it is never lost', async () => {
      const item: AttributeMap = Object.fromEntries([...Object.entries(key('proto')), ['__proto__', { S: 'kept' }]])
      await put(item)
      const found = await read(key('proto')).catch((error: unknown) => error as Record<string, unknown>)
      if (found?.['code'] === 'DRIVER.UNSUPPORTED') return
      deepStrictEqual(Object.getOwnPropertyDescriptor(found ?? {}, '__proto__')?.value, { S: 'kept' })
    })
    define('has no Item where there is none', async () => {
      strictEqual(await read(key('absent')), undefined)
    })
    define('projects with placeholders', async (driver) => {
      await put({ ...key('projected'), 'prix€': { N: '5' }, other: { S: 'x' } })
      const { Item } = await driver.send('GetItem', {
        TableName: table,
        Key: key('projected'),
        ProjectionExpression: '#p',
        ExpressionAttributeNames: { '#p': 'prix€' },
      })
      deepStrictEqual(Item, { 'prix€': { N: '5' } })
    })
    define('updates and returns what it became', async (driver) => {
      await put({ ...key('updated'), n: { N: DIGITS }, gone: { S: 'x' } })
      const { Attributes } = await driver.send('UpdateItem', {
        TableName: table,
        Key: key('updated'),
        UpdateExpression: 'SET #b = :b ADD #n :one REMOVE #g',
        ExpressionAttributeNames: { '#b': 'b', '#n': 'n', '#g': 'gone' },
        ExpressionAttributeValues: { ':b': { B: 'AQID' }, ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      })
      deepStrictEqual(Attributes, {
        ...key('updated'),
        n: { N: '12345678901234567890123456789012345679' },
        b: { B: 'AQID' },
      })
    })
    define('deletes and returns what was there', async (driver) => {
      await put({ ...key('deleted'), b: { BS: ['AQ=='] } })
      const { Attributes } = await driver.send('DeleteItem', {
        TableName: table,
        Key: key('deleted'),
        ReturnValues: 'ALL_OLD',
      })
      deepStrictEqual(Attributes, { ...key('deleted'), b: { BS: ['AQ=='] } })
      strictEqual(await read(key('deleted')), undefined)
    })
    define('reports consumed capacity when asked', async (driver) => {
      const answer = await driver.send('PutItem', {
        TableName: table,
        Item: key('metered'),
        ReturnConsumedCapacity: 'TOTAL',
      })
      strictEqual(answer.ConsumedCapacity?.CapacityUnits, 1)
    })
  })

  describe('conditions', () => {
    for (const operation of ['PutItem', 'UpdateItem', 'DeleteItem'] as const) {
      define(`a failed condition of ${operation} carries the item`, async (driver) => {
        const item = { ...key(`condition-${operation}`), b: { B: 'AAEC' }, n: { N: DIGITS } }
        await put(item)
        const condition = {
          TableName: table,
          ConditionExpression: 'attribute_not_exists(#pk)',
          ExpressionAttributeNames: { '#pk': 'pk' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        } as const
        const request =
          operation === 'PutItem'
            ? driver.send('PutItem', { ...condition, Item: key(`condition-${operation}`) })
            : driver.send(operation, { ...condition, Key: key(`condition-${operation}`) })
        const error = await failure(request)
        strictEqual(error['code'], 'SERVICE.CONDITION_FAILED')
        strictEqual(error['exception'], 'ConditionalCheckFailedException')
        deepStrictEqual(error['item'], item)
        deepStrictEqual(await read(key(`condition-${operation}`)), item)
      })
    }
  })

  describe('batches', () => {
    define('writes 25 and reads them back', async (driver) => {
      const keys = Array.from({ length: 25 }, (_, index) => key('batch', String(index).padStart(2, '0')))
      await whole(driver, 'BatchWriteItem', {
        [table]: keys.map((Key) => ({ PutRequest: { Item: { ...Key, b: { B: 'AQ==' } } } })),
      })
      const items = await whole(driver, 'BatchGetItem', { [table]: { Keys: keys, ConsistentRead: true } })
      strictEqual(items.length, 25)
      ok(items.every((item) => (item['b'] as { B?: string } | undefined)?.B === 'AQ=='))
      await whole(driver, 'BatchWriteItem', { [table]: keys.map((Key) => ({ DeleteRequest: { Key } })) })
      strictEqual((await whole(driver, 'BatchGetItem', { [table]: { Keys: keys, ConsistentRead: true } })).length, 0)
    })
    define('refuses more than 25 writes and more than 100 reads', async (driver) => {
      const keys = Array.from({ length: 101 }, (_, index) => key('too-many', String(index)))
      const writes = keys.slice(0, 26).map((Item) => ({ PutRequest: { Item } }))
      await refused(driver.send('BatchWriteItem', { RequestItems: { [table]: writes } }), 'SERVICE.VALIDATION')
      await refused(driver.send('BatchGetItem', { RequestItems: { [table]: { Keys: keys } } }), 'SERVICE.VALIDATION')
    })
  })

  describe('queries and scans', () => {
    define('pages through a partition both ways, without loss or repeats', async (driver) => {
      for (let n = 0; n < 11; n++) await put({ ...key('paged', String(n).padStart(2, '0')), b: { B: 'AA==' } })
      for (const forward of [true, false]) {
        const seen: string[] = []
        let from: AttributeMap | undefined
        do {
          const page = await driver.send('Query', {
            TableName: table,
            KeyConditionExpression: '#pk = :pk',
            ExpressionAttributeNames: { '#pk': 'pk' },
            ExpressionAttributeValues: { ':pk': { S: 'paged' } },
            ScanIndexForward: forward,
            Limit: 4,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          })
          ok(page.Count <= 4 && page.ScannedCount <= 4)
          seen.push(...(page.Items ?? []).map((item) => (item['sk'] as { S: string }).S))
          from = page.LastEvaluatedKey
        } while (from !== undefined)
        const expected = Array.from({ length: 11 }, (_, n) => String(n).padStart(2, '0'))
        deepStrictEqual(seen, forward ? expected : expected.reverse())
      }
    })
    define('pages by a binary index key', async (driver) => {
      for (const n of [1, 2, 3]) {
        await put({ ...key('indexed', String(n)), ik: { S: 'i' }, ib: { B: Buffer.from([n, 255]).toString('base64') } })
      }
      const seen: unknown[] = []
      let from: AttributeMap | undefined
      do {
        const page = await driver.send('Query', {
          TableName: table,
          IndexName: 'by-bytes',
          KeyConditionExpression: '#k = :k AND #b > :b',
          ExpressionAttributeNames: { '#k': 'ik', '#b': 'ib' },
          ExpressionAttributeValues: { ':k': { S: 'i' }, ':b': { B: 'AQA=' } },
          Limit: 1,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        })
        seen.push(...(page.Items ?? []).map((item) => item['ib']))
        from = page.LastEvaluatedKey
      } while (from !== undefined)
      deepStrictEqual(seen, [{ B: 'Af8=' }, { B: 'Av8=' }, { B: 'A/8=' }])
    })
    define('scans with a filter, in segments', async (driver) => {
      for (let n = 0; n < 5; n++) await put({ ...key(`scanned-${n}`), mark: { S: 'scan' } })
      let found = 0
      for (const Segment of [0, 1]) {
        let from: AttributeMap | undefined
        do {
          const page = await driver.send('Scan', {
            TableName: table,
            FilterExpression: '#m = :m',
            ExpressionAttributeNames: { '#m': 'mark' },
            ExpressionAttributeValues: { ':m': { S: 'scan' } },
            Segment,
            TotalSegments: 2,
            ConsistentRead: true,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          })
          found += page.Count
          from = page.LastEvaluatedKey
        } while (from !== undefined)
      }
      strictEqual(found, 5)
    })
  })

  describe('transactions', () => {
    define('write all or nothing, with a reason per write', async (driver) => {
      if (!driver.capabilities.transactions) return refusedAsUnsupported(driver, 'TransactWriteItems')
      const there = { ...key('tx', 'there'), b: { B: 'AQI=' } }
      await put(there)
      const error = await failure(
        driver.send('TransactWriteItems', {
          TransactItems: [
            { Put: { TableName: table, Item: key('tx', 'new') } },
            {
              ConditionCheck: {
                TableName: table,
                Key: key('tx', 'there'),
                ConditionExpression: 'attribute_not_exists(#pk)',
                ExpressionAttributeNames: { '#pk': 'pk' },
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      )
      strictEqual(error['code'], 'SERVICE.TRANSACTION_CANCELED')
      const reasons = error['reasons'] as { Code?: string; Item?: AttributeMap }[]
      deepStrictEqual(
        reasons.map(({ Code }) => Code),
        ['None', 'ConditionalCheckFailed'],
      )
      deepStrictEqual(reasons[1]?.Item, there)
      strictEqual(await read(key('tx', 'new')), undefined)
    })
    define('take effect once per token, and read together', async (driver) => {
      if (!driver.capabilities.transactions) return refusedAsUnsupported(driver, 'TransactGetItems')
      const transaction = (by: string): OperationInput<'TransactWriteItems'> => ({
        ClientRequestToken: `token-${table}`.slice(0, 36),
        TransactItems: [
          {
            Update: {
              TableName: table,
              Key: key('tx', 'counter'),
              UpdateExpression: 'ADD #n :by',
              ExpressionAttributeNames: { '#n': 'n' },
              ExpressionAttributeValues: { ':by': { N: by } },
            },
          },
        ],
      })
      await driver.send('TransactWriteItems', transaction('1'))
      await driver.send('TransactWriteItems', transaction('1'))
      const { Responses } = await driver.send('TransactGetItems', {
        TransactItems: [
          { Get: { TableName: table, Key: key('tx', 'counter') } },
          { Get: { TableName: table, Key: key('tx', 'absent') } },
        ],
      })
      deepStrictEqual(Responses?.[0]?.Item?.['n'], { N: '1' })
      strictEqual(Responses?.[1]?.Item, undefined)
      await refused(driver.send('TransactWriteItems', transaction('2')), 'SERVICE.IDEMPOTENCY_MISMATCH')
    })
  })

  describe('PartiQL', () => {
    define('executes a statement with parameters', async (driver) => {
      if (!driver.capabilities.partiql) return refusedAsUnsupported(driver, 'ExecuteStatement')
      await put({ ...key('partiql'), b: { B: 'AP8=' } })
      const { Items } = await driver.send('ExecuteStatement', {
        Statement: `SELECT * FROM "${table}" WHERE pk = ? AND sk = ?`,
        Parameters: [{ S: 'partiql' }, { S: 'a' }],
      })
      deepStrictEqual(Items, [{ ...key('partiql'), b: { B: 'AP8=' } }])
    })
  })

  describe('failures', () => {
    define('a missing table is told by code and exception, with the request id', async (driver) => {
      const error = await failure(driver.send('GetItem', { TableName: `${table}-not`, Key: key('x') }))
      strictEqual(error['code'], 'SERVICE.RESOURCE_NOT_FOUND')
      strictEqual(error['exception'], 'ResourceNotFoundException')
      strictEqual(error['statusCode'], 400)
      ok(typeof error['requestId'] === 'string' && error['requestId'] !== '')
    })
    define('a wrong request is a validation error', async (driver) => {
      await refused(
        driver.send('GetItem', { TableName: table, Key: { pk: { S: 'no sort key' } } }),
        'SERVICE.VALIDATION',
      )
    })
    define('a table that is there already is told by code', async (driver) => {
      await refused(driver.send('CreateTable', tableInput(table)), 'SERVICE.RESOURCE_IN_USE')
    })
    define('an unknown operation is told as unsupported', async (driver) => {
      await refused(driver.send('NoSuchOperation' as OperationName, {}), 'DRIVER.UNSUPPORTED')
    })
    define('aborts before sending', async (driver) => {
      const signal = AbortSignal.abort(new RangeError('enough'))
      const error = await failure(driver.send('PutItem', { TableName: table, Item: key('aborted') }, { signal }))
      strictEqual(error['code'], 'NETWORK.ABORTED')
      strictEqual(error['sent'], false)
      ok(error['cause'] instanceof RangeError)
      strictEqual(await read(key('aborted')), undefined)
    })
    define('aborts while sending', async (driver) => {
      const controller = new AbortController()
      const sending = driver.send('Scan', { TableName: table }, { signal: controller.signal })
      controller.abort(new RangeError('enough'))
      strictEqual((await failure(sending))['code'], 'NETWORK.ABORTED')
    })
    define('gives up after the timeout of the attempt', async (driver) => {
      const items = Array.from({ length: 25 }, (_, n) => ({
        PutRequest: { Item: { ...key('slow', String(n)), text: { S: 'x'.repeat(100_000) } } },
      }))
      const sending = driver.send('BatchWriteItem', { RequestItems: { [table]: items } }, { timeout: 1, deadline: 1 })
      strictEqual((await failure(sending))['code'], 'NETWORK.TIMEOUT')
    })
    test(`${prefix}a closed driver refuses requests, and closing it again is harmless`, async () => {
      await ready()
      const driver = await makeDriver()
      await driver.send('DescribeTable', { TableName: table })
      await driver.close()
      await driver.close()
      await refused(driver.send('GetItem', { TableName: table, Key: key('x') }), 'DRIVER.CLOSED')
      const health = await driver.healthCheck()
      strictEqual(health.ok, false)
    })
  })
}

function tableInput(TableName: string): OperationInput<'CreateTable'> {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'ik', AttributeType: 'S' },
      { AttributeName: 'ib', AttributeType: 'B' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-bytes',
        KeySchema: [
          { AttributeName: 'ik', KeyType: 'HASH' },
          { AttributeName: 'ib', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }
}

async function prepare(makeDriver: () => Driver | Promise<Driver>, table: string): Promise<Driver> {
  const driver = await makeDriver()
  await driver.send('CreateTable', tableInput(table))
  for (let tries = 0; tries < 600; tries++) {
    const { Table } = await driver.send('DescribeTable', { TableName: table })
    if (Table?.TableStatus === 'ACTIVE' && Table.GlobalSecondaryIndexes?.[0]?.IndexStatus === 'ACTIVE') break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return driver
}

/** Sends a batch until nothing of it is unprocessed; the items read, if it reads. */
async function whole(
  driver: Driver,
  operation: 'BatchGetItem' | 'BatchWriteItem',
  all: object,
): Promise<AttributeMap[]> {
  const items: AttributeMap[] = []
  let left: Readonly<Record<string, unknown>> = all as Readonly<Record<string, unknown>>
  while (Object.keys(left).length > 0) {
    const answer = (await driver.send(operation, { RequestItems: left } as never)) as {
      Responses?: Readonly<Record<string, readonly AttributeMap[]>>
      UnprocessedKeys?: typeof left
      UnprocessedItems?: typeof left
    }
    items.push(...Object.values(answer.Responses ?? {}).flat())
    left = answer.UnprocessedKeys ?? answer.UnprocessedItems ?? {}
  }
  return items
}

/** What a request was rejected with; fails when it was not. */
async function failure(request: Promise<unknown>): Promise<Record<string, unknown>> {
  let error: unknown
  await rejects(request, (thrown) => {
    error = thrown
    return true
  })
  return error as Record<string, unknown>
}

async function refused(request: Promise<unknown>, code: ServiceCode | `DRIVER.${string}`): Promise<void> {
  strictEqual((await failure(request))['code'], code)
}

async function refusedAsUnsupported(driver: Driver, operation: OperationName): Promise<void> {
  await refused(driver.send(operation, {}), 'DRIVER.UNSUPPORTED')
}

/** Sets have no order: the same item compares equal whatever order an engine keeps them in. */
function canonical(item: AttributeMap | undefined): unknown {
  return Object.fromEntries(
    Object.entries(item ?? {}).map(([name, value]) => {
      const [type, content] = Object.entries(value)[0] as [keyof AttributeValue, unknown]
      return [name, { [type]: (type as string).length === 2 ? [...(content as string[])].sort() : content }]
    }),
  )
}
