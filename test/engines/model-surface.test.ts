import { connect, DynamoDBModel, registerModels, transaction } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Shop extends DynamoDBModel {
  static timestamps = true
  static primaryKey = 'code'
  attributes = {
    code: { type: 'string', required: true },
    name: { type: 'string', set: (value: string) => value.toLowerCase() },
    mail: { type: 'string', unique: true, set: (value: string) => value.toLowerCase() },
    cents: { type: 'number', get: (value: number) => value / 100, set: (value: number) => Math.round(value * 100) },
    label: { type: 'number', get: (value: number) => `no. ${value}` },
    visits: { type: 'number', default: 0 },
    stars: { type: 'number', max: 5 },
    place: { type: 'map' },
    born: { type: 'date' },
  } as const
  relationships = {
    orders: { type: 'hasMany', model: () => Order, foreignKey: 'shopCode', counterCache: true },
    offers: { type: 'hasMany', model: () => Offer, foreignKey: 'shopCode' },
  } as const
}

class Order extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    shopCode: { type: 'string', guarded: true },
    total: { type: 'number' },
    item: { type: 'string' },
  } as const
  relationships = { shop: { type: 'belongsTo', model: () => Shop, foreignKey: 'shopCode' } } as const
}

class Offer extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    shopCode: { type: 'string' },
    price: { type: 'number' },
  } as const
}

const Loose = Shop as any

