import { connect, type DynamoDBConfig, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import { SEED } from './query-programs.js'
import { describeEngines, uniqueTable } from './support.js'

class Paper extends DynamoDBModel {
  static table = 'papers'
  static softDeletes = true
  static indexes = {
    byTopic: { partition: ['topic'], sort: ['rank'] },
    byAuthor: { partition: ['author'], sort: ['rank'], projection: ['topic', 'deletedAt', 'odd'] },
    openByTopic: { partition: ['topic'], when: { open: true }, sort: ['rank'] },
    byDue: { partition: ['author'], sort: ['due'] },
    listed: { sort: ['rank'], shards: 3 },
  }
  attributes = {
    id: { type: 'string', required: true },
    topic: { type: 'string', required: true },
    author: { type: 'string', required: true },
    rank: { type: 'number', required: true },
    odd: { type: 'boolean', required: true },
    open: { type: 'boolean' },
    due: { type: 'number' },
    note: { type: 'string' },
  } as const
}
class Memo extends DynamoDBModel {
  static table = 'memos'
  attributes = { id: { type: 'string', required: true }, topic: { type: 'string' }, odd: { type: 'boolean' } } as const
}

interface Row {
  readonly id: string
  readonly topic: string
  readonly author: string
  readonly rank: number
  readonly odd: boolean
  readonly open: boolean | undefined
  readonly due: number | undefined
  readonly note: string | undefined
  readonly deletedAt: Date | undefined
}

const row = fc.record({
  topic: fc.constantFrom('a', 'b', 'c'),
  author: fc.constantFrom('x', 'y'),
  // Few ranks: most rows have equals, which only the keys of some layouts tell apart.
  rank: fc.nat(3),
  odd: fc.boolean(),
  open: fc.option(fc.boolean(), { nil: undefined }),
  due: fc.option(fc.nat(2), { nil: undefined, freq: 1 }),
  note: fc.option(fc.constantFrom('', '#', 'é', '😀'), { nil: undefined }),
  deletedAt: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(new Date(0)) },
  ),
})

