import {
  type Connection,
  connect,
  DynamoDBModel,
  defineModel,
  isDuplicateKeyError,
  isModelNotFoundError,
  parallelScan,
  type QueryBuilder,
  registerModels,
  transactGet,
  transaction,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class City extends DynamoDBModel {
  static globalScopes: Record<string, unknown> = {
    // Two ways to be open: no way around the other conditions.
    open: (query: QueryBuilder<typeof City>) => query.where('state', 'open').orWhere('state', 'new'),
  }
  static indexes = { byState: { partition: ['state'], sort: ['rank'] } }
  attributes = {
    id: { type: 'string', required: true },
    country: { type: 'string', index: true },
    mayor: { type: 'string', unique: true },
    state: { type: 'string', default: 'open' },
    rank: { type: 'number', default: 0 },
    note: { type: 'string' },
  } as const
  relationships = {
    streets: { type: 'hasMany', model: () => Street, foreignKey: 'cityId', onDelete: 'cascade', counterCache: true },
    parks: { type: 'belongsToMany', model: () => Park },
  } as const
  scopes = {
    large: (query: QueryBuilder<typeof City>) => query.where('rank', '>=', 5),
    ranked: (query: QueryBuilder<typeof City>, low: number, high = 100) => query.whereBetween('rank', low, high),
    either: (query: QueryBuilder<typeof City>) => query.where('id', 'a').orWhere('id', 'b'),
  }
}
class Street extends DynamoDBModel {
  static softDeletes = true
  static scopes = { named: (query: QueryBuilder<typeof Street>, name: string) => query.where('name', name) }
  attributes = {
    id: { type: 'string', required: true },
    cityId: { type: 'string' },
    name: { type: 'string' },
    paved: { type: 'boolean', default: true },
  } as const
  relationships = { city: { type: 'belongsTo', model: () => City, foreignKey: 'cityId' } } as const
}
class Park extends DynamoDBModel {
  static scopes = { green: (query: QueryBuilder<typeof Park>) => query.where('green', true) }
  attributes = { id: { type: 'string', required: true }, green: { type: 'boolean', default: true } } as const
}

for (const enabled of [true, false])
  describeEngines(`scopes, ${enabled ? 'one table' : 'a table each'}`, (lane) => {
    let connection: Connection
    beforeAll(async () => {
      const table = uniqueTable()
      connection = connect({
        region: 'us-east-1',
        defaultTableName: table,
        tablePrefix: enabled ? '' : `${table}-`,
        driver: lane.createDriver(),
        singleTableDesign: { enabled },
        queryBuilder: { scans: 'allow' },
      })
      await connection.run(async () => {
        registerModels(City, Street, Park)
        await DynamoDBModel.migrate()
        // a and b are open, c is new, d is closed.
        for (const [i, id] of ['a', 'b', 'c', 'd'].entries())
          await City.create({
            id,
            country: 'at',
            mayor: `mayor ${id}`,
            rank: i * 3,
            state: ['open', 'open', 'new', 'closed'][i],
          })
        for (const id of ['a', 'd']) {
          const city = await City.withoutGlobalScopes().where('id', id).first()
          await Street.create({ id: `${id}1`, cityId: city?.id, name: 'Main' })
          await Street.create({ id: `${id}2`, cityId: city?.id, name: 'Main', paved: false })
        }
      })
    })
    afterAll(() => connection.close())
    const inside = (title: string, body: () => Promise<void>): void => {
      test(title, () => connection.run(body))
    }
    const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort()

    inside('M27: a global scope is a condition of every read', async () => {
      expect(idsOf(await City.all())).toEqual(['a', 'b', 'c'])
      expect(idsOf(await City.query().get())).toEqual(['a', 'b', 'c'])
      expect(idsOf(await City.where('country', 'at').get())).toEqual(['a', 'b', 'c'])
      expect(idsOf(await City.query().where('id', 'd').orWhere('id', 'a').get())).toEqual(['a'])
      expect([await City.find('d'), (await City.find('c'))?.id]).toEqual([null, 'c'])
      expect(await City.where('mayor', 'mayor d').first()).toBeNull()
      expect(idsOf(await City.findMany(['d', 'a']))).toEqual(['a'])
      expect(idsOf(await City.batchGet(['d', 'a'], { projection: ['rank'] }))).toEqual(['a'])
      expect(await transactGet([{ model: City, key: 'd' }])).toEqual([null])
      await expect(City.findOrFail('d')).rejects.toThrow('not there')
      expect([await City.count(), await City.query().where('id', 'd').exists()]).toEqual([3, false])
      expect([await City.query().sum('rank'), await City.query().max('rank')]).toEqual([9, 6])
      const chunks: string[] = []
      await City.query().chunk(2, (rows) => void chunks.push(...rows.map(({ id }) => id)))
      expect(chunks.sort()).toEqual(['a', 'b', 'c'])
      const lazy: string[] = []
      for await (const { id } of City.query()) lazy.push(id)
      expect(lazy.sort()).toEqual(['a', 'b', 'c'])
      expect(idsOf(await City.query().parallel(3).get())).toEqual(['a', 'b', 'c'])
      expect(idsOf(await parallelScan({ model: City, segments: 2 }))).toEqual(['a', 'b', 'c'])
      expect((await City.query().paginate(2)).total).toBe(3)
      expect(await City.firstOrNew({ id: 'd' })).toMatchObject({ id: 'd', isDirty: expect.any(Function) as unknown })
    })

    inside('M27: pages by cursor hold on to the scopes they were begun with', async () => {
      const query = City.where('country', 'at')
      const page = await query.cursorPaginate(null, 2)
      const rest = await query.cursorPaginate(page.nextCursor, 2)
      expect([page.data.length, rest.data.length, rest.hasMore]).toEqual([2, 1, false])
      await expect(query.withoutGlobalScopes().cursorPaginate(page.nextCursor, 2)).rejects.toThrow(
        expect.objectContaining({ code: 'KEY.CURSOR' }),
      )
    })

    inside('M27: queries can do without global scopes, each by name or all', async () => {
      const end = City.addGlobalScope('small', (query) => query.where('rank', '<', 6))
      try {
        expect(idsOf(await City.all())).toEqual(['a', 'b'])
        expect(idsOf(await City.withoutGlobalScope('open').get())).toEqual(['a', 'b'])
        expect(idsOf(await City.withoutGlobalScope('small').get())).toEqual(['a', 'b', 'c'])
        expect(idsOf(await City.query().withoutGlobalScope('small', 'open').get())).toEqual(['a', 'b', 'c', 'd'])
        expect(idsOf(await City.query().withoutGlobalScope('small').withoutGlobalScope('open').get())).toHaveLength(4)
        expect(idsOf(await City.query().withoutGlobalScopes(['small']).get())).toEqual(['a', 'b', 'c'])
        expect(idsOf(await City.withoutGlobalScopes().get())).toHaveLength(4)
        await expect(City.withoutGlobalScope('opne').get()).rejects.toThrow(
          expect.objectContaining({ code: 'QUERY.UNKNOWN_SCOPE', hint: 'Did you mean "open"?' }),
        )
        await expect(Park.withoutGlobalScope('x').get()).rejects.toThrow(
          expect.objectContaining({ code: 'QUERY.UNKNOWN_SCOPE', hint: 'It has none.' }),
        )
      } finally {
        end()
      }
      expect(idsOf(await City.all())).toEqual(['a', 'b', 'c'])
    })

    inside('M27: an index serves the conditions of a scope; find stays one GetItem', async () => {
      const end = City.addGlobalScope('open', (query) => query.where('state', 'open'))
      const sent: string[] = []
      connection.use(async (context, next) => {
        sent.push(context.operation)
        return next(context)
      })
      try {
        const plan = City.query().where('rank', '>', 1).explain()
        expect([plan.operation, plan.index === undefined]).toEqual(['Query', false])
        expect(idsOf(await City.query().where('rank', '>', 1).get())).toEqual(['b'])
        sent.length = 0
        expect((await City.find('b'))?.id).toBe('b')
        expect(await City.find('c')).toBeNull()
        expect(await City.query().where('id', 'c').first()).toBeNull()
        expect(sent).toEqual(['GetItem', 'GetItem', 'GetItem'])
      } finally {
        end()
      }
      expect(City.query().where('rank', '>', 1).explain().operation).not.toBe('Query')
    })

    inside('M27: relations, eager loads, whereHas and counts are scoped by the scopes of their model', async () => {
      const streets = await Street.query().with('city').get()
      expect(new Map(streets.map(({ id, city }) => [id, city?.id]))).toEqual(
        new Map([
          ['a1', 'a'],
          ['a2', 'a'],
          ['d1', undefined],
          ['d2', undefined],
        ]),
      )
      expect(idsOf(await Street.query().has('city').get())).toEqual(['a1', 'a2'])
      expect(
        idsOf(
          await Street.query()
            .whereHas('city', (query) => query.withoutGlobalScopes())
            .get(),
        ),
      ).toHaveLength(4)
      const [street] = await Street.where('id', 'd1').get()
      expect(await street?.city().first()).toBeNull()
      expect((await street?.city().withoutGlobalScopes().first())?.id).toBe('d')
      expect(
        (
          await Street.where('id', 'd1')
            .with('city', (query) => query.withoutGlobalScope('open'))
            .get()
        )[0]?.city?.id,
      ).toBe('d')
      const end = Street.addGlobalScope('paved', (query) => query.where('paved', true))
      try {
        const city = await City.query().where('id', 'a').with('streets').withCount('streets').first()
        expect([idsOf(city?.streets ?? []), city?.streetsCount]).toEqual([['a1'], 1])
        expect(await (await City.findOrFail('a')).streets().count()).toBe(1)
        const loaded = await City.findOrFail('a')
        await loaded.load('streets')
        expect(idsOf((loaded as unknown as { streets: { id: string }[] }).streets)).toEqual(['a1'])
      } finally {
        end()
      }
      expect((await City.query().where('id', 'a').withCount('streets').first())?.streetsCount).toBe(2)
    })

    inside(
      'M27: writes of a query and writes by key meet rows in scope; a record that was read is saved all the same',
      async () => {
        expect(await City.query().update({ note: 'seen' })).toBe(3)
        expect(await City.withoutGlobalScopes().where('id', 'd').first()).toMatchObject({ id: 'd' })
        expect((await City.withoutGlobalScopes().where('id', 'd').first())?.note).toBeUndefined()
        const gone = async (write: Promise<unknown>): Promise<boolean> =>
          write.then(
            () => false,
            (error: unknown) => isModelNotFoundError(error),
          )
        expect([
          await gone(City.update('d', { note: 'x' })),
          await gone(City.update('d', { country: 'de' })),
          await gone(City.increment('d', 'rank')),
          await gone(City.batchUpdate([{ id: 'd', note: 'x' }])),
          await gone(transaction((tx) => tx.update(City, 'd', { note: 'x' }))),
          await gone(transaction((tx) => tx.increment(City, 'd', 'rank'))),
          await gone(transaction((tx) => tx.forceDelete(City, 'd'))),
          await City.delete('d'),
          await City.destroy('d'),
          (await City.batchDelete(['d'])).written,
        ]).toEqual([true, true, true, true, true, true, true, false, 0, 1])
        const closed = await City.withoutGlobalScopes().where('id', 'd').firstOrFail()
        expect([closed.note, closed.rank]).toEqual([undefined, 9])
        await City.update('b', { note: 'by key' })
        closed.note = 'by record'
        await closed.save()
        await closed.refresh()
        expect([(await City.find('b'))?.note, closed.note, (await closed.fresh())?.note]).toEqual([
          'by key',
          'by record',
          'by record',
        ])
        // A row that is hidden still has its key.
        expect(isDuplicateKeyError(await City.firstOrCreate({ id: 'd' }).catch((error: unknown) => error))).toBe(true)
        expect(isDuplicateKeyError(await City.upsert({ id: 'd' }).catch((error: unknown) => error))).toBe(true)
        const away = await City.create({ id: 'e', mayor: 'mayor e' })
        await away.update({ state: 'closed' })
        expect([await City.find('e'), await City.where('mayor', 'mayor e').first()]).toEqual([null, null])
        await away.delete()
      },
    )

    inside('M27: what a row takes along is not scoped', async () => {
      const end = Street.addGlobalScope('paved', (query) => query.where('paved', true))
      const park = await Park.create({ id: 'p' })
      const city = await City.create({ id: 'f', mayor: 'mayor f' })
      await Street.batchCreate([
        { id: 'f1', cityId: 'f', paved: true },
        { id: 'f2', cityId: 'f', paved: false },
      ])
      await city.parks().attach(park)
      try {
        await city.delete()
      } finally {
        end()
      }
      expect(await Street.query().withTrashed().where('cityId', 'f').count()).toBe(0)
    })

    inside(
      'M27: scopes of base classes are of all that extend them, nearer ones of a name instead; a connection has its own',
      async () => {
        class Tenanted extends DynamoDBModel {
          static globalScopes: Record<string, unknown> = {
            mine: (query: QueryBuilder<typeof Tenanted>) => query.where('tenant', 'me'),
            seen: (query: QueryBuilder<typeof Tenanted>) => query.where('seen', true),
          }
          attributes = {
            id: { type: 'string', required: true },
            tenant: { type: 'string' },
            seen: { type: 'boolean', default: true },
          } as const
        }
        class Doc extends Tenanted {
          static override globalScopes = { seen: (query: QueryBuilder<typeof Doc>) => query }
        }
        const own = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
        await own.run(async () => {
          registerModels(Doc)
          await DynamoDBModel.migrate()
          await Doc.batchCreate([
            { id: '1', tenant: 'me' },
            { id: '2', tenant: 'you' },
            { id: '3', tenant: 'me', seen: false },
          ])
          expect(idsOf(await Doc.all())).toEqual(['1', '3'])
        })
        const There = Doc.on(own)
        const end = There.addGlobalScope('one', (query) => query.where('id', '1'))
        expect(idsOf(await There.all())).toEqual(['1'])
        end()
        expect(idsOf(await There.all())).toEqual(['1', '3'])
        // Asked anew for each query, wherever it was begun.
        let tenant = 'you'
        const kept = There.withoutGlobalScope('mine')
        const last = There.addGlobalScope('now', (query) => query.where('tenant', tenant))
        expect(idsOf(await kept.get())).toEqual(['2'])
        tenant = 'me'
        expect(idsOf(await kept.get())).toEqual(['1', '3'])
        last()
        await own.close()
      },
    )

    inside('M27: a global scope sets conditions and nothing else', async () => {
      for (const scope of [
        (query: any) => query.orderBy('rank'),
        (query: any) => query.where('rank', 1).limit(1),
        (query: any) => query.with('streets'),
        (query: any) => query.has('streets'),
        () => undefined,
      ]) {
        const end = City.addGlobalScope('wrong', scope)
        await expect(City.all()).rejects.toThrow(expect.objectContaining({ code: 'MODEL.INVALID_SCOPE' }))
        end()
      }
      expect(() => City.addGlobalScope('', (query) => query)).toThrow(
        expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }),
      )
      expect(() => City.addGlobalScope('x', 'y' as never)).toThrow(
        expect.objectContaining({ code: 'MODEL.INVALID_SCOPE' }),
      )
    })

    inside('M28: local scopes are methods of queries, wherever a query of the model is', async () => {
      const all = City.withoutGlobalScopes()
      expect(idsOf(await all.large().get())).toEqual(['c', 'd'])
      expect(idsOf(await City.query().large().get())).toEqual(['c'])
      expect(idsOf(await all.ranked(3, 6).where('country', 'at').get())).toEqual(['b', 'c'])
      expect(idsOf(await all.ranked(4).large().orderBy('rank').limit(1).get())).toEqual(['c'])
      // What a scope says with orWhere is a group of its own.
      expect(idsOf(await all.where('rank', 3).either().get())).toEqual(['b'])
      expect(idsOf(await all.where('id', 'a').orWhere('rank', 9).either().get())).toEqual(['a'])
      expect(idsOf(await all.where((query) => query.either().orWhere('id', 'd')).get())).toEqual(['a', 'b', 'd'])
      expect(idsOf(await City.where('country', 'at').with('streets').large().get())).toEqual(['c'])
      const cities = await City.query()
        .with('streets', (query) => query.named('Main'))
        .where('id', 'a')
        .get()
      expect(idsOf(cities[0]?.streets ?? [])).toEqual(['a1', 'a2'])
      expect(
        idsOf(
          await City.query()
            .whereHas('streets', (query) => query.named('Main'))
            .get(),
        ),
      ).toEqual(['a'])
      const city = await City.findOrFail('a')
      expect(await city.streets().named('Side').count()).toBe(0)
      await city.parks().attach([await Park.create({ id: 'g' }), await Park.create({ id: 'h', green: false })])
      expect(idsOf(await city.parks().green().get())).toEqual(['g'])
      await transaction((tx) => tx.check(City, 'c', (query) => query.large()))
      const plan = City.query().ranked(1, 2).explain()
      expect(String(plan)).toBe(String(City.query().whereBetween('rank', 1, 2).explain()))
    })

    inside('M28: what is defined by one object has its scopes as statics, too', async () => {
      const Bird = defineModel({
        name: 'Bird',
        attributes: { id: { type: 'string', required: true }, wings: { type: 'number' } },
        scopes: { winged: (query, least: number) => query.where('wings', '>=', least) },
        globalScopes: { real: (query) => query.where('wings', '<', 9) },
      })
      const own = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
      await own.run(async () => {
        registerModels(Bird)
        await DynamoDBModel.migrate()
        await Bird.batchCreate([
          { id: '1', wings: 1 },
          { id: '2', wings: 2 },
          { id: '3', wings: 9 },
        ])
        expect(idsOf(await Bird.winged(2).get())).toEqual(['2'])
        expect(idsOf(await Bird.winged(1).winged(2).get())).toEqual(['2'])
        expect(idsOf(await Bird.on(own).winged(1).get())).toEqual(['1', '2'])
      })
      await own.close()
    })
  })

