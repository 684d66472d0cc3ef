import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { entry } from '../libraries/ours.mjs'
import { collectGarbage, median, quantile, shuffled } from './measure.mjs'
import { AUTHOR, idOf, keysOf, makePost, wireOf } from './posts.mjs'

/** The longest that planning one query may take, in microseconds. */
export const PLAN_GOAL = 20

/** Typical queries, each with the operation that it must come to. */
export const QUERIES = {
  get: { title: 'by key', operation: 'GetItem', make: ({ Post }) => Post.where('id', idOf(42)) },
  unique: {
    title: 'by a unique attribute',
    operation: 'GuardLookup',
    make: ({ Post }) => Post.where('slug', 'week-42'),
  },
  index: {
    title: 'by an index, ordered, limited',
    operation: 'Query',
    make: ({ Post }) => Post.where('userId', AUTHOR).orderByDesc('publishedAt').limit(20),
  },
  filter: {
    title: 'by an index, a range, a filter',
    operation: 'Query',
    make: ({ Post }) =>
      Post.where('userId', AUTHOR)
        .whereBetween('publishedAt', '2025-01-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z')
        .where('views', '>', 1000),
  },
  or: {
    title: 'OR of two indexes, merged in order',
    operation: 'MergedQuery',
    make: ({ Post }) =>
      Post.where('userId', AUTHOR).orWhere('status', 'published').orderByDesc('publishedAt').limit(20),
  },
  scan: { title: 'by nothing indexed', operation: 'Scan', make: ({ Post }) => Post.where('views', '>', 1000) },
}

function defineModels({ DynamoDBModel, registerModels }) {
  class Author extends DynamoDBModel {
    attributes = { id: { type: 'string', required: true } }
    relationships = { posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId', sortBy: 'publishedAt' } }
  }
  class Post extends DynamoDBModel {
    static indexes = { byStatus: { partition: ['status'], sort: ['publishedAt'] } }
    attributes = {
      id: { type: 'string', required: true },
      userId: { type: 'string', required: true },
      slug: { type: 'string', required: true, unique: true },
      title: { type: 'string', required: true },
      body: { type: 'string', required: true },
      status: { type: 'string', required: true, enum: ['draft', 'published'] },
      views: { type: 'number', required: true },
      rating: { type: 'number', required: true },
      publishedAt: { type: 'date', required: true },
      tags: { type: 'list', required: true },
      meta: { type: 'map', required: true },
      labels: { type: 'set', set: 'string', required: true },
    }
  }
  registerModels(Author, Post)
  return { Post }
}

const ITEM = { ...wireOf(makePost(42)), ...keysOf(makePost(42)) }
/** What every machine can be asked: the item of one post as text and back. */
const YARDSTICK = () => JSON.parse(JSON.stringify(ITEM))

/** CPU microseconds of one call, over about `sample` microseconds. */
function time(call, count) {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) if (call() === undefined) throw new Error('nothing was made')
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/**
 * What planning costs, nothing being sent: microseconds of CPU for one plan of a query in hand (`value`, its quartiles, its ratio to
 * the yardstick) and with the query built anew each time (`built`). Samples are interleaved in random order.
 */
export async function measurePlanning({ rounds, sample = 50_000, warmUpFor = 500_000, log }) {
  if (!existsSync(fileURLToPath(entry))) throw new Error('dist/index.js is not there: run npm run build in the root')
  const library = await import(entry)
  const connection = await library.connect({
    region: 'us-east-1',
    driver: { name: 'none', capabilities: {}, send: () => Promise.reject(new Error('nothing is sent')), close() {} },
  })
  const results = await connection.run(async () => {
    const models = defineModels(library)
    const runners = [{ id: 'yardstick', call: YARDSTICK }]
    for (const [id, { operation, make }] of Object.entries(QUERIES)) {
      const query = make(models)
      const got = query.explain().operation
      if (got !== operation) throw new Error(`${id} is planned as ${got}, not ${operation}`)
      runners.push({ id, call: () => query.explain() }, { id: `${id} built`, call: () => make(models).explain() })
    }
    for (const runner of runners) {
      let count = 100
      let each = time(runner.call, count)
      for (let spent = each * count; spent < warmUpFor; spent += each * count) {
        count = Math.max(100, Math.round(sample / Math.max(each, 0.1)))
        each = time(runner.call, count)
      }
      Object.assign(runner, { count, samples: [] })
    }
    for (let round = 0; round < rounds; round++)
      for (const { call, count, samples } of shuffled(runners)) {
        collectGarbage()
        // A full collection also throws away compiled code whose objects are gone: that is not what planning costs.
        time(call, count)
        samples.push(time(call, count))
      }
    const of = (id) => runners.find((runner) => runner.id === id).samples
    return Object.fromEntries(
      Object.keys(QUERIES).map((id) => [
        id,
        {
          value: median(of(id)),
          low: quantile(of(id), 0.25),
          high: quantile(of(id), 0.75),
          ratio: median(of(id).map((each, round) => each / of('yardstick')[round])),
          built: median(of(`${id} built`)),
        },
      ]),
    )
  })
  await connection.close()
  for (const [id, { value }] of Object.entries(results))
    if (value > PLAN_GOAL) log(`${QUERIES[id].title}: ${value.toFixed(1)} µs, above the goal of ${PLAN_GOAL}`)
  return results
}
