import { type Connection, connect, DynamoDBModel, registerModels, transaction } from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Blog extends DynamoDBModel {
  attributes = { id, title: string, stars: { type: 'number' } } as const
  relationships = {
    posts: { type: 'hasMany', model: () => Post, counterCache: true, onDelete: 'cascade' },
    likes: { type: 'morphMany', model: () => Like, name: 'liked', counterCache: 'loved' },
  } as const
}
class Post extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, blogId: string, slug: { type: 'string', unique: true } } as const
  relationships = { blog: { type: 'belongsTo', model: () => Blog } } as const
}
class Like extends DynamoDBModel {
  attributes = { id, likedType: string, likedId: string } as const
}
class Item extends DynamoDBModel {
  attributes = { id, parentId: string } as const
  relationships = {
    children: { type: 'hasMany', model: () => Item, foreignKey: 'parentId', counterCache: true },
  } as const
}

describeEngines('counters of related rows', (lane) => {
  for (const [layout, singleTableDesign] of [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
  ] as const) {
    describe(layout, () => {
      let connection: Connection
      const sent: string[] = []
      const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))
      const counted = async (key: string): Promise<readonly unknown[]> => {
        const blog = (await Blog.findOrFail(key, { consistentRead: true })) as unknown as Record<string, unknown>
        return [blog['postsCount'], blog['loved']]
      }

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
          registerModels(Blog, Post, Like, Item)
          await DynamoDBModel.migrate()
        })
      })
      afterAll(() => connection.close())

      run('E6: exact through every way of writing', async () => {
        const a = await Blog.create({ id: 'a' })
        const b = await Blog.create({ id: 'b' })
        expect(await counted('a')).toEqual([0, 0])
        const post = await a.posts().create({ slug: 'one' })
        await Post.batchCreate([{ blogId: 'a', slug: 'two' }, { blogId: 'a' }, { blogId: 'b' }, {}])
        expect([await counted('a'), await counted('b')]).toEqual([
          [3, 0],
          [1, 0],
        ])
        await post.update({ slug: 'uno' })
        post.blog().associate(b)
        await post.save()
        expect([await counted('a'), await counted('b')]).toEqual([
          [2, 0],
          [2, 0],
        ])
        await post.delete()
        expect(await counted('b')).toEqual([1, 0])
        await post.update({ slug: 'eins' })
        await post.restore()
        expect(await counted('b')).toEqual([2, 0])
        await post.delete()
        await post.forceDelete()
        expect(await counted('b')).toEqual([1, 0])
        await expect(a.posts().create({ slug: 'two' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
        expect(await counted('a')).toEqual([2, 0])
        await a.likes().create({})
        await Like.create({ likedType: 'Post', likedId: 'a' })
        expect(await counted('a')).toEqual([2, 1])
        const [moved] = await a.posts().get()
        await moved?.update({ id: 'elsewhere' })
        expect(await counted('a')).toEqual([2, 1])
        const partial = await Post.query().where('id', 'elsewhere').select('slug').first()
        await partial?.forceDelete()
        expect(await counted('a')).toEqual([1, 1])
      })

      run('E6: withCount and has read the counter, and nothing else', async () => {
        await Blog.create({ id: 'c' })
        await Post.batchCreate(Array.from({ length: 3 }, () => ({ blogId: 'c' })))
        sent.length = 0
        const [blog] = await Blog.query().where('id', 'c').withCount('posts').get()
        expect(blog?.postsCount).toBe(3)
        expect(await Blog.query().whereIn('id', ['c']).has('posts', '>=', 3).count()).toBe(1)
        expect(await Blog.query().whereIn('id', ['c']).has('posts', '>', 3).count()).toBe(0)
        expect(sent.filter((operation) => operation === 'Query')).toEqual([])
        const [named] = await Blog.query().where('id', 'c').select('title').withCount('posts').get()
        expect(named?.postsCount).toBe(3)
        const some = await Blog.query()
          .where('id', 'c')
          .withCount('posts', (posts) => posts.where('slug', 'none'))
          .first()
        expect(some?.postsCount).toBe(0)
      })

      run('E6: in a transaction, several rows of one owner, and the owner itself', async () => {
        const blog = await transaction(async (tx) => {
          const made = await tx.create(Blog, { id: 'd', stars: 1 })
          await tx.create(Post, { blogId: 'd' })
          await tx.create(Post, { blogId: 'd' })
          return made
        })
        expect(await counted('d')).toEqual([2, 0])
        await transaction(async (tx) => {
          await tx.update(blog, { title: 'D' })
          await tx.create(Post, { blogId: 'd' })
        })
        await transaction(async (tx) => {
          await tx.increment(blog, 'stars', 4)
          await tx.create(Post, { blogId: 'd' })
        })
        await transaction(async (tx) => {
          tx.check(blog, { title: 'D' })
          await tx.create(Post, { blogId: 'd' })
        })
        expect(await counted('d')).toEqual([5, 0])
        expect(await Blog.find('d')).toMatchObject({ title: 'D', stars: 5 })
        await expect(
          transaction(async (tx) => {
            tx.check(blog, { title: 'E' })
            await tx.create(Post, { blogId: 'd' })
          }),
        ).rejects.toMatchObject({ code: 'MODEL.CONDITION_FAILED' })
        expect(await counted('d')).toEqual([5, 0])
        await (await Blog.findOrFail('d')).delete()
        expect(await Post.query().where('blogId', 'd').withTrashed().count()).toBe(0)
      })

      run('E6: a row whose owner is not there is refused, one whose owner went is not held back', async () => {
        await expect(Post.create({ blogId: 'nobody' })).rejects.toMatchObject({ code: 'MODEL.PARENT_NOT_FOUND' })
        expect(await Post.query().where('blogId', 'nobody').count()).toBe(0)
        const owner = await Blog.create({ id: 'gone' })
        const like = await owner.likes().create({})
        await owner.delete()
        await like.delete()
        expect(await Like.find(like.id)).toBeNull()
        expect(await Blog.find('gone')).toBeNull()
      })

      run('E6: a row that counts its own kind', async () => {
        const root = await Item.create({ id: 'root' })
        const child = await root.children().create({})
        await child.children().create({})
        await child.update({ parentId: undefined })
        const counts = (await Item.findMany(['root', child.id])) as unknown as { childrenCount: number }[]
        expect(counts.map(({ childrenCount }) => childrenCount)).toEqual([0, 1])
      })

      run('E6: many writers at once', async () => {
        await Blog.create({ id: 'busy' })
        const posts = await Promise.all(Array.from({ length: 30 }, () => Post.create({ blogId: 'busy' })))
        expect(await counted('busy')).toEqual([30, 0])
        const twice = await Promise.all(posts.slice(0, 10).map(({ id: key }) => Post.findOrFail(key)))
        await Promise.allSettled([...posts.slice(0, 20), ...twice].map((post) => post.delete()))
        expect(await counted('busy')).toEqual([10, 0])
      })
    })
  }
})
