import { setTimeout } from 'node:timers/promises'
import {
  type Connection,
  configure,
  connect,
  DynamoDBModel,
  defineModel,
  QueryError,
  registerModels,
  resetConfig,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Post, Profile, User } from './sample-models.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

let connection: Connection

class Person extends DynamoDBModel {
  static timestamps = true
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    name: { type: 'string', required: true },
    age: { type: 'number' },
    role: { type: 'string' },
    tags: { type: 'set' },
    notes: { type: 'list' },
    address: { type: 'map' },
    bonus: { type: 'number' },
    active: { type: 'boolean' },
    born: { type: 'date' },
  } as const
  static indexes = { byTeam: { partition: ['team'], sort: ['createdAt'] } }
}

const PEOPLE = [
  {
    id: 'a',
    team: 'red',
    name: 'Ada',
    age: 36,
    role: 'admin',
    tags: new Set(['x', 'y']),
    address: { city: 'London' },
    bonus: null,
    active: true,
    born: new Date('1815-12-10'),
  },
  { id: 'b', team: 'red', name: 'Bob', age: 20, role: 'user', tags: new Set(['y']), notes: ['n1', 2], active: false },
  { id: 'c', team: 'blue', name: 'Cid', age: 51, role: 'user', address: { city: 'Paris', zip: ['7', '5'] }, bonus: 5 },
  { id: 'd', team: 'blue', name: 'Dan', role: 'moderator', bonus: 0 },
  { id: 'e', team: 'red', name: 'Eva', age: 18, role: 'admin' },
]

function useLane(lane: EngineLane): void {
  beforeAll(async () => {
    connection = configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    registerModels(User, Post, Profile, Person)
    await DynamoDBModel.migrate()
    for (const person of PEOPLE) {
      await Person.create(person)
      // Each has a createdAt of its own.
      await setTimeout(2)
    }
    await Profile.create({ id: 'a', userId: 'a' })
  })
  afterAll(() => resetConfig())
}

const ids = (rows: readonly { id: string }[]): string =>
  rows
    .map((row) => row.id)
    .sort()
    .join('')

