import { configure, DynamoDBModel, registerModels, resetConfig } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Entry extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    group: { type: 'string', required: true },
    rank: { type: 'number', required: true },
    odd: { type: 'boolean' },
    note: { type: 'string' },
  } as const
  static indexes = { byGroup: { partition: ['group'], sort: ['rank'] } }
}
class Noise extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, group: { type: 'string' } } as const
}

const ROWS = Array.from({ length: 57 }, (_, i) => ({
  id: `e${i}`,
  group: 'g',
  rank: Math.floor(i / 3),
  odd: i % 2 === 1,
  note: `n${(i * 7) % 57}`,
}))

describeEngines('pages', (lane) => {
  beforeAll(async () => {
    configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    registerModels(Entry, Noise)
    await DynamoDBModel.migrate()
    await Entry.batchCreate(ROWS)
    await Noise.batchCreate(Array.from({ length: 30 }, (_, i) => ({ id: `x${i}`, group: 'g' })))
  })
  afterAll(() => resetConfig())

  const queries = {
    'a query in index order': () => Entry.query().where('group', 'g').orderBy('rank'),
    'a query backwards': () => Entry.query().where('group', 'g').orderByDesc('rank'),
    'a filtered query': () => Entry.query().where('group', 'g').where('odd', true),
    'a query sorted in memory': () => Entry.query().where('group', 'g').orderBy('note'),
    'a scan': () => Entry.query().where('odd', false),
    'a list of keys': () =>
      Entry.query().whereIn(
        'id',
        ROWS.slice(0, 20).map((row) => row.id),
      ),
    'a selection': () => Entry.query().where('group', 'g').select('note'),
  }

  test('Q25: Z8: cursor pages are full, complete and the same on the way back', async () => {
    for (const [name, make] of Object.entries(queries)) {
      const whole = (await make().get()).map((row) => JSON.stringify(row))
      for (const size of [1, 4, 19, 57, 100]) {
        const pages: string[][] = []
        let cursor: string | null = null
        let back: string | null = null
        do {
          const page: Awaited<ReturnType<ReturnType<typeof make>['cursorPaginate']>> = await make().cursorPaginate(
            cursor,
            size,
          )
          pages.push(page.data.map((row) => JSON.stringify(row)))
          expect(page.hasMore, name).toBe(page.nextCursor !== null)
          cursor = page.nextCursor
          back = page.prevCursor
        } while (cursor !== null)
        expect(
          pages.slice(0, -1).every((page) => page.length === size),
          `${name}: full pages`,
        ).toBe(true)
        expect(pages.flat().sort(), `${name}, ${size} a page`).toEqual([...whole].sort())
        if (name.includes('order') || name.includes('backwards')) expect(pages.flat()).toEqual(whole)
        const returned = [pages.at(-1) as string[]]
        while (back !== null) {
          const page: Awaited<ReturnType<ReturnType<typeof make>['cursorPaginate']>> = await make().cursorPaginate(
            size,
            back,
          )
          returned.unshift(page.data.map((row) => JSON.stringify(row)))
          back = page.prevCursor
        }
        if (pages.length <= 50 || !name.includes('scan'))
          expect(returned.flat(), `${name} back, ${size} a page`).toEqual(pages.flat())
      }
    }
  })

  test('Q24: paginate counts and gives the page asked for', async () => {
    const page = await Entry.query().where('group', 'g').orderBy('rank').paginate(10, 6)
    expect({ ...page, data: page.data.length }).toEqual({
      data: 7,
      total: 57,
      perPage: 10,
      currentPage: 6,
      lastPage: 6,
    })
    expect(page.data.map((row) => row.rank)).toEqual([16, 17, 17, 17, 18, 18, 18])
    expect((await Entry.query().where('group', 'g').paginate(10, 7)).data).toEqual([])
    expect((await Entry.query().where('group', 'nobody').paginate()).lastPage).toBe(1)
    expect(String(Entry.query().where('group', 'g').skip(20).explain())).toContain(
      'The first 20 rows are read, paid for and left out',
    )
    await expect(Entry.query().paginate(0)).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
  })

  test('Q17: skip leaves out exactly n rows', async () => {
    const rows = await Entry.query().where('group', 'g').orderBy('note').get()
    expect(
      (await Entry.query().where('group', 'g').orderBy('note').skip(5).limit(3).get()).map((row) => row.id),
    ).toEqual(rows.slice(5, 8).map((row) => row.id))
    const odd = await Entry.query().where('group', 'g').where('odd', true).get()
    expect(
      (await Entry.query().where('group', 'g').where('odd', true).skip(25).take(9).get()).map((row) => row.id),
    ).toEqual(odd.slice(25).map((row) => row.id))
  })

  test('Q26: chunks are full but the last, and stop on false', async () => {
    const sizes: number[] = []
    expect(
      await Entry.query()
        .where('odd', true)
        .chunk(10, (rows) => void sizes.push(rows.length)),
    ).toBe(true)
    expect(sizes).toEqual([10, 10, 8])
    const pages: number[] = []
    expect(
      await Entry.query()
        .where('group', 'g')
        .chunkById(10, (_, page) => pages.push(page) < 2),
    ).toBe(false)
    expect(pages).toEqual([1, 2])
  })

  test('Q27: each and lazy walk every row, and stop when told', async () => {
    const seen = new Set<string>()
    await Entry.query().each((row) => void seen.add(row.id))
    expect(seen.size).toBe(57)
    expect(
      await Entry.query()
        .where('group', 'g')
        .each((_, index) => index < 4),
    ).toBe(false)
    let lazy = 0
    for await (const row of Entry.query().where('group', 'g').lazy()) if (++lazy === 3 && row.group === 'g') break
    expect(lazy).toBe(3)
  })

  test('Q27: a parallel scan reads every row once, and stops when told', async () => {
    const query = Entry.query().parallel(4)
    expect(query.explain()).toMatchObject({ operation: 'Scan', segments: 4 })
    expect((await query.get()).map((row) => row.id).sort()).toEqual(ROWS.map((row) => row.id).sort())
    expect(await query.where('odd', true).count()).toBe(28)
    expect(await query.limit(5).get()).toHaveLength(5)
    expect(await query.where('group', 'g').orderBy('rank').get()).toHaveLength(57)
    let seen = 0
    for await (const row of query) if (row.id !== '' && ++seen === 3) break
    expect(seen).toBe(3)
    expect(() => Entry.query().parallel(0)).toThrow('1 to 1000')
  })
})
