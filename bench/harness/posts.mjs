// The one entity everybody works with: a blog post of twelve attributes, about 450 bytes as an item with its keys.

export const ATTRIBUTES = [
  'id',
  'userId',
  'title',
  'body',
  'status',
  'views',
  'rating',
  'published',
  'publishedAt',
  'tags',
  'meta',
  'labels',
]

export const AUTHOR = 'u01hf7q0c5t9v4m2x8k3n6w1zr'
export const idOf = (n) => `p01hf7q0c5t9v4m2x8${String(n).padStart(8, '0')}`

const TEXT = 'A post that says what happened, why it mattered and what we will do next, in plain words. '

/** Post number n; `userId` is the author of the hundred posts that `query` reads unless told otherwise. */
export function makePost(n, userId = AUTHOR) {
  return {
    id: idOf(n),
    userId,
    title: `What we learned in week ${n}`,
    body: TEXT.slice(0, 60),
    status: n % 3 === 0 ? 'draft' : 'published',
    views: 1000 + n * 7,
    rating: (n % 50) / 10 + 0.25,
    published: n % 3 !== 0,
    publishedAt: new Date(Date.UTC(2025, 0, 1, 8, 0, n, 120)),
    tags: ['dynamodb', 'typescript', `week-${n}`],
    meta: { source: 'editor', words: 120 + n, language: 'en' },
    labels: new Set(['blue', 'green']),
  }
}

/** What the item of a post must look like in a request, in DynamoDB's JSON, whoever writes it. */
export function wireOf(post) {
  return {
    id: { S: post.id },
    userId: { S: post.userId },
    title: { S: post.title },
    body: { S: post.body },
    status: { S: post.status },
    views: { N: String(post.views) },
    rating: { N: String(post.rating) },
    published: { BOOL: post.published },
    publishedAt: { S: post.publishedAt.toISOString() },
    tags: { L: post.tags.map((tag) => ({ S: tag })) },
    meta: {
      M: {
        source: { S: post.meta.source },
        words: { N: String(post.meta.words) },
        language: { S: post.meta.language },
      },
    },
    labels: { SS: [...post.labels] },
  }
}

/** A post as a library returned it, in one comparable form: dates as ISO text, sets as sorted arrays. */
export function canonical(row) {
  const plain = {}
  for (const name of ATTRIBUTES) {
    const value = row[name]
    if (value instanceof Date) plain[name] = value.toISOString()
    else if (name === 'labels') plain[name] = [...(value ?? [])].sort()
    else if (name === 'meta') plain[name] = { ...value }
    else plain[name] = value
  }
  return plain
}

/** The keys of hand-written access: what `raw` libraries and Dynamoose, which derive none, are given. */
export const keysOf = (post) => ({
  pk: `POST#${post.id}`,
  sk: `POST#${post.id}`,
  gsi1pk: `USER#${post.userId}`,
  gsi1sk: `POST#${post.id}`,
})
export const keyOf = (id) => ({ pk: `POST#${id}`, sk: `POST#${id}` })

export const INDEX = 'GSI1'

/** The table every library works on, one each: a partition key, a sort key and one index, all strings. */
export const tableInput = (TableName) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  GlobalSecondaryIndexes: [
    {
      IndexName: INDEX,
      KeySchema: [
        { AttributeName: 'gsi1pk', KeyType: 'HASH' },
        { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
})
