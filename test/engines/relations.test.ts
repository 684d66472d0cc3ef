import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ModelSpace } from '../../src/model/index.js'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const
const number = { type: 'number' } as const

class Country extends DynamoDBModel {
  attributes = { id, name: string } as const
  relationships = {
    users: { type: 'hasMany', model: () => User },
    posts: { type: 'hasManyThrough', model: () => Post, through: 'User', sortBy: 'rank' },
    badge: { type: 'hasOneThrough', model: 'Profile', through: 'User' },
  } as const
}
class User extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, name: string, countryId: string } as const
  relationships = {
    country: { type: 'belongsTo', model: () => Country },
    posts: { type: 'hasMany', model: () => Post, foreignKey: 'userId', sortBy: 'rank' },
    profile: { type: 'hasOne', model: 'Profile' },
    roles: { type: 'belongsToMany', model: () => Role, pivot: { level: number } },
    follows: {
      type: 'belongsToMany',
      model: () => User,
      through: 'Follow',
      foreignKey: 'followerId',
      relatedKey: 'followedId',
    },
    images: { type: 'morphMany', model: () => Image, name: 'owner' },
  } as const
}
class Profile extends DynamoDBModel {
  attributes = { id, userId: string, bio: string } as const
  relationships = { user: { type: 'belongsTo', model: () => User } } as const
}
class Post extends DynamoDBModel {
  attributes = {
    id,
    userId: string,
    title: string,
    published: { type: 'boolean', default: false },
    rank: { type: 'number', required: true },
  } as const
  relationships = {
    author: { type: 'belongsTo', model: () => User, foreignKey: 'userId', sortBy: 'rank' },
    comments: { type: 'hasMany', model: () => Comment },
    tags: { type: 'morphToMany', model: () => Tag, name: 'taggable' },
    cover: { type: 'morphOne', model: () => Image, name: 'owner' },
  } as const
}
class Comment extends DynamoDBModel {
  attributes = { id, postId: string, userId: string, text: string } as const
  relationships = {
    post: { type: 'belongsTo', model: () => Post },
    user: { type: 'belongsTo', model: () => User },
  } as const
}
class Role extends DynamoDBModel {
  attributes = { id, title: string } as const
  relationships = { users: { type: 'belongsToMany', model: () => User } } as const
}
class Image extends DynamoDBModel {
  attributes = { id, ownerType: string, ownerId: string, url: string } as const
  relationships = { owner: { type: 'morphTo' } } as const
}
class Tag extends DynamoDBModel {
  attributes = { id } as const
  relationships = { posts: { type: 'morphedByMany', model: () => Post, name: 'taggable' } } as const
}
const models = [Country, User, Profile, Post, Comment, Role, Image, Tag]
const ids = (rows: readonly { id: string }[] | undefined | null): string => (rows ?? []).map((row) => row.id).join(' ')

