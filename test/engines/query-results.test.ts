import {
  type Connection,
  connect,
  DynamoDBModel,
  ModelNotFoundError,
  QueryError,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Player extends DynamoDBModel {
  static indexes = { byTeam: { partition: ['team'], sort: ['score'] } } as const
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    score: { type: 'number', required: true },
    best: { type: 'number' },
    email: { type: 'string', unique: true },
    nick: { type: 'string' },
    joined: { type: 'date' },
    credit: { type: 'decimal' },
    tags: { type: 'set' },
    place: { type: 'map' },
  } as const
  relationships = { notes: { type: 'hasMany', model: () => Note, foreignKey: 'playerId' } } as const
}

class Note extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    playerId: { type: 'string', required: true },
    text: { type: 'string' },
  } as const
}

class Seat extends DynamoDBModel {
  static keyPattern = { pk: 'HALL#{hall}', sk: 'SEAT#{number}' }
  attributes = {
    id: { type: 'string' },
    hall: { type: 'string', required: true },
    number: { type: 'number', required: true },
  } as const
}

interface Data {
  readonly id: string
  readonly team: string
  readonly score: number
  readonly best?: number | null
  readonly nick?: string | null
  readonly joined?: Date
}
const JOINED = [new Date('2025-01-01T00:00:00Z'), new Date('2025-06-01T00:00:00Z')] as const
const NICKS = ['anna', 'Anna', 'an%a', 'banana', '', undefined, null, '50%', 'a_b', 'nan'] as const
const DATA: readonly Data[] = Array.from({ length: 40 }, (_, i): Data => {
  const nick = NICKS[i % NICKS.length]
  return {
    id: `p${String(i).padStart(2, '0')}`,
    team: i < 24 ? 'red' : 'blue',
    score: (i * 7) % 40,
    ...(i % 3 === 0 ? {} : i % 7 === 0 ? { best: null } : { best: (i * 11) % 40 }),
    ...(nick === undefined ? {} : { nick }),
    ...(i % 4 === 0 ? {} : { joined: JOINED[i % 2] as Date }),
  }
})

