import { type Connection, connect, DynamoDBModel, QueryError, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Visit extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  static indexes = {
    bySite: { partition: ['site'], sort: ['createdAt'] },
    byPage: { partition: ['page'], sort: ['at'] },
  } as const
  attributes = {
    id: { type: 'string', required: true },
    site: { type: 'string', required: true },
    page: { type: 'string' },
    at: { type: 'date', required: true },
    left: { type: 'date' },
    note: { type: 'string' },
    born: { type: 'date', cast: { get: (value: unknown) => value, set: (value: unknown) => value } },
    secret: { type: 'date', hidden: true },
  } as const
}

/** Whole seconds, so that every format holds them exactly; around the ends of days, months and years. */
const MOMENTS = [
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2024-02-29T12:30:15Z',
  '2024-12-31T23:59:59Z',
  '2025-01-01T00:00:00Z',
  '2025-01-31T00:00:00Z',
  '2025-01-31T23:59:59Z',
  '2025-02-01T00:00:00Z',
  '2025-02-28T09:30:00Z',
  '2025-03-01T09:29:59Z',
  '2025-12-31T09:30:59Z',
  '2026-01-01T00:00:00Z',
  '2026-01-31T10:00:00Z',
].map((text) => new Date(text))
const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
type Op = (typeof OPERATORS)[number]

