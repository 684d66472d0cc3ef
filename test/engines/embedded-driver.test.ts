import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEmbeddedDriver } from '../../src/drivers/embedded/embedded-driver.js'
import { dynamoDb } from '../../src/drivers/engine/dynamo-db.js'
import type { EngineDriverSettings } from '../../src/drivers/engine/engine-driver.js'
import type { CreateTableInput, Driver } from '../../src/drivers/index.js'
import type { AttributeValue } from '../../src/values/index.js'
import { eventually, isAlive } from './processes.js'
import { engineLanes, uniqueTable } from './support.js'

let dbPath = ''
beforeEach(() => {
  dbPath = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')))
  return () => rmSync(dbPath, { recursive: true, force: true })
})

function embedded(settings: EngineDriverSettings): Driver & { readonly pid?: number | undefined } {
  const driver = createEmbeddedDriver({ engine: 'dynoxide', ...settings })
  onTestFinished(() => driver.close())
  return driver
}

const table = (TableName: string, changes: Partial<CreateTableInput> = {}): CreateTableInput => ({
  TableName,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
  ...changes,
})

/** Ends an engine the hard way, and waits until its driver has been told. */
async function kill(driver: { readonly pid?: number | undefined }) {
  const pid = strike(driver)
  await eventually(() => driver.pid !== pid)
}

