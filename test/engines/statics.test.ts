import { connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Poet extends DynamoDBModel {
  static softDeletes = true
  static timestamps = true
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string' },
    born: { type: 'number' },
    city: { type: 'string', index: true },
  } as const
  relationships = { poems: { type: 'hasMany', model: () => Poem, foreignKey: 'poetId' } } as const
  scopes = {
    bornAfter: (query: any, year: number) => query.where('born', '>', year),
    create: (query: any) => query,
  }
}

class Poem extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    poetId: { type: 'string' },
    rivalId: { type: 'string' },
    lines: { type: 'number' },
  } as const
  relationships = {
    poet: { type: 'belongsTo', model: () => Poet, foreignKey: 'poetId' },
    rival: { type: 'belongsTo', model: () => Poet, foreignKey: 'rivalId' },
    notes: { type: 'morphMany', model: () => Note, name: 'about' },
  } as const
}

class Note extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    aboutId: { type: 'string' },
    aboutType: { type: 'string' },
  } as const
  relationships = { about: { type: 'morphTo' } } as const
}

describeEngines('queries begin at the model', (lane) => {
  const connection = connect({
    region: 'us-east-1',
    defaultTableName: uniqueTable(),
    driver: lane.createDriver(),
    queryBuilder: { scans: 'allow' },
  })
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  beforeAll(() =>
    connection.run(async () => {
      registerModels(Poet, Poem, Note)
      await DynamoDBModel.migrate()
      for (const [id, born, city] of [
        ['emily', 1830, 'Amherst'],
        ['walt', 1819, 'Huntington'],
        ['anna', 1889, 'Odessa'],
      ] as const)
        await Poet.create({ id, name: id, born, city })
      await Poem.create({ id: 'p1', poetId: 'emily', rivalId: 'walt', lines: 12 })
      await Poem.create({ id: 'p2', poetId: 'emily', lines: 8 })
      await Poem.create({ id: 'p3', poetId: 'anna', lines: 100 })
      await Poet.delete('walt')
    }),
  )
  afterAll(() => connection.close())
  const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).sort()

  inside('every way of asking is said of the model itself', async () => {
    expect(ids(await Poet.withTrashed().get())).toEqual(['anna', 'emily', 'walt'])
    expect(ids(await Poet.onlyTrashed().get())).toEqual(['walt'])
    expect(ids(await Poet.withTrashed().withoutTrashed().get())).toEqual(['anna', 'emily'])
    expect(ids(await Poet.withoutTrashed().get())).toEqual(['anna', 'emily'])
    expect(ids(await Poet.has('poems', '>=', 2).get())).toEqual(['emily'])
    expect(ids(await Poet.whereHas('poems', (poems) => poems.where('lines', '>', 50)).get())).toEqual(['anna'])
    expect(ids(await Poet.whereBetween('born', 1800, 1850).get())).toEqual(['emily'])
    expect(ids(await Poet.whereNot('city', 'Odessa').get())).toEqual(['emily'])
    expect(ids(await Poet.whereNotIn('city', ['Odessa']).get())).toEqual(['emily'])
    expect(ids(await Poet.whereYear('createdAt', new Date().getUTCFullYear()).get())).toEqual(['anna', 'emily'])
    expect((await Poet.withSum('poems', 'lines').find('emily'))?.poemsSumLines).toBe(20)
    expect([await Poet.sum('born'), await Poet.max('born'), await Poet.min('born')]).toEqual([3719, 1889, 1830])
    expect([await Poet.where('city', 'Odessa').exists(), await Poet.exists()]).toEqual([true, true])
    const [first] = await Poet.select('city').orderBy('city').get()
    expect(first?.toJSON()).toEqual({ city: 'Amherst' })
    const cities: string[] = []
    for await (const poet of Poet.cursor()) cities.push(poet.city ?? '')
    expect(cities.sort()).toEqual(['Amherst', 'Odessa'])
  })

  inside(
    'M28: local scopes are statics of a registered class, and no method of models is replaced by one',
    async () => {
      const Scoped = Poet as typeof Poet & { bornAfter(year: number): ReturnType<typeof Poet.query> }
      expect(ids(await Scoped.bornAfter(1850).get())).toEqual(['anna'])
      expect(ids(await Scoped.on(connection).query().bornAfter(1850).get())).toEqual(['anna'])
      expect(Object.hasOwn(Poet, 'bornAfter')).toBe(true)
      expect(Object.hasOwn(Poet, 'create')).toBe(false)
    },
  )

  inside('what DynamoDB cannot serve is the same error, said of the model', async () => {
    for (const method of [
      'join',
      'inRandomOrder',
      'lockForUpdate',
      'whereRaw',
      'whereHasMorph',
      'orHas',
      'orWhereHas',
    ] as const) {
      const thrown = (call: () => unknown): unknown => {
        try {
          return call()
        } catch (error) {
          return error
        }
      }
      const said = thrown(() => (Poet as any)[method]('x'))
      expect(said).toMatchObject({ code: 'QUERY.UNSUPPORTED', message: `DynamoDB cannot serve ${method}().` })
      expect(said).toEqual(thrown(() => (Poet.query() as any)[method]('x')))
    }
  })

  inside('a relation is one side of no OR: the error names the group that says what was meant', async () => {
    const said = expect.objectContaining({ code: 'QUERY.UNSUPPORTED', hint: expect.stringMatching(/group/) as unknown })
    expect(() => Poet.has('poems').orWhere('city', 'Odessa')).toThrow(said)
    expect(() => Poet.where('city', 'Amherst').orWhere('city', 'Odessa').has('poems')).toThrow(said)
    const grouped = Poet.where((poets) => poets.where('city', 'Amherst').orWhere('city', 'Odessa'))
    expect(ids(await grouped.has('poems', '>=', 2).get())).toEqual(['emily'])
  })

  inside('withWhereHas keeps rows by a relation and brings what was meant of it', async () => {
    const poets = await Poet.withWhereHas('poems', (poems) => poems.where('lines', '<', 10)).get()
    expect(poets.map(({ id, poems }) => [id, ids(poems)])).toEqual([['emily', ['p2']]])
  })

  inside('whereBelongsTo finds the rows of one owner, or of several', async () => {
    const [emily, anna] = (await Poet.findMany(['emily', 'anna'])) as [any, any]
    const poem = await Poem.findOrFail('p1')
    expect(ids(await Poem.whereBelongsTo(emily, 'poet').get())).toEqual(['p1', 'p2'])
    expect(ids(await Poem.whereBelongsTo([emily, anna], 'poet').where('lines', '>', 10).get())).toEqual(['p1', 'p3'])
    expect(ids(await Poem.whereBelongsTo([], 'poet').get())).toEqual([])
    await Note.create({ id: 'n1', aboutId: 'p1', aboutType: 'Poem' })
    await Note.create({ id: 'n2', aboutId: 'p1', aboutType: 'Poet' })
    expect(ids(await Note.whereBelongsTo(poem).get())).toEqual(['n1'])
    expect(() => Poem.whereBelongsTo(emily)).toThrow(
      expect.objectContaining({ code: 'QUERY.INVALID_VALUE', message: 'Poem belongs to Poet by poet and rival.' }),
    )
    expect(() => Poet.whereBelongsTo(poem)).toThrow(expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }))
    expect(() => Poem.whereBelongsTo(emily, 'poett' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_RELATION', hint: 'Did you mean "poet"?' }),
    )
  })
})