describeEngines('relations', (lane) => {
  for (const [layout, singleTableDesign] of [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
  ] as const) {
    describe(layout, () => {
      let connection: Connection
      const sent: string[] = []
      const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))

      beforeAll(async () => {
        connection = connect({
          region: 'us-east-1',
          defaultTableName: 'app',
          tablePrefix: `${uniqueTable()}-`,
          driver: lane.createDriver(),
          singleTableDesign,
          queryBuilder: { scans: 'allow', designCheck: 'off' },
        })
        connection.use((request, next) => {
          sent.push(request.operation)
          return next(request)
        })
        await connection.run(async () => {
          registerModels(...models)
          await DynamoDBModel.migrate()
          await Country.batchCreate([
            { id: 'no', name: 'Norway' },
            { id: 'pt', name: 'Portugal' },
          ])
          await User.batchCreate([
            { id: 'u1', name: 'Ada', countryId: 'no' },
            { id: 'u2', name: 'Bo', countryId: 'pt' },
            { id: 'u3', name: 'Cy', countryId: 'no' },
            { id: 'u4', name: 'Di' },
          ])
          await Profile.batchCreate([
            { id: 'f1', userId: 'u1', bio: 'x' },
            { id: 'f3', userId: 'u3', bio: 'y' },
          ])
          await Post.batchCreate(
            [...'abcdef'].map((letter, i) => ({
              id: letter,
              userId: i < 4 ? 'u1' : 'u2',
              title: `T${letter}`,
              published: i % 2 === 0,
              rank: 10 - i,
            })),
          )
          await Comment.batchCreate(
            Array.from({ length: 9 }, (_, i) => ({
              id: `c${i}`,
              postId: 'abc'[i % 3] as string,
              userId: i % 2 === 0 ? 'u1' : 'u3',
              text: 't',
            })),
          )
          await Role.batchCreate([
            { id: 'admin', title: 'A' },
            { id: 'editor', title: 'E' },
          ])
          await Tag.batchCreate([{ id: 'red' }, { id: 'blue' }])
          await Image.batchCreate([
            { id: 'i1', ownerType: 'User', ownerId: 'u1', url: '1' },
            { id: 'i2', ownerType: 'User', ownerId: 'u1', url: '2' },
            { id: 'i3', ownerType: 'Post', ownerId: 'a', url: '3' },
          ])
        })
      })
      afterAll(() => connection.close())

      run('R1: R2: R3: children, one child, and owners', async () => {
        const user = await User.query().where('id', 'u1').with('posts', 'profile', 'country').first()
        expect(ids(user?.posts)).toBe('d c b a')
        expect(user?.profile).toMatchObject({ bio: 'x' })
        expect(user?.country?.name).toBe('Norway')
        const lonely = await User.query().where('id', 'u4').with('posts', 'profile', 'country').first()
        expect([lonely?.posts, lonely?.profile, lonely?.country]).toEqual([[], null, null])
        const post = await Post.with('author').where('id', 'e').first()
        expect(post?.author?.name).toBe('Bo')
      })

      run('R5: several, nested, constrained', async () => {
        const users = await User.query()
          .whereIn('id', ['u1', 'u2'])
          .orderBy('id')
          .with('posts.comments.user', 'posts.author')
          .with({ profile: true })
          .get()
        const [ada, bo] = users
        expect(ids(ada?.posts)).toBe('d c b a')
        expect(ids(bo?.posts)).toBe('f e')
        const a = ada?.posts.find((post) => post.id === 'a')
        expect(ids(a?.comments)).toBe('c0 c3 c6')
        expect(a?.comments[1]?.user?.name).toBe('Cy')
        expect((a as { author?: { name?: string } } | undefined)?.author?.name).toBe('Ada')
        const some = await User.query()
          .whereIn('id', ['u1', 'u2'])
          .orderBy('id')
          .with('posts', (posts) => posts.where('published', true).orderByDesc('rank').limit(1).with('comments'))
          .get()
        expect(some.map((user) => ids(user.posts))).toEqual(['a', 'e'])
        expect(ids((some[0]?.posts[0] as { comments?: { id: string }[] } | undefined)?.comments)).toBe('c0 c3 c6')
        const titles = await User.query()
          .where('id', 'u1')
          .with({ posts: (posts) => posts.select('title') })
          .first()
        expect(titles?.posts[0]?.title).toBe('Td')
        expect(titles?.posts[0]?.published).toBeUndefined()
        const named = await Post.query()
          .whereIn('id', ['a', 'e'])
          .orderBy('id')
          .with('author', (author) => author.where('name', 'Bo'))
          .get()
        expect(named.map((post) => post.author?.name)).toEqual([undefined, 'Bo'])
      })

      run('R5: a relation that is not there, and a constraint that returns nothing, are told', async () => {
        expect(() => User.query().with('post' as never)).toThrow(
          expect.objectContaining({ code: 'QUERY.UNKNOWN_RELATION', hint: 'Did you mean "posts"?' }),
        )
        await expect(
          User.query()
            .where('id', 'u1')
            .with('posts.coments' as 'posts.comments')
            .first(),
        ).rejects.toMatchObject({
          code: 'QUERY.UNKNOWN_RELATION',
          message: 'Post has no relation "coments".',
        })
        await expect(
          User.query()
            .where('id', 'u1')
            .with('posts', (() => undefined) as never)
            .first(),
        ).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
        await expect(
          User.query()
            .where('id', 'u1')
            .with('posts', (posts) => posts.where('tittle' as 'title', 'x'))
            .first(),
        ).rejects.toMatchObject({ code: 'QUERY.UNKNOWN_ATTRIBUTE' })
      })

      run('R6: never one read for each row', async () => {
        sent.length = 0
        const posts = await Post.query()
          .whereIn('id', [...'abcdef'])
          .orderBy('id')
          .with('author')
          .get()
        expect(posts).toHaveLength(6)
        expect(sent).toEqual(['BatchGetItem', 'BatchGetItem'])
        sent.length = 0
        await User.query().whereIn('id', ['u1', 'u2', 'u3', 'u4']).orderBy('id').with('posts.comments').get()
        // The users, the posts of four users, the comments of six posts.
        expect(sent).toEqual(['BatchGetItem', ...Array<string>(4 + 6).fill('Query')])
      })

      run('R4: many to many, with what the pivot carries', async () => {
        const RoleUser = pivotOf(connection, 'RoleUser')
        await RoleUser.batchCreate([
          { userId: 'u1', roleId: 'admin', level: 3 },
          { userId: 'u1', roleId: 'editor', level: 1 },
          { userId: 'u2', roleId: 'editor', level: 2 },
        ])
        const users = await User.query().whereIn('id', ['u1', 'u2', 'u3']).orderBy('id').with('roles').get()
        expect(users.map((user) => ids(user.roles))).toEqual(['admin editor', 'editor', ''])
        const levels = users.map((user) => user.roles.map((role) => role.pivot.level))
        expect(levels).toEqual([[3, 1], [2], []])
        expect(users[0]?.roles[0]?.toJSON()).toMatchObject({ id: 'admin', pivot: { level: 3 } })
        const roles = await Role.query().whereIn('id', ['admin', 'editor']).orderBy('id').with('users.posts').get()
        expect(roles.map((role) => ids(role.users))).toEqual(['u1', 'u1 u2'])
        expect(ids(roles[1]?.users[1]?.posts)).toBe('f e')
        const last = await User.query()
          .where('id', 'u1')
          .with('roles', (query) => query.orderByDesc('title').limit(1))
          .first()
        expect(ids(last?.roles)).toBe('editor')
        const Follow = pivotOf(connection, 'Follow')
        await Follow.batchCreate([
          { followerId: 'u1', followedId: 'u2' },
          { followerId: 'u1', followedId: 'u3' },
          { followerId: 'u2', followedId: 'u1' },
        ])
        const following = await User.query().whereIn('id', ['u1', 'u2']).orderBy('id').with('follows').get()
        expect(following.map((user) => ids(user.follows))).toEqual(['u2 u3', 'u1'])
      })

      run('R10: relations to rows of many models', async () => {
        const user = await User.query().where('id', 'u1').with('images').first()
        expect(ids(user?.images)).toBe('i1 i2')
        const post = await Post.query().where('id', 'a').with('cover').first()
        expect(post?.cover?.url).toBe('3')
        sent.length = 0
        const images = await Image.query().whereIn('id', ['i1', 'i2', 'i3']).orderBy('id').with('owner').get()
        expect(
          images.map((image) => (image.owner as unknown as { constructor: { name: string } }).constructor.name),
        ).toEqual(['User', 'User', 'Post'])
        expect(sent.length).toBe(3)
        const Taggable = pivotOf(connection, 'Taggable')
        await Taggable.batchCreate([
          { tagId: 'red', taggableType: 'Post', taggableId: 'a' },
          { tagId: 'blue', taggableType: 'Post', taggableId: 'a' },
          { tagId: 'red', taggableType: 'Video', taggableId: 'a' },
        ])
        const tagged = await Post.query().where('id', 'a').with('tags').first()
        expect(ids(tagged?.tags)).toBe('blue red')
        const red = await Tag.query().where('id', 'red').with('posts').first()
        expect(ids(red?.posts)).toBe('a')
      })

      run('R7: counts and other numbers of related rows', async () => {
        const users = await User.query()
          .whereIn('id', ['u1', 'u2', 'u4'])
          .orderBy('id')
          .withCount('posts')
          .withCount('roles')
          .withExists('images')
          .withSum('posts', 'rank')
          .withAvg('posts', 'rank')
          .withMin('posts', 'rank')
          .withMax('posts', 'title')
          .get()
        expect(users.map((user) => [user.postsCount, user.rolesCount, user.imagesExists])).toEqual([
          [4, 2, true],
          [2, 1, false],
          [0, 0, false],
        ])
        expect(
          users.map((user) => [user.postsSumRank, user.postsAvgRank, user.postsMinRank, user.postsMaxTitle]),
        ).toEqual([
          [34, 8.5, 7, 'Td'],
          [11, 5.5, 5, 'Tf'],
          [0, null, null, null],
        ])
        expect(users[0]?.toJSON()).toMatchObject({ postsCount: 4 })
        const [ada] = await User.query()
          .where('id', 'u1')
          .withCount('posts', (posts) => posts.where('published', true))
          .get()
        expect(ada?.postsCount).toBe(2)
        await ada?.update({ name: 'Ada' })
        const [country] = await Country.query().where('id', 'no').withCount('posts').withSum('posts', 'rank').get()
        expect([country?.postsCount, country?.postsSumRank]).toEqual([4, 34])
      })

      run('R8: R9: rows by what they have in relations', async () => {
        const all = User.query().whereIn('id', ['u1', 'u2', 'u3', 'u4']).orderBy('id')
        expect(ids(await all.has('posts').get())).toBe('u1 u2')
        expect(ids(await all.has('posts', '>=', 3).get())).toBe('u1')
        expect(ids(await all.has('posts', '<', 3).get())).toBe('u2 u3 u4')
        expect(ids(await all.has('posts', '=', 2).get())).toBe('u2')
        expect(ids(await all.doesntHave('posts').get())).toBe('u3 u4')
        expect(ids(await all.has('posts.comments').get())).toBe('u1')
        expect(ids(await all.doesntHave('posts.comments').get())).toBe('u2 u3 u4')
        expect(ids(await all.whereHas('posts', (posts) => posts.where('rank', '<', 6)).get())).toBe('u2')
        expect(ids(await all.whereDoesntHave('posts', (posts) => posts.where('rank', '<', 6)).get())).toBe('u1 u3 u4')
        expect(ids(await all.whereRelation('posts', 'rank', '>', 9).get())).toBe('u1')
        expect(
          ids(
            await all
              .has('roles')
              .whereHas('country', (country) => country.where('name', 'Portugal'))
              .get(),
          ),
        ).toBe('u2')
        expect(
          ids(
            await all
              .whereHas('posts', (posts) => posts.whereHas('comments', (comments) => comments.where('userId', 'u3')))
              .get(),
          ),
        ).toBe('u1')
        expect(await all.has('posts').count()).toBe(2)
        expect((await all.has('posts').skip(1).first())?.id).toBe('u2')
        expect(await all.has('posts').limit(1).with('posts').get()).toHaveLength(1)
        expect(await all.has('posts').select('name').get()).toHaveLength(2)
        expect((await all.has('posts').paginate(1, 2)).data.map((user) => user.id)).toEqual(['u2'])
        await expect(all.has('posts').cursorPaginate(null, 2)).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
        expect(() => all.has('post' as never)).toThrow(expect.objectContaining({ code: 'QUERY.UNKNOWN_RELATION' }))
        expect(() => all.has('posts', '>=', -1)).toThrow(expect.objectContaining({ code: 'QUERY.INVALID_VALUE' }))
        sent.length = 0
        await all.has('posts').get()
        expect(sent).toEqual(['BatchGetItem', 'Query', 'Query', 'Query', 'Query'])
      })

      run('R1: R3: a relation of one record is a query, and a way to write', async () => {
        const user = await User.findOrFail('u3')
        const post = await user.related('posts').create({ id: 'z', title: 'Tz', rank: 1 })
        expect([post.userId, post.title]).toEqual(['u3', 'Tz'])
        expect(ids(await user.related('posts').where('title', 'Tz').get())).toBe('z')
        expect(await user.related('posts').count()).toBe(1)
        const image = await user.related('images').create({ id: 'i9', url: '9' })
        expect([image.ownerType, image.ownerId]).toEqual(['User', 'u3'])
        expect((await image.related('owner').first())?.id).toBe('u3')
        const other = await User.findOrFail('u4')
        expect(post.related('author').associate(other)).toBe(post)
        await post.save()
        expect(ids(await other.related('posts').get())).toBe('z')
        expect(await user.related('posts').exists()).toBe(false)
        post.related('author').dissociate()
        await post.save()
        expect(await other.related('posts').count()).toBe(0)
        expect(await post.related('author').first()).toBeNull()
        expect(() => user.related('post' as 'posts')).toThrow(
          expect.objectContaining({ code: 'QUERY.UNKNOWN_RELATION' }),
        )
        await expect(user.related('posts').save(other as never)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await post.delete()
        await image.delete()
      })

      run('Q23: sums, averages and extremes of all rows', async () => {
        const posts = Post.query().where('userId', 'u1')
        expect(await posts.sum('rank')).toBe(34)
        expect(await posts.avg('rank')).toBe(8.5)
        sent.length = 0
        expect(await posts.min('rank')).toBe(7)
        expect(await posts.max('rank')).toBe(10)
        expect(sent).toEqual(['Query', 'Query'])
        expect(await posts.max('title')).toBe('Td')
        expect(await posts.where('rank', '>', 99).sum('rank')).toBe(0)
        expect(await posts.where('rank', '>', 99).avg('rank')).toBeNull()
        expect(await posts.where('rank', '>', 99).max('rank')).toBeNull()
        expect(await posts.limit(2).orderBy('rank').sum('rank')).toBe(15)
        expect(await posts.has('comments').sum('rank')).toBe(27)
        await expect(posts.sum('title' as never)).rejects.toMatchObject({ code: 'QUERY.INVALID_OPERATOR' })
        await expect(posts.max('published' as never)).rejects.toMatchObject({ code: 'QUERY.INVALID_OPERATOR' })
      })

      run('R1: children of children, by the rows in between', async () => {
        const countries = await Country.query()
          .whereIn('id', ['no', 'pt'])
          .orderBy('id')
          .with('posts', 'badge', 'users')
          .get()
        expect(countries.map((country) => ids(country.posts))).toEqual(['d c b a', 'f e'])
        expect(countries.map((country) => ids(country.users))).toEqual(['u1 u3', 'u2'])
        expect((countries[0]?.badge as { id?: string } | null)?.id).toBe('f1')
        expect(countries[1]?.badge).toBeNull()
        const top = await Country.query()
          .where('id', 'no')
          .with('posts', (posts) => posts.orderBy('rank', 'desc').limit(2))
          .first()
        expect(ids(top?.posts)).toBe('a b')
      })
    })
  }
})

interface PivotClass {
  batchCreate(rows: readonly object[]): Promise<unknown>
}

/** The model of a pivot that no class stands for. */
function pivotOf(connection: Connection, name: string): PivotClass {
  const binding = ModelSpace.of(connection).models.find(({ schema }) => schema.name === name)
  return binding?.model as unknown as PivotClass
}
