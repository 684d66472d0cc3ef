import {
  BatchError,
  batchGet,
  batchWrite,
  type Connection,
  connect,
  DynamoDBModel,
  parallelScan,
  rawGet,
  rawQuery,
  rawTransactWrite,
  registerModels,
  transactGet,
  transactWrite,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/drivers/fault/seeded-random.js'
import { createFaultDriver } from '../../src/drivers/index.js'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const
const number = { type: 'number' } as const

class Item extends DynamoDBModel {
  static table = 'items'
  attributes = { id, name: string, size: number } as const
}
class Note extends DynamoDBModel {
  attributes = { id, text: string } as const
}
class Login extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, email: { type: 'string', unique: true } } as const
}
const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join(' ')
const numbered = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

describeEngines('batches', (lane) => {
  for (const [layout, singleTableDesign] of [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
  ] as const) {
    describe(layout, () => {
      let connection: Connection
      const sent: string[] = []
      const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))

      beforeAll(async () => {
        connection = connect({
          region: 'us-east-1',
          defaultTableName: 'app',
          tablePrefix: `${uniqueTable()}-`,
          driver: lane.createDriver(),
          singleTableDesign,
          queryBuilder: { scans: 'allow', designCheck: 'off' },
        })
        connection.use((request, next) => {
          sent.push(request.operation)
          return next(request)
        })
        await connection.run(async () => {
          registerModels(Item, Note, Login)
          await DynamoDBModel.migrate()
          await Item.batchCreate(numbered(260).map((i) => ({ id: `i${i}`, name: `n${i}`, size: i })))
          await Note.batchCreate([
            { id: 'a', text: 'A' },
            { id: 'b', text: 'B' },
          ])
        })
      })
      afterAll(() => connection.close())

      run('A1: A10: many keys of a model, in order, with settings', async () => {
        sent.length = 0
        const keys = numbered(250).map((i) => `i${249 - i}`)
        const rows = await Item.batchGet([...keys, 'nobody', 'i3'], { consistentRead: true, concurrency: 2 })
        expect(rows.map((row) => row.id)).toEqual(keys)
        expect(sent).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem'])
        expect(rows.consumedCapacity).toBeUndefined()
        const named = await Item.batchGet(['i1'], { projection: ['name'], returnConsumedCapacity: 'TOTAL' })
        expect(named[0]?.toJSON()).toEqual({ id: 'i1', name: 'n1' })
        expect(named.consumedCapacity?.capacityUnits).toBe(0.5)
        await named[0]?.update({ name: 'n1!' })
        expect((await Item.findOrFail('i1')).size).toBe(1)
        expect(await Item.batchGet([])).toEqual([])
      })

      run('A2: rows of several models share requests', async () => {
        sent.length = 0
        const [items, notes] = await batchGet([
          { model: Item, keys: numbered(90).map((i) => `i${i}`) },
          { model: Note, keys: ['b', 'a', 'x'] },
        ])
        expect([items.length, notes.map((note) => note.text)]).toEqual([90, ['B', 'A']])
        // In one table each model is asked by itself, for a request names a table once.
        expect(sent).toHaveLength(layout === 'in one table' ? 2 : 1)
        const named = await batchGet([{ model: Item, keys: ['i5'] }])
        expect(ids(named['items'])).toBe('i5')
        const { table } = Note.query().explain()
        const key = layout === 'in one table' ? { pk: 'NOTE#a', sk: 'NOTE#a' } : { id: 'a' }
        expect(await batchGet(table, [key])).toMatchObject([{ id: 'a', text: 'A' }])
      })

      run('A3: A9: rows are created, changed and deleted by the dozen', async () => {
        const told: number[] = []
        await Item.batchCreate(
          numbered(60).map((i) => ({ id: `x${i}`, size: 1 })),
          { onProgress: (done, total) => told.push(done / total) },
        )
        expect(told.at(-1)).toBe(1)
        expect(await Item.batchUpdate(numbered(60).map((i) => ({ id: `x${i}`, name: 'new', size: i })))).toEqual({
          written: 60,
        })
        expect(await Item.findOrFail('x7')).toMatchObject({ name: 'new', size: 7 })
        const failed = await Item.batchUpdate(
          [
            { id: 'x1', size: 0 },
            { id: 'nobody', size: 0 },
          ],
          { concurrency: 1 },
        ).catch((error: unknown) => error as BatchError)
        expect(failed).toBeInstanceOf(BatchError)
        expect((failed as BatchError).remaining).toEqual([{ id: 'nobody', size: 0 }])
        expect(await Item.batchDelete([...numbered(60).map((i) => `x${i}`), 'nobody'])).toEqual({ written: 61 })
        expect(await Item.findMany(numbered(60).map((i) => `x${i}`))).toEqual([])
        await Login.batchCreate(numbered(5).map((i) => ({ id: `l${i}`, email: `${i}@example.com` })))
        await Login.batchDelete(['l0', 'l1', 'nobody'])
        const trashed = await Login.query().onlyTrashed().orderBy('id').get()
        expect(ids(trashed)).toBe('l0 l1')
        await Login.batchDelete(['l0'])
        const again = await Login.query().onlyTrashed().where('id', 'l0').first()
        expect(again?.deletedAt).toEqual(trashed[0]?.deletedAt)
        await expect(Item.batchUpdate([{ id: 'i1', sise: 1 } as never])).rejects.toMatchObject({
          code: 'MODEL.UNKNOWN_ATTRIBUTE',
        })
        await expect(Item.batchCreate([{ id: 'ok' }, { id: 'bad', size: 'x' } as never])).rejects.toMatchObject({
          code: 'VALIDATION.FAILED',
        })
        expect(await Item.find('ok')).toBeNull()
      })

      run('A4: puts and deletes of several models, in both forms', async () => {
        sent.length = 0
        expect(
          await batchWrite([
            { type: 'put', model: Item, item: { id: 'p1', size: 1 } },
            { type: 'put', model: Note, item: { id: 'p2', text: 'x' } },
            { type: 'delete', model: Note, key: 'b' },
            { type: 'put', model: Login, item: { id: 'p3', email: 'p3@example.com' } },
          ]),
        ).toEqual({ written: 4 })
        expect(sent).toEqual(['BatchWriteItem', 'TransactWriteItems'])
        expect([(await Item.find('p1'))?.size, (await Note.find('p2'))?.text, await Note.find('b')]).toEqual([
          1,
          'x',
          null,
        ])
        expect((await Login.query().where('email', 'p3@example.com').first())?.id).toBe('p3')
        const partly = await batchWrite([
          { type: 'put', model: Item, item: { id: 'p4' } },
          { type: 'put', model: Login, item: { id: 'p5', email: 'p3@example.com' } },
        ]).catch((error: unknown) => error as BatchError)
        expect(partly).toMatchObject({ code: 'BATCH.FAILED', cause: { code: 'MODEL.UNIQUE_VIOLATION' } })
        expect((partly as BatchError<{ item: { id: string } }>).remaining.map(({ item }) => item.id)).toEqual(['p5'])
        expect(await Item.find('p4')).not.toBeNull()
        const { table } = Note.query().explain()
        const key = layout === 'in one table' ? { pk: 'NOTE#raw', sk: 'NOTE#raw' } : {}
        const item = { ...key, id: 'raw', text: 'R', _type: 'Note' }
        await batchWrite(table, { put: [item] })
        expect((await Note.find('raw'))?.text).toBe('R')
        await batchWrite(table, { delete: [layout === 'in one table' ? key : { id: 'raw' }] })
        expect(await Note.find('raw')).toBeNull()
        await expect(
          batchWrite([
            { type: 'put', model: Item, item: { id: 'same' } },
            { type: 'delete', model: Item, key: 'same' },
          ]),
        ).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await expect(batchWrite([{ type: 'merge', model: Item } as never])).rejects.toMatchObject({
          code: 'MODEL.INVALID_INPUT',
        })
      })

      run('A5: A7: a transaction as a list, in both forms', async () => {
        await Item.create({ id: 't1', size: 10 })
        await transactWrite([
          { type: 'put', model: Note, item: { id: 't2', text: 'new' } },
          { type: 'update', model: Item, key: 't1', update: { size: { $add: -4 } } },
          { type: 'update', model: Note, key: 'a', update: { text: 'AA' } },
          { type: 'conditionCheck', model: Item, key: 'i2', condition: { size: 2 } },
          { type: 'delete', model: Item, key: 'i3' },
        ])
        expect([(await Item.find('t1'))?.size, (await Note.find('a'))?.text, await Item.find('i3')]).toEqual([
          6,
          'AA',
          null,
        ])
        await expect(
          transactWrite([
            { type: 'put', model: Note, item: { id: 't3' } },
            { type: 'conditionCheck', model: Item, key: 'i2', condition: { size: 3 } },
          ]),
        ).rejects.toMatchObject({ code: 'MODEL.CONDITION_FAILED' })
        expect(await Note.find('t3')).toBeNull()
        const { table } = Item.query().explain()
        const Key = layout === 'in one table' ? { pk: { S: 'ITEM#t1' }, sk: { S: 'ITEM#t1' } } : { id: { S: 't1' } }
        const entry = {
          Update: {
            TableName: table,
            Key,
            UpdateExpression: 'ADD #s :one',
            ExpressionAttributeNames: { '#s': 'size' },
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        }
        for (let i = 0; i < 2; i++) await transactWrite([entry], { clientRequestToken: `token-${table}`.slice(-36) })
        expect((await Item.findOrFail('t1')).size).toBe(7)
        await expect(transactWrite([])).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await expect(
          transactWrite([
            { type: 'update', model: Item, key: 't1', update: { size: { $add: 1 }, name: 'x' } as never },
          ]),
        ).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
      })

      run('A6: rows of several models as they are at one moment', async () => {
        sent.length = 0
        const [item, nobody, note] = await transactGet([
          { model: Item, key: 'i7' },
          { model: Note, key: 'nobody' },
          { model: Note, key: 'a' },
        ])
        expect([item?.size, nobody, note?.id]).toEqual([7, null, 'a'])
        expect(sent).toEqual(['TransactGetItems'])
        await expect(transactGet(numbered(101).map((i) => ({ model: Item, key: `i${i}` })))).rejects.toMatchObject({
          code: 'MODEL.INVALID_INPUT',
        })
      })

      run('A9: Q27: a Scan in segments tells what each brings', async () => {
        const segments = new Set<number>()
        let told = 0
        const rows = await parallelScan({
          model: Item,
          segments: 3,
          filter: { size: 5 },
          onProgress: (segment, page) => {
            segments.add(segment)
            told += page.length
          },
        })
        expect([ids(rows), told, segments.size]).toEqual(['i5', 1, 3])
        const large = await parallelScan({ model: Item, filter: (query) => query.where('size', '>=', 200) })
        expect(large).toHaveLength(60)
        expect(await parallelScan({ model: Item, collect: false })).toEqual([])
        await expect(parallelScan({ model: Item, segments: 0 })).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
      })

      run('Q35: requests as they are', async () => {
        const { table } = Item.query().explain()
        const Key = layout === 'in one table' ? { pk: { S: 'ITEM#i9' }, sk: { S: 'ITEM#i9' } } : { id: { S: 'i9' } }
        expect((await rawGet({ TableName: table, Key })).Item?.['size']).toEqual({ N: '9' })
        const [name, value] = Object.entries(Key)[0] as [string, { S: string }]
        const { Items } = await rawQuery({
          TableName: table,
          KeyConditionExpression: '#k = :k',
          ExpressionAttributeNames: { '#k': name },
          ExpressionAttributeValues: { ':k': value },
        })
        expect(Items?.[0]?.['id']).toEqual({ S: 'i9' })
        await expect(
          rawTransactWrite({
            TransactItems: [
              {
                Delete: {
                  TableName: table,
                  Key,
                  ConditionExpression: 'attribute_not_exists(#k)',
                  ExpressionAttributeNames: { '#k': name },
                },
              },
            ],
          }),
        ).rejects.toMatchObject({ code: 'SERVICE.TRANSACTION_CANCELED' })
      })
    })
  }

  test('A8: Z3: what DynamoDB leaves unprocessed is written and read, or reported: nothing is dropped', async () => {
    const defaultTableName = uniqueTable()
    const random = seededRandom(7)
    const sound = connect({ region: 'us-east-1', defaultTableName, driver: lane.createDriver() })
    await sound.run(async () => {
      registerModels(Item, Note)
      await DynamoDBModel.migrate()
    })
    const hostile = connect({
      region: 'us-east-1',
      defaultTableName,
      driver: createFaultDriver(lane.createDriver(), { seed: 3, rates: { 'partial-batch': 0.7 } }),
      retries: { maxRetries: 3, baseDelay: 0, maxDelay: 1 },
    })
    await hostile.run(async () => {
      registerModels(Item, Note)
      let asked = 0
      for (let pattern = 0; pattern < PATTERNS; pattern++) {
        const count = 1 + Math.floor(random() * 30)
        const entries = numbered(count).map((i) =>
          i % 3 === 0
            ? ({ type: 'put', model: Note, item: { id: `${pattern}-${i}` } } as const)
            : ({ type: 'put', model: Item, item: { id: `${pattern}-${i}`, size: i } } as const),
        )
        const failed = await batchWrite(entries, { retryConfig: { maxRetries: pattern % 4 } }).then(
          () => [],
          (error: unknown) => (error as BatchError<(typeof entries)[number]>).remaining,
        )
        const left = new Set<string>(failed.map(({ item }) => item.id))
        const keys = entries.map(({ item }) => item.id)
        const [items, notes] = await batchGet([
          { model: Item, keys },
          { model: Note, keys },
        ])
        const written = [...items, ...notes].map((row) => row.id)
        expect(new Set([...written, ...left])).toEqual(new Set(keys))
        expect(written.filter((key) => left.has(key))).toEqual([])
        asked += count
      }
      expect(asked).toBeGreaterThan(PATTERNS)
    })
    await hostile.close()
    await sound.close()
  }, 120_000)
})

/** A thousand on each engine. */
const PATTERNS = 1000
