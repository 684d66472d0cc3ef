import {
  accessPatterns,
  type Connection,
  connect,
  type DynamoDBConfig,
  DynamoDBModel,
  GSIDeriver,
  KeyPatternGenerator,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

class Team extends DynamoDBModel {
  static table = 'teams'
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string', required: true, unique: true },
  } as const
  relationships = { players: { type: 'hasMany', model: 'Player', foreignKey: 'teamId', sortBy: 'number' } } as const
}
class Player extends DynamoDBModel {
  static table = 'players'
  static softDeletes = true
  attributes = {
    id: { type: 'string', required: true },
    teamId: { type: 'string' },
    number: { type: 'number', required: true },
    position: { type: 'string', required: true },
    injured: { type: 'boolean', default: false },
    joined: { type: 'date' },
  } as const
  relationships = { team: { type: 'belongsTo', model: 'Team', foreignKey: 'teamId', sortBy: 'number' } } as const
  static indexes = {
    byPosition: { partition: ['position'], sort: ['joined'] },
    injuredByPosition: { partition: ['position'], when: { injured: true }, sort: ['number'] },
    spread: { partition: ['position'], sort: ['number'], shards: 3 },
    all: { sort: ['joined'], projection: ['number'] },
  }
}
class Match extends DynamoDBModel {
  static table = 'matches'
  static keyPattern = { pk: '{season}', sk: '{day}' }
  static indexes = { byScore: { local: true, sort: ['score'] } }
  attributes = {
    id: { type: 'string', required: true },
    season: { type: 'number', required: true },
    day: { type: 'string', required: true },
    score: { type: 'number' },
  } as const
}
const models = [Team, Player, Match]
const numbers = (rows: readonly { number: number }[]): number[] => rows.map((row) => row.number)

function open(lane: EngineLane, singleTableDesign: NonNullable<DynamoDBConfig['singleTableDesign']>): Connection {
  const tablePrefix = `${uniqueTable('t')}-`
  return connect({
    region: 'us-east-1',
    tablePrefix,
    driver: lane.createDriver(),
    singleTableDesign,
    queryBuilder: { scans: 'forbid' },
  })
}

async function seed(): Promise<void> {
  registerModels(...models)
  await DynamoDBModel.migrate()
  await Team.create({ id: 'red', name: 'Red Stars' })
  await Team.create({ id: 'blue', name: 'Blue Moons' })
  const positions = ['goal', 'back', 'back', 'front', 'front', 'front']
  for (const [i, position] of positions.entries()) {
    await Player.create({
      id: `p${i}`,
      teamId: i % 2 === 0 ? 'red' : 'blue',
      number: 10 - i,
      position,
      injured: i > 3,
      ...(i === 0 ? {} : { joined: new Date(2020, i, 1) }),
    })
  }
  for (const [i, score] of [30, -4, 12].entries()) {
    await Match.create({ id: `m${i}`, season: 2026, day: `2026-0${i + 1}-01`, score })
  }
  await Match.create({ id: 'old', season: 2025, day: '2025-01-01' })
}

