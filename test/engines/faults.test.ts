import { inspect } from 'node:util'
import {
  BatchError,
  type Connection,
  connect,
  DynamoDBModel,
  isDynamoDBToolingError,
  type RecordOf,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/drivers/fault/seeded-random.js'
import { createFaultDriver, type FaultPlan } from '../../src/drivers/index.js'
import { batchGetItems, batchWriteItems } from '../../src/runtime/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Author extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true },
    books: { type: 'number' },
  } as const
}

class Book extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    authorId: { type: 'string', required: true, index: true },
    secret: { type: 'string', hidden: true },
  } as const
}

describeEngines('a driver that fails', (lane) => {
  const open: Connection[] = []
  afterAll(() => Promise.all(open.map((connection) => connection.close())))

  /** A connection whose requests meet the faults of a plan, and one to the same table whose requests do not. */
  async function setUp(plan: FaultPlan, maxRetries = 12) {
    const defaultTableName = uniqueTable()
    const connections = [lane.createDriver(), createFaultDriver(lane.createDriver(), plan)].map((driver) =>
      connect({
        region: 'us-east-1',
        defaultTableName,
        driver,
        retries: { maxRetries, baseDelay: 1, maxDelay: 5 },
        queryBuilder: { scans: 'allow' },
      }),
    ) as [Connection, Connection]
    open.push(...connections)
    const [sound, faulty] = connections
    await sound.run(async () => {
      registerModels(Author, Book)
      await DynamoDBModel.migrate()
    })
    faulty.run(() => registerModels(Author, Book))
    return { table: defaultTableName, sound, faulty, driver: await faulty.driver() }
  }

  test.each([1, 2, 3])('what was acknowledged holds, and nothing else (program %i)', async (seed) => {
    const { sound, faulty, table } = await setUp({
      seed,
      rates: { 'drop-reply': 0.07, throttle: 0.03, reset: 0.02, refuse: 0.01, internal: 0.01 },
    })
    const random = seededRandom(seed)
    const below = (n: number): number => Math.floor(random() * n)
    const records = new Map<string, RecordOf<typeof Author>>()
    const expected = new Map<string, { email: string; books: number }>()
    const isTaken = (email: string, by?: string): boolean =>
      [...expected].some(([id, row]) => id !== by && row.email === email)
    const refusedAs = async (write: Promise<unknown>): Promise<string | undefined> =>
      write.then(
        () => undefined,
        (error: unknown) => (isDynamoDBToolingError(error) ? error.code : String(error)),
      )

    await faulty.run(async () => {
      for (let step = 0; step < 80; step++) {
        const email = `${below(12)}@example.com`
        const id = [...expected.keys()][below(expected.size)]
        const record = id === undefined ? undefined : records.get(id)
        const action = below(5)
        if (id === undefined || record === undefined || action < 2) {
          const made = Author.create({ email, books: step }).then((author) => {
            records.set(author.id, author)
            expected.set(author.id, { email, books: step })
          })
          const taken = isTaken(email)
          expect(await refusedAs(made)).toBe(taken ? 'MODEL.UNIQUE_VIOLATION' : undefined)
        } else if (action === 2) {
          await record.update({ books: step })
          expected.set(id, { email: record.email, books: step })
        } else if (action === 3) {
          const taken = isTaken(email, id)
          expect(await refusedAs(record.update({ email }))).toBe(taken ? 'MODEL.UNIQUE_VIOLATION' : undefined)
          if (taken) await record.refresh()
          else expected.set(id, { email, books: expected.get(id)?.books ?? 0 })
        } else {
          await record.delete()
          expected.delete(id)
        }
      }
    })
    const rows = await sound.run(() => Author.all())
    expect(new Map(rows.map(({ id, email, books }) => [id, { email, books }]))).toEqual(expected)
    const { Items = [] } = await sound.send('Scan', {
      TableName: table,
      FilterExpression: '#t = :guard',
      ExpressionAttributeNames: { '#t': '_type' },
      ExpressionAttributeValues: { ':guard': { S: 'unique guard' } },
    })
    expect(Items.length).toBe(expected.size)
  })

  test('a create whose answer was lost is a success; one that found the row there is not, throttled before or not', async () => {
    const { faulty } = await setUp({ operations: ['PutItem'], script: ['drop-reply', 'throttle'] })
    await faulty.run(async () => {
      await Book.create({ id: 'b', authorId: 'a' })
      await expect(Book.create({ id: 'b', authorId: 'a' })).rejects.toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
    })
  })

  test('unprocessed writes and keys are sent again until none is left', async () => {
    const { faulty } = await setUp({ rates: { 'partial-batch': 0.8 } })
    const ids = Array.from({ length: 230 }, (_, i) => `b${i}`)
    await faulty.run(async () => {
      await Book.batchCreate(ids.map((id) => ({ id, authorId: 'a' })))
      expect((await Book.findMany(ids)).map(({ id }) => id)).toEqual(ids)
    })
  })

  test('a batch that fails says what is left of it, and prints no item', async () => {
    const { faulty, sound, table } = await setUp({ seed: 4, rates: { refuse: 0.4, 'partial-batch': 0.4 } }, 0)
    const writes = Array.from({ length: 100 }, (_, i) => ({
      PutRequest: { Item: { pk: { S: `p${i}` }, sk: { S: 'x' }, secret: { S: 'SECRET' } } },
    }))
    const error = await batchWriteItems(faulty, table, writes, { concurrency: 2 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BatchError)
    const { remaining } = error as BatchError<(typeof writes)[number]>
    expect(error).toMatchObject({ code: 'BATCH.FAILED', cause: { code: 'NETWORK.UNREACHABLE' } })
    const keys = writes.map(({ PutRequest: { Item } }) => ({ pk: Item.pk, sk: Item.sk }))
    const written = await batchGetItems(sound, table, keys)
    const all = [...written, ...remaining.map(({ PutRequest: { Item } }) => Item)].map(({ pk }) => JSON.stringify(pk))
    expect(all.sort()).toEqual(keys.map(({ pk }) => JSON.stringify(pk)).sort())
    expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('SECRET')
  })

  test('an abort while a batch waits for its next round ends it', async () => {
    const { faulty, table } = await setUp({ rates: { 'partial-batch': 1 } })
    const slow = connect({
      region: 'us-east-1',
      defaultTableName: table,
      driver: await faulty.driver(),
      retries: { baseDelay: 60_000, maxDelay: 60_000 },
    })
    const keys = Array.from({ length: 100 }, (_, i) => ({ pk: { S: `p${i}` }, sk: { S: 'x' } }))
    const stop = new AbortController()
    const reading = batchGetItems(slow, table, keys, { send: { signal: stop.signal } })
    setTimeout(() => stop.abort(new RangeError('enough')), 50)
    await expect(reading).rejects.toMatchObject({ code: 'NETWORK.ABORTED', cause: expect.any(RangeError) as unknown })
  })
})
