import {
  BatchError,
  type Connection,
  connect,
  DynamoDBModel,
  registerModels,
  UniqueConstraintError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Member extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  static version = true
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', unique: true },
    city: { type: 'string', index: true },
    name: { type: 'string' },
    visits: { type: 'number', default: 0 },
  } as const
}

class Event extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    kind: { type: 'string', index: true },
    size: { type: 'number', max: 100 },
  } as const
}

describeEngines('finders that write', (lane) => {
  let connection: Connection
  let sent: string[] = []
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  let mails = 0
  const mail = (): string => `m${++mails}@example.com`

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    connection.use((request, next) => {
      sent.push(request.operation)
      return next(request)
    })
    await connection.run(async () => {
      registerModels(Member, Event)
      await DynamoDBModel.migrate()
    })
  })
  beforeEach(() => {
    sent = []
  })
  afterAll(() => connection.close())

  inside('Q29: firstOrNew, findOrNew, firstOrCreate and updateOrCreate', async () => {
    const email = mail()
    const unsaved = await Member.firstOrNew({ email }, { name: 'Ada' })
    expect([unsaved.email, unsaved.name, await Member.where('email', email).exists()]).toEqual([email, 'Ada', false])
    const made = await Member.firstOrCreate({ email }, { name: 'Ada' })
    const found = await Member.firstOrCreate({ email }, { name: 'Bob' })
    expect([made.wasRecentlyCreated, found.wasRecentlyCreated]).toEqual([true, false])
    expect([found.id, found.name]).toEqual([made.id, 'Ada'])
    expect((await Member.firstOrNew({ email })).id).toBe(made.id)
    const changed = await Member.updateOrCreate({ email }, { name: 'Countess' })
    expect([changed.id, changed.version]).toEqual([made.id, 2])
    const other = await Member.updateOrCreate({ email: mail() }, { name: 'New' })
    expect([other.name, other.version]).toEqual(['New', 1])
    expect((await Member.findOrFail(made.id)).name).toBe('Countess')
    expect((await Member.findOrNew(made.id)).name).toBe('Countess')
    expect((await Member.findOrNew('nobody')).isDirty()).toBe(false)
    expect((await Event.firstOrCreate({ kind: 'a' }, { size: 1 })).size).toBe(1)
    expect((await Event.firstOrCreate({ kind: 'a' }, { size: 2 })).size).toBe(1)
  })

  inside('Q29: of many callers at once one creates, and all have its row', async () => {
    const email = mail()
    const rows = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        i % 2 === 0 ? Member.firstOrCreate({ email }, { name: 'x' }) : Member.createOrFirst({ email }, { name: 'x' }),
      ),
    )
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
    const events = await Promise.all(
      Array.from({ length: 12 }, (_, size) => Event.firstOrCreate({ id: 'e1' }, { size })),
    )
    expect(new Set(events.map(({ size }) => size)).size).toBe(1)
    const visits = mail()
    await Promise.all(Array.from({ length: 8 }, (_, i) => Member.updateOrCreate({ email: visits }, { visits: i })))
    expect(await Member.where('email', visits).count()).toBe(1)
    expect((await Member.where('email', visits).first())?.version).toBe(8)
  })

  inside('Q29: a row that stands in the way and does not match is an error that carries it', async () => {
    const email = mail()
    const ada = await Member.create({ email, city: 'Rome' })
    const error = await Member.firstOrCreate({ email, city: 'Oslo' }).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(UniqueConstraintError)
    expect((error as UniqueConstraintError).existing).toMatchObject({ id: ada.id })
    await ada.delete()
    await expect(Member.firstOrCreate({ email })).rejects.toThrow(/soft-deleted/)
  })

  inside('Q29: upsert creates, or writes what is given', async () => {
    const one = await Member.upsert({ id: 'u1', email: mail(), name: 'one' })
    expect(sent.length).toBe(1)
    const again = await Member.upsert({ id: 'u1', name: 'two' })
    expect([again.email, again.name, again.version]).toEqual([one.email, 'two', 2])
    const rows = await Event.upsert(Array.from({ length: 30 }, (_, i) => ({ id: `up-${i}`, size: i })))
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => `up-${i}`))
    await Event.upsert([
      { id: 'up-0', kind: 'late' },
      { id: 'up-30', kind: 'late' },
    ])
    expect(await Event.where('kind', 'late').count()).toBe(2)
    expect((await Event.findOrFail('up-0')).size).toBe(0)
  })

  inside('Q29: insert and insertMany write new rows and none over others', async () => {
    const made = await Event.insertMany(Array.from({ length: 60 }, (_, size) => ({ kind: 'bulk', size })))
    expect([made.length, sent.filter((each) => each === 'BatchWriteItem').length]).toEqual([60, 3])
    expect(await Event.where('kind', 'bulk').count()).toBe(60)
    expect((await Event.insert({ kind: 'single' })).kind).toBe('single')
    await Event.insert([{ id: 'i1', size: 1 }, { id: 'i2' }])
    await expect(Event.insertMany([{ id: 'i1', size: 9 }])).rejects.toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
    const part = await Event.insertMany([{ id: 'i1', size: 9 }, { id: 'i3' }]).catch((each: unknown) => each)
    expect(part).toBeInstanceOf(BatchError)
    expect((part as BatchError).remaining).toMatchObject([{ id: 'i1' }])
    expect([(await Event.findOrFail('i1')).size, await Event.find('i3')]).toMatchObject([1, { id: 'i3' }])
    await expect(Event.insertMany([{ size: 1 }, { size: 101 }])).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    expect(await Event.insertOrIgnore([{ id: 'i1', size: 5 }, { id: 'i4' }, { id: 'i5' }])).toBe(2)
    expect((await Event.findOrFail('i1')).size).toBe(1)
  })

  inside('Q28: by key, without a read where none is needed', async () => {
    const { id } = await Event.create({ size: 1 })
    const member = await Member.create({ email: mail() })
    sent = []
    await Event.update(id, { size: 2 })
    expect(await Event.delete('nobody')).toBe(false)
    await Member.update(member.id, { name: 'by key' })
    expect(await Member.delete(member.id)).toBe(true)
    expect(await Member.delete(member.id)).toBe(false)
    expect(sent).toEqual(['UpdateItem', 'DeleteItem', 'UpdateItem', 'UpdateItem', 'UpdateItem'])
    expect((await Event.findOrFail(id)).size).toBe(2)
    expect(await Event.delete(id)).toBe(true)
    const trashed = await Member.query().onlyTrashed().where('id', member.id).first()
    expect([trashed?.name, trashed?.version]).toEqual(['by key', 3])
    await expect(Event.update('nobody', { size: 1 })).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
    await expect(Event.update(id, { size: 101 })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    expect(await Member.forceDelete(member.id)).toBe(true)
    await Member.create({ email: member.email })
  })

  inside('Q28: destroy deletes the rows that are there, and says how many', async () => {
    const events = await Event.insertMany(Array.from({ length: 8 }, () => ({ kind: 'destroy' })))
    const [first, ...others] = events.map(({ id }) => id)
    expect(await Event.destroy(first as string, 'nobody')).toBe(1)
    expect(await Event.destroy([...others, first as string])).toBe(7)
    expect(await Event.where('kind', 'destroy').count()).toBe(0)
    const member = await Member.create({ email: mail() })
    expect([await Member.destroy([member.id]), await Member.destroy([member.id])]).toEqual([1, 0])
    expect((await Member.query().onlyTrashed().where('id', member.id).first())?.trashed()).toBe(true)
  })
})
