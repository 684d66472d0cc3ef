import { type Connection, connect, DynamoDBModel, registerModels, transaction } from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createFaultDriver, retrying } from '../../src/drivers/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Person extends DynamoDBModel {
  static timestamps = true
  static version = true
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string' },
    city: { type: 'string', index: true },
    address: { type: 'map' },
    extra: { type: 'any' },
    tags: { type: 'list' },
    limits: { type: 'map', validate: (value: Record<string, unknown>) => Object.keys(value).length <= 2 },
  } as const
}

class Plain extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, meta: { type: 'map' } } as const
}

describeEngines('changes inside maps', (lane) => {
  const open: Connection[] = []
  let connection: Connection
  let sent: string[] = []
  const table = uniqueTable()
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  function connectTo(script: ('drop-reply' | 'reset')[] = []): Connection {
    const policy = { maxRetries: 5, baseDelay: 0, maxDelay: 0, deadline: undefined }
    const driver = retrying(createFaultDriver(lane.createDriver(), { script, operations: ['UpdateItem'] }), policy)
    const made = connect({ region: 'us-east-1', defaultTableName: table, driver, queryBuilder: { scans: 'allow' } })
    made.use((request, next) => {
      sent.push(request.operation)
      return next(request)
    })
    made.run(() => registerModels(Person, Plain))
    open.push(made)
    return made
  }
  beforeAll(async () => {
    connection = connectTo()
    await connection.run(() => DynamoDBModel.migrate())
  })
  beforeEach(() => {
    sent = []
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))

  inside('E13: a member of a map is changed, the others stay', async () => {
    const person = await Person.create({ address: { city: 'Rome', zip: '1', geo: { lat: 1, lon: 2 } } })
    await person.update({ 'address.city': 'Oslo', 'address.geo.lat': 59, name: 'Ada' })
    expect(person.address).toEqual({ city: 'Oslo', zip: '1', geo: { lat: 59, lon: 2 } })
    expect([person.isClean(), person.wasChanged('address'), person.wasChanged('name')]).toEqual([true, true, true])
    expect((await Person.findOrFail(person.id)).toJSON()).toEqual(person.toJSON())
    await person.merge('address', { zip: undefined, geo: { alt: 3, lon: null } })
    expect(person.address).toEqual({ city: 'Oslo', geo: { lat: 59, lon: null, alt: 3 } })
    await person.update({ 'address.geo': undefined })
    expect((await Person.findOrFail(person.id)).address).toEqual({ city: 'Oslo' })
    sent = []
    await person.update({ 'address.city': 'Oslo' })
    await person.merge('address', { city: 'Oslo', geo: {} })
    expect(sent).toEqual([])
    expect(person.version).toBe(4)
  })

  inside('E13: writers of one map lose nothing of each other', async () => {
    const { id } = await Plain.create({ meta: { first: 1 } })
    const writers = await Promise.all(Array.from({ length: 20 }, () => Plain.findOrFail(id)))
    await Promise.all(writers.map((each, i) => each.update({ [`meta.k${i}`]: i })))
    await writers[0]?.merge('meta', { 'with.dots': true, k0: undefined })
    const { meta } = await Plain.findOrFail(id)
    expect(meta).toEqual({
      first: 1,
      'with.dots': true,
      ...Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`k${i + 1}`, i + 1])),
    })
  })

  inside('E13: a map that is not there is made, whoever comes first', async () => {
    const person = await Person.create({})
    await person.update({ 'address.geo.lat': 1, 'address.city': 'Rome' })
    expect((await Person.findOrFail(person.id)).address).toEqual({ geo: { lat: 1 }, city: 'Rome' })
    await person.merge('extra', { deep: { deeper: { deepest: [1] } } })
    expect((await Person.findOrFail(person.id)).extra).toEqual({ deep: { deeper: { deepest: [1] } } })
    const { id } = await Plain.create({})
    const writers = await Promise.all(Array.from({ length: 10 }, () => Plain.findOrFail(id)))
    await Promise.all(writers.map((each, i) => each.merge('meta', { in: { [`k${i}`]: i } })))
    expect((await Plain.findOrFail(id)).meta).toEqual({ in: Object.fromEntries(writers.map((_, i) => [`k${i}`, i])) })
    const empty = await Plain.create({})
    await empty.update({ 'meta.gone': undefined })
    await Plain.update(empty.id, { 'meta.gone.too': undefined })
    expect((await Plain.findOrFail(empty.id)).meta).toBeUndefined()
    const nothing = await Plain.create({ meta: null })
    await nothing.update({ 'meta.a': 1 })
    expect((await Plain.findOrFail(nothing.id)).meta).toEqual({ a: 1 })
  })

  inside('E13: by key without a read, in transactions and for all rows of a query', async () => {
    const [one, two] = [await Person.create({ address: { a: 1 } }), await Person.create({})]
    sent = []
    await Person.update(one.id, { 'address.city': 'Rome' })
    expect(sent).toEqual(['UpdateItem'])
    await Person.update(two.id, { 'address.city': 'Rome' })
    expect(sent).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem'])
    const rows = (): Promise<unknown[]> =>
      Person.findMany([one.id, two.id]).then((found) => found.map(({ address }) => address))
    expect(await rows()).toEqual([{ a: 1, city: 'Rome' }, { city: 'Rome' }])
    await transaction(async (tx) => {
      await tx.update(Person, one.id, { 'address.zip': '1' })
      await tx.update(Person, two.id, { 'address.geo.lat': 2 })
    })
    expect(await rows()).toEqual([
      { a: 1, city: 'Rome', zip: '1' },
      { city: 'Rome', geo: { lat: 2 } },
    ])
    expect(await Person.query().whereIn('id', [one.id, two.id]).update({ 'address.city': 'Oslo', city: 'Oslo' })).toBe(
      2,
    )
    expect(await rows()).toEqual([
      { a: 1, city: 'Oslo', zip: '1' },
      { city: 'Oslo', geo: { lat: 2 } },
    ])
    const [partial] = await Person.query().where('id', one.id).select('address').get()
    await (partial as unknown as typeof one).update({ 'address.a': 2 })
    expect([(partial as unknown as typeof one).address, (await one.refresh()).address]).toEqual([
      { a: 2, city: 'Oslo', zip: '1' },
      { a: 2, city: 'Oslo', zip: '1' },
    ])
  })

  inside('E13: rules of the whole map are checked', async () => {
    const person = await Person.create({ limits: { a: 1 } })
    await person.update({ 'limits.b': 2 })
    await expect(person.update({ 'limits.c': 3 })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    await expect(Person.update(person.id, { 'limits.c': 3 })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    await Person.update(person.id, { 'limits.b': undefined, 'limits.c': 3 })
    expect((await Person.findOrFail(person.id)).limits).toEqual({ a: 1, c: 3 })
  })

  inside('E13: what cannot be is said before anything is sent', async () => {
    const person = await Person.create({ address: { a: 1 }, extra: 'text' })
    sent = []
    const refused = (change: Promise<unknown>, code: string): Promise<void> =>
      expect(change).rejects.toMatchObject({ code })
    await refused(person.update({ 'name.first': 'x' } as never), 'MODEL.INVALID_INPUT')
    await refused(person.update({ 'adress.city': 'x' } as never), 'MODEL.UNKNOWN_ATTRIBUTE')
    await refused(person.update({ 'address.a': 1, address: {} }), 'MODEL.INVALID_INPUT')
    await refused(person.update({ 'address.a': 1, 'address.a.b': 1 }), 'MODEL.INVALID_INPUT')
    await refused(person.update({ 'tags[0]': 1 } as never), 'MODEL.INVALID_INPUT')
    await refused(person.update({ 'extra.a': 1 }), 'MODEL.INVALID_INPUT')
    await refused(person.update({ 'address.a': Number.NaN }), 'VALUE.NUMBER_RANGE')
    await refused(person.merge('tags' as never, {}), 'MODEL.INVALID_INPUT')
    person.address = { a: 5 }
    await refused(person.update({ 'address.b': 1 }), 'MODEL.INVALID_INPUT')
    expect(sent).toEqual([])
    await refused(Person.update('nobody', { 'address.a': 1 }), 'MODEL.NOT_FOUND')
  })

  test('E13: a lost answer is no conflict', async () => {
    const unsure = connectTo(['drop-reply'])
    const { id } = await connection.run(() => Plain.create({ meta: { a: 1 } }))
    await unsure.run(async () => {
      const row = await Plain.findOrFail(id)
      await row.update({ 'meta.b': 2 })
      expect(row.meta).toEqual({ a: 1, b: 2 })
    })
  })
})
