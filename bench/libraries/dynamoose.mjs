import dynamoose from 'dynamoose'
import { keyOf, keysOf } from '../harness/posts.mjs'

const isoDate = { value: Date, settings: { storage: 'iso' } }
const text = { type: String, required: true }

const schema = new dynamoose.Schema({
  pk: { type: String, hashKey: true },
  sk: { type: String, rangeKey: true },
  gsi1pk: { type: String, index: { name: 'GSI1', type: 'global', rangeKey: 'gsi1sk' } },
  gsi1sk: String,
  id: text,
  userId: text,
  title: text,
  body: text,
  status: { type: String, required: true, enum: ['draft', 'published'] },
  views: { type: Number, required: true },
  rating: { type: Number, required: true },
  published: { type: Boolean, required: true },
  publishedAt: { type: isoDate, required: true },
  tags: { type: Array, required: true, schema: [String] },
  meta: { type: Object, required: true, schema: { source: String, words: Number, language: String } },
  labels: { type: Set, required: true, schema: [String] },
})

export const dynamooseLibrary = {
  id: 'dynamoose',
  name: 'Dynamoose',
  package: 'dynamoose',
  async open({ sdkClientFor, table }) {
    const client = sdkClientFor(dynamoose.aws.ddb.DynamoDB)
    dynamoose.aws.ddb.set(client)
    const Post = dynamoose.model('Post', schema, { tableName: table, create: false, waitForActive: false })
    const present = () => new dynamoose.Condition().attribute('pk').exists()
    const bound = new dynamoose.Table(table, [Post], { create: false, waitForActive: false })
    if (bound.name !== table) throw new Error(`Dynamoose works on ${bound.name}`)
    // It derives no keys: its users build them.
    const withKeys = (post) => ({ ...keysOf(post), ...post })
    return {
      close: () => client.destroy(),
      rows: {
        put: (post) => Post.create(withKeys(post)),
        get: (id) => Post.get(keyOf(id)),
        update: (id, values) =>
          Post.update(keyOf(id), values, {
            returnValues: 'NONE',
            condition: present(),
          }),
        query: (userId) =>
          Post.query('gsi1pk').eq(`USER#${userId}`).where('gsi1sk').beginsWith('POST#').using('GSI1').exec(),
        batchGet: (ids) => Post.batchGet(ids.map(keyOf)),
        batchWrite: (posts) => Post.batchPut(posts.map(withKeys)),
        transaction: (first, second, id, values) =>
          dynamoose.transaction([
            Post.transaction.create(withKeys(first)),
            Post.transaction.create(withKeys(second)),
            Post.transaction.update(keyOf(id), values, { condition: present() }),
          ]),
      },
    }
  },
}