describeEngines('queries', (lane) => {
  useLane(lane)

  test('Q1: where equality, in every form', async () => {
    expect(ids(await Person.query().where('role', 'admin').get())).toBe('ae')
    expect(ids(await Person.where('role', 'admin').get())).toBe('ae')
    expect(ids(await Person.query().where('active', false).get())).toBe('b')
    expect(ids(await Person.query().where('address.city', 'Paris').get())).toBe('c')
    expect(ids(await Person.query().where('notes[0]', 'n1').get())).toBe('b')
  })

  test('Q2: comparison operators', async () => {
    expect(ids(await Person.query().where('age', '=', 36).get())).toBe('a')
    expect(ids(await Person.query().where('age', '!=', 36).get())).toBe('bcde')
    expect(ids(await Person.query().where('age', '<>', 36).get())).toBe('bcde')
    expect(ids(await Person.query().where('age', '<', 20).get())).toBe('e')
    expect(ids(await Person.query().where('age', '<=', 20).get())).toBe('be')
    expect(ids(await Person.query().where('age', '>', 36).get())).toBe('c')
    expect(ids(await Person.query().where('age', '>=', 36).get())).toBe('ac')
    expect(ids(await Person.query().where('born', '<', '1900-01-01').get())).toBe('a')
  })

  test('Q3: where with an object asks for all of it', async () => {
    expect(ids(await Person.query().where({ team: 'red', role: 'admin' }).get())).toBe('ae')
  })

  test('Q4: Q5: or and groups are really or and groups', async () => {
    expect(ids(await Person.query().where('role', 'admin').orWhere('role', 'moderator').get())).toBe('ade')
    const sql = Person.query().where('name', 'Dan').orWhere('team', 'red').where('role', 'admin')
    expect(ids(await sql.get())).toBe('ade')
    const grouped = Person.query()
      .where('team', 'red')
      .where((q) => q.where('role', 'user').orWhere('age', '>', 30))
    expect(ids(await grouped.get())).toBe('ab')
    expect(ids(await Person.query().where('team', 'red').where('age', '>', 30).orWhere('name', 'Dan').get())).toBe('ad')
  })

  test('Q6: whereIn and whereNotIn', async () => {
    expect(ids(await Person.query().whereIn('role', ['admin', 'moderator']).get())).toBe('ade')
    expect(ids(await Person.query().whereNotIn('role', ['admin', 'moderator']).get())).toBe('bc')
    expect(ids(await Person.query().where('id', 'in', ['a', 'd']).get())).toBe('ad')
    expect(await Person.query().whereIn('role', []).get()).toEqual([])
    expect(ids(await Person.query().whereNotIn('role', []).get())).toBe('abcde')
    const many = Array.from({ length: 150 }, (_, i) => `role${i}`)
    expect(
      ids(
        await Person.query()
          .whereIn('role', [...many, 'admin'])
          .get(),
      ),
    ).toBe('ae')
  })

  test('Q7: whereBetween and whereNotBetween', async () => {
    expect(ids(await Person.query().whereBetween('age', 20, 36).get())).toBe('ab')
    expect(ids(await Person.query().whereBetween('age', [20, 36]).get())).toBe('ab')
    expect(ids(await Person.query().whereNotBetween('age', 20, 36).whereExists('age').get())).toBe('ce')
    expect(ids(await Person.query().where('age', 'between', [20, 36]).get())).toBe('ab')
    expect(await Person.query().where('id', 'b').whereBetween('age', 50, 10).get()).toEqual([])
  })

  test('Q8: null is absent or NULL; exists tells them apart', async () => {
    expect(ids(await Person.query().whereNull('bonus').get())).toBe('abe')
    expect(ids(await Person.query().whereNotNull('bonus').get())).toBe('cd')
    expect(ids(await Person.query().where('bonus', null).get())).toBe('abe')
    expect(ids(await Person.query().where('bonus', '!=', null).get())).toBe('cd')
    expect(ids(await Person.query().whereExists('bonus').get())).toBe('acd')
  })

  test('Q9: whereBeginsWith', async () => {
    expect(ids(await Person.query().whereBeginsWith('name', 'D').get())).toBe('d')
    expect(ids(await Person.query().where('name', 'begins_with', 'A').get())).toBe('a')
    const today = new Date().toISOString().slice(0, 10)
    const query = Person.query().where('team', 'red').whereBeginsWith('createdAt', today)
    expect(query.explain()).toMatchObject({ operation: 'Query', index: 'GSI1', filter: undefined })
    expect(ids(await query.get())).toBe('abe')
  })

  test('Q10: whereContains on text, sets and lists', async () => {
    expect(ids(await Person.query().whereContains('tags', 'y').get())).toBe('ab')
    expect(ids(await Person.query().whereContains('name', 'a').get())).toBe('ade')
    expect(ids(await Person.query().whereContains('notes', 2).get())).toBe('b')
    expect(ids(await Person.query().whereNotContains('tags', 'x').get())).toBe('bcde')
  })

  test('Q11: whereExists, whereNotExists and size', async () => {
    expect(ids(await Person.query().whereExists('address.zip').get())).toBe('c')
    expect(ids(await Person.query().whereNotExists('age').get())).toBe('d')
    expect(ids(await Person.query().where('tags', 'size', '>=', 2).get())).toBe('a')
  })

  test('Q15: an index is chosen when it serves, and the order with it', async () => {
    const query = Person.query().where('team', 'red').orderByDesc('createdAt')
    expect(query.explain()).toMatchObject({ operation: 'Query', index: 'GSI1', forward: false, inMemory: { sort: [] } })
    expect((await query.get()).map((row) => row.id)).toEqual(['e', 'b', 'a'])
    expect(Person.query().where('id', 'a').explain().operation).toBe('GetItem')
    expect(Person.query().where('role', 'admin').explain().operation).toBe('Scan')
  })

  test('a unique attribute is looked up through its guard, a list of keys in one batch', async () => {
    const user = await User.create({ email: 'lookup@example.com', name: 'L', age: 3 })
    const query = User.query().where('email', 'lookup@example.com')
    expect(query.explain()).toMatchObject({ operation: 'GuardLookup', purpose: 'unique email' })
    expect(ids(await query.get())).toBe(user.id)
    expect(await query.where('age', '>', 3).get()).toEqual([])
    expect(await query.where('age', 3).count()).toBe(1)
    await user.update({ email: 'other@example.com' })
    expect(await query.first()).toBeNull()
    await user.delete()
    expect(await User.query().where('email', 'other@example.com').first()).toBeNull()
    expect(await User.query().onlyTrashed().where('email', 'other@example.com').count()).toBe(1)
    const list = Person.query().whereIn('id', ['a', 'c', 'nobody', 'a'])
    expect(list.explain()).toMatchObject({ operation: 'BatchGetItem' })
    expect(ids(await list.where('age', '>', 40).get())).toBe('c')
    expect((await list.orderByDesc('age').get()).map((row) => row.id)).toEqual(['c', 'a'])
    expect(await list.limit(1).get()).toHaveLength(1)
    expect(ids(await Person.query().where('id', 'a').where('age', '>', 40).get())).toBe('')
  })

  test('several queries are merged in order: IN on an index, OR over different keys', async () => {
    const teams = Person.query().whereIn('team', ['red', 'blue', 'red', 'nobody'])
    expect(teams.explain()).toMatchObject({ operation: 'MergedQuery' })
    expect(teams.explain().merged.map((plan) => plan.index)).toEqual(['GSI1', 'GSI1', 'GSI1', 'GSI1'])
    expect(ids(await teams.get())).toBe('abcde')
    expect(await teams.count()).toBe(5)
    expect((await teams.orderByDesc('createdAt').get()).map((row) => row.id).join('')).toBe('edcba')
    expect((await teams.orderBy('age').limit(3).get()).map((row) => row.id).join('')).toBe('deb')
    expect((await teams.orderBy('createdAt').skip(1).limit(2).select('name').get()).map((row) => row.name)).toEqual([
      'Bob',
      'Cid',
    ])
    const either = Person.query()
      .where('id', 'c')
      .orWhere('team', 'blue')
      .orWhere((q) => q.where('team', 'red').where('role', 'admin'))
    expect(either.explain().merged.map((plan) => plan.operation)).toEqual(['GetItem', 'Query', 'Query'])
    expect(ids(await either.get())).toBe('acde')
    expect(await either.count()).toBe(4)
    const pages: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof teams.cursorPaginate>> = await teams
        .orderBy('createdAt')
        .cursorPaginate(cursor, 2)
      pages.push(page.data.map((row) => row.id).join(''))
      cursor = page.nextCursor
    }
    expect(pages).toEqual(['ab', 'cd', 'e'])
    const mixed = Person.query().whereIn('team', ['red', 'blue']).where('age', '>', 30)
    expect(ids(await mixed.get())).toBe('ac')
    expect(Person.query().where('id', 'c').orWhere('name', 'Ada').explain().operation).toBe('Scan')
  })

  test('Q13: keys as they are stored', async () => {
    expect(ids(await Person.query().pk('PERSON#a').get())).toBe('a')
    expect(ids(await Person.query().pk('PERSON#a').sk('PERSON#a').get())).toBe('a')
    expect(ids(await Person.query().pk('PERSON#a').sk('begins_with', 'PROFILE').get())).toBe('')
    const red = Person.query().index('GSI1').where('gsi1pk', 'PERSON#team#red')
    expect(red.explain()).toMatchObject({ operation: 'Query', index: 'GSI1', purpose: 'keys as given' })
    expect((await red.orderByDesc('gsi1sk').get()).map((row) => row.id)).toEqual(['e', 'b', 'a'])
    expect(ids(await red.whereBeginsWith('gsi1sk', 'PERSON#2').where('age', '<', 30).get())).toBe('be')
    expect(ids(await red.whereBetween('gsi1sk', 'A', 'B').get())).toBe('')
    expect(ids(await red.where('gsi1sk', '>', 'PERSON#').limit(1).get())).toBe('a')
    expect(ids(await Profile.query().pk('PERSON#a').get())).toBe('')
    expect(() => Person.query().sk('x')).toThrow('needs pk() first')
    expect(() => Person.query().where('gsi1sk', 'x')).toThrow('needs its partition key first')
    expect(() => Person.query().index('GSI1').where('pk', 'x').explain()).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_INDEX' }),
    )
  })

  test('Q16: Q17: order and limit are exact, whatever sorts', async () => {
    expect((await Person.query().orderBy('age').get()).map((row) => row.id).join('')).toBe('debac')
    expect((await Person.query().orderByDesc('age').limit(2).get()).map((row) => row.id).join('')).toBe('ca')
    expect(
      (await Person.query().where('team', 'red').orderBy('name', 'desc').take(2).get()).map((row) => row.id).join(''),
    ).toBe('eb')
    expect((await Person.query().where('team', 'red').latest().first())?.id).toBe('e')
    expect((await Person.query().where('team', 'red').oldest().limit(1).get()).map((row) => row.id)).toEqual(['a'])
    expect(await Person.query().limit(0).get()).toEqual([])
    expect(() => Person.query().limit(-1)).toThrow(QueryError)
  })

  test('Q17: a limit counts rows that match, not rows that are read', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => ({
      userId: 'limit',
      title: `t${i}`,
      views: i % 50 === 49 ? 1 : 0,
    }))
    await Post.batchCreate(rows)
    expect(await Post.query().where('userId', 'limit').where('views', 1).limit(8).get()).toHaveLength(8)
    expect(await Post.query().where('userId', 'limit').where('views', 1).limit(9).get()).toHaveLength(8)
    expect((await Post.query().where('userId', 'limit').where('title', 't399').first())?.title).toBe('t399')
  })

  test('Q18: select reads these attributes only', async () => {
    const [ada] = await Person.query().where('id', 'a').select('id', 'name').get()
    expect(ada?.toJSON()).toEqual({ id: 'a', name: 'Ada' })
    const again = await Person.query().where('name', 'Ada').select(['name']).first()
    expect({ ...again }).toEqual({ name: 'Ada' })
    await again?.update({ name: 'Ada!' })
    expect((await Person.findOrFail('a')).only('name', 'age')).toEqual({ name: 'Ada!', age: 36 })
    await again?.update({ name: 'Ada' })
  })

  test('Q19: a strongly consistent read never asks a global index', async () => {
    expect(Person.query().where('id', 'a').consistentRead().toRequest()?.input).toMatchObject({ ConsistentRead: true })
    const scan = Person.query().where('team', 'red').consistentRead()
    expect(scan.explain()).toMatchObject({ operation: 'Scan', consistent: true })
    expect(ids(await scan.get())).toBe('abe')
    expect(() => Person.query().index('GSI1').consistentRead().explain()).toThrow('consistency')
  })

  test('Q20: Q22: every page is read, past 1 MB', async () => {
    const body = 'x'.repeat(9000)
    await Post.batchCreate(Array.from({ length: 250 }, (_, i) => ({ userId: 'big', title: `t${i}`, body })))
    expect(await Post.query().where('userId', 'big').get()).toHaveLength(250)
    expect(await Post.query().where('userId', 'big').count()).toBe(250)
    expect(await Post.query().where('body', body).count()).toBe(250)
    let seen = 0
    for await (const post of Post.query().where('userId', 'big')) seen += post.body === body ? 1 : 0
    expect(seen).toBe(250)
    expect(await Post.query().where('userId', 'big').exists()).toBe(true)
    expect(await Post.query().where('userId', 'nobody').doesntExist()).toBe(true)
  })

  test('Q14: index(name) reads that index and no other', async () => {
    expect(ids(await Person.query().index('GSI1').where('team', 'blue').get())).toBe('cd')
    expect(() => Person.query().index('GSI9').explain()).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_INDEX' }),
    )
  })

  test('Q36: a scan warns once per call site, or is refused', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const other = configure({
      region: 'us-east-1',
      defaultTableName: connection.config.defaultTableName,
      driver: lane.createDriver(),
    })
    for (let i = 0; i < 2; i++) await Person.query().where('role', 'admin').get()
    expect(warning).toHaveBeenCalledTimes(1)
    expect(warning.mock.calls[0]?.[0]).toMatch(/reads the whole table.*queries\.test\.ts.*partition: \['role'\]/s)
    warning.mockRestore()
    configure({
      region: 'us-east-1',
      defaultTableName: other.config.defaultTableName,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'forbid' },
    })
    await expect(Person.query().where('role', 'admin').get()).rejects.toMatchObject({ code: 'QUERY.SCAN_FORBIDDEN' })
    expect(ids(await Person.query().where('team', 'red').get())).toBe('abe')
    connection = configure({
      region: 'us-east-1',
      defaultTableName: other.config.defaultTableName,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
  })

  test('E1: explain says operation, index, keys, filter and what is done in memory', () => {
    const plan = Person.query().where('team', 'red').where('age', '>', 18).orderBy('name').limit(3).explain()
    expect(String(plan)).toBe(
      [
        `Query Person on ${connection.config.defaultTableName}, index GSI1 (index byTeam)`,
        "  keys       gsi1pk = 'PERSON#team#red' and gsi1sk begins with 'PERSON#'",
        '  filter     age > 18',
        '  in memory  sort by name, keep 3',
        '  cost       1 request for each 1 MB, reads every item under the key condition, up to the limit',
        "  advice     Sorted in memory after reading every match: put 'name' in the sort of the index to have DynamoDB do it.",
      ].join('\n'),
    )
  })

  test('bad queries are refused where they are written', () => {
    const query = Person.query()
    expect(() => query.where('nmae' as never, 'x' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_ATTRIBUTE', hint: 'Did you mean "name"?' }),
    )
    expect(() => query.where('name', '~' as never, 'x' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_OPERATOR' }),
    )
    expect(() => query.where('age', 'begins_with' as never, 'x' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_OPERATOR' }),
    )
    expect(() => query.where('age', 'size' as never, 3 as never)).toThrow(
      expect.objectContaining({
        code: 'QUERY.INVALID_OPERATOR',
        hint: 'A number can be asked =, !=, <>, <, <=, >, >=, in, not in, between, not between, exists, not exists.',
      }),
    )
    expect(() => query.where('tags', 'size', Number.NaN)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }),
    )
    expect(() => query.where(3 as never, 'x' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_ATTRIBUTE', message: expect.stringContaining('by a number') }),
    )
    expect(() => query.where('name', undefined as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }),
    )
    expect(() => query.where('age', 'abc' as never).explain()).toThrow(
      expect.objectContaining({ code: 'VALUE.WRONG_TYPE' }),
    )
    expect(() => query.whereBetween('age', null as never, 3)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }),
    )
    expect(() => query.orderBy('address.city' as never)).toThrow('whole attributes')
    expect(() => query.select('address.city' as never)).toThrow('whole attributes')
    expect(() => query.whereIn('name', 'x' as never)).toThrow(expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }))
  })

  test('a value that an enum does not have is refused, wherever it is asked for equality', async () => {
    class Ticket extends DynamoDBModel {
      attributes = {
        id: { type: 'string' },
        state: { type: 'string', enum: ['open', 'closed'], index: true },
        level: { type: 'number', enum: [1, 2], cast: 'int' },
        pin: { type: 'string', enum: ['1111', '2222'], hidden: true },
      } as const
    }
    const query = Ticket.query() as any
    for (const ask of [
      () => query.where('state', 'opne'),
      () => query.where('state', '!=', 'opne'),
      () => query.where({ state: 'opne' }),
      () => query.whereIn('state', ['closed', 'opne']),
      () => query.whereNotIn('state', ['opne']),
      () => query.whereNot('state', 'opne'),
    ])
      expect(ask).toThrow(
        expect.objectContaining({
          code: 'QUERY.INVALID_VALUE',
          message: 'Ticket.state is never "opne".',
          hint: 'Did you mean "open"? It is one of open, closed.',
        }),
      )
    expect(() => query.where('pin', '1234')).toThrow('Ticket.pin is never this value.')
    for (const ask of [
      query.where('state', 'open').where('level', '2').where('level', 1),
      query.where('state', '>', 'nothing').whereNull('state').where('state', 'begins_with', 'op'),
      query.whereIn('state', ['open', null]),
    ])
      expect(String(ask.explain())).toContain('Ticket')
  })

  test('an index that the table does not have yet says that it is to be migrated', async () => {
    const config = { region: 'us-east-1', defaultTableName: uniqueTable() }
    const [before, after] = [
      connect({ ...config, driver: lane.createDriver() }),
      connect({ ...config, driver: lane.createDriver(), queryBuilder: { designCheck: 'off' } }),
    ]
    const attributes = { id: { type: 'string', required: true }, team: { type: 'string', required: true } } as const
    await before.run(() => defineModel({ name: 'Player', attributes }).migrate())
    await after.run(async () => {
      const Player = defineModel({ name: 'Player', attributes, indexes: { byTeam: { partition: ['team'] } } })
      await expect(Player.query().where('team', 'red').get()).rejects.toMatchObject({
        code: 'SERVICE.VALIDATION',
        hint: expect.stringMatching(/has no index "GSI1".*DynamoDBModel\.migrate\(\)/),
      })
    })
    await Promise.all([before.close(), after.close()])
  })

  test('a missing table says how it is made', async () => {
    const lost = configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable('missing'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    const table = connection.config.defaultTableName
    for (const attempt of [
      () => Person.find('a'),
      () => Person.all(),
      () => Person.create({ team: 'x', name: 'y' }),
      () => Person.count(),
      () => Person.findMany(['a']),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'QUERY.TABLE_MISSING',
        hint: expect.stringContaining('migrate()'),
      })
    }
    expect(lost.config.defaultTableName).not.toBe(table)
    connection = configure({
      region: 'us-east-1',
      defaultTableName: table,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
  })
})
