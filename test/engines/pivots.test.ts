import { BatchError, type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const
const number = { type: 'number' } as const

class User extends DynamoDBModel {
  attributes = { id } as const
  relationships = {
    roles: { type: 'belongsToMany', model: () => Role, pivot: { level: number } },
    clubs: { type: 'belongsToMany', model: () => Club, through: 'Member', foreignKey: 'userId', relatedKey: 'clubId' },
    posts: { type: 'hasMany', model: () => Post, foreignKey: 'userId' },
  } as const
}
class Role extends DynamoDBModel {
  attributes = { id, title: string, weight: number } as const
  relationships = { users: { type: 'belongsToMany', model: () => User, pivot: { level: number } } } as const
}
class Club extends DynamoDBModel {
  attributes = { id } as const
  relationships = {
    users: { type: 'belongsToMany', model: () => User, through: 'Member', foreignKey: 'clubId', relatedKey: 'userId' },
  } as const
}
/** A pivot with a class and a key of its own, and soft deletes. */
class Member extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, userId: string, clubId: string, level: number } as const
}
class Post extends DynamoDBModel {
  attributes = { id, userId: string, title: { type: 'string', required: true } } as const
  relationships = { user: { type: 'belongsTo', model: () => User, foreignKey: 'userId' } } as const
}
const ids = (rows: readonly { id: string }[]): string =>
  rows
    .map((row) => row.id)
    .sort()
    .join(' ')

type Sent = Readonly<Record<string, unknown>>
interface Spy {
  before?: ((operation: string, input: Sent) => void) | undefined
}

