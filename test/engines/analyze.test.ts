import { analyze, type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Note extends DynamoDBModel {
  static readonly indexes = { byTeam: { partition: ['team'], sort: ['at'] } }
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    at: { type: 'number', required: true },
    done: { type: 'boolean' },
    text: { type: 'string' },
  } as const
}

describeEngines('analyze', (lane) => {
  let connection: Connection
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable('analyze'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await connection.run(async () => {
      registerModels(Note)
      await DynamoDBModel.migrate()
      // A kilobyte each; one of ten is done.
      await Note.batchCreate(
        Array.from({ length: 40 }, (_, at) => ({
          id: `n${at}`,
          team: `t${at % 2}`,
          at,
          done: at % 10 === 0,
          text: 'x'.repeat(1000),
        })),
      )
    })
  })
  afterAll(() => connection.close())

  test('X8: what a query consumed, against what its rows cost alone', () =>
    connection.run(async () => {
      const keyed = await analyze(Note.where('id', 'n1'))
      expect(keyed).toMatchObject({ requests: 1, looked: 1, readUnits: 0.5, expected: 0.5, ratio: 1 })
      expect(keyed.rows.map(({ id }) => id)).toEqual(['n1'])
      const exact = await analyze(Note.where('team', 't0'))
      expect(exact).toMatchObject({ requests: 1, looked: 20, ratio: 1 })
      expect(exact.readUnits).toBeGreaterThanOrEqual(2.5)
      // 20 items are looked at, and 4 of them are asked for.
      const filtered = await analyze(Note.where('team', 't0').where('done', true))
      expect(filtered).toMatchObject({ looked: 20, readUnits: exact.readUnits, rows: { length: 4 } })
      expect(filtered.ratio).toBeGreaterThan(2)
      const scan = await analyze(Note.where('done', true))
      expect(scan.looked).toBeGreaterThanOrEqual(40)
      expect(scan.ratio).toBeGreaterThan(5)
      expect(scan.advice.length).toBeGreaterThan(0)
      expect(String(scan)).toMatch(/Scan Note[\s\S]*consumed +[\d.]+ read capacity units; the rows alone are/)
      expect((await analyze(Note.where('id', 'none'))).ratio).toBeUndefined()
      const many = await analyze(Note.whereIn('id', ['n1', 'n2', 'n3']))
      expect(many).toMatchObject({ readUnits: 1.5, expected: 1.5, rows: { length: 3 } })
    }))
})