function strike({ pid }: { readonly pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('no engine')
  process.kill(pid, 'SIGKILL')
  return pid
}

describe('the engine behind the driver', () => {
  test('is launched once by requests that come at the same time, and released by close', async () => {
    const driver = embedded({ port: 0, dbPath })
    await Promise.all([0, 1, 2, 3].map(() => driver.send('ListTables', {})))
    const { pid } = driver
    expect(await dynamoDb.isRunning(Number(new URL(driver.endpoint).port))).toBe(true)
    await driver.close()
    expect(isAlive(pid)).toBe(false)
    await expect(driver.send('ListTables', {})).rejects.toMatchObject({ code: 'DRIVER.CLOSED' })
    await driver.close()
  })

  test('two drivers of one data folder share it, wherever its port is', async () => {
    const first = embedded({ port: 0, dbPath })
    const second = embedded({ port: 8000, dbPath })
    await first.send('CreateTable', table('shared'))
    await expect(second.send('ListTables', {})).resolves.toMatchObject({ TableNames: ['shared'] })
    expect(second.pid).toBe(first.pid)
    await first.close()
    await expect(second.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('keeps the data over a restart', async () => {
    const driver = embedded({ port: 0, dbPath })
    await driver.send('CreateTable', table('kept'))
    await driver.send('PutItem', { TableName: 'kept', Item: { id: { S: 'a' }, name: { S: 'é😀' } } })
    await driver.close()
    const again = embedded({ port: 0, dbPath })
    await expect(again.send('GetItem', { TableName: 'kept', Key: { id: { S: 'a' } } })).resolves.toMatchObject({
      Item: { name: { S: 'é😀' } },
    })
  })

  test('killed between two requests, it is started again on its data, and says so', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const driver = embedded({ port: 0, dbPath })
    await driver.send('CreateTable', table('kept'))
    await kill(driver)
    await expect(driver.send('ListTables', {})).resolves.toMatchObject({ TableNames: ['kept'] })
    expect(warned.mock.calls.map(([message]) => String(message))).toEqual([expect.stringContaining('SIGKILL')])
  })

  test('killed in memory, every request is refused until connect() starts an empty one', async () => {
    const driver = embedded({ port: 0, inMemory: true })
    await driver.send('CreateTable', table('lost'))
    await kill(driver)
    await expect(driver.send('ListTables', {})).rejects.toMatchObject({ code: 'ENGINE.STOPPED' })
    await expect(driver.send('ListTables', {})).rejects.toMatchObject({ code: 'ENGINE.STOPPED' })
    await expect(driver.healthCheck()).resolves.toMatchObject({ ok: false, error: { code: 'ENGINE.STOPPED' } })
    await driver.connect()
    await expect(driver.send('ListTables', {})).resolves.toMatchObject({ TableNames: [] })
  })

  test('killed in memory during requests, they are refused as lost', async () => {
    const driver = embedded({ port: 0, inMemory: true })
    await driver.send('CreateTable', table('lost'))
    const requests = Array.from({ length: 50 }, () => driver.send('ListTables', {}))
    strike(driver)
    const refused = await Promise.allSettled([...requests, driver.send('ListTables', {})])
    const reasons = refused.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    expect(new Set(reasons)).toEqual(new Set(['ENGINE.STOPPED']))
  })

  test('a launch that fails is tried again by the next request', async () => {
    const taken = await dynamoDb.launch({ port: 0, inMemory: true })
    const driver = embedded({ port: taken.port, dbPath })
    await expect(driver.send('ListTables', {})).rejects.toMatchObject({ code: 'ENGINE.PORT_IN_USE' })
    await expect(driver.healthCheck()).resolves.toMatchObject({ ok: false })
    await taken.stop()
    await expect(driver.send('ListTables', {})).resolves.toMatchObject({ TableNames: [] })
  })
})

describe('guards', () => {
  const driver = () => {
    const lane = engineLanes().find(({ name }) => name === 'dynoxide')
    if (lane === undefined) throw new Error('no dynoxide')
    const made = lane.createDriver()
    onTestFinished(() => made.close())
    return made
  }

  test('a raw expression beyond ASCII is refused, in whichever request it is, and the engine lives', async () => {
    const made = driver()
    const TableName = uniqueTable()
    await made.send('CreateTable', table(TableName))
    const Key = { id: { S: 'a' } }
    const ExpressionAttributeValues = { ':v': { S: 'x' } }
    const requests = [
      () => made.send('UpdateItem', { TableName, Key, UpdateExpression: 'SET prix€ = :v', ExpressionAttributeValues }),
      () => made.send('UpdateItem', { TableName, Key, UpdateExpression: 'SET 😀 = :v', ExpressionAttributeValues }),
      () =>
        made.send('UpdateItem', {
          TableName,
          Key,
          UpdateExpression: 'SET #€ = :v',
          ExpressionAttributeNames: { '#€': 'prix' },
          ExpressionAttributeValues,
        }),
      () => made.send('GetItem', { TableName, Key, ProjectionExpression: 'prix€' }),
      () => made.send('Scan', { TableName, ProjectionExpression: 'ż' }),
      () => made.send('Query', { TableName, KeyConditionExpression: 'é = :v', ExpressionAttributeValues }),
      () => made.send('Scan', { TableName, FilterExpression: 'é = :v', ExpressionAttributeValues }),
      () => made.send('DeleteItem', { TableName, Key, ConditionExpression: 'attribute_exists(é)' }),
      () => made.send('BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key], ProjectionExpression: 'é' } } }),
      () => made.send('TransactGetItems', { TransactItems: [{ Get: { TableName, Key, ProjectionExpression: 'é' } }] }),
      () =>
        made.send('TransactWriteItems', {
          TransactItems: [
            { Put: { TableName, Item: Key } },
            { Update: { TableName, Key, UpdateExpression: 'SET é = :v', ExpressionAttributeValues } },
          ],
        }),
    ]
    for (const request of requests) await expect(request()).rejects.toMatchObject({ code: 'DRIVER.RAW_EXPRESSION' })
    const named = { UpdateExpression: 'SET #n0 = :v', ExpressionAttributeNames: { '#n0': 'prix€😀' } }
    await made.send('UpdateItem', { TableName, Key, ...named, ExpressionAttributeValues })
    await expect(made.send('GetItem', { TableName, Key })).resolves.toMatchObject({ Item: { 'prix€😀': { S: 'x' } } })
  })

  test('index keys of several attributes are refused', async () => {
    const made = driver()
    const TableName = uniqueTable()
    const AttributeDefinitions = ['id', 'a', 'b', 'c'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    }))
    const index = (...keys: readonly (readonly [string, 'HASH' | 'RANGE'])[]) => ({
      IndexName: 'several',
      KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
      Projection: { ProjectionType: 'ALL' as const },
    })
    const several = [
      index(['a', 'HASH'], ['b', 'HASH']),
      index(['a', 'HASH'], ['b', 'RANGE'], ['c', 'RANGE']),
      index(['a', 'HASH'], ['b', 'HASH'], ['c', 'RANGE']),
    ]
    for (const gsi of several) {
      const input = table(TableName, { AttributeDefinitions, GlobalSecondaryIndexes: [gsi] })
      await expect(made.send('CreateTable', input)).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
    }
    const one = {
      AttributeDefinitions: AttributeDefinitions.slice(0, 3),
      GlobalSecondaryIndexes: [index(['a', 'HASH'], ['b', 'RANGE'])],
    }
    await made.send('CreateTable', table(TableName, one))
    for (const gsi of several) {
      const update = { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create: gsi }] }
      await expect(made.send('UpdateTable', update)).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
    }
    expect(made.capabilities.multiAttributeKeys).toBe(false)
  })

  test('a second index change in one UpdateTable is refused as AWS does', async () => {
    const made = driver()
    const TableName = uniqueTable()
    const AttributeDefinitions = ['id', 'one', 'two'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    }))
    await made.send('CreateTable', table(TableName))
    const Create = (name: string) => ({
      Create: {
        IndexName: name,
        KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    })
    const update = (...GlobalSecondaryIndexUpdates: readonly object[]) =>
      made.send('UpdateTable', { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates })
    const refused = { code: 'SERVICE.LIMIT_EXCEEDED', exception: 'LimitExceededException' }
    await expect(update(Create('one'), Create('two'))).rejects.toMatchObject(refused)
    await update(Create('one'))
    await expect(update(Create('two'), { Delete: { IndexName: 'one' } })).rejects.toMatchObject(refused)
    const described = await made.send('DescribeTable', { TableName })
    expect(described.Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['one'])
  })

  test('a table whose name differs from another only in case is refused, also beyond the first page of names', async () => {
    const made = embedded({ port: 0, inMemory: true })
    for (let n = 0; n < 105; n += 1) await made.send('CreateTable', table(`tab${n}`))
    await made.send('CreateTable', table('Zebra'))
    await expect(made.send('CreateTable', table('zebra'))).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
    await expect(made.send('CreateTable', table('Zebra'))).rejects.toMatchObject({ code: 'SERVICE.RESOURCE_IN_USE' })
    await made.send('CreateTable', table('zebras'))
  })
})