describeEngines('pivots', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  const run = (title: string, body: (spy: Spy) => Promise<void>): void =>
    test(title, async () => {
      const spy: Spy = {}
      const connection = connect({
        region: 'us-east-1',
        defaultTableName: uniqueTable(),
        driver: lane.createDriver(),
        queryBuilder: { scans: 'allow', designCheck: 'off' },
      })
      open.push(connection)
      connection.use((request, next) => {
        spy.before?.(request.operation, request.input as Sent)
        return next(request)
      })
      await connection.run(async () => {
        registerModels([User, Role, Club, Member, Post])
        await DynamoDBModel.migrate()
        await body(spy)
      })
    })

  run('R4: a pair that is attached by several at the same time is attached once, from either side', async () => {
    const user = await User.create({ id: 'u' })
    const club = await Club.create({ id: 'c' })
    await Promise.all([user.clubs().attach('c'), user.clubs().attach('c'), club.users().attach('u')])
    expect(await Member.query().count()).toBe(1)
    await club.users().detach('u')
    expect(await Member.query().withTrashed().count()).toBe(0)
  })

  run('R4: detach takes every row of a pair, and attach brings a soft-deleted one back', async () => {
    const user = await User.create({ id: 'u' })
    await Club.create({ id: 'c' })
    await Member.create({ id: '1', userId: 'u', clubId: 'c' })
    await Member.create({ id: '2', userId: 'u', clubId: 'c' })
    expect((await user.clubs().detach('c')).detached).toEqual(['c'])
    expect(await Member.query().withTrashed().count()).toBe(0)
    await user.clubs().attach('c', { level: 1 })
    await (await Member.query().sole()).delete()
    expect(await user.clubs().count()).toBe(0)
    expect((await user.clubs().attach('c', { level: 2 })).attached).toEqual(['c'])
    expect((await user.clubs().pivots().get()).map((row) => row['level'])).toEqual([2])
    await (await Member.query().sole()).delete()
    expect((await user.clubs().toggle('c')).attached).toEqual(['c'])
  })

  run('R4: detach obeys where and wherePivot; what cannot obey them refuses', async () => {
    const user = await User.create({ id: 'u' })
    for (const title of ['a', 'b', 'c']) await Role.create({ id: title, title, weight: 1 })
    await user.roles().attach({ a: { level: 1 }, b: { level: 2 }, c: { level: 2 } })
    expect((await user.roles().wherePivot('level', 2).where('title', 'b').detach()).detached).toEqual(['b'])
    expect((await user.roles().wherePivot('level', 1).detach(['a', 'c'])).detached).toEqual(['a'])
    expect(ids(await user.roles().get())).toBe('c')
    const narrowed = user.roles().wherePivot('level', 1)
    for (const refused of [() => narrowed.attach('a'), () => narrowed.sync(['a']), () => narrowed.toggle('a')])
      await expect(refused()).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
    await user.roles().detach()
    expect(await user.roles().count()).toBe(0)
  })

  run('R4: detach after wherePivot goes by the pivot rows, whether there is a row on the far side or not', async () => {
    const user = await User.create({ id: 'u' })
    await Role.create({ id: 'a', title: 'a' })
    await user.roles().attach({ a: { level: 1 }, gone: { level: 1 }, other: { level: 2 } })
    const { detached } = await user.roles().wherePivot('level', 1).detach()
    expect(new Set(detached)).toEqual(new Set(['a', 'gone']))
    expect((await user.roles().pivots().get()).map((row) => row['roleId'])).toEqual(['other'])
  })

  run(
    'R4: what is written goes by consistent reads of pivot rows, where the key of the table leads to them',
    async (spy) => {
      const [user, role] = [await User.create({ id: 'u' }), await Role.create({ id: 'a' })]
      for (const id of ['v', 'w']) await User.create({ id })
      const reads: (readonly [string, unknown])[] = []
      spy.before = (operation, { ConsistentRead, RequestItems }) => {
        const [table] = Object.values((RequestItems ?? {}) as Record<string, { ConsistentRead?: boolean }>)
        if (/Query|Get/.test(operation)) reads.push([operation, ConsistentRead ?? table?.ConsistentRead ?? false])
      }
      await role.users().attach(['u', 'v'], { level: 1 })
      await role.users().attach(['u', 'w'])
      await role.users().sync(['u', 'v'])
      await role.users().toggle(['w'])
      await role.users().updateExistingPivot('w', { level: 2 })
      await role.users().wherePivot('level', 1).detach('u')
      // By both keys, from the side of the index, too.
      await user.roles().attach('a')
      await user.roles().toggle('a')
      expect(reads.length).toBeGreaterThan(8)
      expect(reads.filter(([, consistent]) => consistent !== true)).toEqual([])
      reads.length = 0
      expect((await role.users().where('id', 'v').detach()).detached).toEqual(['v'])
      expect(reads[0]).toEqual(['Query', true])
      reads.length = 0
      expect(ids(await role.users().consistentRead().get())).toBe('w')
      expect(reads).toEqual([
        ['Query', true],
        ['GetItem', true],
      ])
    },
  )

  run('R4: conditions and orders of pivot rows, of one record and read along', async () => {
    const [u, v] = [await User.create({ id: 'u' }), await User.create({ id: 'v' })]
    for (const [id, weight] of [
      ['a', 1],
      ['b', 2],
      ['c', 2],
      ['d', 1],
    ] as const)
      await Role.create({ id, title: id, weight })
    await u.roles().attach({ a: { level: 3 }, b: { level: 1 }, c: { level: 2 }, d: true })
    await v.roles().attach({ b: { level: 3 }, c: true })
    const inTurn = (rows: readonly { id: string }[] | undefined): string | undefined =>
      rows?.map((row) => row.id).join('')
    expect(ids(await u.roles().wherePivotIn('level', [1, 2]).get())).toBe('b c')
    expect(ids(await u.roles().wherePivotNotIn('level', [1, 2]).wherePivotNotNull('level').get())).toBe('a')
    expect(ids(await u.roles().wherePivotNull('level').get())).toBe('d')
    expect(ids(await u.roles().wherePivotIn('level', []).get())).toBe('')
    expect(ids(await u.roles().wherePivot({ level: 3 }).where('weight', 1).get())).toBe('a')
    expect(
      ids(
        await u
          .roles()
          .wherePivot((q) => q.where('level', 1).orWhere('level', 3))
          .get(),
      ),
    ).toBe('a b')
    expect(inTurn(await u.roles().orderByPivot('level').get())).toBe('dbca')
    expect(inTurn(await u.roles().orderByPivotDesc('level').limit(2).get())).toBe('ac')
    expect(inTurn(await u.roles().orderBy('weight').orderByPivot('level', 'desc').get())).toBe('adcb')
    expect(inTurn(await u.roles().orderByPivot('level').reorder('id', 'desc').get())).toBe('dcba')
    const page = await u.roles().orderByPivot('level').paginate(3, 2)
    expect([inTurn(page.data), page.total]).toEqual(['a', 4])
    const chunks: string[] = []
    await u
      .roles()
      .orderByPivot('level')
      .chunk(3, (rows) => void chunks.push(inTurn(rows) ?? ''))
    expect(chunks).toEqual(['dbc', 'a'])
    const users = await User.query()
      .orderBy('id')
      .with({ roles: (roles) => roles.wherePivot('level', '>=', 2).orderByPivotDesc('level') })
      .get()
    expect(users.map((user) => inTurn(user.roles))).toEqual(['ac', 'b'])
    expect(users[0]?.roles.map((role) => role.pivot.level)).toEqual([3, 2])
    const top = await User.query()
      .orderBy('id')
      .with('roles', (roles) => roles.orderByPivotDesc('level').limit(1))
      .get()
    expect(top.map((user) => inTurn(user.roles))).toEqual(['a', 'b'])
    expect(ids(await User.whereHas('roles', (roles) => roles.wherePivot('level', 1)).get())).toBe('u')
    const [counted] = await User.query()
      .where('id', 'v')
      .withCount('roles', (roles) => roles.wherePivotNull('level'))
      .withSum('roles', 'weight', (roles) => roles.wherePivot('level', 3))
      .get()
    expect([counted?.rolesCount, counted?.rolesSumWeight]).toEqual([1, 2])
    await expect(
      u
        .roles()
        .wherePivot('levle' as 'level', 1)
        .get(),
    ).rejects.toMatchObject({ code: 'QUERY.UNKNOWN_ATTRIBUTE' })
    await expect(
      u
        .roles()
        .orderByPivot('levle' as 'level')
        .get(),
    ).rejects.toMatchObject({ code: 'QUERY.UNKNOWN_ATTRIBUTE' })
    expect(() => (u.roles() as unknown as { withPivot(name: string): unknown }).withPivot('level')).toThrow(
      expect.objectContaining({ code: 'QUERY.UNSUPPORTED', hint: expect.stringContaining('pivot.level') }),
    )
    await expect(u.roles().orderByPivot('level').cursorPaginate(null, 2)).rejects.toMatchObject({
      code: 'QUERY.INVALID_VALUE',
    })
  })

  run('R4: syncWithPivotValues gives every pivot row the same attributes', async () => {
    const user = await User.create({ id: 'u' })
    await user.roles().attach({ a: { level: 1 }, b: { level: 1 } })
    expect(await user.roles().syncWithPivotValues(['b', 'c'], { level: 5 })).toEqual({
      attached: ['c'],
      detached: ['a'],
      updated: ['b'],
    })
    expect(await user.roles().syncWithPivotValues('d', { level: 6 }, { detaching: false })).toMatchObject({
      detached: [],
    })
    expect((await user.roles().pivots().get()).map((row) => row['level'])).toEqual([5, 5, 6])
  })

  run('R4: pivot rows that were brought back before it failed are counted', async (spy) => {
    const user = await User.create({ id: 'u' })
    await user.clubs().attach(['a', 'b', 'c'])
    for (const member of await Member.query().get()) await member.delete()
    let writes = 0
    spy.before = (operation) => {
      if (/Write|Put|Update/.test(operation) && writes++ > 0) throw new Error('cut off')
    }
    await expect(user.clubs().attach(['a', 'b', 'c'])).rejects.toMatchObject({
      code: 'BATCH.FAILED',
      done: 1,
      remaining: ['b', 'c'],
    })
  })

  run('R4: an attach that is broken off says what is left', async (spy) => {
    const user = await User.create({ id: 'u' })
    const keys = Array.from({ length: 150 }, (_, i) => `r${i}`)
    let writes = 0
    spy.before = (operation) => {
      if (operation === 'TransactWriteItems' && writes++ > 0) throw new Error('cut off')
    }
    const failed: unknown = await user
      .roles()
      .attach(keys)
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'BATCH.FAILED', done: 100 })
    const { remaining } = failed as BatchError<string>
    expect(remaining).toEqual(keys.slice(100))
    spy.before = undefined
    await user.roles().attach(remaining)
    expect(await user.roles().pivots().count()).toBe(150)
  })

  run('R5: createMany and saveMany that are broken off say what is left', async () => {
    const user = await User.create({ id: 'u' })
    const rows = [{ id: '1', title: 'a' }, { id: '2' }, { id: '3', title: 'c' }]
    await expect(user.posts().createMany(rows as never)).rejects.toMatchObject({
      code: 'BATCH.FAILED',
      done: 1,
      remaining: [rows[1], rows[2]],
    })
    expect(ids(await user.posts().get())).toBe('1')
    await expect(user.posts().createMany({} as never)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
  })

  run('R9: a sum over pivots is of a numeric attribute', async () => {
    const user = await User.create({ id: 'u' })
    await Role.create({ id: 'a', title: 'a', weight: 3 })
    await user.roles().attach('a')
    expect((await User.withSum('roles', 'weight').get())[0]).toMatchObject({ rolesSumWeight: 3 })
    await expect(User.withSum('roles', 'title' as 'weight').get()).rejects.toMatchObject({
      code: 'QUERY.INVALID_OPERATOR',
    })
    await expect(User.withSum('roles', 'wieght' as 'weight').get()).rejects.toMatchObject({
      code: 'QUERY.UNKNOWN_ATTRIBUTE',
    })
  })

  run('R2: associate takes saved records, and null for nobody', async () => {
    const user = await User.create({ id: 'u' })
    const post = await user.posts().create({ id: 'p', title: 't' })
    expect(() => post.user().associate('u' as never)).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
    expect(() => post.user().associate(User.make({}))).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
    expect(post.userId).toBe('u')
    post.user().associate(null)
    await post.save()
    expect((await Post.findOrFail('p')).userId).toBeUndefined()
  })

  run('Q22: queries begin at the model', async () => {
    const user = await User.create({ id: 'u' })
    await User.create({ id: 'v' })
    await user.posts().create({ id: 'p', title: 't' })
    expect(ids(await User.has('posts').get())).toBe('u')
    expect(ids(await User.doesntHave('posts').get())).toBe('v')
    expect(ids(await User.whereHas('posts', (posts) => posts.where('title', 't')).get())).toBe('u')
    expect(ids(await User.whereNot('id', 'u').get())).toBe('v')
    expect(await User.withCount('posts', 'roles').find('u')).toMatchObject({ postsCount: 1, rolesCount: 0 })
    expect((await User.withCount(['posts']).get()).length).toBe(2)
    expect((await User.with('posts', (posts) => posts.limit(1)).find('u'))?.posts.length).toBe(1)
    expect((await User.with({ posts: true }).limit(1).get()).length).toBe(1)
    expect(() => User.has(undefined as never)).toThrow(expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }))
    expect(() => User.whereHas('posts', 'x' as never)).toThrow(expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }))
    expect(() => User.query().with('posts:id,title' as never)).toThrow(
      expect.objectContaining({ code: 'QUERY.UNKNOWN_RELATION', hint: expect.stringContaining('select') }),
    )
  })
})
