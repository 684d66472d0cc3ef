// What a programmer writes by hand around the low-level client: items as DynamoDB's JSON, in and out.
import { INDEX, keyOf, keysOf } from '../harness/posts.mjs'

export function itemOf(post) {
  const keys = keysOf(post)
  return {
    pk: { S: keys.pk },
    sk: { S: keys.sk },
    gsi1pk: { S: keys.gsi1pk },
    gsi1sk: { S: keys.gsi1sk },
    _type: { S: 'Post' },
    id: { S: post.id },
    userId: { S: post.userId },
    title: { S: post.title },
    body: { S: post.body },
    status: { S: post.status },
    views: { N: String(post.views) },
    rating: { N: String(post.rating) },
    published: { BOOL: post.published },
    publishedAt: { S: post.publishedAt },
    tags: { L: post.tags.map((tag) => ({ S: tag })) },
    meta: {
      M: {
        source: { S: post.meta.source },
        words: { N: String(post.meta.words) },
        language: { S: post.meta.language },
      },
    },
    labels: { SS: post.labels },
  }
}

const rawKey = (id) => {
  const key = keyOf(id)
  return { pk: { S: key.pk }, sk: { S: key.sk } }
}

const author = (id) => ({ pk: { S: `AUTHOR#${id}` }, sk: { S: `AUTHOR#${id}` } })

const creation = (TableName, post) => ({
  TableName,
  Item: itemOf(post),
  ConditionExpression: 'attribute_not_exists(pk)',
})

const change = (TableName, id, { title, views }) => ({
  TableName,
  Key: rawKey(id),
  UpdateExpression: 'SET #t = :t, #v = :v',
  ConditionExpression: 'attribute_exists(pk)',
  ExpressionAttributeNames: { '#t': 'title', '#v': 'views' },
  ExpressionAttributeValues: { ':t': { S: title }, ':v': { N: String(views) } },
})

/** The rows over `send(operation, input)`, which resolves with the parsed answer. */
export const rawRows = (table, send) => {
  const rows = rowsOver(table, send)
  return {
    ...rows,
    async seedFamilies(families) {
      for (const { id, posts } of families) {
        await send('PutItem', { TableName: table, Item: { ...author(id), _type: { S: 'Author' }, id: { S: id } } })
        await rows.batchWrite(posts)
      }
    },
    /** Parents in one batch, and a query for each. */
    async families(ids) {
      const { Responses } = await send('BatchGetItem', { RequestItems: { [table]: { Keys: ids.map(author) } } })
      const children = await Promise.all(Responses[table].map(({ id }) => rows.query(id.S)))
      return Responses[table].map((parent, at) => ({ ...parent, posts: children[at] }))
    },
  }
}

const rowsOver = (table, send) => ({
  put: (post) => send('PutItem', creation(table, post)),
  get: async (id) => (await send('GetItem', { TableName: table, Key: rawKey(id) })).Item,
  update: (id, values) => send('UpdateItem', change(table, id, values)),
  query: async (userId) => {
    const { Items } = await send('Query', {
      TableName: table,
      IndexName: INDEX,
      KeyConditionExpression: '#p = :p and begins_with(#s, :s)',
      ExpressionAttributeNames: { '#p': 'gsi1pk', '#s': 'gsi1sk' },
      ExpressionAttributeValues: { ':p': { S: `USER#${userId}` }, ':s': { S: 'POST#' } },
    })
    return Items
  },
  batchGet: async (ids) => {
    const { Responses } = await send('BatchGetItem', { RequestItems: { [table]: { Keys: ids.map(rawKey) } } })
    return Responses[table]
  },
  batchWrite: (posts) =>
    send('BatchWriteItem', {
      RequestItems: { [table]: posts.map((post) => ({ PutRequest: { Item: itemOf(post) } })) },
    }),
  transaction: (first, second, id, values) =>
    send('TransactWriteItems', {
      TransactItems: [
        { Put: creation(table, first) },
        { Put: creation(table, second) },
        { Update: change(table, id, values) },
      ],
    }),
})

/** Dates as ISO text and sets as arrays: what DynamoDB's JSON holds. */
export const rawInput = (post) => ({
  ...post,
  publishedAt: post.publishedAt.toISOString(),
  labels: [...post.labels],
})

const plainValue = (value) => {
  const [type, content] = Object.entries(value)[0]
  if (type === 'N') return Number(content)
  if (type === 'L') return content.map(plainValue)
  if (type === 'M') return rawPlain(content)
  return content
}
/** Only for checking what came back; no measured call runs it. */
export const rawPlain = (item) =>
  Object.fromEntries(
    // What was read along is no attribute.
    Object.entries(item).flatMap(([name, value]) => (name === 'posts' ? [] : [[name, plainValue(value)]])),
  )
