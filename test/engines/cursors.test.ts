import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import { describeEngines, uniqueTable } from './support.js'

const attributes = {
  id: { type: 'string', required: true },
  group: { type: 'string', required: true },
  rank: { type: 'number', required: true },
  note: { type: 'string' },
} as const
class Post extends DynamoDBModel {
  static indexes = { byGroup: { partition: ['group'], sort: ['rank'] }, listed: { sort: ['rank'], shards: 3 } }
  attributes = attributes
}
/** The same in all but its name. */
class Draft extends DynamoDBModel {
  static indexes = { byGroup: { partition: ['group'], sort: ['rank'] }, listed: { sort: ['rank'], shards: 3 } }
  attributes = attributes
}
class Loose extends DynamoDBModel {
  attributes = attributes
}
const ROWS = Array.from({ length: 40 }, (_, i) => ({
  id: `p${i}`,
  group: 'abc'[i % 3] as string,
  rank: Math.floor(i / 4),
  note: `n${(i * 7) % 40}`,
}))
const SECRET = 'the same in every program'

interface Page {
  readonly data: readonly { readonly id: string }[]
  readonly nextCursor: string | null
  readonly prevCursor: string | null
}
interface Paged {
  cursorPaginate(cursor: string | null, n: number): Promise<Page>
}

/** Each way of paging there is. */
const WAYS: Readonly<Record<string, (model: typeof Post) => Paged>> = {
  'a query': (model) => model.query().where('group', 'a').orderBy('rank'),
  'a query backwards': (model) => model.query().where('group', 'a').orderByDesc('rank'),
  'a query with a filter': (model) => model.query().where('group', 'a').where('note', '!=', 'n7').orderBy('rank'),
  'another partition': (model) => model.query().where('group', 'b').orderBy('rank'),
  'merged in order': (model) => model.query().whereIn('group', ['a', 'b']).orderByDesc('rank'),
  'one after the other': (model) => model.query().whereIn('group', ['c', 'a']),
  shards: (model) => model.query().orderBy('rank'),
  'sorted in memory': (model) => model.query().where('group', 'c').orderBy('note'),
  'merged and sorted in memory': (model) => model.query().whereIn('group', ['a', 'b']).orderBy('note'),
  'a list of keys': (model) => model.query().whereIn('id', ['p1', 'p5', 'p9', 'p13', 'p17', 'p21']),
}
const scan = (): Paged => Loose.query().where('rank', '<', 9)

/** Every cursor of a walk to the end and back. */
async function cursorsOf(query: Paged, n: number): Promise<string[]> {
  const cursors: string[] = []
  let page = await query.cursorPaginate(null, n)
  for (const direction of ['nextCursor', 'prevCursor'] as const) {
    for (let cursor = page[direction]; cursor !== null; cursor = page[direction]) {
      cursors.push(cursor)
      page = await query.cursorPaginate(cursor, n)
    }
  }
  return cursors
}