/** What every way to lay out tables has to do alike. */
function behavesAlike(connection: () => Connection, config: DynamoDBConfig): void {
  const run = (title: string, body: () => Promise<void>): void => test(title, () => connection().run(body))

  run('M17: M18: rows are found by key, one by one and many at once', async () => {
    expect((await Player.find('p3'))?.number).toBe(7)
    expect(await Player.find('nobody')).toBeNull()
    expect(numbers(await Player.findMany(['p5', 'nobody', 'p0']))).toEqual([5, 10])
    expect((await Match.find({ season: 2026, day: '2026-02-01' }))?.score).toBe(-4)
  })

  run('M5: M8: Z16: used keys and unique values are refused, look-ups read the guard', async () => {
    await expect(Player.create({ id: 'p0', number: 1, position: 'goal' })).rejects.toMatchObject({
      code: 'MODEL.DUPLICATE_KEY',
    })
    await expect(Team.create({ id: 'third', name: 'Red Stars' })).rejects.toMatchObject({
      code: 'MODEL.UNIQUE_VIOLATION',
    })
    const byName = Team.query().where('name', 'Red Stars')
    expect(byName.explain().operation).toBe('GuardLookup')
    expect((await byName.first())?.id).toBe('red')
    const team = await Team.create({ id: 'third', name: 'Third' })
    await team.update({ name: 'Trio' })
    expect(await Team.query().where('name', 'Third').first()).toBeNull()
    expect((await Team.query().where('name', 'Trio').first())?.id).toBe('third')
    await team.delete()
    await (await Team.create({ id: 'fourth', name: 'Trio' })).delete()
  })

  run('Q15: R1: R3: children are a Query of an index, in order', async () => {
    const red = Player.query().where('teamId', 'red').orderByDesc('number')
    expect(red.explain()).toMatchObject({ operation: 'Query', forward: false, inMemory: { sort: [] } })
    expect(red.explain().index).toBeDefined()
    expect(numbers(await red.get())).toEqual([10, 8, 6])
    expect(numbers(await red.where('number', '>', 6).where('number', '<=', 10).get())).toEqual([10, 8])
    expect(numbers(await red.whereBetween('number', 6, 8).get())).toEqual([8, 6])
    expect(numbers(await red.limit(2).get())).toEqual([10, 8])
    const team = await Team.query().with('players').where('id', 'red').first()
    expect(numbers(team?.players as never)).toEqual([6, 8, 10])
    const player = await Player.query().with('team').where('id', 'p1').first()
    expect((player?.team as { name?: string } | null)?.name).toBe('Blue Moons')
  })

  run('K10: K4: sparse places: by condition, and by an attribute that may be missing', async () => {
    const injured = Player.query().where('position', 'front').where('injured', true).orderBy('number')
    expect(injured.explain()).toMatchObject({ operation: 'Query', inMemory: { sort: [] } })
    expect(injured.explain().purpose).toBe('index injuredByPosition')
    expect(numbers(await injured.get())).toEqual([5, 6])
    const player = await Player.findOrFail('p5')
    await player.update({ injured: false })
    expect(numbers(await injured.get())).toEqual([6])
    await player.update({ injured: true, number: 55 })
    expect(numbers(await injured.get())).toEqual([6, 55])
    await player.update({ number: 5 })
    const since = Player.query().where('position', 'back').where('joined', '>=', '2020-03-01')
    expect(since.explain()).toMatchObject({ operation: 'Query', purpose: 'index byPosition' })
    expect(numbers(await since.get())).toEqual([8])
    await (await Player.findOrFail('p1')).update({ joined: undefined })
    expect(await Player.query().index('byPosition').where('position', 'back').count()).toBe(1)
    await (await Player.findOrFail('p1')).update({ joined: new Date(2020, 1, 1) })
  })

  run('shards and projections', async () => {
    const spread = Player.query().index('spread').where('position', 'front').orderBy('number')
    expect(spread.explain().merged).toHaveLength(3)
    expect(numbers(await spread.get())).toEqual([5, 6, 7])
    const all = Player.query().index('all').whereNotNull('joined').orderBy('joined')
    expect(all.explain()).toMatchObject({ operation: 'Query', fetch: true })
    expect(numbers(await all.get())).toEqual([9, 8, 7, 6, 5])
    const narrow = Player.query().index('all').where('joined', '>', '2020-03-15').orderBy('joined').select('number')
    expect(numbers(await narrow.get())).toEqual([7, 6, 5])
  })

  run('M24: soft-deleted rows stay out of every way to read', async () => {
    const player = await Player.findOrFail('p2')
    await player.delete()
    expect(await Player.find('p2')).toBeNull()
    expect(numbers(await Player.query().where('teamId', 'red').get())).toEqual([6, 10])
    await player.restore()
    expect(numbers(await Player.query().where('teamId', 'red').get())).toEqual([6, 8, 10])
  })

  run('K9: M29: a collection of the table, and another order inside it', async () => {
    const season = Match.query().where('season', 2026)
    expect(season.explain()).toMatchObject({ operation: 'Query', index: undefined })
    expect((await season.get()).map((match) => match.id)).toEqual(['m0', 'm1', 'm2'])
    expect((await season.where('day', '<', '2026-03').get()).map((match) => match.id)).toEqual(['m0', 'm1'])
    const byScore = season.orderByDesc('score').whereNotNull('score').consistentRead()
    expect(byScore.explain().purpose).toBe('index byScore')
    expect((await byScore.get()).map((match) => match.id)).toEqual(['m0', 'm2', 'm1'])
    const match = await Match.findOrFail({ season: 2026, day: '2026-01-01' })
    await match.update({ day: '2026-09-09' })
    expect(await Match.find({ season: 2026, day: '2026-01-01' })).toBeNull()
    expect((await season.get()).map((each) => each.id)).toEqual(['m1', 'm2', 'm0'])
    await match.update({ day: '2026-01-01' })
  })

  run('Z8: cursors over an index, forward and back', async () => {
    const red = Player.query().where('teamId', 'red').orderBy('number')
    const first = await red.cursorPaginate(null, 2)
    expect(numbers(first.data)).toEqual([6, 8])
    const second = await red.cursorPaginate(first.nextCursor, 2)
    expect(numbers(second.data)).toEqual([10])
    expect(second.hasMore).toBe(false)
    expect(numbers((await red.cursorPaginate(second.prevCursor, 2)).data)).toEqual([6, 8])
  })

  run('K11: every pattern that is listed is run as it says', async () => {
    const rows = {
      Team: await Team.findOrFail('red'),
      Player: await Player.findOrFail('p5'),
      Match: (await Match.query().where('season', 2026).get())[0],
    }
    for (const { model, operation, index, fixed, ordered, pattern } of accessPatterns(models, config)) {
      const Model = { Team, Player, Match }[model] as typeof Player
      const row = rows[model as 'Player'] as unknown as Record<string, unknown>
      const values = Object.fromEntries(Object.keys(fixed).map((name) => [name, fixed[name] ?? row[name]]))
      let query = Model.query().where(values as never)
      if (index !== undefined) query = query.index(index)
      for (const name of ordered) query = query.orderBy(name as never)
      const plan = query.explain()
      expect({ pattern, operation: plan.operation, sort: plan.inMemory.sort }).toEqual({ pattern, operation, sort: [] })
      expect((await query.get()).map((each) => each.id)).toContain(row['id'])
    }
  })
}

