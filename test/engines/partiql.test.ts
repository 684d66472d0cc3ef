import {
  Connection,
  createTable,
  DynamoDBModel,
  deleteFrom,
  executeBatch,
  executeTransaction,
  identifier,
  insertInto,
  PartiqlBatchError,
  partiql,
  registerModels,
  selectFrom,
  updateTable,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import { resolveConfig } from '../../src/runtime/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Team extends DynamoDBModel {
  static readonly softDeletes = true
  static readonly indexes = { byCity: { partition: ['city'], sort: ['founded'] } }
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string', required: true, unique: true },
    city: { type: 'string' },
    founded: { type: 'date' },
    secret: { type: 'string', hidden: true },
  } as const
  relationships = { members: { type: 'hasMany', model: () => Member, foreignKey: 'teamId' } } as const
}
class Member extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, teamId: { type: 'string', required: true } } as const
}

const EVERY = {
  text: 'a "quoted" \'text\' ?; -- 🎉',
  empty: '',
  number: -1.5,
  big: 2n ** 100n,
  yes: true,
  nothing: null,
  bytes: new Uint8Array([0, 255]),
  strings: new Set(['a', 'b']),
  numbers: new Set([1, 2.5]),
  list: [1, 'x', [null, { deep: true }]],
  map: { a: { b: [1] }, 'odd "name': 'x' },
  'odd "na\'me?': 1,
}

