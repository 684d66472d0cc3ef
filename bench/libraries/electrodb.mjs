import { Entity, Service } from 'electrodb'

const entity = (client, table) =>
  new Entity(
    {
      model: { entity: 'post', version: '1', service: 'blog' },
      attributes: {
        id: { type: 'string', required: true },
        userId: { type: 'string', required: true },
        title: { type: 'string', required: true },
        body: { type: 'string', required: true },
        status: { type: ['draft', 'published'], required: true },
        views: { type: 'number', required: true },
        rating: { type: 'number', required: true },
        published: { type: 'boolean', required: true },
        publishedAt: { type: 'string', required: true },
        tags: { type: 'list', items: { type: 'string' }, required: true },
        meta: {
          type: 'map',
          required: true,
          properties: {
            source: { type: 'string', required: true },
            words: { type: 'number', required: true },
            language: { type: 'string', required: true },
          },
        },
        labels: { type: 'set', items: 'string', required: true },
      },
      indexes: {
        byId: { pk: { field: 'pk', composite: ['id'] }, sk: { field: 'sk', composite: [] } },
        byUser: {
          index: 'GSI1',
          pk: { field: 'gsi1pk', composite: ['userId'] },
          sk: { field: 'gsi1sk', composite: ['id'] },
        },
      },
    },
    { client, table },
  )

export const electrodb = {
  id: 'electrodb',
  name: 'ElectroDB',
  package: 'electrodb',
  async open({ sdkClient, table }) {
    const client = sdkClient()
    const Post = entity(client, table)
    const blog = new Service({ post: Post }, { client, table })
    return {
      // It has no date type.
      input: (post) => ({ ...post, publishedAt: post.publishedAt.toISOString(), labels: [...post.labels] }),
      close: () => client.destroy(),
      rows: {
        put: (post) => Post.create(post).go({ response: 'none' }),
        get: async (id) => (await Post.get({ id }).go()).data,
        update: (id, values) => Post.patch({ id }).set(values).go({ response: 'none' }),
        query: async (userId) => (await Post.query.byUser({ userId }).go()).data,
        batchGet: async (ids) => (await Post.get(ids.map((id) => ({ id }))).go()).data,
        batchWrite: (posts) => Post.put(posts).go(),
        transaction: (first, second, id, values) =>
          blog.transaction
            .write(({ post }) => [
              post.create(first).commit(),
              post.create(second).commit(),
              post.patch({ id }).set(values).commit(),
            ])
            .go(),
      },
    }
  },
}
