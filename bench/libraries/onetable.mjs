import { Table } from 'dynamodb-onetable'
import { Dynamo } from 'dynamodb-onetable/Dynamo'

const schema = {
  format: 'onetable:1.1.0',
  version: '0.0.1',
  indexes: { primary: { hash: 'pk', sort: 'sk' }, GSI1: { hash: 'gsi1pk', sort: 'gsi1sk', follow: false } },
  models: {
    Post: {
      pk: { type: String, value: 'POST#${id}' },
      sk: { type: String, value: 'POST#${id}' },
      gsi1pk: { type: String, value: 'USER#${userId}' },
      gsi1sk: { type: String, value: 'POST#${id}' },
      id: { type: String, required: true },
      userId: { type: String, required: true },
      title: { type: String, required: true },
      body: { type: String, required: true },
      status: { type: String, required: true, enum: ['draft', 'published'] },
      views: { type: Number, required: true },
      rating: { type: Number, required: true },
      published: { type: Boolean, required: true },
      publishedAt: { type: Date, required: true },
      tags: { type: Array, required: true, items: { type: String } },
      meta: {
        type: Object,
        required: true,
        schema: { source: { type: String }, words: { type: Number }, language: { type: String } },
      },
      labels: { type: Set, required: true },
    },
  },
  params: { isoDates: true, timestamps: false },
}

export const onetable = {
  id: 'onetable',
  name: 'OneTable',
  package: 'dynamodb-onetable',
  async open({ sdkClient, table: name }) {
    const client = sdkClient()
    const table = new Table({ name, client: new Dynamo({ client }), schema, partial: true, logger: false })
    const Post = table.getModel('Post')
    return {
      close: () => client.destroy(),
      rows: {
        put: (post) => Post.create(post),
        get: (id) => Post.get({ id }),
        update: (id, values) => Post.update({ id, ...values }, { return: 'none' }),
        query: (userId) => Post.find({ userId }, { index: 'GSI1' }),
        batchGet: async (ids) => {
          const batch = {}
          for (const id of ids) await Post.get({ id }, { batch })
          return await table.batchGet(batch, { parse: true, hidden: false })
        },
        batchWrite: async (posts) => {
          const batch = {}
          for (const post of posts) await Post.create(post, { batch, exists: null })
          await table.batchWrite(batch)
        },
        transaction: async (first, second, id, values) => {
          const transaction = {}
          await Post.create(first, { transaction })
          await Post.create(second, { transaction })
          await Post.update({ id, ...values }, { transaction })
          await table.transact('write', transaction)
        },
      },
    }
  },
}
