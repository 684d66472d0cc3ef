import { connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Guest extends DynamoDBModel {
  // A name that queries have a refusal for is free for a constant.
  static truncate = 80
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string' },
    born: { type: 'date' },
  } as const
  relationships = {
    rooms: { type: 'belongsToMany', model: () => Room, pivot: { nights: { type: 'number' } } },
    bills: { type: 'hasMany', model: () => Bill, foreignKey: 'guestId' },
    bill: { type: 'hasOne', model: () => Bill, foreignKey: 'guestId' },
  } as const
  scopes = { from: (query: any, name: string) => query.where('name', name) }
}
class Room extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}
class Bill extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, guestId: { type: 'string' }, sum: { type: 'number' } } as const
  relationships = { guest: { type: 'belongsTo', model: () => Guest, foreignKey: 'guestId' } } as const
}
const Loose = Guest as any

describeEngines('queries in the words of Eloquent', (lane) => {
  const connection = connect({
    region: 'us-east-1',
    defaultTableName: uniqueTable(),
    driver: lane.createDriver(),
    queryBuilder: { scans: 'allow' },
  })
  // A noon, so that no midnight comes in between.
  const now = Date.UTC(2026, 0, 15, 12)
  Object.assign(connection, { clock: { ...connection.clock, now: () => now } })
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  beforeAll(() =>
    connection.run(async () => {
      registerModels(Guest, Room, Bill)
      await DynamoDBModel.migrate()
      await Guest.create({ id: '1', name: 'Ada', born: new Date('1815-12-10') })
      await Guest.create({ id: '2', name: 'Bo', born: new Date(now) })
      await Guest.create({ id: '3', name: 'Cy', born: new Date('2026-02-01') })
      for (const id of ['1', '2', '3']) await Room.create({ id })
    }),
  )
  afterAll(() => connection.close())
  const ids = async (query: any): Promise<string> =>
    ((await query.orderBy('id').pluck('id')) as readonly string[]).join('')

  inside('days before and after today, moments up to now, and either of them', async () => {
    const bo = Guest.where('name', 'Bo')
    expect({
      before: await ids(Guest.whereBeforeToday('born')),
      after: await ids(Guest.whereAfterToday('born')),
      upTo: await ids(Guest.whereTodayOrBefore('born')),
      from: await ids(Guest.whereTodayOrAfter('born')),
      past: await ids(Guest.whereNowOrPast('born')),
      future: await ids(Guest.whereNowOrFuture('born')),
      orToday: await ids(Guest.where('name', 'Ada').orWhereToday('born')),
      orPast: await ids(bo.orWherePast('born')),
      orFuture: await ids(bo.orWhereFuture('born')),
    }).toEqual({
      before: '1',
      after: '3',
      upTo: '12',
      from: '23',
      past: '12',
      future: '23',
      orToday: '12',
      orPast: '12',
      orFuture: '23',
    })
  })

  inside('a record stands for its key', async () => {
    const two: any = await Guest.findOrFail('2')
    two.name = 'changed, and not saved'
    expect(await ids(Guest.whereKeyNot(two))).toBe('13')
    expect((await Guest.query().find(two))?.name).toBe('Bo')
  })

  inside('R4: pivot rows by a range of what they carry', async () => {
    const ada = await Guest.findOrFail('1')
    await ada.rooms().attach({ 1: { nights: 1 }, 2: { nights: 3 }, 3: { nights: 7 } })
    expect(await ids(ada.rooms().wherePivotBetween('nights', 2, 7))).toBe('23')
    expect(await ids(ada.rooms().wherePivotNotBetween('nights', [2, 7]))).toBe('1')
  })

  inside('R2: a hasOne is the first row of the order that is asked for', async () => {
    const [bo, cy] = [await Guest.findOrFail('2'), await Guest.findOrFail('3')]
    for (const sum of [5, 9, 2]) await bo.bills().create({ id: `${sum}`, sum })
    const [of, none] = await Guest.whereKey([bo.id, cy.id])
      .orderBy('id')
      .with({ bill: (bills) => bills.orderByDesc('sum') })
      .get()
    expect([of?.bill?.sum, none?.bill]).toEqual([9, null])
    expect((await bo.bills().orderBy('sum').first())?.sum).toBe(2)
    expect(await Bill.where('sum', 100).orWhereBelongsTo([bo, cy]).count()).toBe(3)
  })

  inside('what is elsewhere here is an error that leads there', async () => {
    const ada = await Guest.findOrFail('1')
    const led = (hint: RegExp): unknown =>
      expect.objectContaining({ code: 'QUERY.UNSUPPORTED', hint: expect.stringMatching(hint) })
    for (const [ask, hint] of [
      [() => Loose.query().toBase(), /get\(\)/],
      [() => Loose.query().all(), /get\(\)/],
      [() => Loose.query().destroy('1'), /User\.destroy/],
      [() => Loose.query().truncate(), /delete\(\)/],
      [() => Loose.latestOfMany(), /hasOne/],
      [() => (ada.bills() as any).latestOfMany(), /latest/],
      [() => (ada.bills() as any).attach('1'), /belongsToMany/],
      [() => (ada.bills() as any).wherePivot('a', 1), /belongsToMany/],
      [() => (ada.rooms() as any).using(Room), /through/],
      [() => (ada.rooms() as any).orWherePivot('nights', 1), /group/],
    ] as const)
      expect(ask).toThrow(led(hint))
    // The names stay free for scopes, and relations have methods of their own.
    expect(await ids(Loose.query().from('Ada'))).toBe('1')
    expect(await ids(Loose.from('Bo'))).toBe('2')
    expect((await ada.bills().create({ id: 'b' })).guestId).toBe('1')
  })
})
