import {
  accessPatterns,
  type Connection,
  configure,
  DynamoDBModel,
  formatAccessPatterns,
  registerModels,
  resetConfig,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Ticket extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    status: { type: 'string', required: true },
    rank: { type: 'number', required: true },
    title: { type: 'string' },
    flaggedAt: { type: 'date' },
  } as const
  static indexes = {
    open: { partition: ['status'], when: { status: 'open' }, sort: ['rank'] },
    flagged: { sort: ['flaggedAt'] },
    byTeam: { partition: ['team'], sort: ['rank'], projection: ['title', 'rank'] },
    busy: { partition: ['team'], sort: ['title'], shards: 4 },
  }
}
class Order extends DynamoDBModel {
  static keyPattern = { pk: 'USER#{userId}', sk: 'ORDER#{placedAt}#{id}' }
  static indexes = { byTotal: { local: true, sort: ['total'] } }
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    placedAt: { type: 'date', required: true },
    total: { type: 'number', required: true },
    note: { type: 'string' },
  } as const
}

const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join('')

describeEngines('declared indexes', (lane) => {
  let connection: Connection
  const item = async (id: string): Promise<Record<string, unknown>> => {
    const key = { S: `TICKET#${id}` }
    return (
      (await connection.send('GetItem', { TableName: connection.config.defaultTableName, Key: { pk: key, sk: key } }))
        .Item ?? {}
    )
  }
  beforeAll(async () => {
    connection = configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'forbid' },
    })
    registerModels(Ticket, Order)
    await DynamoDBModel.migrate()
    const status = ['open', 'done', 'open', 'done', 'open', 'late']
    for (const [i, id] of [...'abcdef'].entries()) {
      await Ticket.create({
        id,
        team: i < 4 ? 'red' : 'blue',
        status: status[i] as string,
        rank: 10 - i,
        title: `t${id}`,
      })
    }
    for (const [i, id] of [...'uvwx'].entries()) {
      await Order.create({ id, userId: 'u1', placedAt: new Date(2026, 0, i + 1), total: [5, -3, 20, 7][i] as number })
    }
  })
  afterAll(() => resetConfig())

  test('K10: K4: a sparse index holds the rows that match, and only while they do', async () => {
    expect(await item('b')).not.toHaveProperty('gsi1pk')
    const open = Ticket.query().where('status', 'open').orderBy('rank')
    expect(open.explain()).toMatchObject({
      operation: 'Query',
      index: 'GSI1',
      purpose: 'index open',
      inMemory: { sort: [] },
    })
    expect(ids(await open.get())).toBe('eca')
    const ticket = await Ticket.findOrFail('c')
    await ticket.update({ status: 'done' })
    expect(await item('c')).not.toHaveProperty('gsi1pk')
    expect(ids(await open.get())).toBe('ea')
    await ticket.update({ status: 'open', rank: 1 })
    expect(ids(await open.get())).toBe('cea')
    expect(() => Ticket.query().where('status', 'done').explain()).not.toThrow()
    expect(Ticket.query().where('status', 'done').explain().operation).toBe('Scan')
    await ticket.update({ rank: 8 })
  })

  test('an index by an attribute that may be missing lists the rows that have it', async () => {
    const ticket = await Ticket.findOrFail('d')
    await ticket.update({ flaggedAt: new Date('2026-05-01') })
    const since = Ticket.query().where('flaggedAt', '>=', '2026-01-01')
    expect(since.explain()).toMatchObject({ operation: 'Query', purpose: 'index flagged' })
    expect(ids(await since.get())).toBe('d')
    expect(ids(await Ticket.query().index('flagged').get())).toBe('d')
    await ticket.update({ flaggedAt: undefined })
    expect(await Ticket.query().index('flagged').count()).toBe(0)
  })

  test('a projection that covers is read from the index; what it lacks is fetched', async () => {
    const covered = Ticket.query().where('team', 'red').orderBy('rank').select('title', 'rank', 'id')
    const narrow = Ticket.query().index('byTeam').where('team', 'red').orderBy('rank')
    expect(narrow.explain()).toMatchObject({ operation: 'Query', index: 'GSI3', fetch: true })
    expect(ids(await narrow.get())).toBe('dcba')
    expect((await narrow.get()).every((row) => row.status !== undefined)).toBe(true)
    expect(ids(await narrow.where('status', 'open').limit(1).get())).toBe('c')
    expect(await narrow.where('status', 'open').count()).toBe(2)
    expect((await covered.get()).map((row) => row.title)).toEqual(['td', 'tc', 'tb', 'ta'])
    const table = await connection.send('DescribeTable', { TableName: connection.config.defaultTableName })
    const index = table.Table?.GlobalSecondaryIndexes?.find((each) => each.IndexName === 'GSI3')
    expect(index?.Projection.ProjectionType).toBe('INCLUDE')
    expect([...(index?.Projection.NonKeyAttributes ?? [])].sort()).toEqual(['_type', 'rank', 'title'])
  })

  test('shards spread a partition, and a query merges them in order', async () => {
    const busy = Ticket.query().index('busy').where('team', 'red').orderByDesc('title')
    const plan = busy.explain()
    expect(plan).toMatchObject({ operation: 'MergedQuery' })
    expect(plan.merged).toHaveLength(4)
    expect(ids(await busy.get())).toBe('dcba')
    expect(ids(await busy.limit(2).get())).toBe('dc')
    expect(ids(await busy.skip(1).limit(2).get())).toBe('cb')
    const { gsi4pk } = (await item('a')) as { gsi4pk: { S: string } }
    expect(gsi4pk.S).toMatch(/^TICKET#team#red#[0-3]$/)
    await (await Ticket.findOrFail('a')).update({ title: 'zz' })
    expect(((await item('a')) as { gsi4pk: { S: string } }).gsi4pk).toEqual(gsi4pk)
    expect(ids(await busy.get())).toBe('adcb')
  })

  test('K9: a local index gives another order inside a partition, strongly consistent if wanted', async () => {
    const orders = Order.query().where('userId', 'u1')
    expect(ids(await orders.get())).toBe('uvwx')
    const byTotal = orders.orderByDesc('total').consistentRead()
    expect(byTotal.explain()).toMatchObject({
      operation: 'Query',
      index: 'LSI1',
      forward: false,
      consistent: true,
      inMemory: { sort: [] },
    })
    expect(ids(await byTotal.get())).toBe('wxuv')
    expect(ids(await orders.where('total', '>', 5).orderBy('total').get())).toBe('xw')
    const [order] = await orders.where('total', 20).get()
    await order?.update({ total: -10 })
    expect(ids(await byTotal.get())).toBe('xuvw')
    await order?.update({ note: 'x' })
    expect(ids(await orders.where('total', -10).get())).toBe('w')
  })

  test('M30: static gsis declares indexes in the words of DynamoDB', async () => {
    class Parcel extends DynamoDBModel {
      static gsis = [{ name: 'byState', partitionKey: 'state', sortKey: 'weight', sparse: true }]
      attributes = {
        id: { type: 'string', required: true },
        state: { type: 'string' },
        weight: { type: 'number', required: true },
      } as const
    }
    await Parcel.migrate()
    await Parcel.create({ id: 'p', state: 'sent', weight: 3 })
    await Parcel.create({ id: 'q', weight: 4 })
    const sent = Parcel.query().where('state', 'sent').orderByDesc('weight')
    expect(sent.explain()).toMatchObject({ operation: 'Query', purpose: 'index byState' })
    expect(ids(await sent.get())).toBe('p')
    expect(await Parcel.query().index('byState').where('state', 'sent').count()).toBe(1)
  })

  test('K11: every access pattern that is listed is run as it says, and finds its row', async () => {
    const patterns = accessPatterns([Ticket, Order])
    expect(patterns.map(({ pattern }) => pattern)).toEqual([
      'Ticket by id',
      'Ticket by status = "open", ordered by rank and id',
      'Ticket with flaggedAt, ordered by flaggedAt and id',
      'Ticket by team, ordered by rank and id',
      'Ticket by team, ordered by title and id',
      'Order by userId, placedAt and id',
      'Order by userId, ordered by placedAt and id',
      'Order by userId, ordered by total and id',
    ])
    await (await Ticket.findOrFail('e')).update({ flaggedAt: new Date('2026-03-03') })
    for (const { model, pattern, operation, index, fixed, ordered } of patterns) {
      const Model = (model === 'Ticket' ? Ticket : Order) as typeof Ticket
      const row = await Model.findOrFail(
        model === 'Ticket' ? 'e' : ({ userId: 'u1', placedAt: new Date(2026, 0, 1), id: 'u' } as never),
      )
      const values = Object.fromEntries(
        Object.keys(fixed).map((name) => [name, fixed[name] ?? (row as unknown as Record<string, unknown>)[name]]),
      )
      let query = Model.query().where(values as never)
      if (pattern.includes('with flaggedAt')) query = query.whereExists('flaggedAt').index(index as string)
      if (pattern.includes('title')) query = query.index(index as string)
      for (const name of ordered) query = query.orderByDesc(name as never)
      const plan = query.explain()
      expect({ pattern, operation: plan.operation, sort: plan.inMemory.sort }).toEqual({ pattern, operation, sort: [] })
      if (operation === 'Query') expect(plan.index).toBe(index)
      expect((await query.get()).map((each) => each.id)).toContain(row.id)
    }
    expect(formatAccessPatterns(patterns, 'markdown').split('\n')[3]).toContain(
      '| Ticket | Ticket by status = "open", ordered by rank and id | Query | app | GSI1 (open) | gsi1pk = TICKET#status#{status} and gsi1sk begins with TICKET# |',
    )
    expect(formatAccessPatterns(patterns)).toContain('(table)')
    await (await Ticket.findOrFail('e')).update({ flaggedAt: undefined })
  })

  test('M29: K5: a key pattern puts rows into an item collection', async () => {
    const placedAt = new Date(2026, 0, 2)
    const order = await Order.find({ userId: 'u1', placedAt, id: 'v' })
    expect(order?.total).toBe(-3)
    const january = Order.query()
      .where('userId', 'u1')
      .whereBetween('placedAt', new Date(2026, 0, 2), new Date(2026, 0, 3))
    expect(january.explain()).toMatchObject({ operation: 'Query', index: undefined, filter: expect.anything() })
    expect(ids(await january.get())).toBe('vw')
    expect(await Order.find('v').catch((error: Error) => error)).toMatchObject({ code: 'KEY.EMPTY' })
    await order?.update({ placedAt: new Date(2026, 0, 9) })
    expect(await Order.find({ userId: 'u1', placedAt, id: 'v' })).toBeNull()
    expect(ids(await Order.query().where('userId', 'u1').get())).toBe('uwxv')
  })
})