describeEngines('what queries give', (lane) => {
  let connection: Connection
  let requests: string[] = []
  let items = 0
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  const red = DATA.filter(({ team }) => team === 'red')
  const byScore = [...red].sort((a, b) => a.score - b.score)

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    connection.use(async (request, next) => {
      const answer = await next(request)
      requests.push(request.operation)
      items += (answer as { ScannedCount?: number }).ScannedCount ?? 0
      return answer
    })
    await connection.run(async () => {
      registerModels(Player, Note, Seat)
      await Player.migrate()
      await Player.batchCreate(DATA)
      await Note.create({ id: 'n1', playerId: 'p01', text: 'hello' })
      await Seat.create({ hall: 'main', number: 1 })
    })
  })
  afterAll(() => connection.close())
  beforeEach(() => {
    requests = []
    items = 0
  })
  const team = Symbol('the red team')
  const query = () => Player.where('team', 'red')

  inside('Q21: firstWhere, firstOr, firstOrFail', async () => {
    expect((await Player.firstWhere('id', 'p03'))?.id).toBe('p03')
    expect((await query().orderBy('score').firstWhere('score', '>', 10))?.id).toBe(
      byScore.find(({ score }) => score > 10)?.id,
    )
    expect(await Player.firstWhere({ team: 'green', score: 1 })).toBeNull()
    expect((await query().firstWhere((q) => q.where('score', 0).orWhere('score', 1)))?.score).toBe(0)
    expect((await query().firstOr(() => 'none')) as object).toHaveProperty('team', 'red')
    expect(
      await query()
        .where('score', '>', 99)
        .firstOr(() => 'none'),
    ).toBe('none')
    expect(
      await query()
        .where('score', '>', 99)
        .firstOr(async () => team),
    ).toBe(team)
    expect((await query().orderBy('score').firstOrFail()).id).toBe(byScore[0]?.id)
    await expect(query().where('score', 99).firstOrFail()).rejects.toThrow(ModelNotFoundError)
    await expect(query().where('score', 99).firstOrFail()).rejects.toMatchObject({
      code: 'MODEL.NOT_FOUND',
      model: 'Player',
    })
    await expect(Player.firstOrFail()).resolves.toBeDefined()
  })

  inside('Q21: find on a query: its conditions and relations, one GetItem', async () => {
    requests = []
    const found = await Player.with('notes').find('p01')
    expect(found?.notes.map(({ text }) => text)).toEqual(['hello'])
    expect(requests).toEqual(['GetItem', 'Query'])
    expect(await query().find('p30')).toBeNull()
    expect((await Player.query().findOrFail('p30')).team).toBe('blue')
    await expect(query().findOrFail('p30')).rejects.toThrow(ModelNotFoundError)
    expect(await query().findOr('p30', () => 7)).toBe(7)
    expect(await Player.findOr('nobody', () => 7)).toBe(7)
    expect(((await Player.findOr('p01', () => 7)) as { id: string }).id).toBe('p01')
    requests = []
    expect((await Seat.query().find({ hall: 'main', number: 1 }))?.number).toBe(1)
    expect(requests).toEqual(['GetItem'])
    await expect(async () => Player.query().find(undefined as never)).rejects.toMatchObject({
      code: 'MODEL.INVALID_INPUT',
    })
    await expect(async () => Player.query().find(['p01'] as never)).rejects.toThrow(/list/)
  })

  inside('Q21: sole: the only row, none, or more than one; it reads two at most', async () => {
    expect((await query().where('score', 0).sole()).id).toBe('p00')
    await expect(query().where('score', 99).sole()).rejects.toThrow(ModelNotFoundError)
    requests = []
    items = 0
    await expect(query().sole()).rejects.toMatchObject({ code: 'QUERY.NOT_SOLE', details: { model: 'Player' } })
    expect({ requests, items }).toEqual({ requests: ['Query'], items: 2 })
  })

  inside('Q33: pluck and value: one attribute, nothing else is read', async () => {
    const sorted = query().orderBy('score')
    expect(await sorted.pluck('id')).toEqual(byScore.map(({ id }) => id))
    expect(await sorted.pluck('best')).toEqual(byScore.map(({ best }) => best ?? null))
    expect(await sorted.limit(3).pluck('joined')).toEqual(byScore.slice(0, 3).map(({ joined }) => joined ?? null))
    expect(await sorted.value('id')).toBe(byScore[0]?.id)
    expect(await sorted.where('score', 99).value('id')).toBeNull()
    expect(await Player.query().where('id', 'p00').value('best')).toBeNull()
    expect(await query().pluck('score', 'id')).toEqual(new Map(red.map(({ id, score }) => [id, score])))
    expect(await query().orderBy('score').pluck('id', 'joined')).toEqual(
      new Map(byScore.map(({ id, joined }) => [joined?.toISOString() ?? null, id])),
    )
    expect(query().select('id', 'score').toRequest()?.input).toMatchObject({ ProjectionExpression: expect.any(String) })
    let asked: unknown
    const look = (request: { input: object }, next: (request: never) => unknown): unknown => {
      asked = request.input
      return next(request as never)
    }
    connection.use(look as never)
    await query().pluck('nick')
    connection.drop(look as never)
    const names = Object.values((asked as { ExpressionAttributeNames: object }).ExpressionAttributeNames)
    expect(names).toContain('nick')
    for (const other of ['best', 'joined', 'tags', 'email']) expect(names).not.toContain(other)
    expect(await Player.pluck('id')).toHaveLength(DATA.length)
    expect((await Player.pluck('score', 'id')).get('p05')).toBe(35)
    expect(await Player.whereIn('team', ['red']).count()).toBe(red.length)
    expect(await Player.orderBy('score', 'desc').value('score')).toBe(39)
    expect(await Player.latest('score').value('score')).toBe(39)
    expect((await Player.paginate(15)).total).toBe(DATA.length)
    expect((await Player.cursorPaginate(null, 5)).data).toHaveLength(5)
    expect((await Player.firstWhere('score', '>=', 39))?.score).toBe(39)
    await expect(Player.query().pluck('nik' as 'nick')).rejects.toMatchObject({ code: 'QUERY.UNKNOWN_ATTRIBUTE' })
    await expect(query().pluck('id', 'tags')).rejects.toMatchObject({ code: 'QUERY.INVALID_OPERATOR' })
  })

  inside('Q33: keyBy, groupBy and distinct, in memory', async () => {
    const keyed = await query().keyBy('id')
    expect([...keyed.keys()].sort()).toEqual(red.map(({ id }) => id))
    expect(keyed.get('p05')?.score).toBe(35)
    const groups = await Player.query().orderBy('score').groupBy('team')
    expect([...groups].map(([name, rows]) => [name, rows.map(({ score }) => score)])).toEqual(
      ['red', 'blue']
        .map((name) => [
          name,
          DATA.filter((each) => each.team === name)
            .map(({ score }) => score)
            .sort((a, b) => a - b),
        ])
        .sort((a, b) => (a[1]?.[0] as number) - (b[1]?.[0] as number)),
    )
    const joined = await query().groupBy('joined')
    expect(new Set(joined.keys())).toEqual(new Set([null, ...JOINED.map((date) => date.toISOString())]))
    expect(joined.get(null)).toHaveLength(red.filter((each) => each.joined === undefined).length)
    expect(await Player.query().orderBy('score').distinct('team')).toEqual(['red', 'blue'])
    expect(new Set((await query().distinct('joined')).map(String))).toEqual(new Set(JOINED.map(String)))
    expect(await query().distinct('joined')).toHaveLength(JOINED.length)
    expect(new Set(await query().distinct('nick'))).toEqual(new Set(red.flatMap(({ nick }) => nick ?? [])))
    await expect(query().keyBy('place')).rejects.toMatchObject({ code: 'QUERY.INVALID_OPERATOR' })
    await expect(query().select('score').groupBy('nick')).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
    expect((await query().select('id', 'score').keyBy('id')).size).toBe(red.length)
  })

  inside('Q32: when, unless and tap', async () => {
    const ask = (search: string | undefined, least = 0) =>
      query()
        .when(search, (q, nick) => q.where('nick', nick))
        .when(
          () => least > 10,
          (q) => q.where('score', '>=', least),
          (q) => q.where('score', '<=', 10),
        )
        .unless(search, (q) => q.whereNotNull('joined'))
    const ids = async (q: ReturnType<typeof ask>): Promise<string[]> => (await q.pluck('id')).sort()
    expect(await ids(ask('anna'))).toEqual(
      red.filter(({ nick, score }) => nick === 'anna' && score <= 10).map(({ id }) => id),
    )
    expect(await ids(ask(undefined, 20))).toEqual(
      red.filter(({ joined, score }) => joined !== undefined && score >= 20).map(({ id }) => id),
    )
    const seen: string[] = []
    const tapped = query()
      .tap((q) => {
        seen.push(q.explain().operation)
      })
      .tap((q) => q.where('score', 0))
    expect(seen).toEqual(['Query'])
    expect(await tapped.count()).toBe(1)
    expect(() => query().when(true, (() => undefined) as never)).toThrow(/must return its query/)
  })

  inside('Q33: reorder, forPage, offset, simplePaginate, lazyById, chunkById, addSelect', async () => {
    const sorted = query().orderBy('score')
    const scores = byScore.map(({ score }) => score)
    expect(await sorted.reorder('score', 'desc').pluck('score')).toEqual([...scores].reverse())
    expect(sorted.orderBy('nick').reorder().explain().inMemory.sort).toEqual([])
    expect(await sorted.forPage(3, 5).pluck('score')).toEqual(scores.slice(10, 15))
    expect(await sorted.offset(20).pluck('score')).toEqual(scores.slice(20))
    expect(await sorted.offset(20).count()).toBe(scores.length - 20)
    const page = await sorted.simplePaginate(10, 3)
    expect(page).toMatchObject({ perPage: 10, currentPage: 3, hasMore: false })
    expect(page.data.map(({ score }) => score)).toEqual(scores.slice(20))
    requests = []
    expect(await sorted.simplePaginate(8)).toMatchObject({ hasMore: true, data: { length: 8 } })
    expect(requests).toEqual(['Query'])
    const walked: number[] = []
    for await (const { score } of sorted.lazyById()) walked.push(score)
    expect(walked).toEqual(scores)
    const sizes: number[] = []
    expect(await sorted.chunkById(7, (rows) => sizes.push(rows.length))).toBe(true)
    expect(sizes).toEqual([7, 7, 7, 3])
    const [row] = await sorted.select('id').addSelect('score').get()
    expect({ ...row }).toEqual({ id: byScore[0]?.id, score: 0 })
    expect(() => sorted.forPage(0)).toThrow(QueryError)
    await expect(sorted.simplePaginate(0)).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
  })

  inside('Q22: Q23: min and max are one read of one item where an index sorts; counts take no item along', async () => {
    const cost = async (run: () => Promise<unknown>): Promise<object> => {
      requests = []
      items = 0
      const value = await run()
      return { value, requests, items }
    }
    const [least, most] = [scoresOf(red)[0], scoresOf(red).at(-1)]
    expect(await cost(() => query().min('score'))).toEqual({ value: least, requests: ['Query'], items: 1 })
    expect(await cost(() => query().max('score'))).toEqual({ value: most, requests: ['Query'], items: 1 })
    expect(await cost(() => query().where('score', '<', 20).max('score'))).toEqual({
      value: scoresOf(red).findLast((score) => score < 20),
      requests: ['Query'],
      items: 1,
    })
    // No index sorts by it: every row of the team is read once.
    const bests = red.flatMap(({ best }) => best ?? [])
    expect(await cost(() => query().max('best'))).toEqual({
      value: Math.max(...bests),
      requests: ['Query'],
      items: red.length,
    })
    expect(await query().sum('best')).toBe(bests.reduce((sum, each) => sum + each, 0))
    expect(await query().avg('best')).toBe(bests.reduce((sum, each) => sum + each, 0) / bests.length)
    expect(await query().where('score', 99).avg('best')).toBeNull()
    expect(await cost(() => query().count())).toEqual({ value: red.length, requests: ['Query'], items: red.length })
    expect(await cost(() => query().exists())).toEqual({ value: true, requests: ['Query'], items: 1 })
  })

  inside('Q4: Q10: whereNot, whereColumn, whereLike, whereAny, whereAll, whereNone mean what they say', async () => {
    const all = Player.query()
    const ids = async (q: { pluck(name: 'id'): Promise<string[]> }): Promise<string[]> => (await q.pluck('id')).sort()
    const of = (rule: (row: Data) => boolean): string[] => DATA.filter(rule).map(({ id }) => id)
    const has = (row: Data): row is Data & { best: number } => typeof row.best === 'number'
    expect(await ids(all.whereNot('team', 'red'))).toEqual(of(({ team }) => team !== 'red'))
    expect(await ids(all.whereNot('score', '>', 10))).toEqual(of(({ score }) => score <= 10))
    expect(await ids(all.whereNot({ team: 'red', score: 7 }))).toEqual(
      of((row) => row.team !== 'red' || row.score !== 7),
    )
    expect(await ids(all.whereNot((q) => q.where('score', '<', 30).orWhere('best', '<', 30)))).toEqual(
      of((row) => row.score >= 30 && !(has(row) && row.best < 30)),
    )
    expect(await ids(all.whereColumn('best', 'score'))).toEqual(of((row) => row.best === row.score))
    expect(await ids(all.whereColumn('best', '>', 'score'))).toEqual(of((row) => has(row) && row.best > row.score))
    expect(await ids(all.whereColumn('score', '>=', 'best'))).toEqual(of((row) => has(row) && row.score >= row.best))
    expect(await ids(all.whereColumn('best', '!=', 'score'))).toEqual(of((row) => row.best !== row.score))
    expect(await ids(query().whereColumn('score', '<', 'best'))).toEqual(
      of((row) => row.team === 'red' && has(row) && row.score < row.best),
    )
    for (const [pattern, rule] of [
      ['an%', (nick: string) => nick.startsWith('an')],
      ['%an%', (nick: string) => nick.includes('an')],
      ['anna', (nick: string) => nick === 'anna'],
      ['%', () => true],
      ['%%', () => true],
      ['', (nick: string) => nick === ''],
      ['an\\%%', (nick: string) => nick.startsWith('an%')],
      ['50\\%', (nick: string) => nick === '50%'],
      ['%a\\_%', (nick: string) => nick.includes('a_')],
    ] as const) {
      const matches = ({ nick }: Data): boolean => typeof nick === 'string' && rule(nick)
      expect(await ids(all.whereLike('nick', pattern)), pattern).toEqual(of(matches))
      expect(await ids(all.whereNotLike('nick', pattern)), pattern).toEqual(of((row) => !matches(row)))
    }
    for (const pattern of ['%a', 'a%b', 'a_', '%a%b%', 'a%%b'])
      expect(() => all.whereLike('nick', pattern), pattern).toThrow(/cannot be asked for the pattern/)
    const small = (n: number | null | undefined): boolean => typeof n === 'number' && n < 10
    expect(await ids(all.whereAny(['score', 'best'], '<', 10))).toEqual(
      of((row) => small(row.score) || small(row.best)),
    )
    expect(await ids(all.whereAll(['score', 'best'], '<', 10))).toEqual(
      of((row) => small(row.score) && small(row.best)),
    )
    expect(await ids(all.whereNone(['score', 'best'], '<', 10))).toEqual(
      of((row) => !small(row.score) && !small(row.best)),
    )
    expect(await ids(all.whereAny(['nick', 'team'], 'red'))).toEqual(of(({ team }) => team === 'red'))
    expect(() => all.whereAny([] as 'nick'[], 'x')).toThrow(/list of attributes/)
    expect(() => all.whereColumn('score', 'nick')).toThrow(/cannot compare/)
    expect(() => all.whereColumn('joined', '>', 'nick')).toThrow(QueryError)
    expect(() => all.whereColumn('score', 'in' as '=', 'best')).toThrow(/cannot be compared by "in"/)
    expect(() => all.whereColumn('scor' as 'score', 'best')).toThrow(/no attribute "scor"/)
    expect(() => (all.where as (...given: unknown[]) => unknown)('nick', 'like', 'a%')).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_OPERATOR', hint: expect.stringContaining('whereLike') }),
    )
  })

  inside('Q4: one condition more or, under Eloquent’s names', async () => {
    const all = Player.query()
    const ids = async (rows: { get(): Promise<{ id: string }[]> }): Promise<string[]> =>
      (await rows.get()).map(({ id }) => id).sort()
    const of = (matches: (row: Data) => boolean): string[] => DATA.filter(matches).map(({ id }) => id)
    const zero = all.where('score', 0)
    const isZero = ({ score }: Data): boolean => score === 0
    expect(await ids(zero.orWhereIn('score', [1, 2]))).toEqual(of(({ score }) => score <= 2))
    expect(await ids(zero.orWhereBetween('score', 5, 7))).toEqual(
      of((r) => isZero(r) || (r.score >= 5 && r.score <= 7)),
    )
    expect(await ids(zero.orWhereBetween('score', [5, 7]).orWhereNull('nick'))).toEqual(
      of((r) => isZero(r) || (r.score >= 5 && r.score <= 7) || r.nick === undefined || r.nick === null),
    )
    expect(await ids(zero.orWhereLike('nick', 'an%'))).toEqual(
      of((r) => isZero(r) || r.nick?.startsWith('an') === true),
    )
    expect(await ids(zero.orWhereNot('team', 'red'))).toEqual(of((r) => isZero(r) || r.team !== 'red'))
    expect(await ids(zero.orWhereColumn('best', 'score'))).toEqual(of((r) => isZero(r) || r.best === r.score))
    expect(await ids(zero.orWhereAny(['score', 'best'], '<', 3))).toEqual(
      of((r) => r.score < 3 || (typeof r.best === 'number' && r.best < 3)),
    )
    const first = JOINED[0].toISOString().slice(0, 10)
    expect(await ids(zero.orWhereDate('joined', first))).toEqual(of((r) => isZero(r) || r.joined === JOINED[0]))
    // What a relation asks for is no part of it, as with orWhere.
    expect(() => all.has('notes').orWhereIn('score', [1])).toThrow(QueryError)
    // @ts-expect-error no attribute of that name
    expect(() => zero.orWhereIn('scor', [1])).toThrow(QueryError)
  })

  inside('Q21: whereKey, whereKeyNot, existsOr, soleValue, valueOrFail', async () => {
    const ids = async (rows: { get(): Promise<{ id: string }[]> }): Promise<string[]> =>
      (await rows.get()).map(({ id }) => id).sort()
    expect(await ids(Player.whereKey('p03'))).toEqual(['p03'])
    expect(requests).toEqual(['GetItem'])
    expect(await ids(Player.whereKey(['p05', 'p03', 'none']))).toEqual(['p03', 'p05'])
    expect(requests).toEqual(['GetItem', 'BatchGetItem'])
    expect(await ids(query().whereKeyNot(['p03', 'p05']))).toEqual(
      red.map(({ id }) => id).filter((id) => id !== 'p03' && id !== 'p05'),
    )
    const seat = { hall: 'main', number: 1 }
    expect((await Seat.query().whereKey(seat).get()).length).toBe(1)
    expect(
      (
        await Seat.query()
          .whereKey([seat, { hall: 'main', number: 2 }])
          .get()
      ).length,
    ).toBe(1)
    expect(() => Player.whereKey(null as unknown as string)).toThrow(/key null/)
    const none = query().where('score', '>', 99)
    expect([await query().existsOr(() => 'no'), await none.existsOr(() => 'no')]).toEqual([true, 'no'])
    expect([await query().doesntExistOr(() => 'yes'), await none.doesntExistOr(() => 'yes')]).toEqual(['yes', true])
    expect(await Player.whereKey('p03').soleValue('score')).toBe(21)
    await expect(query().soleValue('score')).rejects.toMatchObject({ code: 'QUERY.NOT_SOLE' })
    expect(await query().orderBy('score').valueOrFail('score')).toBe(byScore[0]?.score)
    await expect(none.valueOrFail('score')).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
    expect(await query().average('score')).toBe(await query().avg('score'))
  })

  inside('Q33: methods that are said of something else here say of what', async () => {
    requests = []
    const every = Player.query() as unknown as Record<string, (...given: unknown[]) => unknown>
    for (const method of ['create', 'firstOrCreate', 'insert', 'toSql', 'dd', 'truncate', 'implode', 'hasMorph'])
      expect(() => every[method]?.('x', 1), method).toThrow(
        expect.objectContaining({ code: 'QUERY.UNSUPPORTED', hint: expect.stringMatching(/[a-z]\(/i) }),
      )
    expect(requests).toEqual([])
  })

  inside('Q33: what DynamoDB cannot serve says what it affords, and sends nothing', async () => {
    requests = []
    const every = Player.query() as unknown as Record<string, (...given: unknown[]) => unknown>
    for (const method of [
      'join',
      'leftJoin',
      'union',
      'having',
      'inRandomOrder',
      'lockForUpdate',
      'sharedLock',
      'whereRaw',
    ])
      expect(() => every[method]?.('x', 1), method).toThrow(
        expect.objectContaining({ code: 'QUERY.UNSUPPORTED', hint: expect.stringMatching(/[a-z]\(/i) }),
      )
    expect(requests).toEqual([])
  })
})

const scoresOf = (rows: readonly Data[]): readonly number[] => rows.map(({ score }) => score).sort((a, b) => a - b)
