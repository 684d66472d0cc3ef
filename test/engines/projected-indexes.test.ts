import { type Connection, connect, type DynamoDBConfig, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFaultDriver } from '../../src/drivers/index.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

class Ticket extends DynamoDBModel {
  static table = 'tickets'
  static indexes = {
    byTeam: { partition: ['team'], sort: ['rank'], projection: ['title', 'urgent'] },
    keys: { partition: ['team', 'urgent'], sort: ['opened'], projection: 'KEYS_ONLY' },
    spread: { partition: ['status'], sort: ['rank'], shards: 3, projection: 'KEYS_ONLY' },
    open: { partition: ['team'], when: { status: 'open' }, sort: ['total'], projection: 'KEYS_ONLY' },
    all: { sort: ['opened'] },
  } as const
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    status: { type: 'string', required: true },
    rank: { type: 'number', required: true },
    urgent: { type: 'boolean', required: true },
    opened: { type: 'date', required: true },
    total: { type: 'bigint' },
    title: { type: 'string' },
    note: { type: 'string' },
  } as const
}
class Memo extends DynamoDBModel {
  static table = 'memos'
  static softDeletes = true
  static timestamps = true
  static indexes = {
    byOwner: { partition: ['owner'], projection: ['createdAt'] },
    bare: { partition: ['owner'], sort: ['createdAt'], projection: 'KEYS_ONLY' },
  } as const
  attributes = {
    id: { type: 'string', required: true },
    owner: { type: 'string', required: true },
    text: { type: 'string' },
  } as const
}
/** A key of two attributes, neither of them an id, and another order inside the collection. */
class Reading extends DynamoDBModel {
  static table = 'readings'
  static keyPattern = { pk: 'SENSOR#{sensor}', sk: 'AT#{at}' } as const
  static readonly primaryKey = 'at'
  static indexes = {
    byValue: { local: true, sort: ['value'], projection: [] },
    bare: { local: true, sort: ['grade'], projection: 'KEYS_ONLY' },
  } as const
  attributes = {
    sensor: { type: 'string', required: true },
    at: { type: 'number', required: true },
    value: { type: 'number', required: true },
    grade: { type: 'string', required: true },
    remark: { type: 'string' },
  } as const
}

const RED = 're#d %23'
const ids = (rows: readonly { id: string }[]): string => rows.map(({ id }) => id.charAt(0)).join('')
/** What a row has, as plain values. */
const plain = (row: object | null | undefined): Record<string, unknown> => ({ ...row })
const day = (n: number): Date => new Date(Date.UTC(2026, 0, n, 12, 30, 0, 7))

function open(lane: EngineLane, singleTableDesign: NonNullable<DynamoDBConfig['singleTableDesign']>): Connection {
  return connect({
    region: 'us-east-1',
    tablePrefix: `${uniqueTable('p')}-`,
    driver: lane.createDriver(),
    singleTableDesign,
    queryBuilder: { scans: 'allow' },
  })
}

async function seed(): Promise<void> {
  registerModels(Ticket, Memo, Reading)
  await DynamoDBModel.migrate()
  for (const [i, id] of ['a#1', 'b%23', 'c', 'd', 'e'].entries()) {
    await Ticket.create({
      id,
      team: i < 4 ? RED : 'blue',
      status: i % 2 === 0 ? 'open' : 'done',
      rank: [3, -1.5, 20, 0, 7][i] as number,
      urgent: i < 2,
      opened: day(i + 1),
      total: BigInt(10 - i) * 10n ** 20n,
      title: `t${id}`,
      note: `n${id}`,
    })
  }
  for (const id of ['x', 'y']) await Memo.create({ id, owner: 'ada', text: `text of ${id}` })
  for (const [i, value] of [5, -3, 20].entries())
    await Reading.create({ sensor: 's1', at: i, value, grade: `g${i}`, remark: `r${i}` })
}

