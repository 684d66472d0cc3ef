import { createHash } from 'node:crypto'
import {
  type Connection,
  connect,
  DynamoDBModel,
  ModelError,
  registerModels,
  SchemaError,
  transaction,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
let digested = 0

class Member extends DynamoDBModel {
  static timestamps = true
  static appends = ['fullName', 'initials'] as const
  static hidden = ['password', 'initials']
  attributes = {
    id: { type: 'string', required: true },
    first: { type: 'string', get: (value: string) => value.toUpperCase() },
    last: { type: 'string', set: (value: string) => value.trim() },
    password: {
      type: 'string',
      minLength: 60,
      set: (value: string) => {
        digested++
        return digest(value)
      },
    },
    cents: { type: 'number', get: (value: number) => value / 100, set: (value: number) => Math.round(value * 100) },
    roles: { type: 'list', get: (value: readonly string[]) => new Set(value), set: (value: Set<string>) => [...value] },
    seenAt: { type: 'date' },
  } as const

  // Getters of a class know what it declares.
  declare first: string
  declare last: string

  get fullName(): string {
    return `${this.first} ${this.last}`
  }

  get initials(): string {
    return `${this.first?.[0]}${this.last?.[0]}`
  }
}

describeEngines('accessors', (lane) => {
  let connection: Connection
  beforeAll(async () => {
    connection = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    await connection.run(async () => {
      registerModels(Member)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  const stored = async (id: string): Promise<Record<string, unknown>> => {
    const key = { pk: { S: `MEMBER#${id}` }, sk: { S: `MEMBER#${id}` } }
    const { Item } = await connection.send('GetItem', { TableName: connection.config.defaultTableName, Key: key })
    return Item as Record<string, unknown>
  }

  inside('M12: `set` makes the stored form once, `get` the shown one', async () => {
    digested = 0
    const made = await Member.create({ id: 'a', first: 'ada', last: ' Lovelace ', password: 'secret', cents: 12.34 })
    expect(digested).toBe(1)
    expect(await stored('a')).toMatchObject({
      first: { S: 'ada' },
      last: { S: 'Lovelace' },
      password: { S: digest('secret') },
      cents: { N: '1234' },
    })
    expect(made).toMatchObject({ first: 'ADA', last: 'Lovelace', cents: 12.34, password: digest('secret') })
    const read = await Member.findOrFail('a')
    expect(read).toMatchObject({ first: 'ADA', cents: 12.34 })
    expect([read.isDirty(), made.isDirty()]).toEqual([false, false])
    expect(digested).toBe(1)

    // What is shown is not what is stored: saving something else leaves it alone.
    read.last = 'Byron '
    await read.save()
    expect(digested).toBe(1)
    expect(await stored('a')).toMatchObject({ first: { S: 'ada' }, last: { S: 'Byron' }, cents: { N: '1234' } })
    expect(read.getChanges()).not.toHaveProperty('first')

    await read.update({ cents: 0.5, password: 'other' })
    expect(digested).toBe(2)
    expect(await stored('a')).toMatchObject({ cents: { N: '50' }, password: { S: digest('other') } })
    expect(await Member.where('cents', 50).count()).toBe(1)
    await Member.update('a', { cents: 7 })
    expect(await stored('a')).toMatchObject({ cents: { N: '700' } })
    await transaction(async (tx) => {
      await tx.update(await Member.findOrFail('a'), { password: 'third' })
      await tx.create(Member, { id: 'b', password: 'fourth', roles: new Set(['admin']) })
    })
    expect(await stored('a')).toMatchObject({ password: { S: digest('third') }, cents: { N: '700' } })
    expect(await stored('b')).toMatchObject({ password: { S: digest('fourth') }, roles: { L: [{ S: 'admin' }] } })
    expect((await Member.findOrFail('b')).roles).toEqual(new Set(['admin']))
    await Member.batchCreate([{ id: 'c', password: 'fifth' }])
    expect(await stored('c')).toMatchObject({ password: { S: digest('fifth') } })
    await Member.where('id', 'c').update({ password: 'sixth' })
    expect(await stored('c')).toMatchObject({ password: { S: digest('sixth') } })
  })

  inside('M12: a copy of a row stores what the row stores', async () => {
    const row = await Member.create({ id: 'd', first: 'ada', password: 'secret', cents: 1 })
    digested = 0
    const copy = row.replicate()
    await copy.fill({ id: 'e' }).save()
    expect(digested).toBe(0)
    expect(await stored('e')).toMatchObject({
      first: { S: 'ada' },
      password: { S: digest('secret') },
      cents: { N: '100' },
    })
  })

  inside('M12: rules are asked of the stored form; null and absence go past both functions', async () => {
    await expect(Member.create({ id: 'f', last: null, cents: 1, seenAt: null })).resolves.toMatchObject({ last: null })
    expect(await stored('f')).toMatchObject({ last: { NULL: true } })
    expect((await Member.findOrFail('f')).first).toBeUndefined()
    await expect(Member.create({ id: 'g', last: 3 as unknown as string })).rejects.toThrow()
    expect(await Member.find('g')).toBeNull()
  })

  inside('M12: getters of the class are appended to JSON, and hidden like attributes', async () => {
    const row = await Member.create({ id: 'h', first: 'ada', last: 'Byron', password: 'x' })
    expect(row.fullName).toBe('ADA Byron')
    expect(row.toJSON()).toMatchObject({ id: 'h', first: 'ADA', fullName: 'ADA Byron' })
    for (const hidden of ['password', 'initials']) expect(row.toJSON()).not.toHaveProperty(hidden)
    expect(row.makeVisible('initials').toJSON()).toHaveProperty('initials', 'AB')
    expect(await stored('h')).not.toHaveProperty('fullName')
  })

  inside('M16: touch says that a row is new as of now', async () => {
    const row = await Member.create({ id: 'i', seenAt: new Date(0) })
    const { updatedAt } = row
    await new Promise((resolve) => setTimeout(resolve, 5))
    await row.touch()
    expect(row.updatedAt > updatedAt).toBe(true)
    await row.touch('seenAt')
    expect((await Member.findOrFail('i')).seenAt).toEqual(row.seenAt)
    expect(Date.now() - Number(row.seenAt)).toBeLessThan(60_000)
    await expect(row.touch('last')).rejects.toThrow(ModelError)
  })

  test('M12: a getter of the key, a misspelt function or an unknown name to append is a fault of the definition', () => {
    class Keyed extends DynamoDBModel {
      attributes = { id: { type: 'string', required: true, get: (value: string) => value } } as const
    }
    class Wrong extends DynamoDBModel {
      attributes = { id: { type: 'string' }, name: { type: 'string', get: 'upper' as unknown as () => void } } as const
    }
    class Appends extends DynamoDBModel {
      static appends = ['fulName']
      attributes = { id: { type: 'string' } } as const
      get fullName(): string {
        return 'Ada'
      }
    }
    for (const model of [Keyed, Wrong, Appends]) expect(() => model.on(connection).query()).toThrow(SchemaError)
    expect(() => Appends.on(connection).query()).toThrow('fulName')
  })
})