describeEngines('PartiQL', (lane) => {
  let driver: Driver
  let connection: Connection
  const table = uniqueTable('statements')
  const run = <R>(work: () => Promise<R>): Promise<R> => connection.run(work)
  const basic = lane.name === 'dynoxide'
  beforeAll(async () => {
    driver = lane.createDriver()
    connection = new Connection(
      resolveConfig({
        region: 'us-east-1',
        defaultTableName: `${table}-models`,
        driver,
        queryBuilder: { scans: 'allow' },
      }),
    )
    await run(async () => {
      registerModels(Team, Member)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())
  let at = 0
  let name = ''
  beforeEach(async () => {
    name = `${table}-${at++}`
    await run(() =>
      createTable({
        tableName: name,
        partitionKey: { name: 'pk', type: 'string' },
        sortKey: { name: 'sk', type: 'number' },
        gsis: [
          {
            name: 'byStatus',
            partitionKey: { name: 'status', type: 'string' },
            sortKey: { name: 'sk', type: 'number' },
          },
        ],
      }),
    )
    return () => connection.send('DeleteTable', { TableName: name }).then(() => undefined)
  })
  const fill = async (count: number): Promise<void> => {
    for (let sk = 0; sk < count; sk++)
      await insertInto(name)
        .values({
          pk: `p${sk % 2}`,
          sk,
          status: sk % 3 === 0 ? 'open' : 'done',
          total: sk * 10,
          tags: new Set(['a', `t${sk}`]),
        })
        .execute()
  }

  test('PQ3: an item of every type is inserted, read, changed and deleted', () =>
    run(async () => {
      await insertInto(name)
        .values({ pk: 'p', sk: 1, ...EVERY })
        .execute()
      expect(await selectFrom(name).where({ pk: 'p', sk: 1 }).first()).toEqual({ pk: 'p', sk: 1, ...EVERY })
      // The same key again: nothing is written over.
      await expect(insertInto(name).values({ pk: 'p', sk: 1 }).execute()).rejects.toMatchObject({
        code: 'SERVICE.CONDITION_FAILED',
      })
      const changed = await updateTable(name)
        .set({ text: 'new', 'odd "na\'me?': new Set([7]) })
        .set('map.a.b[0]', 'deep')
        .remove('empty')
        .where({ pk: 'p', sk: 1 })
        .where('number', '<', 0)
        .returning('ALL NEW')
        .execute()
      expect(changed).toMatchObject({ text: 'new', 'odd "na\'me?': new Set([7]), map: { a: { b: ['deep'] } } })
      expect(changed).not.toHaveProperty('empty')
      const condition = updateTable(name).set('text', 'x').where({ pk: 'p', sk: 1 })
      await expect(condition.where('number', '>', 0).execute()).rejects.toMatchObject({
        code: 'SERVICE.CONDITION_FAILED',
      })
      // An update is of an item that is there.
      await expect(updateTable(name).set('text', 'x').where({ pk: 'q', sk: 1 }).execute()).rejects.toMatchObject({
        code: 'SERVICE.CONDITION_FAILED',
      })
      const gone = await deleteFrom(name).where({ pk: 'p', sk: 1 }).returning('ALL OLD').execute()
      expect(gone).toMatchObject({ pk: 'p', text: 'new' })
      expect(await deleteFrom(name).where({ pk: 'p', sk: 1 }).execute()).toBeNull()
      expect(await selectFrom(name).execute()).toEqual([])
    }))

  test('PQ3: counts, lists and sets are changed where they are', () =>
    run(async () => {
      await insertInto(name)
        .values({ pk: 'p', sk: 1, n: 5, list: [1], set: new Set(['a', 'b']) })
        .execute()
      const change = updateTable(name)
        .increment('n', 3)
        .append('list', [2, 3])
        .addTo('set', new Set(['c']))
        .where({ pk: 'p', sk: 1 })
        .returning('ALL NEW')
      if (basic) {
        await expect(change.execute()).rejects.toMatchObject({ code: 'PARTIQL.UNSUPPORTED' })
        return
      }
      expect(await change.execute()).toMatchObject({ n: 8, list: [1, 2, 3], set: new Set(['a', 'b', 'c']) })
      const less = updateTable(name)
        .deleteFrom('set', new Set(['a']))
        .remove('list', 'n')
        .where({ pk: 'p', sk: 1 })
      expect(await less.returning('ALL NEW').execute()).toEqual({ pk: 'p', sk: 1, set: new Set(['b', 'c']) })
    }))

  test('PQ1, PQ2, PQ5: conditions, projections, orders, limits, indexes, pages', () =>
    run(async () => {
      await fill(12)
      const keys = async (query: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> => {
        const found: unknown[] = []
        for await (const row of query) found.push(row['sk'])
        return found
      }
      const p0 = selectFrom(name).where('pk', 'p0')
      expect(await keys(p0)).toEqual([0, 2, 4, 6, 8, 10])
      expect(await keys(p0.orderBy('sk', 'desc').limit(2))).toEqual([10, 8])
      expect(await keys(p0.orderBy('sk').limit(2))).toEqual([0, 2])
      expect(await keys(p0.where('sk', '>=', 4).where('sk', '<', 8))).toEqual([4, 6])
      expect(await keys(p0.whereBetween('sk', [2, 4]).consistent())).toEqual([2, 4])
      expect(await keys(p0.where((q) => q.where('total', 0).orWhere('total', '>', 80)))).toEqual([0, 10])
      expect(await keys(p0.whereNot('status', 'open'))).toEqual([2, 4, 8, 10])
      expect(await keys(p0.where('status', '!=', 'open').where('nowhere', '!=', 1))).toEqual([2, 4, 8, 10])
      expect(await keys(p0.where('tags', 'contains', 't4'))).toEqual([4])
      expect(await keys(p0.where('nowhere', 'exists'))).toEqual([])
      expect(await keys(p0.where('nowhere', 'not exists').where('total', 'not between', [10, 90]))).toEqual([0, 10])
      expect(await keys(selectFrom(name).whereIn('pk', ['p0', 'p1']).whereIn('sk', [1, 2]))).toEqual([2, 1])
      expect(await keys(selectFrom(name, 'byStatus').where('status', 'open'))).toEqual([0, 3, 6, 9])
      expect(await keys(selectFrom(name).index('byStatus').where('status', 'open').orderBy('sk', 'desc'))).toEqual([
        9, 6, 3, 0,
      ])
      expect(await p0.select('sk', 'total').limit(1).execute()).toEqual([{ sk: 0, total: 0 }])
      expect(await keys(selectFrom(name).whereIn('pk', ['p0', 'p1']).limit(7))).toHaveLength(7)
      expect(await keys(p0.where('total', '>=', 60).limit(2))).toEqual([6, 8])
      expect(await keys(selectFrom(name, 'byStatus').where('status', 'done').limit(5))).toEqual([1, 2, 4, 5, 7])
      // A limit does not read what it does not need.
      const asked: unknown[] = []
      const watch = new Connection(connection.config).use((request, next) => {
        if (request.operation === 'ExecuteStatement') asked.push((request.input as { Limit?: number }).Limit)
        return next(request)
      })
      await watch.run(async () => expect(await keys(p0.limit(3))).toEqual([0, 2, 4]))
      expect(asked).toEqual([3])
      // What is sent to engines that sort: one page of it sorts DynamoDB Local, too.
      if (!basic) {
        const { statement, parameters } = p0.orderBy('sk', 'desc').toStatement()
        const request = { Statement: statement, Parameters: parameters }
        const { Items } = await connection.send('ExecuteStatement', request)
        expect((Items as { sk: { N: string } }[]).map(({ sk }) => Number(sk.N))).toEqual([10, 8, 6, 4, 2, 0])
      }
      // 12 rows, 5 at a time.
      const pages: number[] = []
      let token: string | undefined
      do {
        const page = await selectFrom(name).limit(5).page(token)
        pages.push(page.rows.length)
        token = page.nextToken
      } while (token !== undefined)
      expect(pages.reduce((sum, n) => sum + n, 0)).toBe(12)
      expect(pages.length).toBeGreaterThan(2)
      expect((await selectFrom(name).orWhere('total', 20).orWhere('total', 30).execute()).length).toBe(2)
    }))

  test('PQ2: what DynamoDB does not sort is refused before it is sent, with the way that works', () =>
    run(async () => {
      const p0 = selectFrom(name).where('pk', 'p0')
      for (const wrong of [
        p0.orderBy('total'),
        selectFrom(name).orderBy('sk'),
        selectFrom(name).whereIn('pk', ['a', 'b']).orderBy('sk'),
        selectFrom(name, 'byStatus').where('status', 'x').consistent(),
      ])
        await expect(wrong.execute()).rejects.toMatchObject({
          code: 'PARTIQL.UNSUPPORTED',
          hint: expect.stringMatching(/\w/),
        })
      await expect(selectFrom(name, 'no-index').execute()).rejects.toMatchObject({ code: 'PARTIQL.INVALID' })
      expect(() => p0.orderBy('sk').orderBy('pk')).toThrow(expect.objectContaining({ code: 'PARTIQL.UNSUPPORTED' }))
      for (const write of [
        updateTable(name).set('a', 1).where('pk', 'x'),
        updateTable(name).set('a', 1).where('pk', 'x').where('sk', '>', 1),
        deleteFrom(name).where('status', 'open'),
      ])
        await expect(write.execute()).rejects.toMatchObject({ code: 'PARTIQL.NEEDS_KEY' })
    }))

  test('Q36, E7: a statement that reads a whole table is told of, or refused, as queries are', () =>
    run(async () => {
      for (const scans of ['warn', 'forbid'] as const) {
        const guarded = new Connection(resolveConfig({ region: 'us-east-1', driver, queryBuilder: { scans } }))
        const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
        try {
          await guarded.run(async () => {
            await selectFrom(name).where('pk', 'a').execute()
            await selectFrom(name).whereIn('pk', ['a', 'b']).where('total', 1).execute()
            await selectFrom(name, 'byStatus').where('status', 'a').execute()
            expect(warn).not.toHaveBeenCalled()
            for (const scan of [
              selectFrom(name),
              selectFrom(name).where('pk', 'a').orWhere('pk', 'b'),
              selectFrom(name).where('pk', '>', 'a'),
              selectFrom(name, 'byStatus').where('pk', 'a'),
            ])
              if (scans === 'warn') await scan.execute()
              else await expect(scan.execute()).rejects.toMatchObject({ code: 'PARTIQL.SCAN_FORBIDDEN' })
            if (scans === 'warn') expect(warn).toHaveBeenCalled()
          })
        } finally {
          warn.mockRestore()
        }
      }
    }))

  test('PQ4: batches of any number, reads and writes; what is refused is told of each', () =>
    run(async () => {
      const inserts = Array.from({ length: 60 }, (_, sk) => insertInto(name).values({ pk: 'p', sk }))
      expect(await executeBatch(inserts)).toHaveLength(60)
      const mixed = [
        selectFrom(name).where({ pk: 'p', sk: 1 }),
        deleteFrom(name).where({ pk: 'p', sk: 2 }),
        selectFrom(name).where({ pk: 'p', sk: 99 }),
        partiql`UPDATE ${identifier(name)} SET n = ${7} WHERE pk = ${'p'} AND sk = ${3}`,
      ]
      expect((await executeBatch(mixed)).map(({ row }) => row)).toEqual([{ pk: 'p', sk: 1 }, null, null, null])
      const error: unknown = await executeBatch([
        insertInto(name).values({ pk: 'p', sk: 1 }),
        insertInto(name).values({ pk: 'q', sk: 1 }),
      ]).catch((each: unknown) => each)
      expect(error).toBeInstanceOf(PartiqlBatchError)
      expect(error).toMatchObject({ code: 'PARTIQL.BATCH_FAILED' })
      expect((error as PartiqlBatchError).results.map((each) => each.error?.exception)).toEqual([
        'DuplicateItem',
        undefined,
      ])
      expect(await selectFrom(name).where({ pk: 'q', sk: 1 }).first()).toEqual({ pk: 'q', sk: 1 })
      expect(await executeBatch([])).toEqual([])
    }))

  test('PQ4: a transaction writes all or nothing, reads at one moment, and is one however often it is sent', () =>
    run(async () => {
      const both = [
        insertInto(name).values({ pk: 'p', sk: 1 }),
        updateTable(name).set('n', 1).where({ pk: 'absent', sk: 1 }),
      ]
      await expect(executeTransaction(both)).rejects.toMatchObject({
        code: 'SERVICE.TRANSACTION_CANCELED',
        reasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
      })
      expect(await selectFrom(name).execute()).toEqual([])
      const inserts = Array.from({ length: 100 }, (_, sk) => insertInto(name).values({ pk: 'p', sk }))
      await executeTransaction(inserts, { token: 'the-same' })
      await executeTransaction(inserts, { token: 'the-same' })
      const rows = await executeTransaction([
        selectFrom(name).where({ pk: 'p', sk: 5 }),
        selectFrom(name).where({ pk: 'none', sk: 5 }),
      ])
      expect(rows).toEqual([{ pk: 'p', sk: 5 }, null])
      const more = [...inserts, insertInto(name).values({ pk: 'p', sk: 100 })]
      await expect(executeTransaction(more)).rejects.toMatchObject({ code: 'PARTIQL.INVALID' })
      const mixed = [selectFrom(name).where({ pk: 'p', sk: 5 }), deleteFrom(name).where({ pk: 'p', sk: 5 })]
      await expect(executeTransaction(mixed)).rejects.toMatchObject({ code: 'PARTIQL.INVALID' })
    }))

  test('PQ1: a template, whose values are parameters', () =>
    run(async () => {
      await fill(4)
      const hostile = "p0' OR 1=1 --"
      expect(await partiql`SELECT * FROM ${identifier(name)} WHERE pk = ${hostile}`.execute()).toEqual([])
      const found = partiql`SELECT sk FROM ${identifier(name, 'byStatus')} WHERE ${identifier('status')} = ${'open'}`
      expect(await found.execute()).toEqual([{ sk: 0 }, { sk: 3 }])
      expect(found.toStatement()).toEqual({
        statement: `SELECT sk FROM "${name}"."byStatus" WHERE "status" = ?`,
        parameters: [{ S: 'open' }],
      })
    }))

  test('PQ1: a model is read by statements as it is by queries: records, relations, soft deletes, hidden attributes', () =>
    run(async () => {
      const teams = await Team.batchCreate(
        ['Oslo', 'Rome', 'Oslo'].map((city, i) => ({
          id: `t${i}`,
          name: `n${i}`,
          city,
          founded: new Date(2020 + i, 0),
          secret: 's',
        })),
      )
      await teams[1]?.delete()
      await Member.batchCreate([
        { id: 'm1', teamId: 't0' },
        { id: 'm2', teamId: 't0' },
      ])
      const sent: string[] = []
      const watch = new Connection(connection.config).use((request, next) => {
        sent.push(request.operation)
        return next(request)
      })
      await watch.run(async () => {
        registerModels(Team, Member)
        // The first read looks at the keys of the table, too.
        await Team.first()
        sent.length = 0
        const found = await selectFrom(Team).where('city', 'Oslo').orderBy('founded', 'desc').get()
        expect(found.map(({ id }) => id)).toEqual(['t2', 't0'])
        expect(found[0]).toBeInstanceOf(Team)
        expect(JSON.stringify(found[0])).not.toContain('secret')
        expect((await selectFrom(Team).where('name', 'n0').first())?.id).toBe('t0')
        expect(await selectFrom(Team).where('id', 't1').first()).toBeNull()
        expect((await selectFrom(Team).withTrashed().where('id', 't1').first())?.id).toBe('t1')
        expect(await selectFrom(Team).count()).toBe(2)
        expect(await selectFrom(Team).whereIn('id', ['t0', 't1', 't2']).pluck('id')).toEqual(['t0', 't2'])
        const sentByStatements = sent.splice(0)
        expect(new Set(sentByStatements)).toEqual(new Set(['ExecuteStatement', 'BatchExecuteStatement']))
        const [team] = await selectFrom(Team).where('id', 't0').with('members').get()
        expect(team?.members.map(({ id }) => id)).toEqual(['m1', 'm2'])
        expect(selectFrom(Team).where('id', 't0').toStatement()).toEqual({
          statement: `SELECT * FROM "${table}-models" WHERE "pk" = ? AND "sk" = ?`,
          parameters: [{ S: 'TEAM#t0' }, { S: 'TEAM#t0' }],
        })
      })
      for (const write of [insertInto, updateTable, deleteFrom])
        expect(() => write(Team as never)).toThrow(expect.objectContaining({ code: 'PARTIQL.UNSUPPORTED' }))
    }))
})