/** What projected queries do in every layout of tables. */
function behavesAlike(connection: () => Connection, shared: boolean): void {
  const run = (title: string, body: (sent: string[]) => Promise<void>): void =>
    test(title, () =>
      connection().run(async () => {
        const sent: string[] = []
        const watch: Parameters<Connection['use']>[0] = (request, next) => {
          sent.push(request.operation)
          return next(request)
        }
        connection().use(watch)
        try {
          await body(sent)
        } finally {
          connection().drop(watch)
        }
      }),
    )

  run('E15: INCLUDE: rows have the keys and what the projection names, and the table is not read', async (sent) => {
    const red = Ticket.query().index('byTeam').projected().where('team', RED).orderBy('rank')
    const plan = red.explain()
    expect(plan).toMatchObject({ operation: 'Query', purpose: 'index byTeam', fetch: false, projected: true })
    expect(String(plan)).toContain('fetches    nothing: it reads what the index holds')
    const rows = await red.get()
    expect(sent).toEqual(['Query'])
    expect(rows.map(plain)).toEqual([
      { id: 'b%23', team: RED, rank: -1.5, urgent: true, title: 'tb%23' },
      { id: 'd', team: RED, rank: 0, urgent: false, title: 'td' },
      { id: 'a#1', team: RED, rank: 3, urgent: true, title: 'ta#1' },
      { id: 'c', team: RED, rank: 20, urgent: false, title: 'tc' },
    ])
    expect(rows[0]).toBeInstanceOf(Ticket)
    expect(ids(await red.where('title', 'tc').get())).toBe('c')
    expect(ids(await red.where('rank', '>', 0).orderByDesc('title').get())).toBe('ac')
    expect(sent).toEqual(['Query', 'Query', 'Query'])
  })

  run('E15: KEYS_ONLY: attributes of every type come back out of the keys', async (sent) => {
    const urgent = Ticket.query().index('keys').projected().where('team', RED).where('urgent', true)
    expect((await urgent.orderByDesc('opened').get()).map(plain)).toEqual([
      { id: 'b%23', team: RED, urgent: true, opened: day(2) },
      { id: 'a#1', team: RED, urgent: true, opened: day(1) },
    ])
    const totals = Ticket.query().index('open').projected().where('team', RED).where('status', 'open')
    expect((await totals.orderBy('total').get()).map(plain)).toEqual([
      { id: 'c', team: RED, status: 'open', total: 8n * 10n ** 20n },
      { id: 'a#1', team: RED, status: 'open', total: 10n ** 21n },
    ])
    expect(sent).toEqual(['Query', 'Query'])
  })

  run('E15: conditions and orders on attributes of the keys hold, whatever the keys take up of them', async (sent) => {
    const red = Ticket.query().index('keys').projected().where('team', RED).where('urgent', false)
    expect(ids(await red.whereIn('opened', [day(3), day(9)]).get())).toBe('c')
    expect(ids(await red.whereNotIn('id', ['c']).get())).toBe('d')
    expect(ids(await red.where((q) => q.where('id', 'd').orWhere('opened', '<', day(1))).get())).toBe('d')
    expect(ids(await red.orderByDesc('id').limit(1).get())).toBe('d')
    expect(await red.where('id', '>', 'c').count()).toBe(1)
    expect(new Set(sent)).toEqual(new Set(['Query']))
  })

  run('E15: without a key condition the index alone is scanned, and only rows of the model come', async (sent) => {
    const listed = Ticket.query().index('keys').projected()
    const titled = Ticket.query().index('byTeam').projected()
    for (const query of [listed, titled]) expect(query.explain()).toMatchObject({ operation: 'Scan', fetch: false })
    expect(ids(await listed.orderBy('id').get())).toBe('abcde')
    expect(ids(await titled.orderBy('title').get())).toBe('abcde')
    expect(await listed.count()).toBe(5)
    expect(await titled.count()).toBe(5)
    expect(ids(await listed.where('team', 'blue').get())).toBe('e')
    expect(new Set(sent)).toEqual(new Set(['Scan']))
    expect(ids(await Ticket.query().index('all').projected().orderBy('opened').get())).toBe('abcde')
  })

  run('E15: shards of a projected index are merged in order', async (sent) => {
    const done = Ticket.query().index('spread').projected().where('status', 'open').orderByDesc('rank')
    expect((await done.get()).map(plain)).toEqual([
      { id: 'c', status: 'open', rank: 20 },
      { id: 'e', status: 'open', rank: 7 },
      { id: 'a#1', status: 'open', rank: 3 },
    ])
    expect(ids(await done.skip(1).limit(1).get())).toBe('e')
    expect(new Set(sent)).toEqual(new Set(['Query']))
  })

  run('E15: pages, chunks and selections of a projected query read no more than the index', async (sent) => {
    const red = Ticket.query().index('byTeam').projected().where('team', RED).orderBy('rank')
    const first = await red.cursorPaginate(null, 3)
    const second = await red.cursorPaginate(first.nextCursor, 3)
    expect([ids(first.data), ids(second.data), second.hasMore]).toEqual(['bda', 'c', false])
    expect(ids((await red.cursorPaginate(second.prevCursor, 3)).data)).toBe('bda')
    const listed: string[] = []
    await red.chunk(2, (rows) => listed.push(ids(rows)))
    expect(listed).toEqual(['bd', 'ac'])
    expect((await red.select('title').limit(1).get()).map(plain)).toEqual([{ title: 'tb%23' }])
    expect((await red.first())?.rank).toBe(-1.5)
    expect(await red.count()).toBe(4)
    expect(new Set(sent).has('BatchGetItem')).toBe(false)
  })

  run('E15: an attribute that the index lacks is refused where it is used', async (sent) => {
    const red = Ticket.query().index('byTeam').projected()
    const refused = (attribute: string) =>
      expect.objectContaining({
        code: 'QUERY.NOT_PROJECTED',
        message: `The index "byTeam" does not hold "${attribute}" of Ticket.`,
        hint: expect.stringContaining(attribute),
      })
    expect(() => red.where('note' as never, 'x' as never)).toThrow(refused('note'))
    expect(() => red.where((q) => q.where('team', RED).orWhere('status' as never, 'x' as never))).toThrow(
      refused('status'),
    )
    expect(() => red.orderBy('status' as never)).toThrow(refused('status'))
    expect(() => red.select('id', 'opened' as never)).toThrow(refused('opened'))
    expect(() => Ticket.query().where('note', 'x').index('byTeam').projected()).toThrow(refused('note'))
    const misspelt: string = 'byTaem'
    expect(() => Ticket.query().index(misspelt).projected()).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_INDEX' }),
    )
    expect(() => (Ticket.query() as never as { projected(): unknown }).projected()).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }),
    )
    expect(sent).toEqual([])
  })

  run('E15: hydrate reads whole rows in the order given, and leaves out those that are gone', async (sent) => {
    const red = Ticket.query().index('byTeam').projected().where('team', RED).orderByDesc('rank')
    const gone = { id: 'gone', team: RED, status: 'open', rank: 19, urgent: true, opened: day(9), title: 'tg' }
    await Ticket.create(gone)
    const rows = await red.get()
    expect(ids(rows)).toBe('cgadb')
    await (await Ticket.findOrFail('gone')).delete()
    sent.length = 0
    const whole = await Ticket.hydrate(rows, { consistentRead: true })
    expect(sent).toEqual(['BatchGetItem'])
    expect(ids(whole)).toBe('cadb')
    expect(whole.map(({ note }) => note)).toEqual(['nc', 'na#1', 'nd', 'nb%23'])
    expect(whole[0]?.isDirty()).toBe(false)
    expect(plain(whole[1])).toEqual(plain(await Ticket.find('a#1')))
    expect(ids(await Ticket.hydrate([rows[0], rows[2], rows[0]].filter((row) => row !== undefined)))).toBe('cac')
    expect(await Ticket.hydrate([])).toEqual([])
    for (const given of [['c'], [Ticket.make({ id: 'c' })], [await Memo.findOrFail('x')], 'c'])
      await expect(Ticket.hydrate(given as never)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
  })

  run('E15: a projected record that is saved loses nothing, and its index keys stay right', async () => {
    const [row] = await Ticket.query().index('byTeam').projected().where('team', 'blue').get()
    const before = plain(await Ticket.find('e'))
    await row?.update({ title: 'new' })
    expect(plain(await Ticket.find('e'))).toEqual({ ...before, title: 'new' })
    await row?.update({ rank: 99 })
    expect(plain(await Ticket.find('e'))).toEqual({ ...before, title: 'new', rank: 99 })
    const [moved] = await Ticket.query().index('spread').projected().where('status', 'open').where('rank', 99).get()
    expect(plain(moved)).toEqual({ id: 'e', status: 'open', rank: 99 })
    await moved?.update({ note: undefined, title: 'te', rank: 7 })
    expect(plain(await Ticket.find('e'))).toEqual({ ...before, note: undefined })
    await (await Ticket.findOrFail('e')).update({ note: 'ne' })
  })

  run('E15: soft-deleted rows stay out where the index knows of them, and are let in when asked for', async () => {
    const memos = Memo.query().index('byOwner').projected().where('owner', 'ada')
    const [memo] = await memos.where('id', 'y').get()
    expect(plain(memo)).toEqual({ id: 'y', owner: 'ada', createdAt: expect.any(Date) })
    await memo?.delete()
    expect(ids(await memos.get())).toBe('x')
    expect((await memos.onlyTrashed().get()).map(plain)).toEqual([
      { id: 'y', owner: 'ada', createdAt: expect.any(Date), deletedAt: expect.any(Date) },
    ])
    const bare = Memo.query().index('bare').projected().where('owner', 'ada')
    await expect(bare.get()).rejects.toMatchObject({
      code: 'QUERY.NOT_PROJECTED',
      hint: expect.stringContaining('withTrashed()'),
    })
    const all = await bare.withTrashed().orderBy('createdAt').get()
    expect(all.map(plain)).toEqual(['x', 'y'].map((id) => ({ id, owner: 'ada', createdAt: expect.any(Date) })))
    expect((await Memo.hydrate(all)).map((each) => each.trashed())).toEqual([false, true])
    await all[1]?.restore()
    expect((await Memo.findOrFail('y')).text).toBe('text of y')
  })

  run('E15: a local index of keys alone, in a collection whose keys are a pattern', async (sent) => {
    const bare = Reading.query().index('bare').projected().where('sensor', 's1').orderByDesc('grade')
    if (shared)
      expect(() => bare.explain()).toThrow(
        expect.objectContaining({
          code: 'QUERY.NOT_PROJECTED',
          message: 'The index "bare" does not hold what tells a Reading from other rows: _type.',
          hint: expect.stringContaining('projection: []'),
        }),
      )
    else expect((await bare.get()).map(({ at }) => at)).toEqual([2, 1, 0])
    sent.length = 0
    const readings = Reading.query().index('byValue').projected().where('sensor', 's1').orderByDesc('value')
    const rows = await readings.consistentRead().get()
    expect(rows.map(plain)).toEqual([
      { sensor: 's1', at: 2, value: 20 },
      { sensor: 's1', at: 0, value: 5 },
      { sensor: 's1', at: 1, value: -3 },
    ])
    expect((await Reading.hydrate(rows)).map(({ remark }) => remark)).toEqual(['r2', 'r0', 'r1'])
    expect(sent).toEqual(['Query', 'BatchGetItem'])
  })

  run('E15: without projected() an index that lacks something is read, and the rows are fetched', async (sent) => {
    const red = Ticket.query().index('keys').where('team', RED).where('urgent', true).orderBy('opened')
    expect(red.explain()).toMatchObject({ operation: 'Query', fetch: true })
    expect((await red.get()).map(({ note }) => note)).toEqual(['na#1', 'nb%23'])
    expect(sent).toEqual(['Query', 'BatchGetItem'])
    // What the keys tell need not be fetched.
    const chosen = red.select('id', 'opened')
    expect(chosen.explain()).toMatchObject({ operation: 'Query', fetch: false })
    expect((await chosen.get()).map(plain)).toEqual([
      { id: 'a#1', opened: day(1) },
      { id: 'b%23', opened: day(2) },
    ])
    expect(sent).toEqual(['Query', 'BatchGetItem', 'Query'])
  })
}