describeEngines('a table for each model', (lane) => {
  let connection: Connection
  beforeAll(async () => {
    connection = open(lane, { enabled: false })
    await connection.run(seed)
  })
  afterAll(() => connection.close())
  behavesAlike(() => connection, { singleTableDesign: { enabled: false } })

  test('K1: K8: keys are the attributes of the model; only conditions and shards write others', async () => {
    expect(new KeyPatternGenerator({ singleTableDesign: { enabled: false } }).generate(models)).toEqual({
      Team: { id: '{id}' },
      Player: {
        id: '{id}',
        teamId: '{teamId}',
        number: '{number}',
        position: '{position}',
        joined: '{joined}',
        injuredByPosition_pk: 'PLAYER#position#{position}#injured#{injured}',
        injuredByPosition_sk: 'PLAYER#{number}#{id}',
        spread_pk: 'PLAYER#position#{position}',
        spread_sk: 'PLAYER#{number}#{id}',
        _type: 'Player',
      },
      Match: { season: '{season}', day: '{day}', score: '{score}' },
    })
    const { Table } = await connection.send('DescribeTable', { TableName: `${connection.config.tablePrefix}players` })
    expect(Table?.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }])
    expect(Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName).sort()).toEqual(
      ['all', 'by-teamId', 'byPosition', 'injuredByPosition', 'spread'].sort(),
    )
    const { Item } = await connection.send('GetItem', {
      TableName: `${connection.config.tablePrefix}teams`,
      Key: { id: { S: 'red' } },
    })
    expect(Item).toEqual({ id: { S: 'red' }, name: { S: 'Red Stars' }, _type: { S: 'Team' } })
  })

  test('pk and sk take the keys as they are', async () => {
    const raw = await connection.run(() => Match.query().pk('2026').sk('begins_with', '2026-0').get())
    expect(raw.map((match) => match.id)).toEqual(['m0', 'm1', 'm2'])
  })

  test('a key attribute takes no null and no empty value', async () => {
    await connection.run(async () => {
      const player = await Player.findOrFail('p0')
      await expect(player.update({ teamId: null })).rejects.toMatchObject({ code: 'KEY.TYPE' })
      await expect((await Player.findOrFail('p0')).update({ teamId: '' })).rejects.toMatchObject({ code: 'KEY.EMPTY' })
      await expect(Player.create({ id: 'x', number: 1, position: '' })).rejects.toMatchObject({ code: 'KEY.EMPTY' })
      await expect(Player.create({ id: 'x', number: 1, position: 'x'.repeat(2049) })).rejects.toMatchObject({
        code: 'KEY.TOO_LONG',
      })
      expect(await Player.query().where('position', '').get()).toEqual([])
      expect(Player.query().where('teamId', '').explain().operation).toBe('None')
    })
  })

  test('M32: truncateAll empties every table', async () => {
    const other = open(lane, { enabled: false })
    try {
      await other.run(async () => {
        await seed()
        await DynamoDBModel.truncateAll()
        expect(await Team.find('red')).toBeNull()
        await Team.create({ id: 'red', name: 'Red Stars' })
      })
    } finally {
      await other.close()
    }
  })
})