function holds<V extends number | string>(a: V, op: Op, b: V): boolean {
  return { '=': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[op]
}
const day = (date: Date): string => date.toISOString().slice(0, 10)
const time = (date: Date): string => date.toISOString().slice(11, 19)

describeEngines('dates in queries', (lane) => {
  describe.each(['iso', 'unix', 'unix_ms'] as const)('stored as %s', (timestampFormat) => {
    let connection: Connection
    let items = 0
    let requests: string[] = []
    const inside = (title: string, body: () => Promise<void>): void => {
      test(title, () => connection.run(body))
    }

    beforeAll(async () => {
      connection = connect({
        region: 'us-east-1',
        defaultTableName: uniqueTable(),
        driver: lane.createDriver(),
        queryBuilder: { scans: 'allow', timestampFormat },
      })
      connection.use(async (request, next) => {
        const answer = await next(request)
        requests.push(request.operation)
        items += (answer as { ScannedCount?: number }).ScannedCount ?? 0
        return answer
      })
      await connection.run(async () => {
        registerModels(Visit)
        await Visit.migrate()
        await Visit.batchCreate([
          ...MOMENTS.map((at, i) => ({ id: `v${i}`, site: 's', page: 'p', at, left: at, createdAt: at })),
          { id: 'none', site: 's', page: 'p', at: new Date(), createdAt: new Date('2020-06-15T00:00:00Z') },
        ])
      })
    })
    afterAll(() => connection.close())

    /** The rows that have a date for which this holds; with `!=` those without one, too. */
    const expected = (op: Op, rule: (date: Date) => boolean): string[] => [
      ...(op === '!=' ? ['none'] : []),
      ...MOMENTS.flatMap((at, i) => (rule(at) ? [`v${i}`] : [])),
    ]

    inside('Q12: days, months and years, by a scan, with every operator', async () => {
      for (const op of OPERATORS) {
        const ids = async (query: { get(): Promise<{ id: string }[]> }): Promise<string[]> =>
          (await query.get()).map(({ id }) => id).sort()
        const all = Visit.query()
        for (const on of ['1970-01-01', '2024-02-29', '2025-01-31', '2026-02-01']) {
          const wanted = expected(op, (at) => holds(day(at), op, on)).sort()
          expect(await ids(all.whereDate('left', op, on)), `${op} ${on}`).toEqual(wanted)
          expect(await ids(all.whereDate('left', op, new Date(`${on}T17:00:00Z`)))).toEqual(wanted)
        }
        for (const year of [1969, 2024, 2025])
          expect(await ids(all.whereYear('left', op, year)), `${op} ${year}`).toEqual(
            expected(op, (at) => holds(at.getUTCFullYear(), op, year)).sort(),
          )
        expect(await ids(all.whereMonth('left', op, '2025-01'))).toEqual(
          expected(op, (at) => holds(day(at).slice(0, 7), op, '2025-01')).sort(),
        )
        for (const month of [1, 2, 12])
          expect(await ids(all.whereMonth('left', op, month)), `${op} month ${month}`).toEqual(
            expected(op, (at) => holds(at.getUTCMonth() + 1, op, month)).sort(),
          )
        for (const of of [1, 31])
          expect(await ids(all.whereDay('left', op, of)), `${op} day ${of}`).toEqual(
            expected(op, (at) => holds(at.getUTCDate(), op, of)).sort(),
          )
        for (const clock of ['00:00:00', '09:30:00', '23:59:59'])
          expect(await ids(all.whereTime('left', op, clock)), `${op} ${clock}`).toEqual(
            expected(op, (at) => holds(time(at), op, clock)).sort(),
          )
      }
    })

    inside('Q12: the same of timestamps, in whatever format they are stored', async () => {
      const ids = async (query: { get(): Promise<{ id: string }[]> }): Promise<string[]> =>
        (await query.get()).map(({ id }) => id)
      const site = Visit.where('site', 's').orderBy('createdAt')
      const of = (rule: (date: Date) => boolean): string[] => MOMENTS.flatMap((at, i) => (rule(at) ? [`v${i}`] : []))
      expect(await ids(site.whereDate('createdAt', '2025-01-31'))).toEqual(of((at) => day(at) === '2025-01-31'))
      expect(await ids(site.whereYear('createdAt', 2025))).toEqual(of((at) => at.getUTCFullYear() === 2025))
      expect(await ids(site.whereMonth('createdAt', 12))).toEqual(of((at) => at.getUTCMonth() === 11))
      expect(await ids(site.whereMonth('createdAt', '01').whereDay('createdAt', '31'))).toEqual(
        of((at) => at.getUTCMonth() === 0 && at.getUTCDate() === 31),
      )
      expect(await ids(site.whereTime('createdAt', '>=', '09:30').whereTime('createdAt', '<', '12:00'))).toEqual(
        of((at) => time(at) >= '09:30:00' && time(at) < '12:00:00'),
      )
      expect(await site.whereMonth('createdAt', 12).count()).toBe(of((at) => at.getUTCMonth() === 11).length)
      expect(await ids(site.whereMonth('createdAt', 12).orderByDesc('createdAt').limit(1))).toHaveLength(1)
      expect((await site.whereDay('createdAt', 31).cursorPaginate(null, 2)).data).toHaveLength(2)
    })

    inside(
      'Q12: a range of keys where an index sorts by the date: no row is read that is not of the answer',
      async () => {
        for (const [query, rows] of [
          [Visit.where('site', 's').whereDate('createdAt', '2025-01-31'), 2],
          [Visit.where('site', 's').whereYear('createdAt', 2025), 7],
          [Visit.where('site', 's').whereMonth('createdAt', '2025-02'), 2],
          [Visit.where('site', 's').whereDate('createdAt', '>=', '2026-01-01'), 2],
          [Visit.where('page', 'p').whereDate('at', '<', '1970-01-01'), 1],
        ] as const) {
          const plan = query.explain()
          expect({ operation: plan.operation, local: plan.inMemory.filter }).toEqual({
            operation: 'Query',
            local: undefined,
          })
          expect(plan.keyCondition?.sort).toHaveLength(1)
          requests = []
          items = 0
          expect(await query.get()).toHaveLength(rows)
          expect({ requests, items }).toEqual({ requests: ['Query'], items: rows })
        }
        const month = Visit.where('site', 's').whereMonth('createdAt', 1)
        expect(String(month.explain())).toContain('in memory  month of createdAt = 1')
        expect(month.explain().index).toBe('GSI1')
      },
    )

    inside('Q12: today, past and future', async () => {
      const soon = new Date(Date.now() + 3_600_000)
      const row = await Visit.create({ id: 'soon', site: 'n', at: soon, left: soon, createdAt: soon })
      const now = Visit.where('site', 'n')
      expect(await now.whereFuture('createdAt').count()).toBe(1)
      expect(await now.wherePast('left').count()).toBe(0)
      expect(await Visit.where('site', 's').whereFuture('createdAt').count()).toBe(0)
      expect(await Visit.where('site', 's').wherePast('createdAt').count()).toBe(MOMENTS.length + 1)
      const today = await Visit.where('id', 'none').whereToday('at').exists()
      expect(today).toBe(day((await Visit.findOrFail('none')).at) === day(new Date()))
      await row.forceDelete()
    })

    inside('Q12: Q28: rows of a month are changed and deleted, unless their date changed meanwhile', async () => {
      const of = Visit.where('site', 'w')
      const make = (id: string, month: string): Promise<unknown> =>
        Visit.create({ id, site: 'w', at: new Date(`2025-${month}-10T00:00:00Z`) })
      await Promise.all([make('w1', '01'), make('w2', '01'), make('w3', '02')])
      expect(await of.whereMonth('at', 1).update({ note: 'first' })).toBe(2)
      expect((await of.where('note', 'first').get()).map(({ id }) => id).sort()).toEqual(['w1', 'w2'])
      // Between the read and the write of w2 somebody moves it into another month.
      let raced = false
      const race = async (request: { operation: string; input: object }, next: (request: never) => unknown) => {
        if (!raced && request.operation === 'UpdateItem' && JSON.stringify(request.input).includes('w2')) {
          raced = true
          await Visit.query()
            .where('id', 'w2')
            .update({ at: new Date('2025-03-01T00:00:00Z') })
        }
        return next(request as never)
      }
      connection.use(race as never)
      expect(await of.whereMonth('at', 1).delete({ concurrency: 1 })).toBe(1)
      connection.drop(race as never)
      expect(raced).toBe(true)
      expect((await of.get()).map(({ id }) => id).sort()).toEqual(['w2', 'w3'])
      expect(await of.whereMonth('at', '!=', 2).forceDelete()).toBe(1)
      await Visit.query().withTrashed().where('site', 'w').forceDelete()
    })

    inside('Q12: what is no date, no day and no month is refused where it is written', async () => {
      const query = Visit.query()
      const code = (ask: () => unknown): string | undefined => {
        try {
          ask()
        } catch (error) {
          return (error as QueryError).code
        }
        return undefined
      }
      for (const ask of [
        () => query.whereDate('left', '2025-02-29'),
        () => query.whereDate('left', '31.01.2025'),
        () => query.whereDate('left', '2025-01'),
        () => query.whereDate('left', new Date(Number.NaN)),
        () => query.whereYear('left', 20_250),
        () => query.whereYear('left', -1),
        () => query.whereMonth('left', 13),
        () => query.whereMonth('left', 0),
        () => query.whereMonth('left', '2025-13'),
        () => query.whereDay('left', 32),
        () => query.whereDay('left', 1.5),
        () => query.whereTime('left', '24:00'),
        () => query.whereTime('left', '9:30'),
      ])
        expect(code(ask), String(ask)).toBe('QUERY.INVALID_VALUE')
      for (const ask of [
        () => query.whereDate('note' as never, '2025-01-31'),
        () => query.whereDate('born', '2025-01-31'),
        () => query.whereDate('left', ...(['in', '2025-01-31'] as unknown as ['2025-01-31'])),
        () => query.wherePast('site' as 'left'),
      ])
        expect(code(ask), String(ask)).toBe('QUERY.INVALID_OPERATOR')
      expect(code(() => query.whereToday('lft' as 'left'))).toBe('QUERY.UNKNOWN_ATTRIBUTE')
      expect(() => query.whereDate('secret', 'tomorrow')).toThrow(QueryError)
      expect(() => query.whereDate('secret', 'tomorrow')).not.toThrow(/tomorrow/)
      expect(String(query.whereMonth('secret', 7).explain())).toContain('month of secret = [hidden]')
      await expect(
        connection.run(() =>
          DynamoDBModel.transaction(async (tx) => {
            tx.check(await Visit.findOrFail('v1'), (visit) => visit.whereMonth('at', 1))
          }),
        ),
      ).rejects.toMatchObject({ code: 'EXPRESSION.NOT_SENDABLE' })
    })
  })
})