describeEngines('projected indexes', (lane) => {
  const layouts: readonly (readonly [string, NonNullable<DynamoDBConfig['singleTableDesign']>])[] = [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
    ...(lane.name === 'dynoxide'
      ? []
      : ([
          ['in one table with multi-attribute keys', { multiAttributeKeys: true, gsiCount: 8 }],
          ['in a table for each model with multi-attribute keys', { multiAttributeKeys: true, enabled: false }],
        ] as const)),
  ]
  for (const [title, singleTableDesign] of layouts) {
    describe(title, () => {
      let connection: Connection
      beforeAll(async () => {
        connection = open(lane, singleTableDesign)
        await connection.run(seed)
      })
      afterAll(() => connection.close())
      behavesAlike(() => connection, singleTableDesign.enabled !== false)
    })
  }

  test('E15: keys as they are stored read an index as it is, and fetch what it lacks unless told not to', async () => {
    const connection = open(lane, {})
    await connection.run(async () => {
      await seed()
      const index = Ticket.query().index('byTeam').explain().index as string
      const item = await connection.send('GetItem', {
        TableName: Ticket.query().explain().table,
        Key: { pk: { S: 'TICKET#c' }, sk: { S: 'TICKET#c' } },
      })
      const partition = item.Item?.[`${index.toLowerCase()}pk`] as { readonly S: string }
      const raw = Ticket.query().index('byTeam').pk(partition.S)
      expect(raw.explain()).toMatchObject({ operation: 'Query', index, fetch: true })
      expect((await raw.get()).map(({ note }) => note)).toEqual(['nb%23', 'nd', 'na#1', 'nc'])
      const alone = Ticket.query().index('byTeam').projected().pk(partition.S)
      expect(alone.explain()).toMatchObject({ operation: 'Query', index, fetch: false })
      expect((await alone.where('title', 'tc').get()).map(plain)).toEqual([
        { id: 'c', team: RED, rank: 20, urgent: false, title: 'tc' },
      ])
      const bare = Ticket.query().index('keys').projected()
      expect(ids(await bare.pk('TICKET#team#re%23d%20%2523#urgent#false').where('id', 'd').get())).toBe('d')
    })
    await connection.close()
  })

  test('E15: a key that others wrote in another form is told, never read as something else', async () => {
    class Shop extends DynamoDBModel {
      static keyPattern = { pk: 'SHOP#{id}', sk: 'SHOP' } as const
      static keySegments = 'plain' as const
      static indexes = { byCity: { partition: ['city'], projection: [] } } as const
      attributes = {
        id: { type: 'string', required: true },
        city: { type: 'string' },
        size: { type: 'number' },
      } as const
    }
    const connection = open(lane, {})
    await connection.run(async () => {
      await Shop.migrate()
      await Shop.create({ id: 'a#b', city: 'Oslo', size: 1 })
      const shops = Shop.query().index('byCity').projected().where('city', 'Oslo')
      expect((await shops.get()).map(plain)).toEqual([{ id: 'a#b', city: 'Oslo' }])
      const TableName = shops.explain().table
      const key = { pk: { S: 'SHOP#a#b' }, sk: { S: 'SHOP' } }
      const { Item } = await connection.send('GetItem', { TableName, Key: key })
      await connection.send('PutItem', {
        TableName,
        Item: { ...Item, pk: { S: 'shops/1' }, id: { S: '1' } },
      })
      await expect(shops.get()).rejects.toMatchObject({ code: 'QUERY.UNREADABLE_KEY' })
      const whole = await Shop.query().index('byCity').where('city', 'Oslo').select('id').get()
      expect(whole.map(({ id }) => id).sort()).toEqual(['1', 'a#b'])
    })
    await connection.close()
  })

  test('E15: hydrate reads any number of rows, a hundred at a time, until none is left unprocessed', async () => {
    const driver = createFaultDriver(lane.createDriver(), {
      rates: { 'partial-batch': 0.5 },
      operations: ['BatchGetItem'],
    })
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver,
      retries: { baseDelay: 1, maxDelay: 5 },
    })
    await connection.run(async () => {
      registerModels(Ticket)
      await DynamoDBModel.migrate()
      const same = { team: 'many', status: 'done', urgent: false, opened: day(1) }
      const rows = Array.from({ length: 250 }, (_, rank) => ({ ...same, id: `${rank}`, rank, note: `n${rank}` }))
      await Ticket.batchCreate(rows)
      const listed = await Ticket.query().index('byTeam').projected().where('team', 'many').orderByDesc('rank').get()
      const whole = await Ticket.hydrate(listed)
      expect(whole.map(({ note }) => note)).toEqual(rows.map(({ note }) => note).reverse())
      const batches = driver.records.filter(({ operation }) => operation === 'BatchGetItem')
      expect(batches.length).toBeGreaterThan(3)
      expect(batches.some(({ fault }) => fault === 'partial-batch')).toBe(true)
    })
    await connection.close()
  })
})
