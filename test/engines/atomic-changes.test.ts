import {
  type Connection,
  connect,
  DynamoDBModel,
  ModelNotFoundError,
  registerModels,
  transaction,
  UniqueConstraintError,
  ValidationError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultDriver, type FaultPlan, retrying } from '../../src/drivers/index.js'
import { RetryBudget } from '../../src/drivers/retry-budget.js'
import { mapConcurrent } from '../../src/kernel/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Page extends DynamoDBModel {
  static timestamps = true
  static indexes = { byRank: { partition: ['topic'], sort: ['rank'] } }
  attributes = {
    id: { type: 'string', required: true },
    views: { type: 'number' },
    exact: { type: 'decimal' },
    huge: { type: 'bigint' },
    topic: { type: 'string', default: 'all' },
    rank: { type: 'number', default: 0 },
    stock: { type: 'number', min: 0 },
    number: { type: 'number', unique: true },
    title: { type: 'string' },
    slug: { type: 'string', unique: true },
    log: { type: 'list' },
    tags: { type: 'set', set: 'string' },
    scores: { type: 'set', set: 'number' },
    seen: { type: 'date' },
  } as const
}

describeEngines('atomic changes', (lane) => {
  const open: Connection[] = []
  let connection: Connection

  beforeAll(async () => {
    connection = connectTo(uniqueTable())
    await connection.run(() => DynamoDBModel.migrate())
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))

  /** A connection to the table whose requests meet the faults of a plan, with as many retries as it takes. */
  function connectTo(defaultTableName: string, plan: FaultPlan = {}): Connection {
    const policy = { maxRetries: 60, baseDelay: 0, maxDelay: 0, deadline: undefined }
    const driver = retrying(createFaultDriver(lane.createDriver(), plan), policy, { budget: new RetryBudget(1e9) })
    const made = connect({ region: 'us-east-1', defaultTableName, driver, queryBuilder: { scans: 'allow' } })
    made.run(() => registerModels(Page))
    open.push(made)
    return made
  }
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }

  inside('Q30: increment and decrement add to what is stored, and lose no other change', async () => {
    const page = await Page.create({ views: 5 })
    const stale = await Page.findOrFail(page.id)
    expect((await page.increment('views')).views).toBe(6)
    await page.increment('views', 10)
    await stale.decrement('views', 2)
    expect([page.views, stale.views, (await Page.findOrFail(page.id)).views]).toEqual([16, 3, 14])
    expect([page.isClean(), page.wasChanged('views')]).toEqual([true, true])
    await Page.increment(page.id, 'views', 100)
    await Page.decrement(page.id, 'views')
    await page.increment('views', 1, { atLeastOnce: true })
    expect((await page.refresh()).views).toBe(114)
    const empty = await Page.create({})
    const before = empty.updatedAt
    await new Promise((done) => setTimeout(done, 2))
    await empty.increment('views')
    expect(empty.updatedAt.getTime()).toBeGreaterThan(before.getTime())
    expect((await Page.findOrFail(empty.id)).toJSON()).toEqual(empty.toJSON())
  })

  inside('Q30: numbers beyond the reach of JavaScript stay exact', async () => {
    const page = await Page.create({ exact: '0.1', huge: 9007199254740993n })
    await page.increment('exact', '0.2')
    await page.increment('huge', 10n ** 30n)
    await page.decrement('exact', '-1e-20')
    expect([page.exact, page.huge]).toEqual(['0.30000000000000000001', 10n ** 30n + 9007199254740993n])
    const now = await Page.findOrFail(page.id)
    expect([now.exact, now.huge]).toEqual([page.exact, page.huge])
  })

  inside('Q30: lists grow at both ends, sets gain and lose elements', async () => {
    const page = await Page.create({ tags: new Set(['a']) })
    const other = await Page.findOrFail(page.id)
    await page.append('log', 'one')
    await page.append('log', ['two', { three: 3 }])
    await page.prepend('log', ['first', 'second'])
    await other.add('tags', 'c')
    await page.add('tags', ['a', 'b'])
    await page.add('scores', new Set([1, 2]))
    await page.remove('scores', [2, 7])
    expect(page.log).toEqual(['first', 'second', 'one', 'two', { three: 3 }])
    const now = await Page.findOrFail(page.id)
    expect([now.log, now.tags, now.scores]).toEqual([page.log, new Set(['a', 'b', 'c']), new Set([1])])
    await page.remove('scores', 1)
    expect([page.scores, (await Page.findOrFail(page.id)).scores]).toEqual([undefined, undefined])
    await Page.append(page.id, 'log', [['nested']])
    await Page.prepend(page.id, 'log', 0)
    await Page.add(page.id, 'tags', 'd')
    await Page.remove(page.id, 'tags', ['a', 'b', 'c'])
    await page.refresh()
    expect([page.log?.[0], page.log?.at(-1), page.tags]).toEqual([0, ['nested'], new Set(['d'])])
  })

  inside('Q31: ifNotExists sets what the row has not got, whoever comes first', async () => {
    const page = await Page.create({})
    const [one, two] = [await Page.findOrFail(page.id), await Page.findOrFail(page.id)]
    await one.ifNotExists('title', 'mine')
    await two.ifNotExists('title', 'yours')
    await Page.ifNotExists(page.id, 'title', 'theirs')
    expect((await Page.findOrFail(page.id)).title).toBe('mine')
    await one.ifNotExists('slug', 'taken')
    await two.ifNotExists('slug', 'other')
    expect([two.slug, (await Page.findOrFail(page.id)).slug]).toEqual(['taken', 'taken'])
    await Page.create({ slug: 'other' })
    const third = await Page.create({})
    await expect(third.ifNotExists('slug', 'taken')).rejects.toBeInstanceOf(UniqueConstraintError)
  })

  inside(
    'Q30: index keys, unique guards and rules go along with the value, among writers at the same time',
    async () => {
      const page = await Page.create({ topic: 'keys', rank: 1, stock: 3, number: 10 })
      const writers = await Page.findMany([page.id])
      for (let i = 0; i < 11; i++) writers.push(await Page.findOrFail(page.id))
      await Promise.all(writers.map((each) => each.increment('rank', 2)))
      expect((await Page.findOrFail(page.id)).rank).toBe(25)
      expect((await Page.where('topic', 'keys').where('rank', 25).get()).length).toBe(1)
      await Page.increment(page.id, 'rank', 5)
      expect((await Page.where('topic', 'keys').where('rank', '>', 25).get()).map(({ rank }) => rank)).toEqual([30])
      const sold = await Promise.allSettled(writers.map((each) => each.decrement('stock')))
      expect(sold.filter(({ status }) => status === 'fulfilled').length).toBe(3)
      expect(sold.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: expect.any(ValidationError) as unknown,
      })
      expect((await Page.findOrFail(page.id)).stock).toBe(0)
      const [first] = writers
      await first?.increment('number')
      await Page.create({ number: 10 })
      await expect(Page.create({ number: 11 })).rejects.toBeInstanceOf(UniqueConstraintError)
      await expect(first?.decrement('number')).rejects.toBeInstanceOf(UniqueConstraintError)
    },
  )

  inside('what cannot be counted is refused, and unsaved changes stay what they are', async () => {
    const page = await Page.create({ views: 1, seen: new Date(0) })
    const refused = (change: Promise<unknown>, code: string): Promise<void> =>
      expect(change).rejects.toMatchObject({ code })
    await refused(page.increment('title' as never), 'MODEL.INVALID_INPUT')
    await refused(page.append('tags' as never, 'x'), 'MODEL.INVALID_INPUT')
    await refused(page.add('log' as never, 'x'), 'MODEL.INVALID_INPUT')
    await refused(page.increment('view' as never), 'MODEL.UNKNOWN_ATTRIBUTE')
    await refused(page.increment('views', Number.NaN), 'VALUE.NUMBER_RANGE')
    await refused(page.ifNotExists('id', 'x'), 'MODEL.INVALID_INPUT')
    await refused(page.add('tags', []), 'VALUE.EMPTY_SET')
    page.views = 7
    await refused(page.increment('views'), 'MODEL.INVALID_INPUT')
    page.views = 1
    page.seen = new Date(1)
    page.title = 'unsaved'
    await page.increment('views')
    expect([page.getDirty(), page.views]).toEqual([{ seen: new Date(1), title: 'unsaved' }, 2])
    await page.save()
    expect((await Page.findOrFail(page.id)).toJSON()).toEqual(page.toJSON())
    await expect(Page.increment('nobody', 'views')).rejects.toBeInstanceOf(ModelNotFoundError)
    const [partial] = await Page.query().where('id', page.id).select('title').get()
    await (partial as unknown as typeof page).increment('views')
    expect(partial).not.toHaveProperty('views')
    expect((await page.refresh()).views).toBe(3)
  })

  inside('Q30: counters take part in transactions', async () => {
    const [one, two] = [await Page.create({ views: 1 }), await Page.create({ views: 1, rank: 1 })]
    await transaction(async (tx) => {
      await tx.increment(one, 'views', 4)
      await tx.increment(Page, two.id, 'rank', -3)
    })
    expect([one.views, (await Page.findOrFail(one.id)).views, (await two.refresh()).rank]).toEqual([5, 5, -2])
  })

  test('Z2: thousands of increments and appends whose answers are lost in 30% of cases: exact sum and length', async () => {
    // DynamoDB Local takes four times as long for each.
    const count = lane.name === 'dynoxide' ? 10_000 : 2_500
    const unsure = connectTo(connection.config.defaultTableName, {
      seed: 3,
      operations: ['TransactWriteItems', 'UpdateItem'],
      rates: { 'drop-reply': 0.3 },
    })
    const pages = await connection.run(() =>
      Page.batchCreate(Array.from({ length: 8 }, (_, i) => ({ id: `z2-${i}`, views: 0 }))),
    )
    await unsure.run(async () => {
      await mapConcurrent(Array.from({ length: count }), 32, (_, i) =>
        Page.increment(`z2-${i % 8}`, 'views', 1 + (i % 3)),
      )
      await mapConcurrent(Array.from({ length: 200 }), 16, (_, i) => Page.append('z2-0', 'log', i))
      await mapConcurrent(Array.from({ length: 100 }), 4, () => Page.increment('z2-1', 'rank'))
    })
    const rows = await connection.run(() => Page.findMany(pages.map(({ id }) => id)))
    const expected = Array.from({ length: count }, (_, i) => 1 + (i % 3)).reduce((sum, each) => sum + each, 0)
    expect(rows.reduce((sum, { views = 0 }) => sum + (views ?? 0), 0)).toBe(expected)
    expect([...(rows[0]?.log ?? [])].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 200 }, (_, i) => i),
    )
    expect(rows[1]?.rank).toBe(100)
  })
})
