import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const entry = new URL('../../dist/index.js', import.meta.url)

function defineModels({ DynamoDBModel, registerModels }) {
  class Author extends DynamoDBModel {
    attributes = { id: { type: 'string', required: true } }
    relationships = { posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' } }
  }
  class Post extends DynamoDBModel {
    static timestamps = false
    attributes = {
      id: { type: 'string', required: true },
      userId: { type: 'string', required: true },
      title: { type: 'string', required: true },
      body: { type: 'string', required: true },
      status: { type: 'string', required: true, enum: ['draft', 'published'] },
      views: { type: 'number', required: true },
      rating: { type: 'number', required: true },
      published: { type: 'boolean', required: true },
      publishedAt: { type: 'date', required: true },
      tags: { type: 'list', required: true },
      meta: { type: 'map', required: true },
      labels: { type: 'set', set: 'string', required: true },
    }
    relationships = { user: { type: 'belongsTo', model: 'Author', foreignKey: 'userId' } }
  }
  registerModels(Author, Post)
  return { Author, Post }
}

let models

export const ours = {
  id: 'ours',
  name: 'dynamodb-tooling',
  async open({ wire, endpoint, region, credentials, table }) {
    if (!existsSync(fileURLToPath(entry))) throw new Error('dist/index.js is not there: run npm run build in the root')
    const library = await import(entry)
    models ??= defineModels(library)
    const connection = await library.connect({
      region,
      credentials,
      defaultTableName: table,
      driver: 'http',
      ...(wire === undefined
        ? { endpoint }
        : { driverOptions: { transport: async (request) => wire.exchange(request) } }),
    })
    const Post = models.Post.on(connection)
    const Author = models.Author.on(connection)
    // Records that are updated again and again, as a program would that holds them.
    const held = new Map()
    const hold = async (id) => {
      const record = await Post.findOrFail(id)
      held.set(id, record)
      return record
    }
    return {
      close: () => connection.close(),
      rows: {
        put: (post) => Post.create(post),
        get: (id) => Post.find(id),
        update: async (id, values) => (held.get(id) ?? (await hold(id))).update(values),
        query: (userId) => Post.query().where('userId', userId).get(),
        batchGet: (ids) => Post.findMany(ids),
        batchWrite: (posts) => Post.batchCreate(posts),
        batchCreate: (posts) => Post.batchCreate(posts),
        async seedFamilies(families) {
          await Author.batchCreate(families.map(({ id }) => ({ id })))
          await Post.batchCreate(families.flatMap(({ posts }) => posts))
        },
        families: (ids) => Author.query().whereIn('id', ids).with('posts').get(),
        async transaction(first, second, id, values) {
          const record = held.get(id) ?? (await hold(id))
          await connection.run(() =>
            library.transaction(async (tx) => {
              await tx.create(Post, first)
              await tx.create(Post, second)
              await tx.update(record, values)
            }),
          )
        },
      },
    }
  },
}