describeEngines('what Eloquent has, and models too', (lane) => {
  const sent: string[] = []
  const connection = connect({
    region: 'us-east-1',
    defaultTableName: uniqueTable(),
    driver: lane.createDriver(),
    queryBuilder: { scans: 'allow' },
  })
  connection.use((request, next) => {
    sent.push(request.operation)
    return next(request)
  })
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  let shops = 0
  const shop = (values: Record<string, unknown> = {}): Promise<any> => Loose.create({ code: `s${++shops}`, ...values })
  const refused = (code: string, says: RegExp, hint: RegExp = /./): unknown =>
    expect.objectContaining({ code, message: expect.stringMatching(says), hint: expect.stringMatching(hint) })
  beforeAll(() =>
    connection.run(async () => {
      registerModels(Shop, Order, Offer)
      await DynamoDBModel.migrate()
    }),
  )
  afterAll(() => connection.close())

  inside('a record says its key, its attributes, and itself as plain data', async () => {
    const made = await shop({ name: 'Tea' })
    expect([made.getKey(), made.getKeyName(), made.getAttribute('name')]).toEqual([made.code, 'code', 'tea'])
    expect(made.toArray()).toEqual(made.toJSON())
    expect(() => made.getAttribute('nmae')).toThrow(refused('MODEL.UNKNOWN_ATTRIBUTE', /nmae/, /"name"/))
  })

  inside('several numbers are changed in one write, whoever writes meanwhile', async () => {
    const made = await shop({ visits: 1, stars: 1 })
    const other = await Shop.findOrFail(made.code)
    sent.length = 0
    await made.incrementEach({ visits: 2, stars: 3 })
    expect(sent).toHaveLength(1)
    await other.incrementEach({ visits: 10 }, { atLeastOnce: true })
    await other.decrementEach({ visits: 1, stars: 1 })
    expect([made.visits, made.stars]).toEqual([3, 4])
    expect(await Shop.findOrFail(made.code)).toMatchObject({ visits: 12, stars: 3 })
    await expect(made.incrementEach({ visits: 1, stars: 9 })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    await expect(made.incrementEach({})).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
    expect((await Shop.findOrFail(made.code)).visits).toBe(12)
  })

  inside('a relation is set, forgotten and counted on a record', async () => {
    const made = await shop()
    const [first] = [await made.offers().create({ price: 3 }), await made.offers().create({ price: 4 })]
    made.setRelation('offers', [first])
    expect([made.relationLoaded('offers'), made.offers.length, made.toJSON().offers.length]).toEqual([true, 1, 1])
    await made.update({ name: 'x' })
    expect((await made.refresh()).offers).toHaveLength(1)
    made.unsetRelation('offers')
    expect([made.relationLoaded('offers'), await made.offers().count()]).toEqual([false, 2])
    expect(() => made.setRelation('offers', first)).toThrow(refused('MODEL.INVALID_INPUT', /a list of records/))
    expect(() => made.setRelation('ofers', [])).toThrow(refused('QUERY.UNKNOWN_RELATION', /ofers/, /"offers"/))
    await made.loadCount('offers', 'orders')
    await made.loadCount('offers', (offers: any) => offers.where('price', 4))
    await made.loadSum('offers', 'price')
    await made.loadMax('offers', 'price')
    await made.loadExists('orders')
    expect(made).toMatchObject({ offersCount: 1, ordersCount: 0, offersSumPrice: 7, offersMaxPrice: 4 })
    expect(made.ordersExists).toBe(false)
  })

  inside('push saves a record and what was read along with it, as far as it was changed', async () => {
    const made = await shop()
    for (const id of ['o1', 'o2']) await made.offers().create({ id, price: 1 })
    const read = await Shop.with('offers').findOrFail(made.code)
    read.visits = 3
    ;(read.offers[1] as { price: number }).price = 7
    sent.length = 0
    await read.push()
    expect(sent).toEqual(['UpdateItem', 'UpdateItem'])
    const again = await Shop.with('offers').findOrFail(made.code)
    expect([again.visits, again.offers.map(({ id, price }) => `${id} ${price}`)]).toEqual([3, ['o1 1', 'o2 7']])
  })

  inside('what is assigned to a relation is not lost in silence', async () => {
    const [one, two] = [await shop(), await shop()]
    const order: any = await one.orders().create({ total: 1 })
    order.shop = two
    await expect(order.save()).rejects.toEqual(refused('MODEL.INVALID_INPUT', /is a relation/, /associate/))
    const along: any = await Order.with('shop').find(order.id)
    along.shop = two
    await expect(along.update({ total: 2 })).rejects.toEqual(refused('MODEL.INVALID_INPUT', /is a relation/))
    along.related('shop').associate(two)
    await along.save()
    expect([along.shop.code, (await Order.findOrFail(order.id)).shopCode]).toEqual([two.code, two.code])
  })

  inside('rows of a relation are found or made, with its key', async () => {
    const [made, other] = [await shop(), await shop()]
    await other.orders().create({ item: 'tea', total: 1 })
    const first = await made.orders().firstOrCreate({ item: 'tea' }, { total: 5 })
    const again = await made.orders().firstOrCreate({ item: 'tea' }, { total: 9 })
    expect([first.shopCode, again.id === first.id, again.total]).toEqual([made.code, true, 5])
    const changed = await made.orders().updateOrCreate({ item: 'tea' }, { total: 7 })
    const added = await made.orders().updateOrCreate({ item: 'cup' }, { total: 2 })
    expect([changed.id === first.id, changed.total, added.shopCode]).toEqual([true, 7, made.code])
    const fresh = await made.orders().firstOrNew({ item: 'pot' })
    expect([fresh.shopCode, fresh.item, await made.orders().count()]).toEqual([made.code, 'pot', 2])
    expect((await made.refresh()).ordersCount).toBe(2)
  })

  inside('counters are written by the rows that they count, and by nobody else', async () => {
    const made = await shop()
    await made.orders().create({ total: 1 })
    await made.refresh()
    const counted = refused('MODEL.INVALID_INPUT', /counts related rows/)
    made.ordersCount = 99
    await expect(made.save()).rejects.toEqual(counted)
    await made.refresh()
    for (const write of [
      () => made.increment('ordersCount'),
      () => made.ifNotExists('ordersCount', 3),
      () => Loose.increment(made.code, 'ordersCount'),
      () => Loose.where('code', made.code).increment('ordersCount'),
      () => transaction((tx) => tx.increment(made, 'ordersCount')),
      () => Loose.forceCreate({ code: 'forced', ordersCount: 5 }),
      () => Object.assign(Loose.make({ code: 'assigned' }), { ordersCount: 5 }).save(),
    ])
      await expect(write()).rejects.toEqual(counted)
    expect((await made.refresh()).ordersCount).toBe(1)
    expect(await Shop.findMany(['forced', 'assigned'])).toEqual([])
  })

  inside('M22: a replica has nothing that is of the one row', async () => {
    const made = await shop({ name: 'Tea', mail: 'A@x', cents: 1.5 })
    await made.orders().create({ total: 1 })
    const copy = (await made.refresh()).replicate()
    expect(copy.toJSON()).toEqual({ name: 'tea', cents: 150, visits: 0 })
    copy.code = `s${++shops}`
    await copy.save()
    expect(await Shop.findOrFail(copy.code)).toMatchObject({ name: 'tea', cents: 1.5, ordersCount: 0 })
  })

  inside('rows are looked for by the values that they would be given', async () => {
    const made = await Loose.firstOrCreate({ mail: 'B@X' }, { code: 'mail', name: 'Tea' })
    for (const find of [
      () => Loose.firstOrCreate({ mail: 'B@X' }, { code: 'other' }),
      () => Loose.firstOrNew({ mail: 'B@X' }),
      () => Loose.updateOrCreate({ mail: 'B@X' }, { name: 'CUP' }),
    ])
      expect((await find()).code).toBe(made.code)
    const calls: string[] = []
    class Tracked extends DynamoDBModel {
      attributes = {
        id: { type: 'string', required: true },
        pin: { type: 'string', set: (value: string) => (calls.push(value), `${value}!`) },
      } as const
    }
    await Tracked.upsert({ id: '1', pin: 'a' })
    await Tracked.upsert({ id: '1', pin: 'b' })
    expect((await Tracked.findOrFail('1')).pin).toBe('b!')
    await expect((Tracked as any).upsert([{ id: '1' }], ['id'], ['pin'])).rejects.toEqual(
      refused('MODEL.INVALID_INPUT', /no lists of names/, /updateOrCreate/),
    )
  })

  inside('sums and the like are of what records show', async () => {
    await shop({ name: 'sums', cents: 1.5, label: 1 })
    await shop({ name: 'sums', cents: 2.25 })
    const query = Shop.where('name', 'sums')
    const all = [await query.sum('cents'), await query.avg('cents'), await query.min('cents'), await query.max('cents')]
    expect(all).toEqual([3.75, 1.875, 1.5, 2.25])
    expect(new Set(await query.pluck('cents'))).toEqual(new Set([1.5, 2.25]))
    await expect(query.sum('label')).rejects.toEqual(refused('QUERY.INVALID_VALUE', /no sum/, /must give numbers/))
    expect([await query.count('cents'), await query.count('label'), await Shop.count('label')]).toEqual([2, 1, 1])
    expect(await Shop.where('name', 'none').orWhere('name', 'sums').count('label')).toBe(1)
  })

  inside('what is asked otherwise elsewhere is an error that names the way', async () => {
    const made = await shop()
    for (const [ask, expected] of [
      [() => Loose.with('offers:id,price'), refused('QUERY.UNKNOWN_RELATION', /offers:id/, /select/)],
      [() => Loose.withCount('offers as many'), refused('QUERY.UNKNOWN_RELATION', /as many/, /offersCount/)],
      [
        () => Loose.withCount('offers').orderByDesc('offersCount'),
        refused('QUERY.INVALID_OPERATOR', /reckoned after/, /counterCache/),
      ],
      [() => made.update({ $inc: { visits: 1 } }), refused('MODEL.UNKNOWN_ATTRIBUTE', /\$inc/, /increment/)],
      [() => made.update({ visits: { $inc: 1 } }), refused('MODEL.INVALID_INPUT', /\$inc/, /increment\('visits'/)],
      [() => Loose.where('name', 'constructor', 1), refused('QUERY.INVALID_OPERATOR', /constructor/)],
      [() => Loose.where('name', '__proto__', 1), refused('QUERY.INVALID_OPERATOR', /__proto__/)],
      [() => Loose.limit(-1), refused('QUERY.INVALID_VALUE', /not -1/, /Without limit/)],
      [() => Loose.whereMonth('born', 13), refused('QUERY.INVALID_VALUE', /1 to 12, or 2026-01, not 13/)],
      [() => Loose.orderBy('place'), refused('QUERY.INVALID_OPERATOR', /a map and has no order/)],
      [() => made.only('initials'), refused('MODEL.UNKNOWN_ATTRIBUTE', /initials/)],
      [() => Loose.whereHasMorph('x', []), refused('QUERY.UNSUPPORTED', /whereHasMorph/, /Post\.has/)],
    ] as const)
      await expect(Promise.resolve().then(ask)).rejects.toEqual(expected)
    expect(made.isDirty()).toBe(false)
  })
})
