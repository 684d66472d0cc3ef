import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { entry } from '../libraries/ours.mjs'
import { collectGarbage, median, runLanes, shuffled } from './measure.mjs'
import { keysOf, makePost, tableInput } from './posts.mjs'

/** How many rows a table has, from few to many: what a backfill holds in memory must not grow with them. */
export const COUNTS = [10_000, 100_000]
/** Writes at the same time: what a backfill does, four segments with eight each. */
const LANES = 32
const AUTHORS = 1000

const attributes = {
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
const posts = (n) => makePost(n, `u${n % AUTHORS}`)

/** Watches what a run needs at most, from when it begins: what the process takes, and, once a second after a collection, what it holds. */
export function watch() {
  collectGarbage()
  const before = process.memoryUsage()
  const peak = { rss: before.rss, held: before.heapUsed }
  const look = (held) => {
    const { rss, heapUsed } = process.memoryUsage()
    peak.rss = Math.max(peak.rss, rss)
    if (held) peak.held = Math.max(peak.held, heapUsed)
  }
  const often = setInterval(() => look(false), 50)
  const seldom = setInterval(() => {
    collectGarbage()
    look(true)
  }, 1000)
  return () => {
    clearInterval(often)
    clearInterval(seldom)
    collectGarbage()
    look(true)
    return { rss: (peak.rss - before.rss) / 2 ** 20, held: (peak.held - before.heapUsed) / 2 ** 20 }
  }
}

/**
 * What `migrate()` makes of an engine when it gives rows the keys of a new index: rows a second until it is done, and until
 * the look at the whole table that follows is done as well, against UpdateItems of the same two attributes through the
 * driver alone, as many at the same time, on an index of the same kind. Both work on tables of the same rows, in random
 * order, in every round. With it MiB that the process took and held at most, more than before.
 */
export async function measureBackfill({ endpoint, rounds, log, counts = COUNTS }) {
  if (!existsSync(fileURLToPath(entry))) throw new Error('dist/index.js is not there: run npm run build in the root')
  const library = await import(entry)
  const open = (defaultTableName) =>
    library.connect({
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      endpoint,
      driver: 'http',
      defaultTableName,
    })
  let tables = 0
  const filled = async (connection, table, count) => {
    const Post = library.defineModel({ name: 'Post', attributes }).on(connection)
    await Post.migrate()
    for (let n = 0; n < count; n += 1000)
      await Post.batchCreate(Array.from({ length: Math.min(1000, count - n) }, (_, i) => posts(n + i)))
    log(`${table}: ${count} rows`)
  }
  const ways = {
    async bare(connection, table, count) {
      const { AttributeDefinitions, GlobalSecondaryIndexes } = tableInput(table)
      const driver = await connection.driver()
      const [Create] = GlobalSecondaryIndexes
      await driver.send('UpdateTable', {
        TableName: table,
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create }],
      })
      const stop = watch()
      let next = 0
      const { wall } = await runLanes(
        () => {
          const { pk, sk, gsi1pk, gsi1sk } = keysOf(posts(next++))
          return driver.send('UpdateItem', {
            TableName: table,
            Key: { pk: { S: pk }, sk: { S: sk } },
            UpdateExpression: 'SET gsi1pk = :a, gsi1sk = :b',
            ExpressionAttributeValues: { ':a': { S: gsi1pk }, ':b': { S: gsi1sk } },
          })
        },
        LANES,
        count,
      )
      return { rate: count / (wall / 1e6), ...stop() }
    },
    async backfill(connection, _table, count) {
      const indexes = { byUser: { partition: ['userId'] } }
      const Post = library.defineModel({ name: 'Post', attributes, indexes }).on(connection)
      let [began, first, written, stop] = [0, 0, 0, undefined]
      const beginning = (request, next) => {
        if (request.input.Segment !== undefined) {
          connection.drop(beginning)
          stop = watch()
          began = performance.now()
        }
        return next(request)
      }
      connection.use(beginning)
      await Post.migrate({
        onProgress: (progress) => {
          if (progress.phase !== 'backfill') return
          first = performance.now()
          written = progress.written
        },
      })
      const whole = performance.now()
      if (written !== count) throw new Error(`${written} of ${count} rows were given keys`)
      const rate = (until) => count / ((until - began) / 1000)
      return { first: rate(first), rate: rate(whole), ...stop() }
    },
  }
  const samples = new Map(counts.map((count) => [count, []]))
  for (let round = 0; round < rounds; round++)
    for (const count of shuffled(counts)) {
      const sample = {}
      for (const [name, way] of shuffled(Object.entries(ways))) {
        const table = `backfill-${process.pid}-${tables++}`
        // Two programs: the one that wrote the rows knows of no index.
        const [old, connection] = [open(table), open(table)]
        await filled(old, table, count)
        await old.close()
        sample[name] = await way(connection, table, count)
        await (await connection.driver()).send('DeleteTable', { TableName: table })
        await connection.close()
      }
      samples.get(count).push(sample)
    }
  return Object.fromEntries([...samples].map(([count, each]) => [count, figures(each)]))
}

/** Medians of a count's rounds; ratios are taken within a round. */
function figures(samples) {
  const of = (pick) => median(samples.map(pick))
  return {
    bare: of(({ bare }) => bare.rate),
    first: of(({ backfill }) => backfill.first),
    whole: of(({ backfill }) => backfill.rate),
    firstRatio: of(({ backfill, bare }) => backfill.first / bare.rate),
    wholeRatio: of(({ backfill, bare }) => backfill.rate / bare.rate),
    rss: of(({ backfill }) => backfill.rss),
    held: of(({ backfill }) => backfill.held),
  }
}
