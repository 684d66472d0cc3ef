import {
  BatchError,
  batchGet,
  batchWrite,
  Connection,
  connect,
  type DynamoDBConfig,
  DynamoDBModel,
  type Interceptor,
  registerModels,
  resolveConfig,
  selectFrom,
  type TenancyConfig,
  TenancyError,
  type Tenant,
  TenantCapacityManager,
  TenantLimitError,
  TenantManager,
  transaction,
  withoutTenant,
  withTenant,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../src/kernel/index.js'
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
  async function world(tenancy: TenancyConfig, tenants: readonly string[], more: DynamoDBConfig = {}) {
    const queryBuilder = { scans: 'allow' } as const
    const driver = lane.createDriver()
    const connection = connect({ defaultTableName: uniqueTable(), queryBuilder, tenancy, ...more, driver })
    open.push(connection)
    connection.run(() => {
      registerModels(MODELS)
    })
    await connection.run(() => Country.migrate())
    if (tenancy.strategy === 'table')
      for (const tenant of tenants) await withTenant(tenant, () => connection.run(() => Shop.migrate()))
    return {
      connection,
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
        // With tables of its own, the notes on them are the tenant's too.
        expect(Items.flatMap((item) => item['name'] ?? [])).toEqual([{ S: 'a' }])
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

  for (const enabled of [true, false]) {
    const tables = enabled ? 'one table' : 'a table for each model'
    test(`T1, T3: an attribute says whose a row is, and rows of others are neither read nor written (${tables})`, async () => {
      const told: string[] = []
      const { connection, as } = await world(
        { strategy: 'attribute', attribute: 'org', onWithoutTenant: ({ operation }) => told.push(operation) },
        [],
        { singleTableDesign: { enabled }, tablePrefix: `${uniqueTable()}-` },
      )
      await connection.run(() => DynamoDBModel.migrate())
      for (const tenant of ['a', 'b'])
        await as(tenant, async () => {
          const shop = await Shop.create({ id: `1${tenant}`, name: tenant, email: `${tenant}@x`, city: 'Ulm' })
          await Shop.batchCreate([
            { id: `2${tenant}`, city: 'Ulm' },
            { id: `3${tenant}`, city: 'Bonn' },
          ])
          await Good.create({ id: `g${tenant}`, shopId: shop.id, price: 2 })
          await Tag.create({ id: `t${tenant}` })
          await shop.related('tags').attach(`t${tenant}`)
          await shop.increment('sales', 3)
          await Shop.query().where('city', 'Bonn').update({ sales: 5 })
        })
      await as('a', async () => {
        expect((await Shop.where('city', 'Ulm').get()).map((shop) => shop.id).sort()).toEqual(['1a', '2a'])
        expect(await Shop.count()).toBe(3)
        expect(await Shop.sum('sales')).toBe(8)
        expect(await Shop.where('email', 'b@x').first()).toBeNull()
        expect(await Shop.query().with('goods', 'tags').where('name', 'a').get()).toMatchObject([
          { goodCount: 1, goods: [{ id: 'ga' }], tags: [{ id: 'ta' }] },
        ])
        for (const id of ['1b', '2b']) expect(await Shop.find(id)).toBeNull()
        expect((await Shop.findMany(['1a', '1b', '2b'])).map((shop) => shop?.id).filter(Boolean)).toEqual(['1a'])
        expect((await Shop.select('name').find('1a'))?.name).toBe('a')
        // Keys are of all tenants: one that another has cannot be taken, and shows nothing.
        const taken = await Shop.create({ id: '1b', name: 'mine' }).catch((error: unknown) => error)
        expect(taken).toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
        const refused: unknown = await batchWrite(
          ['tb', 'tc'].map((id) => ({ type: 'put' as const, model: Tag, item: { id } })),
        ).catch((error: unknown) => error)
        expect(refused).toMatchObject({ code: 'BATCH.FAILED' })
        let cause = refused
        while (cause instanceof BatchError) cause = cause.cause
        expect(cause).toMatchObject({ code: 'TENANCY.FOREIGN' })
        const { tablePrefix, defaultTableName } = connection.config
        const tableName = `${tablePrefix}${enabled ? defaultTableName : 'tags'}`
        const key = enabled ? { pk: { S: 'TAG#tb' }, sk: { S: 'TAG#tb' } } : { id: { S: 'tb' } }
        expect(await connection.send('GetItem', { TableName: tableName, Key: key })).not.toHaveProperty('Item')
        await expect(
          connection.send('DeleteItem', {
            TableName: tableName,
            Key: key,
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ).rejects.toMatchObject({ code: 'SERVICE.CONDITION_FAILED', item: undefined })
        await expect(
          connection.send('UpdateItem', {
            TableName: tableName,
            Key: key,
            UpdateExpression: 'SET #o = :mine',
            ExpressionAttributeNames: { '#o': 'org' },
            ExpressionAttributeValues: { ':mine': { S: 'a' } },
          }),
        ).rejects.toThrow(coded('TENANCY.FOREIGN'))
        await connection.send('UpdateItem', {
          TableName: tableName,
          Key: enabled ? { pk: { S: 'TAG#new' }, sk: { S: 'TAG#new' } } : { id: { S: 'new' } },
          UpdateExpression: 'REMOVE gone',
        })
        const { Items = [] } = await connection.send('Scan', { TableName: tableName })
        expect(Items.every((item) => JSON.stringify(item['org']) === '{"S":"a"}')).toBe(true)
      })
      await as('b', async () => {
        expect(await Tag.find('tb')).not.toBeNull()
        expect((await Shop.findOrFail('1b')).name).toBe('b')
      })
      await as('a', () => Country.create({ id: 'de', name: 'Germany' }))
      expect(await as('b', () => Country.find('de'))).not.toBeNull()
      const shops = await connection.run(() => withoutTenant(() => Shop.where('city', 'Ulm').get()))
      expect(shops.map((shop) => shop.id).sort()).toEqual(['1a', '1b', '2a', '2b'])
      expect(told).toContain('Query')
      for (const shop of shops) await shop.update({ city: 'Rom' })
      expect(await as('b', () => Shop.where('city', 'Rom').count())).toBe(2)
      await expect(connection.run(async () => Shop.find('1a'))).rejects.toThrow(coded('TENANCY.NO_TENANT'))
      await expect(connection.run(async () => Tag.create({ id: 'nobody' }))).rejects.toThrow(coded('TENANCY.NO_TENANT'))
    }, 60_000)
  }

  test('T1: withoutTenant reads all rows, each for its tenant, and is told of', async () => {
    const told: unknown[] = []
    const { connection, as } = await world({ onWithoutTenant: (request) => told.push(request) }, [])
    for (const tenant of HOSTILE) await as(tenant, () => Shop.create({ id: '1', city: 'Ulm', name: tenant, sales: 2 }))
    const shops = await connection.run(() => withoutTenant(() => Shop.where('city', 'Ulm').get()))
    expect(shops.map(({ name }) => String(name)).sort()).toEqual([...HOSTILE].sort())
    expect(told).toMatchObject([{ operation: 'Scan', model: 'Shop' }])
    for (const shop of shops) await shop.update({ city: 'Bonn' })
    for (const tenant of HOSTILE)
      expect(await as(tenant, () => Shop.where('city', 'Bonn').get())).toMatchObject([{ name: tenant }])
    await connection.run(() =>
      withoutTenant(async () => {
        expect(await Shop.sum('sales')).toBe(2 * HOSTILE.length)
        expect(await Shop.count()).toBe(HOSTILE.length)
        expect((await Shop.select('name').get()).map(({ name }) => String(name)).sort()).toEqual([...HOSTILE].sort())
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
          coded('TENANCY.KEYS'),
        )
      })
    }
  })

  for (const strategy of ['prefix', 'table', 'attribute'] as const)
    test(`T1, Z13: TenantManager makes tenants known, suspends them, and deletes one with all it has (${strategy})`, async () => {
      let now = Date.parse('2030-01-01')
      const clock = { ...systemClock, now: () => now, sleep: async (ms: number) => void (now += ms) }
      const driver = lane.createDriver()
      const config = resolveConfig({
        defaultTableName: uniqueTable(),
        queryBuilder: { scans: 'allow' },
        tenancy: { strategy, registered: true },
        driver,
      })
      const connection = new Connection(config, clock)
      open.push(connection)
      connection.run(() => {
        registerModels(MODELS)
      })
      await connection.run(() => DynamoDBModel.migrate())
      const tenants = new TenantManager(connection)
      const as = <T>(tenant: string, fn: () => T): T => connection.run(() => withTenant(tenant, fn))
      await expect(as('a', async () => Shop.find('1'))).rejects.toThrow(coded('TENANCY.UNKNOWN_TENANT'))
      for (const id of ['a', 'ab', 'a#b']) await tenants.create(id, { plan: id })
      await expect(tenants.create('a')).rejects.toThrow(coded('TENANTS.EXISTS'))
      if (strategy === 'table') await tenants.forEach(() => connection.run(() => DynamoDBModel.migrate()))
      const rowsOf = async () => {
        const counts: number[] = []
        await tenants.forEach(async () => counts.push(await connection.run(() => Shop.count())))
        return counts
      }
      expect(
        await tenants.forEach(async ({ id, metadata }) => {
          expect(metadata).toEqual({ plan: id })
          await connection.run(async () => {
            await Shop.batchCreate(
              Array.from({ length: 60 }, (_, n) => ({ id: `${id} ${n}`, email: `${id}${n}@x`, city: 'Ulm' })),
            )
            await Good.create({ id: `g${id}`, shopId: `${id} 1` })
          })
        }),
      ).toBe(3)
      expect(await rowsOf()).toEqual([60, 60, 60])
      await tenants.suspend('ab')
      await expect(as('ab', async () => Shop.find('1'))).rejects.toThrow(coded('TENANCY.SUSPENDED'))
      await tenants.resume('ab')
      expect(await as('ab', () => Shop.count())).toBe(60)
      // Broken off, it goes on.
      if (strategy !== 'table') {
        let writes = 0
        const failing: Interceptor = async (request, next) => {
          if (request.operation === 'BatchWriteItem' && ++writes > 2) throw new Error('stopped')
          return next(request)
        }
        connection.use(failing)
        await expect(tenants.delete('a')).rejects.toThrow(coded('BATCH.FAILED'))
        connection.drop(failing)
        expect(await tenants.get('a')).toMatchObject({ status: 'deleting' })
        await expect(as('a', async () => Shop.find('1'))).rejects.toThrow(coded('TENANCY.SUSPENDED'))
      }
      const deleted = await tenants.delete('a')
      if (strategy === 'table') expect(deleted.tables).toHaveLength(1)
      expect(await tenants.get('a')).toBeUndefined()
      const left: Tenant[] = []
      for await (const tenant of tenants.list()) left.push(tenant)
      expect(left.map(({ id, status }) => `${id} ${status}`)).toEqual(['a#b active', 'ab active'])
      expect(await rowsOf()).toEqual([60, 60])
      if (strategy !== 'table') {
        const { Items = [] } = await driver.send('Scan', { TableName: config.defaultTableName }, {})
        const text = JSON.stringify(Items)
        for (const trace of ['"@a#', '"S":"a 1"', 'a1@x"', '{"S":"a"}']) expect(text).not.toContain(trace)
      }
      // Who comes again begins anew.
      await tenants.create('a')
      if (strategy === 'table') await as('a', () => DynamoDBModel.migrate())
      expect(await as('a', () => Shop.count())).toBe(0)
      await expect(tenants.delete('nobody')).rejects.toThrow(coded('TENANTS.UNKNOWN'))
    }, 60_000)

  test('T4: what each tenant uses is counted, and who has used more than it may waits', async () => {
    let now = Date.parse('2030-01-01')
    const config = resolveConfig({
      defaultTableName: uniqueTable(),
      queryBuilder: { scans: 'allow' },
      tenancy: {},
      driver: lane.createDriver(),
    })
    const connection = new Connection(config, { ...systemClock, now: () => now })
    open.push(connection)
    const as = <T>(tenant: string, fn: () => T): T => connection.run(() => withTenant(tenant, fn))
    connection.run(() => {
      registerModels(MODELS)
    })
    await connection.run(() => Shop.migrate())
    const limited: string[] = []
    const capacity = new TenantCapacityManager(
      {
        default: { writeUnits: 2 },
        tenants: { big: { writeUnits: 1000 } },
        burst: 1,
        onLimit: (id) => limited.push(id),
      },
      connection,
    ).start()
    const write = (tenant: string, n: number) => as(tenant, () => Tag.create({ id: `${n}` }))
    await write('small', 1)
    await write('small', 2)
    const refused: unknown = await write('small', 3).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(TenantLimitError)
    expect(refused).toMatchObject({ code: 'TENANTS.OVER_LIMIT' })
    expect(limited).toEqual(['small'])
    for (let n = 0; n < 20; n++) await write('big', n)
    // Reads have no limit here; nothing of the refused write is there.
    expect(await as('small', () => Tag.count())).toBe(2)
    now += (refused as TenantLimitError).retryAfter
    await write('small', 3)
    expect(capacity.usage('small')).toMatchObject({ requests: 4, writeUnits: 3, refused: 1 })
    expect(capacity.usage('big')).toMatchObject({ requests: 20, writeUnits: 20, readUnits: 0, refused: 0 })
    expect(capacity.report().map(({ tenant }) => tenant)).toEqual(['big', 'small'])
    now -= 3_600_000
    await expect(write('small', 4)).rejects.toThrow(coded('TENANTS.OVER_LIMIT'))
    capacity.stop()
    await write('small', 4)
    expect(() => new TenantCapacityManager({ default: { readUnits: -1 } }, connection)).toThrow(
      coded('TENANTS.INVALID'),
    )
  })
})