type Query = { readonly [Method in keyof ReturnType<typeof Paper.query>]: (...given: any[]) => any }
interface Question {
  readonly ask: (query: Query) => Query
  readonly holds: (row: Row) => boolean
}
/** Every kind of plan, and merges whose branches have rows in common. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  'one partition': { ask: (q) => q.where('topic', 'a'), holds: (r) => r.topic === 'a' },
  'a projected index': { ask: (q) => q.where('author', 'x'), holds: (r) => r.author === 'x' },
  'a range': {
    ask: (q) => q.where('topic', 'b').whereBetween('rank', 1, 2),
    holds: (r) => r.topic === 'b' && r.rank >= 1 && r.rank <= 2,
  },
  'sparse by a condition': {
    ask: (q) => q.where('topic', 'a').where('open', true),
    holds: (r) => r.topic === 'a' && r.open === true,
  },
  'sparse by an attribute': {
    ask: (q) => q.where('author', 'y').where('due', '>=', 1),
    holds: (r) => r.author === 'y' && (r.due ?? 0) >= 1,
  },
  'an IN': { ask: (q) => q.whereIn('topic', ['c', 'a', 'c']), holds: (r) => r.topic !== 'b' },
  'an IN with ranges': {
    ask: (q) => q.whereIn('topic', ['a', 'b']).where('rank', '>', 0),
    holds: (r) => r.topic !== 'c' && r.rank > 0,
  },
  shards: { ask: (q) => q, holds: () => true },
  'an OR over two indexes': {
    ask: (q) => q.where('topic', 'a').orWhere('author', 'x'),
    holds: (r) => r.topic === 'a' || r.author === 'x',
  },
  'an OR over sparse indexes': {
    ask: (q) =>
      q
        .where((p: Query) => p.where('author', 'y').where('due', '<', 2))
        .orWhere((p: Query) => p.where('topic', 'a').where('open', true)),
    holds: (r) => (r.author === 'y' && r.due !== undefined && r.due < 2) || (r.topic === 'a' && r.open === true),
  },
  'an OR with what is not empty': {
    ask: (q) => q.where((p: Query) => p.where('author', 'y').whereNotNull('due')).orWhere('topic', 'b'),
    holds: (r) => (r.author === 'y' && r.due !== undefined) || r.topic === 'b',
  },
  'an OR over ranges of one index': {
    ask: (q) =>
      q
        .where((p: Query) => p.where('topic', 'b').where('rank', '<=', 2))
        .orWhere((p: Query) => p.where('topic', 'b').where('rank', '>=', 1)),
    holds: (r) => r.topic === 'b',
  },
  'an OR with a key': {
    ask: (q) => q.where('topic', 'c').orWhere('id', 'r1').orWhere('topic', 'a').orWhere('id', 'r0'),
    holds: (r) => r.topic !== 'b' || r.id === 'r1' || r.id === 'r0',
  },
  'an OR with keys': {
    ask: (q) =>
      q
        .where('id', 'r1')
        .orWhere('topic', 'a')
        .orWhere((p: Query) => p.whereIn('id', ['r2', 'r0', 'r9']))
        .orWhere('id', 'r4'),
    holds: (r) => r.topic === 'a' || ['r0', 'r1', 'r2', 'r4', 'r9'].includes(r.id),
  },
  'a list of keys': {
    ask: (q) => q.whereIn('id', ['r5', 'r1', 'none', 'r0', 'r3', 'r7', 'r6', 'r11']),
    holds: (r) => ['r0', 'r1', 'r3', 'r5', 'r6', 'r7', 'r11'].includes(r.id),
  },
  'one key': { ask: (q) => q.where('id', 'r0'), holds: (r) => r.id === 'r0' },
}

interface Case {
  readonly rows: readonly Row[]
  readonly question: string
  readonly order: readonly (readonly ['rank' | 'note' | 'due', 'asc' | 'desc'])[]
  readonly filter: boolean
  readonly select: boolean
  readonly trashed: boolean
  readonly sizes: readonly [number, number]
  readonly layout: 'one table' | 'tables' | 'native keys'
}

const cases = (layouts: readonly Case['layout'][]): fc.Arbitrary<Case> =>
  fc.record({
    rows: fc.array(row, { maxLength: 14 }).map((all) => all.map((each, i) => ({ ...each, id: `r${i}` }))),
    question: fc.constantFrom(...Object.keys(QUESTIONS)),
    order: fc.constantFrom<Case['order'][]>(
      [],
      [],
      [['rank', 'asc']],
      [['rank', 'desc']],
      [['rank', 'desc']],
      [['due', 'asc']],
      [
        ['note', 'desc'],
        ['rank', 'asc'],
      ],
    ),
    filter: fc.boolean(),
    select: fc.boolean(),
    trashed: fc.boolean(),
    sizes: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 15 })),
    layout: fc.constantFrom(...layouts),
  })

interface Page {
  readonly data: readonly { readonly id: string }[]
  readonly nextCursor: string | null
  readonly prevCursor: string | null
  readonly hasMore: boolean
}
const ids = (page: Page): string[] => page.data.map(({ id }) => id)

/** Walks to the end and back to the start; fails unless the pages are full but the last, and the same both ways. */
async function walk(query: Query, size: number): Promise<string[]> {
  const pages: string[][] = []
  let page: Page = await query.cursorPaginate(null, size)
  expect(page.prevCursor).toBeNull()
  for (;;) {
    pages.push(ids(page))
    expect(pages.length).toBeLessThan(20)
    expect(page.hasMore).toBe(page.nextCursor !== null)
    if (page.nextCursor === null) break
    expect(page.data).toHaveLength(size)
    page = await query.cursorPaginate(page.nextCursor, size)
  }
  for (const before of pages.slice(0, -1).reverse()) {
    page = await query.cursorPaginate(size, page.prevCursor)
    expect(ids(page)).toEqual(before)
  }
  expect(page.prevCursor).toBeNull()
  return pages.flat()
}

