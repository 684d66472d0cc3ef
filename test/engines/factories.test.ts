import {
  type Connection,
  connect,
  DynamoDBModel,
  Factory,
  FactoryError,
  randomBoolean,
  randomDate,
  randomElement,
  randomElements,
  randomFloat,
  randomInt,
  randomString,
  randomUuid,
  registerModels,
  uniqueEmail,
  uniqueId,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class User extends DynamoDBModel {
  static readonly timestamps = true
  static guarded = ['role']
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true, format: 'email' },
    name: { type: 'string', required: true, minLength: 3, maxLength: 40 },
    role: { type: 'string', enum: ['guest', 'admin'] },
    age: { type: 'number', min: 18, max: 30 },
    nick: { type: 'string', factory: () => 'from the attribute' },
    plan: { type: 'string', default: 'free' },
  } as const
  relationships = {
    posts: { type: 'hasMany', model: 'Post' },
    roles: { type: 'belongsToMany', model: 'Role', pivot: { level: { type: 'number' } } },
    card: { type: 'hasOne', model: 'Card' },
    comments: { type: 'morphMany', model: 'Comment', name: 'commentable' },
    far: { type: 'hasManyThrough', model: 'Line', through: 'Post' },
  } as const
}
class Post extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    editorId: { type: 'string' },
    title: { type: 'string', required: true },
    publishedAt: { type: 'date', required: true },
    state: { type: 'string', required: true, enum: ['draft', 'out'] },
  } as const
  relationships = {
    user: { type: 'belongsTo', model: () => User },
    editor: { type: 'belongsTo', model: () => User, foreignKey: 'editorId' },
    comments: { type: 'morphMany', model: 'Comment', name: 'commentable' },
  } as const
}
class Line extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, postId: { type: 'string', required: true } } as const
  relationships = { post: { type: 'belongsTo', model: () => Post } } as const
}
class Card extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, userId: { type: 'string', required: true } } as const
  relationships = { user: { type: 'belongsTo', model: () => User } } as const
}
class Role extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, name: { type: 'string', required: true } } as const
}
class Comment extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    commentableType: { type: 'string', required: true },
    commentableId: { type: 'string', required: true },
    body: { type: 'string' },
  } as const
  relationships = { commentable: { type: 'morphTo' } } as const
}
class Node extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, parentId: { type: 'string', required: true } } as const
  relationships = { parent: { type: 'belongsTo', model: () => Node, foreignKey: 'parentId' } } as const
}
/** An attribute of every type, with every rule. */
class Everything extends DynamoDBModel {
  attributes = {
    id: { type: 'number', required: true },
    text: { type: 'string', required: true, minLength: 30, maxLength: 33 },
    short: { type: 'string', required: true, maxLength: 2, unique: true },
    url: { type: 'string', required: true, format: 'url' },
    uuid: { type: 'string', required: true, format: 'uuid' },
    ulid: { type: 'string', required: true, format: 'ulid' },
    v4: { type: 'string', required: true, format: 'ipv4' },
    v6: { type: 'string', required: true, format: 'ipv6' },
    day: { type: 'string', required: true, format: 'date' },
    moment: { type: 'string', required: true, format: 'datetime' },
    slug: { type: 'string', required: true, format: 'slug' },
    ratio: { type: 'number', required: true, min: 0.25, max: 0.75 },
    price: { type: 'number', required: true },
    flag: { type: 'boolean', required: true },
    at: { type: 'date', required: true, min: new Date('2030-01-01'), max: new Date('2030-02-01') },
    birthday: { type: 'date', required: true, max: new Date('2010-01-01') },
    list: { type: 'list', required: true, minLength: 5 },
    map: { type: 'map', required: true },
    set: { type: 'set', required: true },
    numbers: { type: 'set', set: 'number', required: true, minLength: 4, maxLength: 4 },
    bigs: { type: 'set', set: 'bigint', required: true },
    decimals: { type: 'set', set: 'decimal', required: true },
    blobs: { type: 'set', set: 'binary', required: true },
    binary: { type: 'binary', required: true, minLength: 16, maxLength: 16 },
    big: { type: 'bigint', required: true, min: 10n ** 15n },
    decimal: { type: 'decimal', required: true, min: '1.5', max: '2.5' },
    json: { type: 'json', required: true },
    any: { type: 'any', required: true },
    choice: { type: 'number', required: true, enum: [3, 5] },
  } as const
}
const MODELS = [User, Post, Line, Card, Role, Comment, Node, Everything]

