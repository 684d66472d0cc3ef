import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { INDEX, keyOf, keysOf } from '../harness/posts.mjs'

const creation = (TableName, post) => ({
  TableName,
  Item: { ...keysOf(post), _type: 'Post', ...post },
  ConditionExpression: 'attribute_not_exists(pk)',
})
const change = (TableName, id, { title, views }) => ({
  TableName,
  Key: keyOf(id),
  UpdateExpression: 'SET #t = :t, #v = :v',
  ConditionExpression: 'attribute_exists(pk)',
  ExpressionAttributeNames: { '#t': 'title', '#v': 'views' },
  ExpressionAttributeValues: { ':t': title, ':v': views },
})

export const documentClient = {
  id: 'document-client',
  name: 'AWS SDK document client',
  package: '@aws-sdk/lib-dynamodb',
  async open({ sdkClient, table }) {
    const low = sdkClient()
    const client = DynamoDBDocumentClient.from(low)
    return {
      input: (post) => ({ ...post, publishedAt: post.publishedAt.toISOString() }),
      close: () => low.destroy(),
      rows: {
        put: (post) => client.send(new PutCommand(creation(table, post))),
        get: async (id) => (await client.send(new GetCommand({ TableName: table, Key: keyOf(id) }))).Item,
        update: (id, values) => client.send(new UpdateCommand(change(table, id, values))),
        query: async (userId) => {
          const input = {
            TableName: table,
            IndexName: INDEX,
            KeyConditionExpression: '#p = :p and begins_with(#s, :s)',
            ExpressionAttributeNames: { '#p': 'gsi1pk', '#s': 'gsi1sk' },
            ExpressionAttributeValues: { ':p': `USER#${userId}`, ':s': 'POST#' },
          }
          return (await client.send(new QueryCommand(input))).Items
        },
        batchGet: async (ids) => {
          const { Responses } = await client.send(
            new BatchGetCommand({ RequestItems: { [table]: { Keys: ids.map(keyOf) } } }),
          )
          return Responses[table]
        },
        batchWrite: (posts) =>
          client.send(
            new BatchWriteCommand({
              RequestItems: {
                [table]: posts.map((post) => ({ PutRequest: { Item: { ...keysOf(post), _type: 'Post', ...post } } })),
              },
            }),
          ),
        transaction: (first, second, id, values) =>
          client.send(
            new TransactWriteCommand({
              TransactItems: [
                { Put: creation(table, first) },
                { Put: creation(table, second) },
                { Update: change(table, id, values) },
              ],
            }),
          ),
      },
    }
  },
}
