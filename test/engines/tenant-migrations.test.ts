import {
  type Connection,
  connect,
  type DynamoDBConfig,
  DynamoDBModel,
  registerModels,
  withTenant,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { runMigrations } from '../../src/migrations/index.js'
import { describeFreshEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const

/** A model as it is before and after its attributes are indexed and unique. */
function noteModel(later: boolean) {
  return class Note extends DynamoDBModel {
    static indexes = later ? { byTeam: { partition: ['team'] } } : {}
    attributes = { id, team: { type: 'string' }, mail: { type: 'string', unique: later } } as const
  }
}
class Land extends DynamoDBModel {
  static tenant = false
  attributes = { id } as const
}

const TENANTS = ['a', 'a#b', '@a', 'NOTE#1']

describeFreshEngines('migrations of tenants', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  const start = (model: ReturnType<typeof noteModel>, config: DynamoDBConfig) => {
    const connection = connect({
      queryBuilder: { scans: 'allow' },
      tenancy: {},
      ...config,
      driver: lane.createDriver(),
    })
    open.push(connection)
    connection.run(() => {
      registerModels(model, Land)
    })
    const as = <T>(tenant: string, fn: () => T): T => connection.run(() => withTenant(tenant, fn))
    return { connection, as }
  }

  test('T1, E3: rows of every tenant get new keys and unique guards in one go through the table', async () => {
    const config = { defaultTableName: uniqueTable() }
    const Old = noteModel(false)
    const old = start(Old, config)
    await old.connection.run(() => Old.migrate())
    for (const tenant of TENANTS)
      await old.as(tenant, () =>
        Old.batchCreate(
          Array.from({ length: 30 }, (_, n) => ({ id: `${n}`, team: n % 2 ? 'red' : tenant, mail: `${n}@x` })),
        ),
      )
    const Note = noteModel(true)
    const { connection, as } = start(Note, config)
    // Also where a resolver names a tenant: tables are migrated as a whole.
    expect(await as('a', () => Note.migrate())).toMatchObject({ written: 30 * TENANTS.length })
    for (const tenant of TENANTS)
      await as(tenant, async () => {
        const red = Note.where('team', 'red')
        expect(red.explain()).toMatchObject({ operation: 'Query', index: 'GSI1' })
        expect(await red.count()).toBe(15)
        expect(await Note.where('team', tenant).count()).toBe(15)
        await expect(Note.create({ id: 'new', mail: '7@x' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
      })
    expect(await connection.run(() => Note.migrate())).toMatchObject({ indexes: [], written: 0 })
  }, 120_000)

  test('T1, E3: tables of tenants are migrated one by one, each as far as it is', async () => {
    const config = { defaultTableName: uniqueTable(), tenancy: { strategy: 'table' } } as const
    const Old = noteModel(false)
    const old = start(Old, config)
    await old.connection.run(() => Old.migrate())
    for (const tenant of TENANTS)
      await old.as(tenant, async () => {
        await Old.migrate()
        await Old.batchCreate(Array.from({ length: 10 }, (_, n) => ({ id: `${n}`, team: 'red', mail: `${n}@x` })))
      })
    const Note = noteModel(true)
    const { connection, as } = start(Note, config)
    await connection.run(() => Note.migrate())
    for (const tenant of TENANTS)
      await as(tenant, async () => {
        expect(await Note.migrate()).toMatchObject({ written: 10 })
        expect(await Note.where('team', 'red').count()).toBe(10)
        await expect(Note.create({ id: 'new', mail: '7@x' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
        expect(await Note.migrate()).toMatchObject({ indexes: [], written: 0 })
      })
  }, 120_000)

  test('T1, G10: mapRows visits the rows of every tenant, for that tenant', async () => {
    const Note = noteModel(true)
    const { connection, as } = start(Note, { defaultTableName: uniqueTable() })
    await connection.run(() => Note.migrate())
    for (const tenant of TENANTS)
      await as(tenant, () =>
        Note.batchCreate([
          { id: '1', team: tenant, mail: 'A@X' },
          { id: '2', mail: 'B@X' },
        ]),
      )
    const up = ({ mapRows }: any) => mapRows(Note, (row: any) => (row.mail = row.mail.toLowerCase()))
    await connection.run(() => runMigrations([{ name: '0001_lower', checksum: 'x', migration: { up } }]))
    for (const tenant of TENANTS)
      await as(tenant, async () => {
        expect((await Note.all()).map(({ mail }) => String(mail)).sort()).toEqual(['a@x', 'b@x'])
        expect(await Note.where('mail', 'a@x').first()).toMatchObject({ team: tenant })
      })
  }, 120_000)
})