describeEngines('multi-attribute index keys', (lane) => {
  const config = { singleTableDesign: { multiAttributeKeys: true } } as const
  if (lane.name === 'dynoxide') {
    test('E9: an engine that gets them wrong refuses them', async () => {
      const connection = open(lane, config.singleTableDesign)
      await expect(connection.run(seed)).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
      await connection.close()
    })
    return
  }
  for (const [title, singleTableDesign] of [
    ['in one table', { multiAttributeKeys: true }],
    ['in a table for each model', { multiAttributeKeys: true, enabled: false }],
  ] as const) {
    describe(title, () => {
      let connection: Connection
      beforeAll(async () => {
        connection = open(lane, singleTableDesign)
        await connection.run(seed)
      })
      afterAll(() => connection.close())
      behavesAlike(() => connection, { singleTableDesign })
    })
  }

  test('E9: index keys are attributes of the rows, and nothing is written beside them', async () => {
    expect(new KeyPatternGenerator(config).generate([Team, Player])['Player']).toEqual({
      pk: 'PLAYER#{id}',
      sk: 'PLAYER#{id}',
      _type: 'Player',
      teamId: '{teamId}',
      number: '{number}',
      id: '{id}',
      position: '{position}',
      joined: '{joined}',
      gsi3pk: 'PLAYER#position#{position}#injured#{injured}',
      gsi3sk: 'PLAYER#{number}#{id}',
      gsi4pk: 'PLAYER#position#{position}',
      gsi4sk: 'PLAYER#{number}#{id}',
    })
    const indexes = new GSIDeriver(config).derive([Team, Player])
    expect(indexes.map(({ name, key }) => [name, key.partition, key.sort].flat(2))).toContainEqual([
      'GSI1',
      { name: '_type', type: 'S' },
      { name: 'teamId', type: 'S' },
      { name: 'number', type: 'N' },
      { name: 'id', type: 'S' },
    ])
  })

  test('E9: models whose attributes have other types cannot share them as keys', () => {
    class Coach extends DynamoDBModel {
      attributes = { id: { type: 'string', required: true }, teamId: { type: 'number' } } as const
    }
    expect(() => new GSIDeriver(config).derive([Team, Player, Coach])).toThrow(
      expect.objectContaining({ code: 'DESIGN.TYPE_CONFLICT', message: expect.stringContaining('Coach.teamId') }),
    )
  })
})