describeEngines('scope definitions', (lane) => {
  test('M28: a scope that is named as a member of queries or models is a fault of the definition', async () => {
    const own = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    class Clash extends DynamoDBModel {
      scopes = { where: (query: unknown) => query }
    }
    class Thenable extends DynamoDBModel {
      // oxlint-disable-next-line unicorn/no-thenable -- that is the fault
      static scopes = Object.fromEntries([['then', (query: unknown) => query]])
    }
    class NoFunction extends DynamoDBModel {
      scopes = { active: 'yes' }
    }
    class Empty extends DynamoDBModel {
      scopes = { nothing: (_query: unknown) => undefined }
    }
    await own.run(async () => {
      const codeOf = async (work: () => unknown): Promise<unknown> => {
        try {
          await work()
          return undefined
        } catch (error) {
          return (error as { code?: string }).code
        }
      }
      expect(await codeOf(() => Clash.create({}))).toBe('SCHEMA.RESERVED_NAME')
      expect(await codeOf(() => Thenable.query())).toBe('SCHEMA.RESERVED_NAME')
      expect(await codeOf(() => NoFunction.query())).toBe('SCHEMA.INVALID_STATIC')
      expect(await codeOf(() => (Empty.query() as unknown as { nothing(): unknown }).nothing())).toBe(
        'QUERY.INVALID_VALUE',
      )
      expect(await codeOf(() => defineModel({ name: 'X', attributes: {}, scopes: { create: (query) => query } }))).toBe(
        'SCHEMA.RESERVED_NAME',
      )
    })
    await own.close()
  })
})
