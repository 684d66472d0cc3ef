import {
  batchGet,
  batchWrite,
  type Connection,
  connect,
  DynamoDBModel,
  registerModels,
  selectFrom,
  type TenancyConfig,
  TenancyError,
  transaction,
  withoutTenant,
  withTenant,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Country extends DynamoDBModel {
  static tenant = false
  attributes = { id, name: { type: 'string', unique: true } } as const
  relationships = { shops: { type: 'hasMany', model: () => Shop, foreignKey: 'countryId' } } as const
}
class Shop extends DynamoDBModel {
  static softDeletes = true
  attributes = {
    id,
    name: string,
    email: { type: 'string', unique: true },
    city: { type: 'string', index: true },
    countryId: string,
    sales: { type: 'number', default: 0 },
  } as const
  relationships = {
    country: { type: 'belongsTo', model: () => Country, foreignKey: 'countryId' },
    goods: { type: 'hasMany', model: () => Good, foreignKey: 'shopId', counterCache: 'goodCount' },
    tags: { type: 'belongsToMany', model: () => Tag },
  } as const
}
class Good extends DynamoDBModel {
  attributes = { id, shopId: string, price: { type: 'number' } } as const
  relationships = {
    shop: { type: 'belongsTo', model: () => Shop, foreignKey: 'shopId' },
  } as const
}
class Tag extends DynamoDBModel {
  attributes = { id } as const
  relationships = { shops: { type: 'belongsToMany', model: () => Shop } } as const
}
const MODELS = [Country, Shop, Good, Tag]

/** Ids that begin with one another, look like keys, and hold what keys are made of. */
const HOSTILE = ['A', 'AB', 'A#B', 'A%23B', '@A', 'A#', '#', 'SHOP#1', '../A', 'DYNAMODB-TOOLING', 'é😀', ' ']
const STRATEGIES = ['prefix', 'table'] as const

const coded = (code: string): unknown => expect.objectContaining({ code })

describeEngines('tenants', (lane: EngineLane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })

  /** Models on a connection with tenants, whose tables are there. */
  async function world(tenancy: TenancyConfig, tenants: readonly string[]) {
    const connection = connect({ defaultTableName: uniqueTable(), driver: lane.createDriver(), tenancy })
    open.push(connection)
    connection.run(() => {
      registerModels(MODELS)
    })
    await connection.run(() => Country.migrate())
    if (tenancy.strategy === 'table')
      for (const tenant of tenants) await withTenant(tenant, () => connection.run(() => Shop.migrate()))
    const driver = await connection.driver()
    return {
      connection,
      driver,
      table: connection.config.defaultTableName,
      /** Runs `fn` with the models of this connection for a tenant. */
      as: <T>(tenant: string, fn: () => T): T => connection.run(() => withTenant(tenant, fn)),
    }
  }

  for (const strategy of STRATEGIES) {
    test(`T1, Z13: each of 12 hostile tenants has rows, indexes, unique values, pivots and counters of its own (${strategy})`, async () => {
      const { connection, as } = await world({ strategy }, HOSTILE)
      for (const tenant of HOSTILE)
        await as(tenant, async () => {
          const shop = await Shop.create({ id: '1', name: `of ${tenant}`, email: 'same@x', city: 'Ulm' })
          await Good.create({ id: 'g', shopId: '1', price: 2 })
          await Tag.create({ id: 't' })
          await shop.related('tags').attach('t')
        })
      for (const tenant of HOSTILE)
        await as(tenant, async () => {
          const [shop, ...others] = await Shop.where('city', 'Ulm').with('goods', 'tags').get()
          expect(others).toEqual([])
          expect(shop).toMatchObject({ name: `of ${tenant}`, goods: [{ id: 'g' }], tags: [{ id: 't' }] })
          expect(await Shop.where('email', 'same@x').first()).toMatchObject({ name: `of ${tenant}` })
          await expect(Shop.create({ id: '2', email: 'same@x' })).rejects.toThrow(coded('MODEL.UNIQUE_VIOLATION'))
          expect(await Shop.find('1')).toMatchObject({ goodCount: 1 })
          expect(await Shop.count()).toBe(1)
          expect((await Shop.all()).map(({ name }) => name)).toEqual([`of ${tenant}`])
        })
      // What one deletes the others keep.
      await as('A', async () => {
        await (await Shop.findOrFail('1')).forceDelete()
      })
      expect(await as('A', () => Shop.find('1'))).toBeNull()
      for (const tenant of HOSTILE.slice(1)) expect(await as(tenant, () => Shop.find('1'))).not.toBeNull()
      await connection.close()
    })

    test(`T1: rows of models with tenant = false are of all (${strategy})`, async () => {
      const { connection, as } = await world({ strategy }, ['a', 'b'])
      await as('a', () => Country.create({ id: 'de', name: 'Germany' }))
      await as('b', async () => {
        expect(await Country.find('de')).toMatchObject({ name: 'Germany' })
        await expect(Country.create({ id: 'xx', name: 'Germany' })).rejects.toThrow(coded('MODEL.UNIQUE_VIOLATION'))
        const shop = await Shop.create({ id: 's', countryId: 'de' })
        expect(await shop.related('country').first()).toMatchObject({ id: 'de' })
        expect(await Shop.query().with('country').get()).toMatchObject([{ country: { name: 'Germany' } }])
      })
      await as('a', () => Shop.create({ id: 'other', countryId: 'de' }))
      const shopsOf = async (tenant: string) =>
        as(tenant, async () => {
          const country = await Country.query().with('shops').first()
          return (country?.shops ?? []).map((shop) => shop.id)
        })
      expect(await shopsOf('a')).toEqual(['other'])
      expect(await shopsOf('b')).toEqual(['s'])
      // And without any tenant.
      expect(await connection.run(() => Country.all())).toHaveLength(1)
      await connection.run(async () => (await Country.findOrFail('de')).update({ name: 'Deutschland' }))
      expect(await as('b', () => Country.where('name', 'Deutschland').first())).toMatchObject({ id: 'de' })
      // One transaction writes rows of both kinds.
      await as('a', () =>
        transaction(async (tx) => {
          await tx.create(Country, { id: 'fr', name: 'France' })
          await tx.create(Shop, { id: 'paris', countryId: 'fr' })
        }),
      )
      expect(await as('b', () => Country.find('fr'))).not.toBeNull()
      expect(await as('b', () => Shop.find('paris'))).toBeNull()
    })

    test(`T2: tenants at work at the same time do not meet (${strategy})`, async () => {
      const tenants = ['x', 'x1', 'y']
      const { as } = await world({ strategy }, tenants)
      await Promise.all(
        tenants.flatMap((tenant) =>
          Array.from({ length: 8 }, async (_, n) =>
            as(tenant, async () => {
              await Shop.create({ id: `${n}`, name: tenant, city: 'Ulm' })
              await (await Shop.findOrFail(`${n}`)).increment('sales', n)
              const names = await Shop.where('city', 'Ulm').pluck('name')
              expect(new Set(names)).toEqual(new Set([tenant]))
            }),
          ),
        ),
      )
      for (const tenant of tenants) expect(await as(tenant, () => Shop.sum('sales'))).toBe(28)
    })

    test(`T3: what is of one tenant is refused in another, and without one (${strategy})`, async () => {
      const { connection, as } = await world({ strategy }, ['a', 'b'])
      const [shop, query] = await as('a', async () => {
        await Shop.create({ id: '2', city: 'Ulm' })
        return [await Shop.create({ id: '1', city: 'Ulm' }), Shop.where('city', 'Ulm')] as const
      })
      await as('b', () => Shop.create({ id: '1', city: 'Bonn', name: 'untouched' }))
      const cursor = await as('a', () => Shop.where('city', 'Ulm').cursorPaginate(1))
      await as('b', async () => {
        shop.name = 'stolen'
        await expect(shop.save()).rejects.toThrow(coded('TENANCY.FOREIGN'))
        await expect(shop.delete()).rejects.toThrow(coded('TENANCY.FOREIGN'))
        await expect(query.get()).rejects.toThrow(coded('TENANCY.FOREIGN'))
        await expect(shop.refresh()).rejects.toThrow(coded('TENANCY.FOREIGN'))
        await expect(Shop.where('city', 'Ulm').cursorPaginate(1, cursor.nextCursor)).rejects.toThrow(
          coded('KEY.CURSOR'),
        )
        await expect(transaction((tx) => tx.save(shop))).rejects.toThrow(coded('TENANCY.FOREIGN'))
        expect(await Shop.find('1')).toMatchObject({ name: 'untouched' })
        expect((await batchGet([{ model: Shop, keys: ['1', '2'] }]))[0]).toMatchObject([{ name: 'untouched' }])
      })
      // Outside of any it is still of its tenant.
      await connection.run(() => shop.save())
      expect(await as('a', () => Shop.find('1'))).toMatchObject({ name: 'stolen' })
      await connection.run(async () => {
        for (const refused of [
          () => Shop.find('1'),
          () => Shop.all(),
          () => Shop.where('city', 'Ulm').get(),
          () => Shop.create({ id: '3' }),
          () => Shop.count(),
          () => Shop.query().update({ name: 'all' }),
          () => transaction((tx) => tx.create(Shop, { id: '3' })),
          () => batchWrite(['3', '4'].map((id) => ({ type: 'put' as const, model: Shop, item: { id } }))),
          () => batchGet([{ model: Shop, keys: ['1', '2'] }]),
        ])
          await expect((async () => refused())()).rejects.toThrow(coded('TENANCY.NO_TENANT'))
        const made = Shop.where('city', 'Ulm')
        await expect(withTenant('a', async () => made.get())).rejects.toThrow(coded('TENANCY.NO_TENANT'))
      })
    })

    test(`T3: requests in DynamoDB’s own JSON reach the tenant’s rows alone, statements none (${strategy})`, async () => {
      const { connection, as, table } = await world({ strategy }, ['a', 'b'])
      for (const tenant of ['a', 'b']) await as(tenant, () => Shop.create({ id: '1', name: tenant, city: 'Ulm' }))
      const key = { pk: { S: 'SHOP#1' }, sk: { S: 'SHOP#1' } }
      await as('a', async () => {
        const { Item } = await connection.send('GetItem', { TableName: table, Key: key })
        expect(Item).toMatchObject({ ...key, name: { S: 'a' } })
        const { Items = [] } = await connection.send('Scan', { TableName: table })
        expect(Items.map((item) => item['name'])).toEqual([{ S: 'a' }])
        await connection.send('UpdateItem', {
          TableName: table,
          Key: key,
          UpdateExpression: 'SET #n = :n',
          ConditionExpression: 'pk = :pk AND attribute_exists(sk)',
          ExpressionAttributeNames: { '#n': 'name' },
          ExpressionAttributeValues: { ':n': { S: 'changed' }, ':pk': { S: 'SHOP#1' } },
        })
        await expect(
          connection.send('DeleteItem', {
            TableName: table,
            Key: key,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ).rejects.toMatchObject({ item: { pk: { S: 'SHOP#1' }, name: { S: 'changed' } } })
        await expect(connection.send('ExecuteStatement', { Statement: `SELECT * FROM "${table}"` })).rejects.toThrow(
          coded('TENANCY.NOT_CHECKABLE'),
        )
        expect((await selectFrom(Shop).where('city', 'Ulm').get()).map(({ name }) => name)).toEqual(['changed'])
        if (strategy === 'prefix')
          await expect(connection.send('DeleteTable', { TableName: table })).rejects.toThrow(coded('TENANCY.FOREIGN'))
      })
      expect(await as('b', () => Shop.find('1'))).toMatchObject({ name: 'b' })
    })
  }

  test('T1: withoutTenant reads all rows, each for its tenant, and is told of', async () => {
    const told: unknown[] = []
    const { connection, as } = await world({ onWithoutTenant: (request) => told.push(request) }, [])
    for (const tenant of HOSTILE) await as(tenant, () => Shop.create({ id: '1', city: 'Ulm', name: tenant, sales: 2 }))
    const shops = await connection.run(() => withoutTenant(() => Shop.where('city', 'Ulm').get()))
    expect(shops.map(({ name }) => name).sort()).toEqual([...HOSTILE].sort())
    expect(told).toMatchObject([{ operation: 'Scan', model: 'Shop' }])
    for (const shop of shops) await shop.update({ city: 'Bonn' })
    for (const tenant of HOSTILE)
      expect(await as(tenant, () => Shop.where('city', 'Bonn').get())).toMatchObject([{ name: tenant }])
    await connection.run(() =>
      withoutTenant(async () => {
        expect(await Shop.sum('sales')).toBe(2 * HOSTILE.length)
        expect(await Shop.count()).toBe(HOSTILE.length)
        expect((await Shop.select('name').get()).map(({ name }) => name).sort()).toEqual([...HOSTILE].sort())
        await expect(Shop.find('1')).rejects.toThrow(coded('TENANCY.NO_TENANT'))
        await expect(Shop.create({ id: '1' })).rejects.toThrow(coded('TENANCY.NO_TENANT'))
      }),
    )
  })

  test('T1: tenancy.resolve says the tenant where nobody else does', async () => {
    let now: string | undefined = 'a'
    const { connection, as } = await world({ resolve: () => now }, [])
    await connection.run(() => Shop.create({ id: '1', name: 'of a' }))
    now = 'b'
    expect(await connection.run(() => Shop.find('1'))).toBeNull()
    expect(await as('a', () => Shop.find('1'))).toMatchObject({ name: 'of a' })
    now = undefined
    await expect(connection.run(async () => Shop.find('1'))).rejects.toThrow(coded('TENANCY.NO_TENANT'))
    now = ''
    await expect(connection.run(async () => Shop.find('1'))).rejects.toThrow(coded('TENANCY.INVALID_TENANT'))
  })

  test('Z13: what is no id is refused, and not repeated in the message', () => {
    for (const bad of ['', 'a\nb', '\0', 'x'.repeat(1_000_000), '\ud800', undefined, null, 7, {}, ['a']]) {
      let error: unknown
      try {
        withTenant(bad as string, () => 1)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(TenancyError)
      expect(error).toMatchObject({ code: 'TENANCY.INVALID_TENANT' })
      expect(String((error as Error).message).length).toBeLessThan(200)
    }
  })

  test('T1: models whose keys do not tell whose rows they are of are refused', async () => {
    class Near extends DynamoDBModel {
      static keyPattern = { pk: 'COUNTRY#{id}', sk: 'NEAR#{id}' }
      attributes = { id } as const
    }
    class Bare extends DynamoDBModel {
      static keyPattern = { pk: '{id}', sk: 'BARE' }
      attributes = { id } as const
    }
    for (const [model, ...others] of [[Near, Country], [Bare]]) {
      const connection = connect({ defaultTableName: uniqueTable(), driver: lane.createDriver(), tenancy: {} })
      open.push(connection)
      await connection.run(async () => {
        registerModels([model as typeof Near, ...(others as [])])
        await expect(withTenant('a', async () => (model as typeof Near).find('1'))).rejects.toThrow(
          coded('DESIGN.TENANT_KEYS'),
        )
      })
    }
  })
})
