import { configure, DynamoDBModel, registerModels, resetConfig } from 'dynamodb-tooling'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  build,
  Entry,
  EntryNote,
  expected,
  type Program,
  program,
  type Row,
  rows,
  SEED,
  SELECTABLE,
  sortKeys,
  TEXTS,
  Team,
  type Value,
} from './query-programs.js'
import { describeEngines, uniqueTable } from './support.js'

/** These attributes of a row, as text that is equal for equal values. */
function textOf(row: Record<string, Value>, names: readonly string[]): string {
  return JSON.stringify(
    names.map((name) => {
      const value = row[name]
      return value instanceof Set ? [...value].sort() : value === undefined ? 'absent' : value
    }),
  )
}

describeEngines('random queries', (lane) => {
  beforeAll(async () => {
    configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable('random'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
      singleTableDesign: { gsiCount: 8 },
    })
    registerModels(Team, Entry, EntryNote)
    await DynamoDBModel.migrate()
    await Entry.batchCreate(rows.map((row) => ({ ...row }) as never))
    await Team.batchCreate(TEXTS.filter((id) => id !== '').map((id) => ({ id })))
    await EntryNote.batchCreate(rows.map((row, i) => ({ id: row.id, teamId: TEXTS[i % TEXTS.length] as string })))
  })
  afterAll(() => resetConfig())

  /** Fails unless these rows, in this order, are what the program asks for. */
  function check(found: readonly { id: string }[], wanted: readonly Row[], given: Program): void {
    const byId = new Map(wanted.map((row) => [row.id, row]))
    const ids = found.map((row) => row.id)
    expect(ids.filter((id) => !byId.has(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(Math.min(wanted.length, given.limit ?? wanted.length))
    const mine = ids.map((id) => byId.get(id) as Row)
    expect(sortKeys(mine, given)).toEqual(sortKeys(wanted, given).slice(0, mine.length))
  }

  test('Z10: random queries bring the rows that an array would, in its order', { timeout: 300_000 }, async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(program, async (given) => {
        const wanted = expected(given)
        const query = build(given)
        const shown = (row: Record<string, Value>): string => textOf(row, given.select ?? SELECTABLE)
        const plan = query.explain()
        seen.add(`${plan.operation} ${plan.index ?? ''}`.trim())
        expect(JSON.stringify(build(given).explain())).toBe(JSON.stringify(plan))
        expect(String(build(given).explain())).toBe(String(plan))

        const found = (await query.get()) as (Record<string, Value> & { id: string })[]
        if (given.select?.includes('id') !== false) check(found, wanted, given)
        else if (given.limit === undefined) expect(found.map(shown).sort()).toEqual(wanted.map(shown).sort())
        else expect(found).toHaveLength(Math.min(wanted.length, given.limit))
        const byId = new Map(wanted.map((row) => [row.id, row]))
        for (const row of found.slice(0, 3)) {
          const whole = byId.get(row.id)
          if (whole !== undefined) expect(shown(row)).toBe(shown(whole))
          if (given.select !== undefined)
            expect(Object.keys(row).filter((name) => !given.select?.includes(name))).toEqual([])
        }
        expect(await query.count()).toBe(Math.min(wanted.length, given.limit ?? wanted.length))
      }),
      { numRuns: lane.name === 'dynoxide' ? 5000 : 500, seed: SEED },
    )
    // Every way of reading was taken, or this proves less than it says.
    // GSI6 is spread over shards: it is never read by one Query.
    const indexes = Array.from({ length: 8 }, (_, i) => `Query GSI${i + 1}`).filter((each) => each !== 'Query GSI6')
    expect([...seen].sort()).toEqual(
      ['BatchGetItem', 'GetItem', 'GuardLookup', 'MergedQuery', 'None', ...indexes, 'Scan'].sort(),
    )
  })

  test('Z8: pages of random queries are full but the last, and together they are the whole, forward and back', {
    timeout: 300_000,
  }, async () => {
    const paged = fc.record({ given: program, n: fc.integer({ min: 1, max: 40 }) })
    await fc.assert(
      fc.asyncProperty(paged, async ({ given: whole, n: asked }) => {
        const given = { ...whole, limit: undefined, select: undefined }
        const wanted = expected(given)
        const n = Math.max(asked, Math.ceil(wanted.length / 8))
        const pages: string[][] = []
        const all: { id: string }[] = []
        let cursor: string | null = null
        let back: string | null = null
        do {
          const page: { data: { id: string }[]; nextCursor: string | null; prevCursor: string | null } = await build(
            given,
          ).cursorPaginate(n, cursor)
          pages.push(page.data.map((row) => row.id))
          all.push(...page.data)
          back = page.prevCursor
          cursor = page.nextCursor
          if (cursor !== null) expect(page.data).toHaveLength(n)
        } while (cursor !== null)
        check(all, wanted, given)
        for (const page of pages.slice(0, -1).reverse()) {
          const before: { data: { id: string }[]; prevCursor: string | null } = await build(given).cursorPaginate(
            n,
            back,
          )
          expect(before.data.map((row) => row.id)).toEqual(page)
          back = before.prevCursor
        }
        expect(back).toBeNull()
      }),
      { numRuns: lane.name === 'dynoxide' ? 400 : 60, seed: SEED },
    )
  })

  test('Q14: an index that is named is read whole, by either of its names, and brings whole rows', async () => {
    const live = rows.filter((row) => row['deletedAt'] === undefined)
    const has = (row: Row, ...names: string[]): boolean => names.every((name) => (row[name] ?? undefined) !== undefined)
    const inIndex: Record<string, readonly Row[]> = {
      byKind: live.filter((row) => has(row, 'due')),
      GSI4: live.filter((row) => has(row, 'flag', 'label')),
      flagged: live.filter((row) => row['flag'] === true),
      spread: live,
      brief: live.filter((row) => has(row, 'label')),
      GSI8: live,
      keysOnly: live,
    }
    for (const [name, wanted] of Object.entries(inIndex)) {
      const found = await Entry.query().index(name).get()
      const text = (all: readonly object[]): string[] =>
        all.map((row) => textOf(row as Record<string, Value>, SELECTABLE)).sort()
      expect({ [name]: text(found) }).toEqual({ [name]: text(wanted) })
      const some = wanted.filter((row) => row['kind'] === 'x')
      expect(await Entry.query().index(name).where('kind', 'x').whereExists('score').count()).toBe(some.length)
    }
  })

  test('what no key can hold is found nowhere, and nothing is asked', async () => {
    const long = 'é'.repeat(2000)
    for (const attribute of ['id', 'code', 'region', 'label'] as const) {
      const query = Entry.query().where(attribute, long)
      expect(query.explain().operation).toBe('None')
      expect(await query.get()).toEqual([])
    }
    const above = Entry.query().where('flag', true).where('label', '>', long)
    const wanted = rows.filter((row) => row['flag'] === true && ((row['label'] ?? '') as string) > long)
    expect(above.explain()).toMatchObject({ operation: 'Query', index: 'GSI4' })
    expect(await above.withTrashed().count()).toBe(wanted.length)
  })
})
