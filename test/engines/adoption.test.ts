import {
  type AttributeMap,
  type Connection,
  connect,
  DynamoDBModel,
  type Interceptor,
  type Misfit,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  adopt,
  Client,
  Customer,
  createLegacyTable,
  ITEMS,
  Login,
  Order,
  Purchase,
  putLegacy,
  readLegacy,
} from './fixtures/legacy-table.js'
import { describeEngines, uniqueTable } from './support.js'

const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan']
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort()
const numbers = (rows: readonly { readonly number: number }[]): number[] => rows.map(({ number }) => number)
const ADA = 'ada lovelace'

describeEngines('a table of one model that others write', (lane) => {
  const prefix = `${uniqueTable('alone')}-`
  class Device extends DynamoDBModel {
    static table = 'devices'
    static entityType = 'thing'
    static keySegments = 'plain'
    static keyPattern = { pk: 'DEVICE#{id}' }
    attributes = { id: { type: 'string', required: true }, owner: { type: 'string' } } as const
  }
  class Sensor extends Device {
    static override keyPattern = { pk: 'DEVICE#{id}' }
    static recognizedBy = 'type'
  }
  const connections = [0, 1].map(() =>
    connect({
      region: 'us-east-1',
      tablePrefix: prefix,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
      singleTableDesign: { enabled: false, entityTypeAttribute: 'kind' },
    }),
  )
  const [plain, typed] = connections as [Connection, Connection]
  const put = (Item: AttributeMap) => plain.send('PutItem', { TableName: `${prefix}devices`, Item })
  beforeAll(async () => {
    await plain.send('CreateTable', {
      TableName: `${prefix}devices`,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    })
    await put({ pk: { S: 'DEVICE#a b' }, id: { S: 'a b' }, owner: { S: 'x' } })
    await put({ pk: { S: 'DEVICE#c' }, id: { S: 'c' }, kind: { S: 'thing' } })
    await put({ pk: { S: 'DEVICE#d' }, id: { S: 'd' }, kind: { S: 'other' } })
  })
  afterAll(async () => {
    await plain.send('DeleteTable', { TableName: `${prefix}devices` })
    await Promise.all(connections.map((connection) => connection.close()))
  })

  test('E12: every item is a row of the model, under the text that its key has', () =>
    plain.run(async () => {
      expect((await Device.find('a b'))?.owner).toBe('x')
      expect(ids(await Device.query().get())).toEqual(['a b', 'c', 'd'])
      expect(await Device.query().count()).toBe(3)
      const made = await Device.create({ id: 'e%' })
      const Key = { pk: { S: 'DEVICE#e%' } }
      expect((await plain.send('GetItem', { TableName: `${prefix}devices`, Key })).Item).toEqual({
        ...Key,
        id: { S: 'e%' },
        kind: { S: 'thing' },
      })
      await made.delete()
    }))

  test('E12: unless the model says how its rows are known', () =>
    typed.run(async () => {
      expect(await Sensor.find('a b')).toBeNull()
      expect(ids(await Sensor.query().get())).toEqual(['c'])
      expect(await Sensor.query().count()).toBe(1)
    }))
})