function byOrder(rows: readonly Row[], order: Case['order']): string[] {
  const keys = (each: Row): (string | number | undefined)[] => order.map(([name]) => each[name])
  return rows.map((each) => JSON.stringify(keys(each).map((key) => key ?? 'none')))
}

function sorted(rows: readonly Row[], order: Case['order']): Row[] {
  return [...rows].sort((a, b) => {
    for (const [name, direction] of order) {
      const [x, y] = [a[name], b[name]]
      const less =
        x === undefined || y === undefined
          ? Number(x !== undefined) - Number(y !== undefined)
          : x < y
            ? -1
            : Number(x > y)
      if (less !== 0) return direction === 'desc' ? -less : less
    }
    return 0
  })
}

async function check(given: Case, driver: Driver, seen: Set<string>): Promise<void> {
  const design = { enabled: given.layout !== 'tables', multiAttributeKeys: given.layout === 'native keys' }
  const config: DynamoDBConfig = {
    region: 'us-east-1',
    defaultTableName: uniqueTable('pages'),
    tablePrefix: `${uniqueTable('p')}-`,
    driver,
    singleTableDesign: design,
    queryBuilder: { scans: 'allow', cursorSecret: 'one for all of these' },
  }
  await connect(config).run(async () => {
    registerModels(Paper, Memo)
    await DynamoDBModel.migrate()
    await Paper.batchCreate(given.rows)
    await Memo.batchCreate(given.rows.map(({ id, topic, odd }) => ({ id, topic, odd })))
    const { ask, holds } = QUESTIONS[given.question] as Question
    // A group of its own: an `and` after it is about all of it.
    let query = Paper.query().where(ask as never) as unknown as Query
    if (given.filter) query = query.where('odd', true)
    if (given.trashed) query = query.withTrashed()
    if (given.select) query = query.select('id')
    for (const [name, direction] of given.order) query = query.orderBy(name, direction)
    const wanted = given.rows.filter(
      (each) => holds(each) && (!given.filter || each.odd) && (given.trashed || each.deletedAt === undefined),
    )
    const plan = query.explain()
    seen.add(`${plan.operation}${plan.inMemory.pages ? ' in memory' : ''}`)
    const whole = ((await query.get()) as { id: string }[]).map(({ id }) => id)
    for (const size of given.sizes) {
      const found = await walk(query, size)
      expect([...found].sort()).toEqual(wanted.map(({ id }) => id).sort())
      const rows = found.map((id) => wanted.find((each) => each.id === id) as Row)
      expect(byOrder(rows, given.order)).toEqual(byOrder(sorted(wanted, given.order), given.order))
      if (!plan.inMemory.pages) expect(found).toEqual(whole)
    }
    const memos = await walk(Memo.query().where('odd', true), given.sizes[1])
    expect([...memos].sort()).toEqual(
      given.rows
        .filter(({ odd }) => odd)
        .map(({ id }) => id)
        .sort(),
    )
  })
}

describeEngines('pages of random tables', (lane) => {
  // Both engines together: 1,000 tables. Index keys of several attributes are DynamoDB Local's alone.
  const [tables, layouts] =
    lane.name === 'dynoxide'
      ? ([550, ['one table', 'tables']] as const)
      : ([450, ['one table', 'tables', 'native keys']] as const)

  test(`Z8: ${tables} random tables: pages are full but the last, together the whole, and the same on the way back`, {
    timeout: 300_000,
  }, async () => {
    const seen = new Set<string>()
    const driver = lane.createDriver()
    await fc.assert(
      fc.asyncProperty(cases(layouts), (given) => check(given, driver, seen)),
      { numRuns: tables, seed: SEED },
    )
    await driver.close()
    // Every way of paging was taken, or this proves less than it says.
    const ways = ['Query', 'MergedQuery', 'BatchGetItem'].flatMap((each) => [each, `${each} in memory`])
    expect([...seen].sort()).toEqual([...ways, 'GetItem'].sort())
  })
})
