import { type Connection, connect, type Driver, DynamoDBModel, measure, rawGet, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Author extends DynamoDBModel {
  static indexes = { byCity: { partition: ['city'] } } as const
  attributes = { id: { type: 'string', required: true }, city: { type: 'string', required: true } } as const
  relationships = { books: { type: 'hasMany', model: () => Book, foreignKey: 'authorId' } } as const
}
class Book extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, authorId: { type: 'string', required: true } } as const
}
class Plain extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, text: { type: 'string' } } as const
}

/** The line of this file that calls it. */
const here = (): number => Number(/measure\.test\.ts:(\d+)/.exec(new Error('here').stack?.split('\n')[2] ?? '')?.[1])

describeEngines('measure', (lane) => {
  let connection: Connection
  let other: Connection
  let asked: (string | undefined)[] = []
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  /** A driver that notes whether it is asked for capacity. */
  const noting = (driver: Driver): Driver =>
    new Proxy(driver, {
      get(target, name) {
        if (name !== 'send') {
          const member: unknown = Reflect.get(target, name)
          return typeof member === 'function' ? member.bind(target) : member
        }
        return (...given: Parameters<Driver['send']>) => {
          asked.push((given[1] as { ReturnConsumedCapacity?: string }).ReturnConsumedCapacity)
          return target.send(...given)
        }
      },
    })
  const open = (): Connection =>
    connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: noting(lane.createDriver()),
      queryBuilder: { designCheck: 'off' },
    })

  beforeAll(async () => {
    connection = open()
    other = open()
    for (const each of [connection, other])
      await each.run(async () => {
        registerModels(Author, Book, Plain)
        await DynamoDBModel.migrate()
        await Author.batchCreate(['a', 'b', 'c'].map((id) => ({ id, city: 'Rome' })))
        // DynamoDB Local reports nothing for a Query that finds nothing.
        await Book.batchCreate(['a', 'b', 'c'].map((authorId) => ({ id: `of ${authorId}`, authorId })))
        await Plain.batchCreate([{ id: 'p' }, { id: 'q' }])
      })
  })
  afterAll(() => Promise.all([connection.close(), other.close()]))

  inside('E4: requests and capacity units, by model, operation and line', async () => {
    const { result, by, ...cost } = await measure(async () => {
      const authors = await Author.where('city', 'Rome').with('books').get()
      await Plain.find('p', { consistentRead: true })
      await Plain.findMany(['p', 'q'])
      await Plain.create({ id: 'r' })
      await Author.create({ id: 'd', city: 'Oslo' })
      await DynamoDBModel.transaction(async (tx) => tx.create(Plain, { id: 's' }))
      return authors.length
    })
    expect(result).toBe(3)
    expect(cost).toMatchObject({ requests: 9, readUnits: 0.5 + 3 * 0.5 + 1 + 1, writeUnits: 1 + 2 + 2 })
    const costs = by.map(({ callSite, ...each }) => ({ ...each, line: /\.ts:\d+$/.test(callSite ?? '') }))
    const table = connection.config.defaultTableName
    const one = { requests: 1, readUnits: 0, writeUnits: 0, table, index: undefined, line: true }
    expect(costs).toEqual(
      expect.arrayContaining([
        { ...one, model: 'Author', operation: 'Query', index: 'GSI1', readUnits: 0.5 },
        { ...one, model: 'Book', operation: 'Query', index: 'GSI1', requests: 3, readUnits: 1.5 },
        { ...one, model: 'Plain', operation: 'GetItem', readUnits: 1 },
        { ...one, model: 'Plain', operation: 'BatchGetItem', readUnits: 1 },
        { ...one, model: 'Plain', operation: 'PutItem', writeUnits: 1 },
        { ...one, model: 'Author', operation: 'PutItem', writeUnits: 2 },
        expect.objectContaining({ operation: 'TransactWriteItems', table, writeUnits: 2 }),
      ]),
    )
    expect(by).toHaveLength(7)
    expect(Object.isFrozen(by)).toBe(true)
  })

  inside('E4: a line is one entry, however often it asks; the text is a table of them', async () => {
    let line = 0
    const measured = await measure(async () => {
      for (const id of ['p', 'q', 'p']) {
        line = here()
        await Plain.find(id)
      }
    })
    expect(measured.by).toHaveLength(1)
    expect(measured.by[0]).toMatchObject({ model: 'Plain', operation: 'GetItem', requests: 3, readUnits: 1.5 })
    expect(measured.by[0]?.callSite).toMatch(new RegExp(`measure\\.test\\.ts:${line + 1}$`))
    expect(String(measured)).toMatch(
      /^3 requests, 1\.5 RCU\n {2}Plain {2}GetItem {2}\S+ {2}3 requests, 1\.5 RCU {2}\S+:\d+$/,
    )
    expect(String(await measure(() => 5))).toBe('0 requests')
    expect((await measure(() => 5)).result).toBe(5)
  })

  inside('E4: a measurement in another counts for both; those at the same time do not mix', async () => {
    const read = async (ids: readonly string[]): Promise<void> => {
      for (const id of ids) await Plain.find(id)
    }
    let inner: { requests: number } | undefined
    const outer = await measure(async () => {
      await read(['p'])
      inner = await measure(() => read(['p', 'q']))
      await read(['q'])
    })
    expect([inner?.requests, outer.requests, outer.readUnits]).toEqual([2, 4, 2])
    const many = await Promise.all(
      Array.from({ length: 8 }, (_, i) => measure(() => read(Array.from({ length: i }, () => 'p')))),
    )
    expect(many.map(({ requests }) => requests)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const [one, both] = await Promise.all([
      measure(() => read(['p', 'q'])),
      measure(() => Promise.all([read(['p']), other.run(() => read(['q', 'q']))])),
    ])
    expect([one.requests, both.requests]).toEqual([2, 3])
    expect(both.by.map(({ table, requests }) => [table, requests])).toEqual([
      [other.config.defaultTableName, 2],
      [connection.config.defaultTableName, 1],
    ])
  })

  inside('E4: capacity is asked for only while it is measured, and seen by nobody who did not ask', async () => {
    const TableName = connection.config.defaultTableName
    const Key = { pk: { S: 'PLAIN#p' }, sk: { S: 'PLAIN#p' } }
    asked = []
    await Plain.find('p')
    expect(asked).toEqual([undefined])
    const plain = await measure(() => rawGet({ TableName, Key }))
    expect(plain).toMatchObject({ requests: 1, readUnits: 0.5, by: [{ model: undefined, table: TableName }] })
    expect(plain.result).not.toHaveProperty('ConsumedCapacity')
    expect(plain.result.Item).toBeDefined()
    const curious = await measure(() => rawGet({ TableName, Key, ReturnConsumedCapacity: 'INDEXES' }))
    expect(curious).toMatchObject({ readUnits: 0.5, result: { ConsumedCapacity: { CapacityUnits: 0.5 } } })
    await Plain.find('p')
    expect(asked).toEqual([undefined, 'TOTAL', 'INDEXES', undefined])
    // What was begun inside and is not waited for is not part of it, and does not fail.
    let late: Promise<unknown> = Promise.resolve()
    const early = await measure(() => {
      late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => Plain.find('p'))
    })
    await late
    expect(early.requests).toBe(0)
  })

  inside('E4: requests that failed count, and what a block throws is thrown', async () => {
    const measured = await measure(() => Plain.create({ id: 'p' }).catch((error: Error) => error.name))
    expect(measured).toMatchObject({ result: 'DuplicateKeyError', requests: 1, writeUnits: 0 })
    await expect(
      measure(async () => {
        await Plain.find('p')
        throw new RangeError('enough')
      }),
    ).rejects.toThrow(RangeError)
    expect((await measure(() => Plain.query().where('id', 'p').exists())).requests).toBe(1)
  })
})