describeEngines('cursors', (lane) => {
  const table = uniqueTable('cursors')
  const drivers: Driver[] = []
  const open = (name: string, cursorSecret?: string): Connection => {
    const driver = lane.createDriver()
    drivers.push(driver)
    return connect({
      region: 'us-east-1',
      defaultTableName: name,
      driver,
      queryBuilder: { scans: 'allow', ...(cursorSecret === undefined ? {} : { cursorSecret }) },
    })
  }
  const seed = (connection: Connection): Promise<void> =>
    connection.run(async () => {
      registerModels(Post, Draft, Loose)
      await DynamoDBModel.migrate()
      for (const model of [Post, Draft, Loose]) await model.batchCreate(ROWS)
    })
  let connection: Connection
  beforeAll(async () => {
    connection = open(table, SECRET)
    await seed(connection)
  })
  afterAll(() => Promise.all(drivers.map((driver) => driver.close())))

  const refused = { code: 'KEY.CURSOR' }

  // What is refused never gets to the engine: of the second, a part will do.
  const [step, bits] = lane.name === 'dynoxide' ? ([1, 'every bit'] as const) : ([7, 'every seventh bit'] as const)

  test(`Z9: ${bits} of 200 cursors flipped: all refused, and nothing is asked`, { timeout: 300_000 }, async () => {
    await connection.run(async () => {
      const given: { readonly query: Paged; readonly cursor: string }[] = []
      for (const make of [...Object.values(WAYS), scan]) {
        const query = make(Post)
        const cursors = await cursorsOf(query, 2)
        expect(new Set(cursors).size).toBe(cursors.length)
        for (const cursor of cursors.slice(0, 10).concat(cursors.slice(-10))) given.push({ query, cursor })
      }
      expect(given.length).toBeGreaterThanOrEqual(200)
      given.length = 200
      let sent = 0
      connection.use((request, next) => {
        sent++
        return next(request)
      })
      let taken = 0
      for (const { query, cursor } of given) {
        const bytes = Buffer.from(cursor, 'base64url')
        for (let bit = 0; bit < bytes.length * 8; bit += step) {
          const forged = Buffer.from(bytes)
          forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7))
          const error: unknown = await query
            .cursorPaginate(forged.toString('base64url'), 2)
            .catch((thrown: unknown) => thrown)
          if ((error as { code?: string }).code !== 'KEY.CURSOR') taken++
        }
      }
      expect({ taken, sent }).toEqual({ taken: 0, sent: 0 })
    })
  })

  test('Z9: a cursor is of its query alone: not of another, of another model, table or secret', async () => {
    const other = open(`${table}-other`, SECRET)
    await seed(other)
    const stranger = open(table, 'another secret, 16+')
    const twin = open(table, SECRET)
    const ways = Object.entries(WAYS)
    for (const [name, make] of ways) {
      const [cursor] = (await connection.run(() => cursorsOf(make(Post), 3))) as [string]
      await connection.run(async () => {
        for (const [each, another] of ways)
          if (each !== name) await expect(another(Post).cursorPaginate(cursor, 3)).rejects.toMatchObject(refused)
        await expect(make(Draft as never).cursorPaginate(cursor, 3)).rejects.toMatchObject(refused)
        await expect(scan().cursorPaginate(cursor, 3)).rejects.toMatchObject(refused)
      })
      for (const elsewhere of [other, stranger])
        await expect(elsewhere.run(() => make(Post).cursorPaginate(cursor, 3))).rejects.toMatchObject(refused)
      const page = await connection.run(() => make(Post).cursorPaginate(cursor, 3))
      const same = await twin.run(() => make(Post).cursorPaginate(cursor, 3))
      expect(same.data.length).toBeGreaterThan(0)
      expect(same.data.map(({ id }) => id)).toEqual(page.data.map(({ id }) => id))
    }
  })

  test('Z9: texts that are no cursors, or look like one, are refused; keys cannot be read in one', async () => {
    await connection.run(async () => {
      const query = (WAYS['a query'] as (model: typeof Post) => Paged)(Post)
      const [cursor] = (await cursorsOf(query, 5)) as [string]
      for (const part of ['POST', 'gsi', 'rank', 'p1'])
        expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain(part)
      const rubbish = [
        '',
        'x',
        `${cursor}=`,
        `${cursor} `,
        cursor.slice(0, -1),
        `${cursor}A`,
        'null',
        'A'.repeat(2_000_000),
      ]
      for (const text of rubbish) await expect(query.cursorPaginate(text, 5)).rejects.toMatchObject(refused)
      for (const value of [{}, [cursor], true])
        await expect(query.cursorPaginate(value as never, 5)).rejects.toMatchObject(refused)
    })
  })

  test('Z9: programs that share a table share its secret; one that is configured is another', async () => {
    const [one, two, configured] = [open(table), open(table), open(table, SECRET)]
    const first = WAYS['shards'] as (model: typeof Post) => Paged
    const { nextCursor } = await one.run(() => first(Post).cursorPaginate(null, 5))
    expect((await two.run(() => first(Post).cursorPaginate(nextCursor, 5))).data).toHaveLength(5)
    await expect(configured.run(() => first(Post).cursorPaginate(nextCursor, 5))).rejects.toMatchObject(refused)
  })
})