describeEngines('factories', (lane) => {
  let connection: Connection
  const run = <R>(work: () => Promise<R> | R): Promise<R> => connection.run(async () => work())
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable('factories'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await run(async () => {
      registerModels(MODELS)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())

  test('F1: define, for by name and by class, count, create', () =>
    run(async () => {
      Factory.define('Role', { definition: () => ({ name: 'from the definition' }) })
      const rows = await Factory.for('Role').count(30).create()
      expect(rows.map(({ name }) => name)).toEqual(Array(30).fill('from the definition'))
      expect(await Role.query().count()).toBe(30)
      const [one] = await Factory.for(Role).create({ name: 'given' })
      expect((await Role.findOrFail(one?.id ?? '')).name).toBe('given')
      expect(await Role.factory().count(0).create()).toEqual([])
      expect((await Role.factory().createOne()).exists).toBe(true)
    }))

  test('F2: states, sequences, overrides and what is told, in the order they are said', () =>
    run(async () => {
      const told: string[] = []
      const users = Factory.define(User, {
        definition: (_faker, index) => ({ name: `User ${index}`, email: () => uniqueEmail(), role: 'guest' }),
        states: { admin: { role: 'admin' }, named: ({ role }) => ({ name: `An ${role ?? ''}` }) },
        afterMaking: ({ name }) => told.push(`made ${name}`),
        afterCreating: async ({ name, exists }) => told.push(`created ${name} ${exists}`),
      })
      const made = await users
        .count(3)
        .states('admin', 'named')
        .sequence({ age: 20 }, { age: 21 })
        .sequence((index) => ({ nick: `n${index}` }))
        .state({ plan: 'pro' })
        .override({ role: 'guest' })
        .afterMaking(({ name }) => told.push(`and ${name}`))
        .afterCreating(({ name }) => told.push(`too ${name}`))
        .create()
      const seen = made.map(({ name, age, nick, plan, role }) => [name, age, nick, plan, role])
      expect(seen).toEqual([
        ['An admin', 20, 'n0', 'pro', 'guest'],
        ['An admin', 21, 'n1', 'pro', 'guest'],
        ['An admin', 20, 'n2', 'pro', 'guest'],
      ])
      expect(told.slice(0, 2)).toEqual(['made An admin', 'and An admin'])
      expect(told.slice(-2)).toEqual(['created An admin true', 'too An admin'])
      expect(told).toHaveLength(12)
      expect(() => Factory.for('User').state('adminn')).toThrow(
        expect.objectContaining({ code: 'FACTORY.UNKNOWN_STATE' }),
      )
      Factory.define(User, {})
    }))

  test('F3: make, makeOne and raw write nothing', () =>
    run(async () => {
      const sent: string[] = []
      connection.use((request, next) => {
        sent.push(request.operation)
        return next(request)
      })
      const [first, second] = User.factory().count(2).make({ name: 'Ada Lovelace' })
      expect(first?.exists).toBe(false)
      expect([first?.name, second?.name]).toEqual(['Ada Lovelace', 'Ada Lovelace'])
      expect(first?.id).not.toBe(second?.id)
      const post = Factory.for(Post).makeOne()
      expect(post).toBeInstanceOf(Post)
      expect(post.userId).toMatch(/^[0-9A-Z]{26}$/)
      const raw = Factory.for(Post).raw({ title: 'T' })
      expect(raw).toMatchObject({ title: 'T', publishedAt: expect.any(Date) })
      expect(raw).not.toHaveProperty('userId')
      expect(User.fake({ name: 'Grace' })).toMatchObject({ name: 'Grace', nick: 'from the attribute' })
      expect(sent).toEqual([])
      await first?.save()
      expect((await User.findOrFail(first?.id ?? '')).email).toBe(first?.email)
    }))

  test('F4: helpers keep to what they are asked for', () => {
    const mails = Array.from({ length: 2000 }, uniqueEmail)
    expect(new Set(mails).size).toBe(2000)
    expect(mails.every((mail) => /^[a-z.]+\.[a-z0-9]+@example\.com$/.test(mail))).toBe(true)
    expect(new Set(Array.from({ length: 2000 }, uniqueId)).size).toBe(2000)
    const ints = new Set(Array.from({ length: 500 }, () => randomInt(-1, 2)))
    expect([...ints].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    for (let i = 0; i < 200; i++) {
      const float = randomFloat(1, 2, 3)
      expect(float >= 1 && float <= 2 && Math.abs(float * 1000 - Math.round(float * 1000)) < 1e-6).toBe(true)
      const date = randomDate('2026-01-01', '2026-01-02').getTime()
      expect(date >= Date.parse('2026-01-01') && date <= Date.parse('2026-01-02')).toBe(true)
      expect(randomDate().getTime()).toBeLessThanOrEqual(Date.now())
    }
    expect(new Set(Array.from({ length: 200 }, () => randomBoolean()))).toEqual(new Set([true, false]))
    expect(Array.from({ length: 50 }, () => randomBoolean(0))).not.toContain(true)
    expect(['a', 'b']).toContain(randomElement(['a', 'b']))
    expect(randomElements([1, 2, 3], 5).sort((a, b) => a - b)).toEqual([1, 2, 3])
    expect(randomString(8)).toMatch(/^[a-z][a-z0-9]{7}$/)
    expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(() => randomInt(2, 1)).toThrow(expect.objectContaining({ code: 'FACTORY.INVALID' }))
    expect(() => randomElement([])).toThrow(expect.objectContaining({ code: 'FACTORY.INVALID' }))
  })

  test(
    'F5: rows of relations: has, for, recycle, parents that are needed',
    () =>
      run(async () => {
        const [user] = await Factory.for('User').has('posts', 3, { state: 'out' }).create()
        expect((await Post.where('userId', user.id).get()).map(({ state }) => state)).toEqual(['out', 'out', 'out'])
        const rich = await User.factory()
          .count(3)
          .has(Factory.for(Post).count(2).has('comments', 2))
          .has('card')
          .has('comments')
          .has('roles', 2)
          .create()
        const [read] = await User.query()
          .whereKey(rich[0]?.id ?? '')
          .with('posts.comments', 'card', 'comments', 'roles')
          .get()
        expect([read?.posts.length, read?.comments.length, read?.roles.length]).toEqual([2, 1, 2])
        expect(read?.card).not.toBeNull()
        expect(read?.posts.map((post: any) => post.comments.length)).toEqual([2, 2])
        // One parent for all rows; of several relations to its model one has to be named.
        const before = await User.query().count()
        expect(() => Factory.for(Post).for(User.factory()).makeOne()).toThrow(/user, editor: say which/)
        const posts = await Factory.for(Post).count(3).for(User.factory(), 'user').create()
        expect(new Set(posts.map(({ userId }) => userId)).size).toBe(1)
        expect(await User.query().count()).toBe(before + 1)
        const own = await Factory.for(Post).for(user, 'user').createOne()
        expect(own.userId).toBe(user.id)
        // A parent that is needed is written; a recycled one is used at any depth.
        const line = await Factory.for(Line).createOne()
        expect(await User.find((await Post.findOrFail(line.postId)).userId)).not.toBeNull()
        const count = await User.query().count()
        const lines = await Factory.for(Line).count(4).recycle(rich).create()
        const owners = (await Post.findMany(lines.map(({ postId }) => postId))).map(({ userId }) => userId)
        expect(owners.every((id) => rich.some((each) => each.id === id))).toBe(true)
        expect(await User.query().count()).toBe(count)
        const about = await Factory.for(Comment).for(own).createOne()
        expect([about.commentableType, about.commentableId]).toEqual(['Post', own.id])
        // A factory stands for the key of the row that it makes.
        const keyed = await Factory.for(Post).createOne({ editorId: User.factory().state({ name: 'The editor' }) })
        expect((await User.findOrFail(keyed.editorId ?? '')).name).toBe('The editor')
      }),
    60_000,
  )

  test('F5: what cannot be made is said before anything is written', () =>
    run(async () => {
      const before = await Post.query().count()
      const codes = async (work: () => unknown): Promise<string> => {
        try {
          await work()
          return 'nothing'
        } catch (error) {
          return (error as FactoryError).code
        }
      }
      expect(await codes(() => User.factory().has('far', 1).createOne())).toBe('FACTORY.UNKNOWN_RELATION')
      expect(await codes(() => Factory.for(Comment).createOne())).toBe('FACTORY.CANNOT_DERIVE')
      expect(await codes(() => Factory.for(Node).createOne())).toBe('FACTORY.CANNOT_DERIVE')
      expect(await codes(() => User.factory().has('posts', 1).makeOne())).toBe('FACTORY.NOT_SAVED')
      expect(await codes(() => Factory.for('Usr').makeOne())).toBe('MODEL.UNKNOWN_MODEL')
      expect(await codes(() => Factory.for(Post).createOne({ titel: 'x' } as never))).toBe('MODEL.UNKNOWN_ATTRIBUTE')
      expect(await codes(() => Factory.for(Post).createOne({ userId: 'u', title: 5 } as never))).toBe(
        'VALIDATION.FAILED',
      )
      expect(await codes(() => User.factory().count(-1))).toBe('FACTORY.INVALID')
      expect(await codes(() => Factory.define('User', { states: {}, definitoin: {} } as never))).toBe('FACTORY.INVALID')
      expect(await Post.query().count()).toBe(before)
    }))

  test('P6: values of every type, format and rule are made up; factory functions of attributes are asked', () =>
    run(async () => {
      const rows = await Factory.for(Everything).count(20).create()
      expect(new Set(rows.map(({ id }) => id)).size).toBe(20)
      expect(await Everything.query().count()).toBe(20)
      const [user] = User.factory().make()
      expect(user?.nick).toBe('from the attribute')
      class Named extends DynamoDBModel {
        attributes = {
          id: { type: 'string', required: true },
          name: { type: 'string', required: true, factory: (faker: any) => faker.person.fullName() },
        } as const
      }
      expect((await Factory.for(Named).seed(3).createOne()).name).toMatch(/\w+ \w+/)
    }))

  test('X9: the same seed number makes the same rows, ids and dates included', () =>
    run(async () => {
      Factory.define(Post, {
        definition: (faker) => ({ title: faker.lorem.sentence(), publishedAt: faker.date.past() }),
      })
      const made = (seed: number): unknown =>
        [...Factory.for(Post).count(5).seed(seed).make(), ...User.factory().count(5).seed(seed).make()].map((row) =>
          row.toJSON(),
        )
      expect(made(7)).toEqual(made(7))
      expect(made(7)).not.toEqual(made(8))
      Factory.seed(1)
      const all = [User.factory().makeOne().toJSON(), Factory.for(Post).makeOne().toJSON()]
      Factory.seed(1)
      expect([User.factory().makeOne().toJSON(), Factory.for(Post).makeOne().toJSON()]).toEqual(all)
      Factory.seed(undefined)
      const [stored] = await Factory.for(User).seed(42).create()
      expect((await User.findOrFail(stored?.id ?? '')).toJSON()).toEqual(User.factory().seed(42).makeOne().toJSON())
      // Rows that are there are not written over.
      await expect(Factory.for(User).seed(42).create()).rejects.toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
      Factory.define(Post, {})
    }))

  test(
    'F1: many rows go in batches, and a failure says what was written',
    () =>
      run(async () => {
        const sent: string[] = []
        connection.use((request, next) => {
          sent.push(request.operation)
          return next(request)
        })
        await Factory.for(Role).count(1000).create()
        expect(sent).toEqual(Array(40).fill('BatchWriteItem'))
        let seen = 0
        for await (const role of Factory.for(Role).count(600)) {
          expect(role.exists).toBe(true)
          seen++
        }
        expect(seen).toBe(600)
        const late = Factory.for(Card)
          .count(300)
          .sequence((index) => (index === 280 ? { userId: 7 as never } : { userId: 'u' }))
        await expect(late.create()).rejects.toMatchObject({
          code: 'FACTORY.INCOMPLETE',
          details: { written: { Card: 250 } },
        })
        // Unique values of definitions that come twice are made anew.
        Factory.define(User, { definition: () => ({ email: `u${randomInt(1, 400)}@example.com` }) })
        const users = User.factory().count(100).make()
        expect(new Set(users.map(({ email }) => email)).size).toBe(100)
        Factory.define(User, {})
        expect(new FactoryError('FACTORY.INVALID', 'x').created).toEqual([])
      }),
    60_000,
  )
})
