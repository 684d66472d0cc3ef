import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Connection,
  connect,
  defineModel,
  generateMigration,
  loadMigrations,
  migrationStatus,
  planMigration,
  registerModels,
  rollbackMigrations,
  runMigrations,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { describeFreshEngines, uniqueTable } from './support.js'

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const note = (more: Partial<Definition> = {}) =>
  defineModel({ name: 'Note', attributes: { id: { ...text, required: true }, team: text, email: text }, ...more })
const byTeam = { indexes: { byTeam: { partition: ['team'] } } } as const

describeFreshEngines('migrations in files', (lane) => {
  const open: Connection[] = []
  const folders: string[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
    for (const each of folders) rmSync(each, { recursive: true, force: true })
  })
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'migrations-'))
    folders.push(made)
    return made
  }
  /** A version of a program. */
  const program = (table: string, model: ReturnType<typeof note>) => {
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: table,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    open.push(connection)
    const sent: string[] = []
    connection.use((request, next) => {
      sent.push(request.operation)
      return next(request)
    })
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      connection.run(async () => {
        registerModels(model)
        return work()
      })
    return { run, sent, Note: model.on(connection) as unknown as any }
  }
  const generate = async (
    at: string,
    run: <T>(work: () => Promise<T>) => Promise<T>,
    name: string,
  ): Promise<string[]> => {
    const made = await run(async () => generateMigration(await loadMigrations(at), { name, format: 'json' }))
    if (made !== null) writeFileSync(join(at, `${made.name}.json`), made.text)
    return [...(made?.steps ?? [])]
  }
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100))

  test('G1, G2, G3, G7, G8, G11: from models to files, to tables, on to other tables, and back', async () => {
    const at = folder()
    const table = uniqueTable()
    const first = program(table, note())
    expect(await generate(at, first.run, 'create app')).toEqual([`create table ${table} (pk, sk)`])
    const [file = ''] = readdirSync(at)
    expect(file).toMatch(/^\d{4}_\d\d_\d\d_\d{6}_create_app\.json$/)
    const run = async (of: ReturnType<typeof program>) => of.run(async () => runMigrations(await loadMigrations(at)))
    expect((await run(first)).ran).toHaveLength(1)
    expect((await run(first)).ran).toEqual([])
    await first.Note.batchCreate(Array.from({ length: 40 }, (_, i) => ({ id: `n${i}`, team: 'red', email: `E${i}` })))
    await later()
    const second = program(table, note(byTeam))
    expect(await generate(at, second.run, 'by team')).toEqual([
      `add index GSI1 (gsi1pk, gsi1sk) to ${table}`,
      `give rows of Note in ${table} their new keys`,
    ])
    const status = await second.run(async () => migrationStatus(await loadMigrations(at)))
    expect(status.migrations.map(({ state }) => state)).toEqual(['applied', 'pending'])
    expect(status.drift).toEqual([])
    expect(await second.run(() => planMigration())).toHaveLength(2)
    expect(await run(second)).toMatchObject({ written: 40 })
    expect(await second.Note.query().where('team', 'red').index('byTeam').count()).toBe(40)
    // The same files make other tables, in one go.
    const back = await second.run(async () => rollbackMigrations(await loadMigrations(at)))
    expect(back).toHaveLength(1)
    expect((await second.run(async () => migrationStatus(await loadMigrations(at)))).migrations.at(-1)?.state).toBe(
      'pending',
    )
    await expect(second.run(async () => rollbackMigrations(await loadMigrations(at)))).rejects.toMatchObject({
      code: 'MIGRATION.IRREVERSIBLE',
    })
    expect((await run(second)).ran).toHaveLength(1)
    expect(await program(table, note(byTeam)).Note.query().where('team', 'red').index('byTeam').count()).toBe(40)
  }, 120_000)

  test('G10, G13: code of migrations changes rows, and goes on where it was broken off', async () => {
    const at = folder()
    const { run, Note, sent } = program(uniqueTable(), note())
    await generate(at, run, 'create')
    await run(async () => runMigrations(await loadMigrations(at)))
    await Note.batchCreate(Array.from({ length: 3200 }, (_, i) => ({ id: `n${i}`, team: 'red', email: `E${i}` })))
    const work = run(async () => {
      const files = await loadMigrations(at)
      const stop = new AbortController()
      const file = (up: object) => [...files, { name: '9999_lower', checksum: 'x', migration: up }]
      const lower = {
        up: ({ mapRows }: any) => mapRows(Note, (row: any) => (row.email = row.email.toLowerCase())),
        down: ({ mapRows }: any) => mapRows(Note, (row: any) => (row.email = row.email.toUpperCase())),
      }
      const onProgress = ({ written }: { written: number }): void => {
        if (written >= 500) stop.abort(new Error('stopped'))
      }
      await expect(runMigrations(file(lower), { signal: stop.signal, onProgress })).rejects.toThrow('stopped')
      expect((await migrationStatus(file(lower))).migrations.at(-1)?.state).toBe('begun')
      sent.length = 0
      expect((await runMigrations(file(lower))).ran).toEqual(['9999_lower'])
      expect(sent.filter((operation) => operation === 'UpdateItem').length).toBeLessThan(3200)
      const emails = async (): Promise<string[]> => (await Note.query().get()).map((row: any) => row.email)
      expect((await emails()).every((email) => email.startsWith('e'))).toBe(true)
      await rollbackMigrations(file(lower))
      expect((await emails()).every((email) => email.startsWith('E'))).toBe(true)
    })
    await work
  }, 120_000)

  test('G10: code of migrations keeps to the capacity units that it is given', async () => {
    const at = folder()
    const { run, Note } = program(uniqueTable(), note())
    await generate(at, run, 'create')
    await run(async () => runMigrations(await loadMigrations(at)))
    await Note.batchCreate(Array.from({ length: 120 }, (_, i) => ({ id: `n${i}`, email: `E${i}` })))
    const up = ({ mapRows }: any) => mapRows(Note, (row: any) => (row.email = row.email.toLowerCase()))
    let spent = 0
    const warned: Error[] = []
    const listen = (warning: Error): unknown => warned.push(warning)
    process.on('warning', listen)
    const began = Date.now()
    await run(async () =>
      runMigrations([...(await loadMigrations(at)), { name: '9999_lower', checksum: 'x', migration: { up } }], {
        maxCapacity: 60,
        onProgress: ({ capacity }) => (spent = capacity),
      }),
    )
    // 120 writes; what is consumed before the last requests, which run at the same time, is paid for in time.
    expect(spent).toBeGreaterThanOrEqual(120)
    expect((Date.now() - began) / 1000).toBeGreaterThan((spent - 40) / 60)
    process.off('warning', listen)
    expect(warned).toEqual([])
  }, 120_000)

  test('Z6: a migration that was edited, lost or is none is told before anything is changed', async () => {
    const at = folder()
    const { run, sent } = program(uniqueTable(), note())
    await generate(at, run, 'create')
    const [file = ''] = readdirSync(at)
    const load = () => run(async () => runMigrations(await loadMigrations(at)))
    await load()
    const before = readFileSync(join(at, file), 'utf8')
    writeFileSync(join(at, file), before.replaceAll('\n', '\r\n'))
    expect((await load()).ran).toEqual([])
    writeFileSync(join(at, file), `${before}\n`)
    sent.length = 0
    await expect(load()).rejects.toMatchObject({ code: 'MIGRATION.EDITED', message: expect.stringContaining('create') })
    const status = await run(async () => migrationStatus(await loadMigrations(at)))
    expect(status.migrations[0]?.state).toBe('edited')
    rmSync(join(at, file))
    await expect(load()).rejects.toMatchObject({ code: 'MIGRATION.MISSING' })
    writeFileSync(join(at, file), before)
    for (const [wrong, told] of [
      ['export default 5', 'no migration'],
      ["export default { operations: [{ type: 'drop', table: 'x' }] }", 'type drop'],
      ["export default { operations: [{ type: 'backfill', table: 'x' }] }", 'has no models'],
      ['export default { upp() {} }', 'no upp'],
    ] as const) {
      writeFileSync(join(at, '9999_wrong.mjs'), wrong)
      await expect(loadMigrations(at)).rejects.toMatchObject({
        code: 'MIGRATION.INVALID',
        message: expect.stringContaining(told),
      })
    }
    writeFileSync(join(at, '9999_wrong.mjs'), 'throw new Error("boom")')
    await expect(loadMigrations(at)).rejects.toMatchObject({ code: 'CONFIG.MIGRATIONS' })
    writeFileSync(join(at, '9999_wrong.json'), '{}')
    mkdirSync(join(at, 'sub'))
    rmSync(join(at, '9999_wrong.mjs'))
    expect(await loadMigrations(at)).toHaveLength(2)
  })

  test('G12: models that no migration follows are told, and so is what a table lacks', async () => {
    const at = folder()
    const table = uniqueTable()
    const { run } = program(table, note())
    await generate(at, run, 'create')
    await run(async () => runMigrations(await loadMigrations(at)))
    const next = program(table, note(byTeam))
    const files = await loadMigrations(at)
    expect((await next.run(() => migrationStatus(files))).drift).toEqual([
      `add index GSI1 (gsi1pk, gsi1sk) to ${table}`,
    ])
    await expect(next.run(() => runMigrations(files))).rejects.toMatchObject({ code: 'MIGRATION.OUT_OF_DATE' })
  })
})