describeEngines('a table that others write', (lane) => {
  const table = uniqueTable('legacy')
  const opened: Connection[] = []
  const misfits: Misfit[] = []
  const warnings: { readonly code?: string; readonly message: string }[] = []
  const listen = (warning: Error): void => void warnings.push(warning)
  const open = (
    ...given: Parameters<typeof adopt> extends [unknown, string, ...infer Rest] ? Rest : never
  ): Connection => {
    const connection = adopt(lane, table, ...given)
    opened.push(connection)
    return connection
  }
  const onMisfit = (misfit: Misfit): void => void misfits.push(misfit)
  const on = <T>(connection: Connection, models: readonly (typeof DynamoDBModel)[], fn: () => T): T =>
    connection.run(() => {
      registerModels(...models)
      return fn()
    })
  const byType = <T>(fn: () => T): T => on(typed, [Customer, Order, Login], fn)
  const byKeys = <T>(fn: () => T): T => on(keyed, [Client, Purchase], fn)
  const warned = async (code: string): Promise<readonly string[]> => {
    await new Promise(setImmediate)
    return warnings.filter((warning) => warning.code === code).map(({ message }) => message)
  }
  let typed: Connection
  let keyed: Connection
  beforeAll(async () => {
    process.on('warning', listen)
    typed = open({ onMisfit })
    keyed = open({ onMisfit })
    await createLegacyTable(typed)
  })
  afterEach(() => {
    misfits.length = 0
  })
  afterAll(async () => {
    process.off('warning', listen)
    await typed.send('DeleteTable', { TableName: table })
    await Promise.all(opened.map((connection) => connection.close()))
  })

  describe('reading', () => {
    test('E12: rows are found by keys as they were written: spaces, %, the delimiter at the end, plain numbers', () =>
      byType(async () => {
        for (const id of [ADA, '50% off', 'a#b', 'zoë']) expect((await Customer.find(id))?.name).toBe(`The ${id}`)
        const found = await Order.findOrFail({ customerId: ADA, number: 42 })
        expect(found.toJSON()).toEqual({
          customerId: ADA,
          number: 42,
          status: 'open',
          placedAt: '2024-07-01T00:00:00.000Z',
        })
        expect(ids(await Customer.findMany(['zoë', 'nobody', 'a#b']))).toEqual(['a#b', 'zoë'])
        expect(await Customer.find('nobody')).toBeNull()
        // A row without type, and one of another model under such a key.
        expect(await Customer.find('grace')).toBeNull()
        expect(await Order.find({ customerId: ADA, number: 9 })).toBeNull()
      }))

    test('E12: by the type attribute, whatever it is called', () =>
      byType(async () => {
        const all = Customer.query()
        expect(all.explain()).toMatchObject({
          operation: 'Query',
          index: 'InvertedIndex',
          inMemory: { recognize: undefined },
        })
        expect(ids(await all.get())).toEqual(['50% off', 'a#b', ADA, 'mallory', 'trent', 'zoë'])
        const scanned = Order.query()
        expect(scanned.explain()).toMatchObject({ operation: 'Scan', filter: { right: { value: { S: 'order' } } } })
        expect(numbers(await scanned.orderBy('number').get())).toEqual([4, 5, 6, 7, 42, 100])
      }))

    test('E12: by the keys: rows without type are there, and nothing else that lies in their partitions', () =>
      byKeys(async () => {
        expect((await Client.find('grace'))?.email).toBe('grace@example.com')
        expect(ids(await Client.query().get())).toEqual([
          '50% off',
          'a#b',
          ADA,
          'grace',
          'linus',
          'mallory',
          'trent',
          'zoë',
        ])
        const mine = Purchase.query().where('customerId', ADA)
        const plan = mine.explain()
        expect(plan).toMatchObject({
          operation: 'Query',
          index: undefined,
          filter: undefined,
          inMemory: { recognize: 'keys' },
        })
        expect(String(plan)).toContain('in memory  rows of Purchase, by their keys')
        expect(numbers(await mine.get()).sort((a, b) => a - b)).toEqual([7, 9, 42, 100])
        expect(numbers(await Purchase.where('customerId', ADA).where('number', 9).get())).toEqual([9])
        const someone = await Purchase.query().whereIn('customerId', [ADA, 'grace']).orWhere('status', 'sent').get()
        expect(numbers(someone).sort((a, b) => a - b)).toEqual([3, 4, 6, 7, 9, 42, 100])
        expect(numbers(await Purchase.query().parallel(3).get()).sort((a, b) => a - b)).toEqual([
          3, 4, 5, 6, 7, 9, 42, 100,
        ])
      }))

    test('E12: what is recognised in memory keeps limits, counts, selections and pages exact', () =>
      byKeys(async () => {
        const mine = Purchase.query().where('customerId', ADA)
        for (const n of [1, 2, 3, 4, 5]) expect(await mine.limit(n).get()).toHaveLength(Math.min(n, 4))
        expect(await mine.skip(3).limit(5).get()).toHaveLength(1)
        expect(await mine.where('status', 'open').count()).toBe(3)
        expect(await mine.limit(2).count()).toBe(2)
        expect([await mine.exists(), await Purchase.where('customerId', 'zoë').exists()]).toEqual([true, false])
        const selected = await mine.select('status').where('number', 9).get()
        expect(selected.map((row) => Object.keys(row))).toEqual([['status']])
        let cursor: string | null = null
        const seen: number[] = []
        do {
          const page: Awaited<ReturnType<typeof mine.cursorPaginate>> = await mine.cursorPaginate(cursor, 2)
          seen.push(...numbers(page.data))
          cursor = page.nextCursor
        } while (cursor !== null)
        expect(seen.sort((a, b) => a - b)).toEqual([7, 9, 42, 100])
      }))

    test('E12: by a function of the row, which gets a copy', () =>
      byType(async () => {
        const year = Login.query().where('year', 2024)
        expect(year.explain()).toMatchObject({ operation: 'Query', inMemory: { recognize: 'function' } })
        expect(String(year.explain())).toContain('in memory  rows of Login, by its recognizedBy')
        expect((await year.get()).map(({ id }) => id)).toEqual(['1', '4'])
        expect((await year.select('at').limit(2).get()).map(({ at }) => at)).toEqual(['2024-01-01', '2024-01-04'])
        expect(await Login.find({ year: 2024, id: '2' })).toBeNull()
        class Meddler extends Login {
          static override recognizedBy(item: { PK: string; kind?: string; at?: unknown }): boolean {
            item.at = 'changed'
            return super.recognizedBy(item)
          }
        }
        class Undecided extends Login {
          static override recognizedBy = (() => Promise.resolve(true)) as never
        }
        const other = open()
        expect((await Meddler.on(other).find({ year: 2024, id: '1' }))?.at).toBe('2024-01-01')
        const refused = expect.objectContaining({ code: 'SCHEMA.INVALID_STATIC' })
        await expect(Undecided.on(open()).find({ year: 2024, id: '1' })).rejects.toEqual(refused)
      }))

    test('E12: numbers in keys have no order and no range, text at the end of a key has both', () =>
      byType(async () => {
        const mine = Order.query().where('customerId', ADA)
        const range = mine.whereBetween('number', 8, 60)
        expect(range.explain().filter).toBeDefined()
        expect(numbers(await range.get())).toEqual([42])
        const sorted = mine.orderBy('number')
        expect(sorted.explain().inMemory.sort).toHaveLength(1)
        expect(numbers(await sorted.get())).toEqual([7, 42, 100])
        expect(numbers(await mine.orderByDesc('number').limit(2).get())).toEqual([100, 42])
        const trusting = Customer.query().where('joined', '>=', '2020').orderByDesc('joined')
        expect(trusting.explain()).toMatchObject({ index: 'byType', inMemory: { sort: [] } })
        expect(ids(await trusting.get())).toEqual(['trent'])
      }))

    test('E12: indexes are used under their own names', () =>
      byType(async () => {
        const byEmail = Customer.query().where('email', 'a#b@example.com')
        expect(byEmail.explain()).toMatchObject({ index: 'byEmail', fetch: true })
        expect(ids(await byEmail.get())).toEqual(['a#b'])
        const inverted = Order.query().where('number', 42)
        expect(inverted.explain()).toMatchObject({ operation: 'Query', index: 'InvertedIndex' })
        expect(numbers(await inverted.get())).toEqual([42])
        const open = Order.query().where('status', 'open').orderBy('placedAt')
        expect(open.explain()).toMatchObject({ operation: 'Query', index: 'GSI1' })
        expect(numbers(await open.get())).toEqual([5, 42, 7])
        const raw = Order.query()
          .where('PK' as 'pk', `CUSTOMER#${ADA}`)
          .where('SK' as 'sk', 'begins_with', 'ORDER#4')
        expect(raw.explain().index).toBeUndefined()
        expect(numbers(await raw.get())).toEqual([42])
        expect(
          numbers(
            await Order.query()
              .where('SK' as 'sk', 'ORDER#42')
              .get(),
          ),
        ).toEqual([42])
        expect(ids(await Customer.query().index('byType').limit(2).get())).toHaveLength(2)
      }))
  })

  describe('rows that do not fit', () => {
    test('E12: are left out of lists and told, once for each attribute and each time to onMisfit', () =>
      byType(async () => {
        misfits.length = 0
        await Customer.query().get()
        await Customer.query().get()
        const told = misfits.map(({ model, key, error }) => ({ model, key, code: error.code, ...error.details }))
        const [broken, secretive] = [
          {
            model: 'Customer',
            key: { PK: 'CUSTOMER#broken', SK: 'PROFILE' },
            code: 'VALUE.TYPE_MISMATCH',
            attribute: 'points',
          },
          {
            model: 'Customer',
            key: { PK: 'CUSTOMER#secretive', SK: 'PROFILE' },
            code: 'VALUE.CAST_FAILED',
            attribute: 'settings',
          },
        ]
        expect(told).toHaveLength(4)
        expect(told).toEqual(expect.arrayContaining([broken, secretive]))
        expect(
          JSON.stringify(misfits) + misfits.map(({ error }) => `${error.stack} ${String(error.cause)}`).join(),
        ).not.toContain('top-secret')
        const heard = (await warned('MODEL.MISFIT')).filter((message) => message.startsWith('A row of Customer'))
        expect(heard.filter((message) => message.includes('"points"'))).toHaveLength(1)
        expect(heard.filter((message) => message.includes('"settings"'))).toHaveLength(1)
      }))

    test('E12: who asks for the very row gets the error', () =>
      byType(async () => {
        await expect(Customer.find('broken')).rejects.toMatchObject({ code: 'VALUE.TYPE_MISMATCH' })
        await expect(Customer.findOrFail('secretive')).rejects.toMatchObject({ code: 'VALUE.CAST_FAILED' })
        expect(misfits).toEqual([])
        expect(ids(await Customer.findMany(['broken', 'zoë']))).toEqual(['zoë'])
        expect(await Customer.query().where('id', 'broken').first()).toBeNull()
        expect(misfits.map(({ key }) => key['PK'])).toEqual(['CUSTOMER#broken', 'CUSTOMER#broken'])
        // Attributes that fit can be read of it.
        expect((await Customer.query().select('name').where('id', 'broken').first())?.name).toBe('The broken')
      }))

    test('E12: limits, pages and orders count rows that fit', () =>
      byType(async () => {
        const sorted = Customer.query().orderBy('name')
        expect(sorted.explain().inMemory.sort).toHaveLength(1)
        const byKey = Customer.query().orderByDesc('id')
        expect(byKey.explain()).toMatchObject({ index: 'InvertedIndex', inMemory: { sort: [] } })
        const all = ids(await Customer.query().get())
        for (const n of [1, 2, 3, 5, 6, 7]) {
          expect(await Customer.query().limit(n).get()).toHaveLength(Math.min(n, 6))
          expect((await sorted.limit(n).get()).map(({ id }) => id)).toEqual(all.slice(0, n))
          expect((await byKey.limit(n).get()).map(({ id }) => id)).toEqual([...all].reverse().slice(0, n))
        }
        expect(await Customer.query().skip(4).limit(5).get()).toHaveLength(2)
        for (const query of [byKey, sorted, Customer.query().where('points', '>', 1)]) {
          const seen: string[] = []
          let cursor: string | null = null
          do {
            const page: Awaited<ReturnType<typeof query.cursorPaginate>> = await query.cursorPaginate(cursor, 2)
            expect(page.data).toHaveLength(2)
            seen.push(...page.data.map(({ id }) => id))
            cursor = page.nextCursor
          } while (cursor !== null)
          expect(seen.sort()).toEqual(all)
        }
        const streamed: string[] = []
        for await (const { id } of Customer.query()) streamed.push(id)
        expect(streamed.sort()).toEqual(all)
        // They are rows all the same: DynamoDB counts them, and nobody reads them.
        expect(await Customer.query().count()).toBe(8)
      }))

    test('E12: relations leave them out, too', () =>
      byKeys(async () => {
        const [ada] = await Client.query().with('purchases').where('id', ADA).get()
        expect(numbers(ada?.purchases as never).sort((a, b) => a - b)).toEqual([7, 9, 42, 100])
        const open = await Purchase.query().with('client').where('status', 'open').orderBy('number').get()
        expect(open.map(({ number, client }) => [number, (client as { id?: string } | null)?.id])).toEqual([
          [3, 'grace'],
          [5, undefined],
          [7, ADA],
          [9, ADA],
          [42, ADA],
        ])
        expect(misfits.map(({ key }) => key['SK'])).toEqual(expect.arrayContaining(['ORDER#8', 'PROFILE']))
      }))

    test("E12: misfits: 'throw' throws in lists as well", async () => {
      const strict = open({ misfits: 'throw', onMisfit })
      await on(strict, [Customer, Order], async () => {
        await expect(Customer.query().get()).rejects.toMatchObject({ code: 'VALUE.TYPE_MISMATCH' })
        await expect(Customer.findMany(['broken'])).rejects.toMatchObject({ code: 'VALUE.TYPE_MISMATCH' })
      })
      expect(misfits).toEqual([])
    })
  })

  describe('crowds', () => {
    const PK = 'CUSTOMER#crowd'
    const requests = async (connection: Connection, fn: () => Promise<unknown>): Promise<number> => {
      let sent = 0
      const count: Interceptor = (request, next) => {
        sent++
        return next(request)
      }
      connection.use(count)
      await fn()
      connection.drop(count)
      return sent
    }
    beforeAll(async () => {
      const number = (i: number) => 1000 + i
      const row = (i: number, more: object) => ({
        PK,
        SK: `ORDER#${number(i)}`,
        customerId: 'crowd',
        number: number(i),
        status: 'old',
        placedAt: '2020-01-01T00:00:00.000Z',
        ...more,
      })
      for (let i = 0; i < 60; i++) {
        // Sixty of another kind, thirty that do not fit, and then the first good one.
        await putLegacy(typed, { PK, SK: `ORDER#${number(i)}#LINE` })
        await putLegacy(typed, row(i, { Type: 'order', ...(i < 30 ? { status: 7 } : {}) }))
      }
    })
    afterAll(async () => {
      const of = { KeyConditionExpression: 'PK = :pk', ExpressionAttributeValues: { ':pk': { S: PK } } }
      for (const { SK } of (await typed.send('Query', { TableName: table, ...of })).Items ?? [])
        await typed.send('DeleteItem', { TableName: table, Key: { PK: { S: PK }, SK: SK as { S: string } } })
    })

    test('E12: the first row that fits is found behind many that do not, in few requests', () =>
      byKeys(async () => {
        const crowd = Purchase.query().where('customerId', 'crowd')
        for (const n of [1, 5, 30, 31]) {
          const asked = await requests(keyed, async () => {
            expect(numbers(await crowd.limit(n).get())).toEqual(
              Array.from({ length: Math.min(n, 30) }, (_, i) => 1030 + i),
            )
          })
          expect(asked).toBeLessThanOrEqual(5)
        }
        expect(await crowd.count()).toBe(60)
        let stopped = 0
        for await (const { number } of crowd) if (++stopped && number === 1031) break
        expect(stopped).toBe(2)
      }))

    test('E12: with the type attribute as well', () =>
      byType(async () => {
        const crowd = Order.query().where('customerId', 'crowd')
        const asked = await requests(typed, async () => {
          expect(numbers(await crowd.limit(2).get())).toEqual([1030, 1031])
        })
        expect(asked).toBeLessThanOrEqual(5)
        const [all, pages] = [await crowd.get(), [] as number[]]
        for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
          const page: Awaited<ReturnType<typeof crowd.cursorPaginate>> = await crowd.cursorPaginate(cursor, 7)
          pages.push(...numbers(page.data))
          cursor = page.nextCursor
          if (cursor !== null) expect(page.data).toHaveLength(7)
        }
        expect(pages).toEqual(numbers(all))
      }))
  })

  test('E12: a strict program reads a table that was never migrated', async () => {
    const strict = open({ scans: 'forbid', designCheck: 'error' })
    await on(strict, [Customer, Order], async () => {
      expect(numbers(await Order.where('customerId', ADA).orderBy('number').get())).toEqual([7, 42, 100])
    })
  })

  describe('writing', () => {
    test('E12: new rows look like the others', () =>
      byType(async () => {
        await Customer.create({ id: 'new one', name: 'New', email: 'n w@example.com', joined: '2026' })
        expect(await readLegacy(typed, 'CUSTOMER#new one', 'PROFILE')).toEqual({
          PK: { S: 'CUSTOMER#new one' },
          SK: { S: 'PROFILE' },
          Type: { S: 'customer' },
          email_pk: { S: 'EMAIL#n w@example.com' },
          id: { S: 'new one' },
          name: { S: 'New' },
          email: { S: 'n w@example.com' },
          joined: { S: '2026' },
        })
        await Order.create({ customerId: 'new one', number: 12, status: 'open', placedAt: new Date(0) })
        expect(await readLegacy(typed, 'CUSTOMER#new one', 'ORDER#12')).toMatchObject({
          GSI1PK: { S: 'STATUS#open' },
          GSI1SK: { S: '1970-01-01T00:00:00.000Z#12' },
        })
        await (await Order.findOrFail({ customerId: 'new one', number: 12 })).delete()
        await (await Customer.findOrFail('new one')).delete()
        expect(await readLegacy(typed, 'CUSTOMER#new one', 'PROFILE')).toBeUndefined()
      }))

    test('E12: a value that would reach into what follows it is refused, and so is a row that is not recognised', () =>
      byType(async () => {
        class Visit extends DynamoDBModel {
          static keySegments = 'plain'
          static keyPattern = { PK: 'VISIT#{page}#{day}', SK: '{id}' }
          attributes = {
            id: { type: 'string', required: true },
            page: { type: 'string', required: true },
            day: { type: 'string', required: true },
          } as const
        }
        await expect(Visit.create({ id: '1', page: '/#top', day: '1' })).rejects.toMatchObject({
          code: 'KEY.DELIMITER',
        })
        await expect(Visit.find({ id: '1', page: '/#top', day: '1' })).rejects.toMatchObject({ code: 'KEY.DELIMITER' })
        // Others may have written such a key; two pairs of values share it, and each row is told by its own.
        for (const [id, page, day] of [
          ['1', '/a', 'b#c'],
          ['2', '/a#b', 'c'],
        ] as const)
          await putLegacy(typed, { PK: `VISIT#${page}#${day}`, SK: id, Type: 'Visit', id, page, day })
        expect(ids(await Visit.where('page', '/a').where('day', 'b#c').get())).toEqual(['1'])
        expect(ids(await Visit.where('page', '/a#b').where('day', 'c').get())).toEqual(['2'])
        expect(await Visit.where('page', '/a').where('day', 'b#c').where('id', '2').get()).toEqual([])
        await expect(Login.create({ id: '9', year: 2024, at: 'now', kind: 'logout' })).rejects.toMatchObject({
          code: 'MODEL.NOT_RECOGNIZED',
        })
        expect(await readLegacy(typed, 'EVENT#2024', '9')).toBeUndefined()
      }))

    test('E12: a row keeps what its model does not know, wherever it goes', () =>
      byType(async () => {
        const mallory = await Customer.findOrFail('mallory')
        await mallory.update({ points: 11, email: 'm@example.com' })
        expect(await readLegacy(typed, 'CUSTOMER#mallory', 'PROFILE')).toMatchObject({
          points: { N: '11' },
          email_pk: { S: 'EMAIL#m@example.com' },
          segment: { S: 'never heard of' },
          legacyFlags: { SS: ['x'] },
        })
        await mallory.update({ id: 'mallory 2' })
        expect(await readLegacy(typed, 'CUSTOMER#mallory', 'PROFILE')).toBeUndefined()
        expect(await readLegacy(typed, 'CUSTOMER#mallory 2', 'PROFILE')).toMatchObject({
          Type: { S: 'customer' },
          segment: { S: 'never heard of' },
          legacyFlags: { SS: ['x'] },
        })
        await mallory.update({ id: 'mallory', email: 'mallory@example.com' })
        expect((await Customer.find('mallory'))?.points).toBe(11)
      }))

    test('E12: a row without type stays so; one whose key others wrote in their own way is written where it is', () =>
      byKeys(async () => {
        const grace = await Client.findOrFail('grace')
        await grace.update({ points: 99 })
        const stored = await readLegacy(keyed, 'CUSTOMER#grace', 'PROFILE')
        expect([stored?.['points'], stored?.['Type']]).toEqual([{ N: '99' }, undefined])
        await putLegacy(keyed, {
          PK: 'CUSTOMER#padded',
          SK: 'ORDER#0007',
          customerId: 'padded',
          number: 7,
          status: 'new',
        })
        const [padded] = await Purchase.where('customerId', 'padded').get()
        await padded?.update({ status: 'old', placedAt: new Date(0) })
        await padded?.update({ status: 'older' })
        expect(await readLegacy(keyed, 'CUSTOMER#padded', 'ORDER#0007')).toMatchObject({
          status: { S: 'older' },
          GSI1PK: { S: 'STATUS#older' },
        })
        expect(await readLegacy(keyed, 'CUSTOMER#padded', 'ORDER#7')).toBeUndefined()
        await padded?.refresh()
        await padded?.delete()
        expect(await Purchase.where('customerId', 'padded').get()).toEqual([])
        await putLegacy(keyed, {
          PK: 'CUSTOMER#nameless',
          SK: 'PROFILE',
          name: 'N',
          email: 'n@example.com',
          joined: '2020',
        })
        const nameless = await Client.findOrFail('nameless')
        expect(nameless.id).toBeUndefined()
        await nameless.update({ points: 1 })
        await nameless.update({ id: 'nameless' })
        expect((await Client.findOrFail('nameless')).toJSON()).toMatchObject({ id: 'nameless', points: 1 })
        await nameless.delete()
      }))

    test('E12: nothing but rows was written to the table, and truncating leaves what nobody recognises', async () => {
      const all = async (): Promise<readonly string[]> =>
        ((await typed.send('Scan', { TableName: table })).Items ?? []).map(
          ({ PK, SK }) => `${Object.values(PK ?? {}).join()} ${Object.values(SK ?? {}).join()}`,
        )
      const known = ITEMS.map(({ PK, SK }) => `${String(PK)} ${String(SK)}`)
      expect((await all()).filter((key) => !key.startsWith('VISIT')).sort()).toEqual([...known].sort())
      await on(open(), [Client, Purchase], () => DynamoDBModel.truncateAll())
      const left = (await all()).filter((key) => !key.startsWith('VISIT')).sort()
      expect(left).toEqual(known.filter((key) => !/ (PROFILE|ORDER#\d+)$/.test(key)).sort())
    })
  })

  test('E12: only reads were sent to read', async () => {
    const sent = new Set<string>()
    const spy: Interceptor = (request, next) => {
      sent.add(request.operation)
      return next(request)
    }
    await on(open().use(spy), [Customer, Order], async () => {
      await Customer.query().with('orders').get()
      await Order.query().where('status', 'open').cursorPaginate(null, 2)
    })
    expect([...sent].filter((operation) => !READS.includes(operation))).toEqual([])
  })
})
