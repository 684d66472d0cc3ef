import { type Connection, connect, type DynamoDBConfig, defineModel } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { describeFreshEngines, uniqueTable } from './support.js'

type Indexes = NonNullable<Parameters<typeof defineModel>[0]['indexes']>

const text = { type: 'string', required: true } as const

/** The same model in different versions of a program. */
const note = (table: string, indexes: Indexes) =>
  defineModel({
    name: 'Note',
    table,
    attributes: { id: text, team: text, kind: text, body: { type: 'string' } },
    indexes,
  })

describeFreshEngines('migrate', (lane) => {
  const open: Connection[] = []
  const program = (
    table: string,
    indexes: Indexes,
    singleTableDesign: NonNullable<DynamoDBConfig['singleTableDesign']> = {},
  ) => {
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: `${table}-shared`,
      driver: lane.createDriver(),
      singleTableDesign,
    })
    open.push(connection)
    return note(table, indexes).on(connection)
  }
  afterAll(async () => {
    for (const each of open) await each.close()
  })

  test('an index that holds less than its models read is told, not read', async () => {
    const table = uniqueTable()
    await program(table, { byTeam: { partition: ['team'], projection: 'KEYS_ONLY' } }).migrate()
    const differs = (message: string): object => ({
      code: 'MODEL.TABLE_DIFFERS',
      message: expect.stringContaining(message),
    })
    await expect(program(table, { byTeam: { partition: ['team'] } }).migrate()).rejects.toMatchObject(
      differs('GSI1 holds KEYS_ONLY'),
    )
    await expect(
      program(table, { byTeam: { partition: ['team'], projection: ['body', 'team'] } }).migrate(),
    ).rejects.toMatchObject(differs('GSI1 does not hold body, team'))
  })

  test('an index that holds more serves', async () => {
    const table = uniqueTable()
    await program(table, { byTeam: { partition: ['team'], projection: ['body', 'team'] } }).migrate()
    const Note = program(table, { byTeam: { partition: ['team'], projection: ['team'] } })
    await Note.migrate()
    await Note.create({ id: '1', team: 'red', kind: 'a', body: 'x' })
    expect((await Note.query().where('team', 'red').get()).map(({ body }) => body)).toEqual(['x'])
  })

  test('an index of the same name with another key is told', async () => {
    const table = uniqueTable()
    const own = { enabled: false }
    await program(table, { byIt: { partition: ['team'] } }, own).migrate()
    await expect(program(table, { byIt: { partition: ['kind'] } }, own).migrate()).rejects.toMatchObject({
      code: 'MODEL.TABLE_DIFFERS',
      message: expect.stringContaining('byIt has the key team (S, HASH), id (S, RANGE)'),
    })
  })

  test('a table without rows gets the indexes it lacks, from several processes at once', async () => {
    const table = uniqueTable()
    await program(table, {}).migrate()
    const indexes = { byTeam: { partition: ['team'] }, byKind: { partition: ['kind'] }, all: { sort: ['body'] } }
    const programs = [1, 2, 3].map(() => program(table, indexes))
    await Promise.all(programs.map((Note) => Note.migrate()))
    const [Note] = programs as [(typeof programs)[0]]
    await Note.create({ id: '1', team: 'red', kind: 'a', body: 'x' })
    for (const [name, value] of [
      ['team', 'red'],
      ['kind', 'a'],
    ] as const)
      expect(await Note.query().where(name, value).count()).toBe(1)
    // DynamoDB Local makes an index in about a second, on a busy machine in tens of them.
  }, 240_000)
})
