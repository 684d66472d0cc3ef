import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const ROOMS = 12
const EACH = 60

class Message extends DynamoDBModel {
  static indexes = {
    byRoom: { partition: ['room'], sort: ['at'] },
    byAuthor: { partition: ['author'], sort: ['at'] },
    busy: { partition: ['kind'], sort: ['at'], shards: 6 },
  }
  attributes = {
    id: { type: 'string', required: true },
    room: { type: 'string', required: true },
    author: { type: 'string', required: true },
    kind: { type: 'string', required: true },
    at: { type: 'number', required: true },
  } as const
}

describeEngines('what merges cost', (lane) => {
  let connection: Connection
  let requests = 0
  let items = 0
  let under = 0
  let most = 0

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { designCheck: 'off' },
    })
    connection.use(async (request, next) => {
      requests++
      most = Math.max(most, ++under)
      try {
        const answer = await next(request)
        items += (answer as { ScannedCount?: number }).ScannedCount ?? 0
        return answer
      } finally {
        under--
      }
    })
    await connection.run(async () => {
      registerModels(Message)
      await Message.migrate()
      await Message.batchCreate(
        Array.from({ length: ROOMS * EACH }, (_, i) => ({
          id: `m${i}`,
          room: `r${i % ROOMS}`,
          author: `a${i % 5}`,
          kind: 'chat',
          at: i,
        })),
      )
    })
  })
  afterAll(() => connection.close())
  const rooms = Array.from({ length: ROOMS }, (_, i) => `r${i}`)
  const measured = (title: string, body: () => Promise<readonly { at: number }[]>, cost: object): void =>
    test(title, () =>
      connection.run(async () => {
        requests = items = most = 0
        const rows = await body()
        expect(rows.map(({ at }) => at)).toEqual(Array.from({ length: rows.length }, (_, i) => i))
        expect({ rows: rows.length, requests, items }).toEqual(cost)
        expect(most).toBeLessThanOrEqual(16)
      }),
    )

  // All ten may lie in one room: ten of each are asked for, so that one request for each is enough.
  measured(
    'Q15: a few rows of many partitions are read in one small page of each',
    () => Message.query().whereIn('room', rooms).orderBy('at').limit(10).get(),
    { rows: 10, requests: ROOMS, items: 10 * ROOMS },
  )
  measured(
    'Q15: all rows of many partitions are each read once',
    () => Message.query().whereIn('room', rooms).orderBy('at').get(),
    { rows: ROOMS * EACH, requests: ROOMS, items: ROOMS * EACH },
  )
  measured(
    'K10: a few rows of a sharded partition',
    () => Message.query().where('kind', 'chat').orderBy('at').limit(12).get(),
    { rows: 12, requests: 6, items: expect.any(Number) },
  )
  test('Q4: different keys are read together, and rows of both once', () =>
    connection.run(async () => {
      requests = items = 0
      const rows = await Message.query().where('room', 'r0').orWhere('author', 'a0').orderBy('at').get()
      const expected = Array.from({ length: ROOMS * EACH }, (_, i) => i).filter((i) => i % ROOMS === 0 || i % 5 === 0)
      expect(rows.map(({ at }) => at)).toEqual(expected)
      expect({ requests, items }).toEqual({ requests: 2, items: EACH + (ROOMS * EACH) / 5 })
    }))
})