describe.each(engineLanes())('segments of a parallel Scan ($name)', (lane) => {
  test('Z8: go on where the item that a page ended at was deleted, and each item is in one of them', async () => {
    const driver = lane.createDriver()
    onTestFinished(() => driver.close())
    const TableName = uniqueTable()
    await driver.send('CreateTable', table(TableName))
    const ids = Array.from({ length: 24 }, (_, n) => `row-${n}`)
    for (const id of ids) await driver.send('PutItem', { TableName, Item: { id: { S: id } } })
    const seen: string[] = []
    for (let Segment = 0; Segment < 3; Segment++) {
      let from: Readonly<Record<string, AttributeValue>> | undefined
      do {
        const page = await driver.send('Scan', {
          TableName,
          Segment,
          TotalSegments: 3,
          Limit: 2,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        })
        expect(page.Count).toBe(page.Items?.length)
        for (const { id } of page.Items ?? []) if (id !== undefined && 'S' in id) seen.push(id.S)
        from = page.LastEvaluatedKey
        if (from !== undefined) await driver.send('DeleteItem', { TableName, Key: from })
      } while (from !== undefined)
    }
    expect(seen.sort()).toEqual(ids.sort())
    await expect(driver.send('Scan', { TableName, Segment: 1 })).rejects.toMatchObject({ code: 'SERVICE.VALIDATION' })
    await expect(driver.send('Scan', { TableName, Segment: 3, TotalSegments: 3 })).rejects.toMatchObject({
      code: 'SERVICE.VALIDATION',
    })
  })
})
