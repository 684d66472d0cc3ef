import {
  type Connection,
  connect,
  defineModel,
  disableTtl,
  generateMigration,
  type Migration,
  type MigrationFile,
  migrationStatus,
  planMigration,
  registerModels,
  runMigrations,
  updateTable,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { planMigrations } from '../../src/migrations/index.js'
import { describeFreshEngines, uniqueTable } from './support.js'

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const note = (more: Partial<Definition> = {}) =>
  defineModel({
    name: 'Note',
    attributes: { id: { ...text, required: true }, team: text, goneAt: { type: 'date' } },
    ttl: 'goneAt',
    ...more,
  })

describeFreshEngines('tables that were changed past their migrations', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  const program = (table: string, model = note()) => {
    const connection = connect({ region: 'us-east-1', defaultTableName: table, driver: lane.createDriver() })
    open.push(connection)
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      connection.run(() => {
        registerModels(model)
        return work()
      })
    return { connection, run }
  }
  const file = (name: string, migration: Migration): MigrationFile => ({ name, checksum: name, migration })
  const made = async (table: string): Promise<MigrationFile[]> => {
    const { run } = program(table)
    const first = await run(() => generateMigration([], { format: 'json' }))
    return [file('1_create', JSON.parse(first?.text ?? '') as Migration)]
  }
  const hasTags = lane.name === 'dynoxide'

  test('G4, G12: settings are seen, named with who set them last, and brought right where nothing is taken', async () => {
    const table = uniqueTable()
    const { connection, run } = program(table)
    const to = { stream: 'NEW_IMAGE', deletionProtection: true, ...(hasTags ? { tags: { team: 'a' } } : {}) } as const
    const from = { stream: false, deletionProtection: false } as const
    const files = [
      ...(await made(table)),
      file('2_stream', { operations: [{ type: 'change-table', table, from: {}, to: { stream: 'KEYS_ONLY' } }] }),
      file('3_all', { operations: [{ type: 'change-table', table, from, to }] }),
    ]
    const status = () => run(() => migrationStatus(files))
    expect((await run(() => runMigrations(files))).corrected).toEqual([])
    expect(await status()).toMatchObject({ drift: [], differences: [] })
    const past = { stream: false, deletionProtection: false, ...(hasTags ? { tags: { team: 'b' } } : {}) } as const
    await updateTable(table, past, { connection })
    await disableTtl(table, { connection })
    const { differences, drift } = await status()
    const by = '3_all'
    const wanted = [
      { table, what: 'stream', is: 'off', should: 'NEW_IMAGE', by, remedy: 'migrate' },
      { table, what: 'deletionProtection', is: 'off', should: 'on', by, remedy: 'migrate' },
      { table, what: 'ttl', is: 'off', should: 'goneAt', by: '1_create', remedy: 'migrate' },
      ...(hasTags ? [{ table, what: 'tags', is: 'team=b', should: 'team=a', by, remedy: 'migrate' }] : []),
    ]
    expect(differences).toHaveLength(wanted.length)
    expect(differences).toEqual(expect.arrayContaining(wanted.map((each) => expect.objectContaining(each))))
    const told = `stream of ${table} is off, and should be NEW_IMAGE, as 3_all made it`
    expect(drift).toContain(told)
    expect((await run(() => planMigrations(files))).corrections).toContain(told)
    // What was looked at was not touched.
    expect((await status()).differences).toEqual(differences)
    expect((await run(() => runMigrations(files))).corrected).toEqual(differences.map(({ text: each }) => each))
    expect(await status()).toMatchObject({ drift: [], differences: [] })
    await updateTable(table, { deletionProtection: false }, { connection })
  }, 120_000)

  test('G4, G12: what others may need is named and left: another stream, another billing', async () => {
    const table = uniqueTable()
    const { connection, run } = program(table)
    const files = [
      ...(await made(table)),
      file('2', { operations: [{ type: 'change-table', table, from: {}, to: { stream: 'NEW_IMAGE' } }] }),
    ]
    await run(() => runMigrations(files))
    const provisioned = { billingMode: 'PROVISIONED', readCapacity: 5, writeCapacity: 5 } as const
    await updateTable(table, { stream: 'KEYS_ONLY', ...provisioned }, { connection })
    const { differences } = await run(() => migrationStatus(files))
    expect(differences.map(({ what, is, should, remedy }) => [what, is, should, remedy].join(' ')).sort()).toEqual([
      'billing PROVISIONED PAY_PER_REQUEST step',
      'stream KEYS_ONLY NEW_IMAGE step',
    ])
    expect((await run(() => runMigrations(files))).corrected).toEqual([])
    expect((await run(() => migrationStatus(files))).differences).toEqual(differences)
  }, 120_000)

  test('G12: an index that no model needs is named, and goes with drop alone', async () => {
    const table = uniqueTable()
    const byTeam = { indexes: { byTeam: { partition: ['team'] } } } as const
    const files = await made(table)
    await program(table).run(() => runMigrations(files))
    const other = program(table, note(byTeam))
    await other.run(() => (note(byTeam).on(other.connection) as unknown as any).migrate())
    const { connection, run } = program(table)
    const [found] = (await run(() => migrationStatus(files))).differences
    expect(found).toMatchObject({ table, what: 'index GSI1', is: 'there', should: 'gone', by: null, remedy: 'step' })
    const left = `leave what is there: no model needs the index GSI1 of ${table}`
    expect(await run(() => planMigration())).toEqual([left])
    expect(await run(() => planMigration({ drop: true }))).toEqual([`remove index GSI1 from ${table}`])
    const indexes = async (): Promise<number> => {
      const { Table } = await connection.send('DescribeTable', { TableName: table })
      return Table?.GlobalSecondaryIndexes?.length ?? 0
    }
    expect((await run(() => runMigrations(files))).corrected).toEqual([])
    expect(await indexes()).toBe(1)
    const drop = await run(() => generateMigration(files, { drop: true, format: 'json' }))
    const all = [...files, file('2_drop', JSON.parse(drop?.text ?? '') as Migration)]
    await run(() => runMigrations(all))
    expect(await indexes()).toBe(0)
    expect(await run(() => migrationStatus(all))).toMatchObject({ drift: [], differences: [] })
  }, 120_000)

  test('G5, G12: what cannot be done to a table is in the status, with the way to it', async () => {
    const table = uniqueTable()
    const files = await made(table)
    const first = program(table)
    await first.run(() => runMigrations(files))
    const keyPattern = { pk: 'TEAM#{team}', sk: 'NOTE#{id}' }
    const attributes = { id: { ...text, required: true }, team: { ...text, required: true } } as const
    await (note().on(first.connection) as unknown as any).create({ id: '1', team: 'a' })
    const { run } = program(table, note({ keyPattern, attributes, ttl: undefined } as never))
    const { drift, migrations } = await run(() => migrationStatus(files))
    expect(drift[0]).toMatch(/written with another key.*copyTable\(/i)
    expect(migrations).toHaveLength(1)
  })
})
