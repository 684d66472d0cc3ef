import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import {
  BatchGetCommand,
  BatchGetRequest,
  BatchPutRequest,
  BatchWriteCommand,
  boolean,
  Entity,
  executeBatchGet,
  executeBatchWrite,
  executeTransactWrite,
  GetItemCommand,
  item,
  list,
  map,
  number,
  PutItemCommand,
  PutTransaction,
  QueryCommand,
  set,
  string,
  Table,
  UpdateItemCommand,
  UpdateTransaction,
} from 'dynamodb-toolbox'

const schema = item({
  id: string().key(),
  userId: string(),
  title: string(),
  body: string(),
  status: string().enum('draft', 'published'),
  views: number(),
  rating: number(),
  published: boolean(),
  publishedAt: string(),
  tags: list(string()),
  meta: map({ source: string(), words: number(), language: string() }),
  labels: set(string()),
}).and(() => ({
  gsi1pk: string()
    .hidden()
    .link(({ userId }) => `USER#${userId}`),
  gsi1sk: string()
    .hidden()
    .link(({ id }) => `POST#${id}`),
}))

export const toolbox = {
  id: 'toolbox',
  name: 'DynamoDB-Toolbox',
  package: 'dynamodb-toolbox',
  async open({ sdkClient, table: name }) {
    const client = sdkClient()
    const table = new Table({
      name,
      documentClient: DynamoDBDocumentClient.from(client),
      partitionKey: { name: 'pk', type: 'string' },
      sortKey: { name: 'sk', type: 'string' },
      indexes: {
        GSI1: {
          type: 'global',
          partitionKey: { name: 'gsi1pk', type: 'string' },
          sortKey: { name: 'gsi1sk', type: 'string' },
        },
      },
    })
    const Post = new Entity({
      name: 'Post',
      table,
      schema,
      timestamps: false,
      computeKey: ({ id }) => ({ pk: `POST#${id}`, sk: `POST#${id}` }),
    })
    const absent = { condition: { attr: 'id', exists: false } }
    const present = { condition: { attr: 'id', exists: true } }
    return {
      // It has no date type.
      input: (post) => ({ ...post, publishedAt: post.publishedAt.toISOString() }),
      close: () => client.destroy(),
      rows: {
        put: (post) => Post.build(PutItemCommand).item(post).options(absent).send(),
        get: async (id) => (await Post.build(GetItemCommand).key({ id }).send()).Item,
        update: (id, values) =>
          Post.build(UpdateItemCommand)
            .item({ id, ...values })
            .options(present)
            .send(),
        query: async (userId) => {
          const { Items } = await table
            .build(QueryCommand)
            .entities(Post)
            .query({ index: 'GSI1', partition: `USER#${userId}`, range: { beginsWith: 'POST#' } })
            .send()
          return Items
        },
        batchGet: async (ids) => {
          const requests = ids.map((id) => Post.build(BatchGetRequest).key({ id }))
          const { Responses } = await executeBatchGet(table.build(BatchGetCommand).requests(...requests))
          return Responses[0]
        },
        batchWrite: (posts) =>
          executeBatchWrite(
            table.build(BatchWriteCommand).requests(...posts.map((post) => Post.build(BatchPutRequest).item(post))),
          ),
        transaction: (first, second, id, values) =>
          executeTransactWrite(
            Post.build(PutTransaction).item(first).options(absent),
            Post.build(PutTransaction).item(second).options(absent),
            Post.build(UpdateTransaction)
              .item({ id, ...values })
              .options(present),
          ),
      },
    }
  },
}
