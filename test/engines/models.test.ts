import {
  type Connection,
  configure,
  connect,
  DuplicateKeyError,
  DynamoDBModel,
  defineModel,
  ModelNotFoundError,
  registerModels,
  resetConfig,
  UniqueConstraintError,
  ValidationError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Post, Profile, User } from './sample-models.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

let connection: Connection

function useLane(
  lane: EngineLane,
  queryBuilder: Parameters<typeof configure>[0]['queryBuilder'] = { scans: 'allow' },
): void {
  beforeAll(async () => {
    connection = configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder,
    })
    registerModels(User, Post, Profile)
    await DynamoDBModel.migrate()
  })
  afterAll(() => resetConfig())
}

let emails = 0
const ada = (): { email: string; name: string; age: number } => ({
  email: `ada${++emails}@example.com`,
  name: 'Ada',
  age: 36,
})

/** The row as the engine holds it. */
async function stored(pk: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await connection.send('GetItem', {
    TableName: connection.config.defaultTableName,
    Key: { pk: { S: pk }, sk: { S: pk } },
  })
  return Item
}

describeEngines('models', (lane) => {
  useLane(lane)

  test('M1: the sample model creates, finds, queries and updates rows', async () => {
    const user = await User.create(ada())
    const found = await User.find(user.id)
    expect(found).toBeInstanceOf(User)
    expect(found?.toJSON()).toEqual(user.toJSON())
    await found?.update({ name: 'Ada Lovelace' })
    const [again] = await User.query().where('email', user.email).get()
    expect(again?.name).toBe('Ada Lovelace')
  })

  test('M2: statics decide keys, timestamps and soft deletes', async () => {
    const user = await User.create(ada())
    const item = await stored(`USER#${user.id}`)
    expect(item).toMatchObject({ _type: { S: 'User' }, pk: { S: `USER#${user.id}` }, sk: { S: `USER#${user.id}` } })
    expect(item).toHaveProperty('createdAt')
    await user.delete()
    expect(await stored(`USER#${user.id}`)).toHaveProperty('deletedAt')
    expect(await User.find(user.id)).toBeNull()
  })

  test('M3: attributes are plain own properties', async () => {
    const user = await User.create(ada())
    expect(user.name).toBe('Ada')
    expect(Object.keys(user).sort()).toEqual(['age', 'createdAt', 'email', 'id', 'name', 'updatedAt'])
    user.name = 'Grace'
    await user.save()
    expect((await User.findOrFail(user.id)).name).toBe('Grace')
  })

  test('M4: a missing id is generated as a ULID', async () => {
    const [first, second] = [await User.create(ada()), await User.create(ada())]
    expect(first.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(second.id > first.id).toBe(true)
  })

  test('M5: a second create of the same id is refused and changes nothing', async () => {
    const user = await User.create(ada())
    const error = await User.create({ ...ada(), id: user.id }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DuplicateKeyError)
    expect(error).toMatchObject({ code: 'MODEL.DUPLICATE_KEY', message: expect.stringContaining(user.id) })
    expect((await User.findOrFail(user.id)).email).toBe(user.email)
  })

  test('M6: required attributes are enforced, all at once', async () => {
    const error = await User.create({ age: 3 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ValidationError)
    expect((error as ValidationError).errors).toEqual({ email: ['email is required.'], name: ['name is required.'] })
  })

  test('M7: types are enforced before anything is written', async () => {
    const error = await User.create({ ...ada(), id: 'typed', name: 42 }).catch((thrown: unknown) => thrown)
    expect((error as ValidationError).violations).toEqual([
      { attribute: 'name', rule: 'type', message: 'name must be a string, not a number.' },
    ])
    expect(await stored('USER#typed')).toBeUndefined()
  })

  test('M8: unique attributes are unique, on create, update and delete', async () => {
    const first = await User.create(ada())
    const error = await User.create({ ...ada(), email: first.email }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UniqueConstraintError)
    expect(error).toMatchObject({ attribute: 'email', model: 'User' })
    const second = await User.create(ada())
    await expect(second.update({ email: first.email })).rejects.toBeInstanceOf(UniqueConstraintError)
    expect((await User.findOrFail(second.id)).email).not.toBe(first.email)
    await first.update({ email: `${first.id}@example.com` })
    const freed = (error as UniqueConstraintError).message
    expect(freed).not.toContain('@')
    await first.forceDelete()
    await second.refresh()
    await second.update({ email: `${first.id}@example.com` })
    expect((await User.findOrFail(second.id)).email).toBe(`${first.id}@example.com`)
  })

  test('M9: defaults are applied', async () => {
    const post = await Post.create({ userId: 'u1', title: 'Hello' })
    expect([post.status, post.views]).toEqual(['draft', 0])
    expect((await Post.findOrFail(post.id)).status).toBe('draft')
  })

  test('M17: find gives null and findOrFail throws for a row that is not there', async () => {
    expect(await User.find('nobody')).toBeNull()
    const error = await User.findOrFail('nobody').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ModelNotFoundError)
    expect((error as Error).message).toContain('nobody')
  })

  test('M18: findMany keeps the order asked for, over more than 100 keys', async () => {
    const posts = await Post.batchCreate(
      Array.from({ length: 130 }, (_, i) => ({ id: `many${i}`, userId: 'many', title: `Post ${i}` })),
    )
    const ids = posts.map((post) => post.id).reverse()
    const found = await Post.findMany([...ids, 'nobody', ids[0] as string])
    expect(found.map((post) => post.id)).toEqual(ids)
  })

  test('M19: all gives every row of the model and of no other', async () => {
    const profile = await Profile.create({ userId: 'u1', bio: 'x' })
    await Post.create({ userId: 'u1', title: 'Not a profile' })
    const all = await Profile.all()
    expect(all.map((each) => each.id)).toContain(profile.id)
    expect(all.every((each) => each instanceof Profile)).toBe(true)
  })

  test('M20: save sends only what changed, and leaves alone what others wrote', async () => {
    const mine = await Post.create({ userId: 'u1', title: 'One', body: 'first' })
    const theirs = await Post.findOrFail(mine.id)
    await theirs.update({ body: 'theirs' })
    await mine.update({ title: 'Two' })
    expect((await Post.findOrFail(mine.id)).only('title', 'body')).toEqual({ title: 'Two', body: 'theirs' })
    const before = await stored(`POST#${mine.id}`)
    await mine.save()
    expect(await stored(`POST#${mine.id}`)).toEqual(before)
  })

  test('M21: undefined removes an attribute, null is kept as NULL', async () => {
    const post = await Post.create({ userId: 'u1', title: 'One', body: 'text', meta: { a: 1 } })
    await post.update({ body: undefined, meta: null })
    const item = await stored(`POST#${post.id}`)
    expect(item).not.toHaveProperty('body')
    expect(item).toMatchObject({ meta: { NULL: true } })
    const found = await Post.findOrFail(post.id)
    expect([found.body, found.meta]).toEqual([undefined, null])
  })

  test('M22: refresh, replicate, only and except', async () => {
    const post = await Post.create({ userId: 'u1', title: 'One', tags: new Set(['a']) })
    await (await Post.findOrFail(post.id)).update({ title: 'Two' })
    expect((await post.refresh()).title).toBe('Two')
    const copy = post.replicate()
    expect(copy.id).toBeUndefined()
    await copy.save()
    expect((await Post.findOrFail(copy.id)).except('id', 'createdAt', 'updatedAt')).toEqual(
      post.except('id', 'createdAt', 'updatedAt'),
    )
    expect(post.only('title')).toEqual({ title: 'Two' })
  })

  test('M23: dirty tracking before and after a save', async () => {
    const post = await Post.create({ userId: 'u1', title: 'One', tags: new Set(['a', 'b']) })
    expect(post.isDirty()).toBe(false)
    post.tags = new Set(['b', 'a'])
    expect(post.isDirty('tags')).toBe(false)
    post.tags?.add('c')
    post.title = 'Two'
    expect(post.getDirty()).toEqual({ tags: new Set(['a', 'b', 'c']), title: 'Two' })
    expect(post.getOriginal('title')).toBe('One')
    await post.save()
    expect([post.isDirty(), post.wasChanged('title'), post.wasChanged('body')]).toEqual([false, true, false])
    expect(post.getChanges()).toMatchObject({ title: 'Two' })
  })

  test('M24: M25: soft deletes are undone by restore, forceDelete is for good', async () => {
    const user = await User.create(ada())
    await user.delete()
    expect(user.trashed()).toBe(true)
    expect(await User.query().where('id', user.id).get()).toEqual([])
    expect(await User.query().withTrashed().where('id', user.id).count()).toBe(1)
    expect(await User.query().onlyTrashed().where('id', user.id).count()).toBe(1)
    await expect(User.create({ ...ada(), email: user.email })).rejects.toBeInstanceOf(UniqueConstraintError)
    await user.restore()
    expect((await User.findOrFail(user.id)).trashed()).toBe(false)
    await user.delete()
    const [partial] = await User.query().onlyTrashed().where('id', user.id).select('name').get()
    await partial?.restore()
    expect((await User.findOrFail(user.id)).trashed()).toBe(false)
    await user.forceDelete()
    await expect(user.restore()).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
    expect(await stored(`USER#${user.id}`)).toBeUndefined()
    await User.create({ ...ada(), email: user.email })
  })

  test('a row that is gone cannot be updated or deleted', async () => {
    const post = await Post.create({ userId: 'u1', title: 'One' })
    await (await Post.findOrFail(post.id)).delete()
    await expect(post.update({ title: 'Two' })).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
    await expect(post.delete()).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
    expect(await stored(`POST#${post.id}`)).toBeUndefined()
  })

  test('a changed primary key moves the row and its unique guards in one transaction', async () => {
    const user = await User.create(ada())
    const old = user.id
    await user.update({ id: `moved-${old}` })
    expect(await User.find(old)).toBeNull()
    expect((await User.findOrFail(`moved-${old}`)).email).toBe(user.email)
    await expect(User.create({ ...ada(), email: user.email })).rejects.toBeInstanceOf(UniqueConstraintError)
    await user.forceDelete()
    await User.create({ ...ada(), email: user.email })
  })

  test('unknown attributes are refused with the name that was meant', async () => {
    await expect(User.create({ ...ada(), emial: 'x' } as never)).rejects.toMatchObject({
      code: 'MODEL.UNKNOWN_ATTRIBUTE',
      hint: 'Did you mean "email"?',
    })
  })

  test('R1: R2: R3: with reads hasMany, hasOne and belongsTo in few requests', async () => {
    const users = [await User.create(ada()), await User.create(ada())]
    for (const user of users) {
      await Post.create({ userId: user.id, title: 'a' })
      await Post.create({ userId: user.id, title: 'b' })
      await Profile.create({ userId: user.id, bio: user.id })
    }
    const found = await User.query()
      .whereIn(
        'id',
        users.map((user) => user.id),
      )
      .with('posts', 'profile')
      .get()
    expect(found.map((user) => user.posts.length)).toEqual([2, 2])
    expect(found.every((user) => user.profile.bio === user.id)).toBe(true)
    const posts = await Post.query()
      .where('userId', users[0]?.id as string)
      .with('author')
      .get()
    expect(posts.map((post) => post.author?.email)).toEqual([users[0]?.email, users[0]?.email])
  })
})

describeEngines('model options', (lane) => {
  useLane(lane)

  test('M10: mass assignment follows fillable and guarded; forceFill does not', async () => {
    class Account extends DynamoDBModel {
      static fillable = ['name']
      attributes = {
        id: { type: 'string', required: true },
        name: { type: 'string' },
        role: { type: 'string', default: 'user' },
      } as const
    }
    await expect(Account.create({ name: 'x', role: 'admin' })).rejects.toMatchObject({
      code: 'MODEL.NOT_FILLABLE',
      details: { attribute: 'role' },
    })
    const account = await Account.create({ name: 'x' })
    expect(account.role).toBe('user')
    expect(() => account.fill({ role: 'admin' })).toThrow('guarded')
    await account.forceFill({ role: 'admin' }).save()
    expect((await Account.findOrFail(account.id)).role).toBe('admin')
    class Guarded extends DynamoDBModel {
      attributes = { id: { type: 'string' }, secret: { type: 'string', guarded: true } } as const
    }
    await expect(Guarded.create({ secret: 's' })).rejects.toMatchObject({ code: 'MODEL.NOT_FILLABLE' })
    expect((await Guarded.forceCreate({ secret: 's' })).secret).toBe('s')
  })

  test('M11: hidden attributes stay out of toJSON, logs and errors', async () => {
    class Member extends DynamoDBModel {
      attributes = {
        id: { type: 'string' },
        password: { type: 'string', hidden: true, minLength: 8 },
        big: { type: 'bigint' },
      } as const
    }
    const member = await Member.create({ password: 'correct horse', big: 12345678901234567890n })
    expect(member.toJSON()).toEqual({ id: member.id, big: '12345678901234567890' })
    expect(JSON.parse(JSON.stringify(member))).not.toHaveProperty('password')
    const { inspect } = await import('node:util')
    expect(inspect(member)).not.toContain('correct horse')
    expect(member.makeVisible('password').toJSON()).toHaveProperty('password', 'correct horse')
    expect(member.makeHidden('password', 'big').toJSON()).toEqual({ id: member.id })
    const error = await Member.create({ password: 'short77' }).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error) + String(error)).not.toContain('short77')
  })

  test('M12: casts coerce what is assigned; custom casts have their own form', async () => {
    class Product extends DynamoDBModel {
      attributes = {
        id: { type: 'string' },
        stock: { type: 'number', cast: 'int' },
        price: {
          type: 'number',
          cast: { get: (cents: number) => cents / 100, set: (value: number) => Math.round(value * 100) },
        },
      } as const
    }
    const product = await Product.create({ stock: '42', price: 9.99 })
    expect([product.stock, product.price]).toEqual([42, 9.99])
    expect(await stored(`PRODUCT#${product.id}`)).toMatchObject({ stock: { N: '42' }, price: { N: '999' } })
    expect((await Product.findOrFail(product.id)).price).toBe(9.99)
    Product.setCasts({ stock: 'string' })
    await expect(Product.create({ stock: 7 })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
  })

  test('M14: static uuid makes UUID keys', async () => {
    class Ticket extends DynamoDBModel {
      static uuid = true
      attributes = { id: { type: 'string', required: true } } as const
    }
    expect((await Ticket.create({})).id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })

  test('a model that has rows gets new keys and guards, and loses none unnoticed', async () => {
    const table = uniqueTable()
    const open = (): Connection =>
      connect({
        region: 'us-east-1',
        defaultTableName: table,
        driver: lane.createDriver(),
        queryBuilder: { scans: 'allow' },
      })
    const attributes = { id: { type: 'string', required: true }, name: { type: 'string', required: true } } as const
    const [before, after] = [open(), open()]
    await before.run(async () => {
      const Human = defineModel({ name: 'Human', attributes })
      const Robot = defineModel({ name: 'Robot', attributes, indexes: { byName: { partition: ['name'] } } })
      registerModels(Human, Robot)
      await DynamoDBModel.migrate()
      await Human.create({ name: 'Ada' })
    })
    await after.run(async () => {
      const Human = defineModel({
        name: 'Human',
        attributes: { ...attributes, name: { ...attributes.name, unique: true } },
        indexes: { byName: { partition: ['name'] } },
      })
      registerModels(Human)
      expect(await DynamoDBModel.migrate()).toMatchObject({ written: 1 })
      expect(Human.query().where('name', 'Ada').explain().operation).toBe('GuardLookup')
      expect(await Human.query().where('name', 'Ada').count()).toBe(1)
      await Human.destroy((await Human.query().sole()).id)
    })
    // A program that knows less of a model does not take its keys away, unless that is meant.
    const fewer = open()
    await fewer.run(async () => {
      registerModels(defineModel({ name: 'Robot', attributes }), defineModel({ name: 'Human', attributes }))
      expect(await DynamoDBModel.migrate()).toEqual({ created: [], indexes: [], written: 0 })
      const indexed = { ...attributes, name: { ...attributes.name, index: true } } as const
      const Cyborg = defineModel({ name: 'Cyborg', attributes: indexed })
      registerModels(Cyborg)
      await DynamoDBModel.migrate()
      await Cyborg.create({ name: 'Cy' })
    })
    const narrow = open()
    await narrow.run(async () => {
      registerModels(defineModel({ name: 'Cyborg', attributes }))
      await expect(DynamoDBModel.migrate()).rejects.toMatchObject({
        code: 'MODEL.TABLE_DIFFERS',
        message: expect.stringContaining('CYBORG#name#{name}'),
        hint: expect.stringContaining('drop: true'),
      })
      await DynamoDBModel.migrate({ drop: true })
    })
    await Promise.all([fewer.close(), narrow.close()])
    await open().run(async () => {
      const Robot = defineModel({
        name: 'Robot',
        attributes: { ...attributes, name: { ...attributes.name, unique: true } },
      })
      await Robot.migrate()
      await Robot.create({ name: 'R2' })
    })
    await Promise.all([before.close(), after.close()])
  })

  test('misspelt statics and fields are refused', async () => {
    class Slip extends DynamoDBModel {
      static softDelete = true
    }
    await expect(Slip.find('x')).rejects.toMatchObject({
      code: 'SCHEMA.INVALID_STATIC',
      hint: 'Did you mean "softDeletes"?',
    })
    class Field extends DynamoDBModel {
      attribute = { id: { type: 'string' } }
    }
    await expect(Field.find('x')).rejects.toMatchObject({ hint: 'Did you mean "attributes"?' })
    class Late extends DynamoDBModel {
      timestamps = true
    }
    await expect(Late.find('x')).rejects.toMatchObject({ hint: 'Write it as a static: static timestamps = …' })
  })

  test('defineModel makes a model of one object, with exact types', async () => {
    const Tag = defineModel({
      name: 'Tag',
      timestamps: true,
      attributes: {
        id: { type: 'string', required: true },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
      },
    })
    const tag = await Tag.create({})
    const color: 'red' | 'blue' = tag.color
    expect([color, tag.createdAt instanceof Date, (await Tag.find(tag.id))?.id]).toEqual(['red', true, tag.id])
    expect(await stored(`TAG#${tag.id}`)).toMatchObject({ _type: { S: 'Tag' } })
    // @ts-expect-error green is no color
    await expect(Tag.create({ color: 'green' })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
    expect(() => defineModel({} as never)).toThrow('no name')
  })

  test('every type of value comes back as it was given', async () => {
    class Everything extends DynamoDBModel {
      attributes = {
        id: { type: 'string' },
        text: { type: 'string' },
        number: { type: 'number' },
        flag: { type: 'boolean' },
        at: { type: 'date' },
        list: { type: 'list' },
        map: { type: 'map' },
        words: { type: 'set' },
        numbers: { type: 'set', set: 'number' },
        bytes: { type: 'binary' },
        big: { type: 'bigint' },
        exact: { type: 'decimal' },
        json: { type: 'json' },
        any: { type: 'any' },
      } as const
    }
    const values = {
      text: '',
      number: 0.1,
      flag: false,
      at: new Date('2026-01-31T12:00:00.123Z'),
      list: [1, 'two', null, [true]],
      map: { nested: { deep: [1] }, empty: '' },
      words: new Set(['b', 'a']),
      numbers: new Set([1, 2.5]),
      bytes: new Uint8Array([0, 255]),
      big: 12345678901234567890123456789012345678n,
      exact: '0.1234567890123456789012345678901234567',
      json: { any: ['thing', null] },
      any: 'text',
    }
    const row = await Everything.create(values)
    expect((await Everything.findOrFail(row.id)).except('id')).toEqual(values)
    await expect(Everything.create({ number: Number.NaN })).rejects.toThrow('number')
    await expect(Everything.create({ list: [1, undefined] })).rejects.toThrow('list')
    await expect(Everything.create({ number: 2 ** 53 })).rejects.toMatchObject({ code: 'VALUE.LOSSY_NUMBER' })
  })
})

describe('timestamps', () => {
  for (const format of ['iso', 'unix', 'unix_ms'] as const) {
    describeEngines(`timestamps stored as ${format}`, (lane) => {
      useLane(lane, { timestampFormat: format, scans: 'allow' })

      test(`M13: createdAt and updatedAt are dates, stored as ${format}`, async () => {
        const before = Date.now()
        const post = await Post.create({ userId: 'u1', title: 'One' })
        const item = await stored(`POST#${post.id}`)
        const createdAt = (await Post.findOrFail(post.id)).createdAt
        expect(createdAt).toBeInstanceOf(Date)
        expect(createdAt.getTime()).toBeGreaterThanOrEqual(format === 'unix' ? before - 1000 : before)
        const value = item?.['createdAt'] as { S?: string; N?: string }
        if (format === 'iso') expect(value.S).toBe(createdAt.toISOString())
        else expect(value.N).toBe(String(format === 'unix' ? createdAt.getTime() / 1000 : createdAt.getTime()))
        await new Promise((done) => setTimeout(done, format === 'unix' ? 1100 : 5))
        await post.update({ title: 'Two' })
        const again = await Post.findOrFail(post.id)
        expect(again.createdAt).toEqual(createdAt)
        expect(again.updatedAt.getTime()).toBeGreaterThan(createdAt.getTime())
        for (const nothing of [null, undefined]) {
          again.createdAt = nothing as unknown as Date
          await expect(again.save()).rejects.toMatchObject({
            violations: [{ attribute: 'createdAt', rule: 'required' }],
          })
        }
      })
    })
  }
})
