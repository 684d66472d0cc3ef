import {
  type Connection,
  connect,
  copyTable,
  DynamoDBModel,
  defineModel,
  describeTable,
  freshMigrations,
  generateMigration,
  markTableEnvironment,
  migrationStatus,
  planMigrations,
  registerModels,
  rollbackMigrations,
  runMigrations,
  unlockMigrations,
  updateTable,
  waitForTable,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { withLease } from '../../src/migrations/lease.js'
import { ledgerOf } from '../../src/migrations/ledger.js'
import { describeFreshEngines, uniqueTable } from './support.js'

const text = { type: 'string' } as const
const note = (more: object = {}, attributes: object = {}) =>
  defineModel({
    name: 'Note',
    attributes: { id: { ...text, required: true }, team: text, body: text, ...attributes },
    ...more,
  })
const byTeam = { indexes: { byTeam: { partition: ['team'] } } }
const byTeamAndBody = { indexes: { byTeam: { partition: ['team'] }, byBody: { partition: ['body'] } } }
const file = (name: string, migration: object, checksum = name) => ({ name, checksum, migration }) as never
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `n${from + i}`, team: 'red', body: 'old' }))

describeFreshEngines('migrations that nothing is lost by', (lane) => {
  const open: Connection[] = []
  afterAll(() => Promise.all(open.map((each) => each.close())))
  /** A version of a program; `page` items to a page of its scans. */
  const program = (
    table: string,
    models: any,
    { page, ...config }: { page?: number; [name: string]: unknown } = {},
  ) => {
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: table,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
      ...config,
    })
    open.push(connection)
    if (page !== undefined)
      connection.use((request, next) =>
        next(
          request.operation === 'Scan' ? { ...request, input: { ...(request.input as object), Limit: page } } : request,
        ),
      )
    const list = [models].flat()
    const run = <R>(work: () => Promise<R>): Promise<R> =>
      connection.run(async () => {
        registerModels(list)
        return work()
      })
    return { connection, run, Note: list[0].on(connection) }
  }
  const red = async (table: string): Promise<number> =>
    program(table, note(byTeam)).Note.query().where('team', 'red').index('byTeam').count()
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )

  test('G10, G13: what mapRows did before a rollback, or with another text, is not taken for done', async () => {
    const model = note()
    const { run, Note } = program(uniqueTable(), model, { page: 20 })
    await Note.migrate()
    await Note.batchCreate(rows(0, 400))
    const to = (body: string) => (tools: any) => tools.mapRows(model, (row: any) => (row.body = body))
    const both = file('a1', { up: to('new'), down: to('old') })
    const stop = new AbortController()
    let pages = 0
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'map' && ++pages === 6) stop.abort(new Error('stopped'))
    }
    await expect(run(() => runMigrations([both], { signal: stop.signal, onProgress }))).rejects.toThrow('stopped')
    await run(() => rollbackMigrations([both]))
    await run(() => runMigrations([both]))
    expect(await Note.query().where('body', 'new').count()).toBe(400)
    const fails = (body: string, checksum: string) =>
      file(
        'a2',
        {
          up: (tools: any) =>
            tools.mapRows(model, (row: any) => {
              if (checksum === '1' && row.id === 'n399') throw new Error('no')
              row.body = body
            }),
        },
        checksum,
      )
    expect(await codeOf(run(() => runMigrations([both, fails('wrong', '1')])))).toBe('MIGRATION.CODE_FAILED')
    await run(() => runMigrations([both, fails('right', '2')]))
    expect(await Note.query().where('body', 'right').count()).toBe(400)
  }, 120_000)

  test('E3: rows written while an index was away get its keys when it comes back, however it went', async () => {
    // A rollback that ends between two migrations.
    const first = uniqueTable()
    await program(first, note()).Note.migrate()
    await program(first, note()).Note.batchCreate(rows(0, 50))
    const { run } = program(first, note(byTeam))
    const made = await run(() => generateMigration([]))
    const index = file('a2', { operations: made?.operations })
    const fails = file('a1', {
      up: () => {},
      down: () => {
        throw new Error('no way back')
      },
    })
    await run(() => runMigrations([fails, index]))
    expect(await codeOf(run(() => rollbackMigrations([fails, index])))).toBe('MIGRATION.CODE_FAILED')
    await run(() => rollbackMigrations([file('a1', { up: () => {}, down: () => {} }), index]))
    await program(first, note()).Note.batchCreate(rows(50, 80))
    expect(await program(first, note(byTeam)).Note.migrate()).toMatchObject({ written: 30 })
    expect(await red(first)).toBe(80)
    // A process that dies after DynamoDB took the index away.
    const dying = program(first, note())
    let gone = false
    dying.connection.use(async (request, next) => {
      if (gone) throw new Error('killed')
      const answer = await next(request)
      if (request.operation === 'UpdateTable') gone = true
      return answer
    })
    await expect(dying.Note.migrate({ drop: true })).rejects.toThrow()
    // DynamoDB Local fails writes while it takes an index away.
    await run(() => waitForTable(first))
    await run(() => unlockMigrations())
    await program(first, note(), { queryBuilder: { scans: 'allow', designCheck: 'off' } }).Note.batchCreate(
      rows(80, 90),
    )
    await program(first, note(byTeam)).Note.migrate()
    expect(await red(first)).toBe(90)
  }, 240_000)

  test('Z6: what a process writes that lost the lease is refused', async () => {
    const table = uniqueTable()
    await program(table, note()).Note.migrate()
    await program(table, note()).Note.batchCreate(rows(0, 50))
    const zombie = program(table, note(byTeam))
    const made = await zombie.run(() => generateMigration([]))
    const index = file('a1', { operations: made?.operations })
    const other = program(table, note(byTeam))
    let late = false
    zombie.connection.use(async (request, next) => {
      // Just before it notes that all rows have their keys.
      if (!late && /Put|Transact/.test(request.operation) && JSON.stringify(request.input).includes('GSI1: ')) {
        late = true
        await other.run(() => unlockMigrations())
        await other.run(() => rollbackMigrations([index]))
      }
      return next(request)
    })
    expect(await codeOf(zombie.run(() => runMigrations([index])))).toBe('MIGRATION.LEASE_LOST')
    expect(late).toBe(true)
    await program(table, note()).Note.batchCreate(rows(50, 80))
    await program(table, note(byTeam)).Note.migrate()
    expect(await red(table)).toBe(80)
  }, 240_000)

  test('E3: backfill: true gives rows their keys that an older version wrote since', async () => {
    const table = uniqueTable()
    const old = program(table, note(), { queryBuilder: { scans: 'allow', designCheck: 'off' } })
    await old.Note.migrate()
    await old.Note.batchCreate(rows(0, 5))
    const { Note } = program(table, note(byTeam))
    await Note.migrate()
    await old.Note.update('n0', { team: 'blue' })
    await old.Note.create({ id: 'late', team: 'blue' })
    expect(await Note.migrate()).toMatchObject({ written: 0 })
    expect(await Note.migrate({ backfill: true })).toMatchObject({ written: 2 })
    expect(await Note.query().where('team', 'blue').index('byTeam').count()).toBe(2)
    expect(await red(table)).toBe(4)
    await old.Note.create({ id: 'later', team: 'blue' })
    const again = program(table, note(byTeam))
    const empty = file('a1', { up: () => {} })
    expect((await again.run(() => runMigrations([empty], { backfill: true }))).written).toBe(1)
    expect(await Note.query().where('team', 'blue').index('byTeam').count()).toBe(3)
  }, 240_000)

  test('G2, G11: a migration that removes an index runs where there are rows', async () => {
    const table = uniqueTable()
    await program(table, note(byTeam)).Note.migrate()
    await program(table, note(byTeam)).Note.batchCreate(rows(0, 5))
    const { run } = program(table, note())
    const made = await run(() => generateMigration([], { drop: true }))
    expect(made?.steps).toEqual([`remove index GSI1 from ${table}`])
    const drop = file('a1', { operations: made?.operations })
    expect((await run(() => planMigrations([drop]))).migrations).toEqual([{ name: 'a1', steps: made?.steps }])
    expect((await run(() => runMigrations([drop]))).ran).toEqual(['a1'])
    expect(await run(() => generateMigration([drop]))).toBeNull()
  }, 240_000)

  test('G6: the dry run of a new environment is what runs, and refuses what the run refuses', async () => {
    const here = uniqueTable()
    const one = program(here, note(byTeam))
    const first = await one.run(() => generateMigration([]))
    const a1 = file('a1', { operations: first?.operations })
    await one.run(() => runMigrations([a1]))
    const two = program(here, note(byTeamAndBody))
    const second = await two.run(() => generateMigration([a1]))
    const a2 = file('a2', { operations: second?.operations })
    const fresh = program(uniqueTable(), note(byTeamAndBody))
    const plan = await fresh.run(() => planMigrations([a1, a2]))
    expect(plan.more).toEqual([])
    expect((await fresh.run(() => migrationStatus([a1, a2]))).drift).toEqual([])
    const steps: string[] = []
    await fresh.run(() => runMigrations([a1, a2], { onStep: ({ text: step }) => steps.push(step) }))
    expect(plan.migrations.flatMap((each) => each.steps)).toEqual(steps)
    for (const [operation, code] of [
      [{ type: 'backfill', models: ['Gone'] }, 'MIGRATION.UNKNOWN_MODEL'],
      [{ type: 'change-table', from: {}, to: { streem: true } }, 'TABLE.INVALID_INPUT'],
    ] as const) {
      const bad = file('a3', { operations: [operation] })
      expect(await codeOf(fresh.run(() => planMigrations([a1, a2, bad])))).toBe(code)
      expect(await codeOf(fresh.run(() => runMigrations([a1, a2, bad])))).toBe(code)
      const { migrations } = await fresh.run(() => migrationStatus([a1, a2, bad]))
      expect(migrations.at(-1)?.state).toBe('pending')
    }
  }, 240_000)

  test('G12: what a pending migration changes is no correction', async () => {
    const table = uniqueTable()
    const { run, Note, connection } = program(table, note())
    await Note.migrate()
    const change = (name: string, from: boolean, to: boolean) =>
      file(name, {
        operations: [{ type: 'change-table', from: { deletionProtection: from }, to: { deletionProtection: to } }],
      })
    const files = [change('a1', false, true), change('a2', true, false)]
    await run(() => runMigrations(files.slice(0, 1)))
    await updateTable(table, { deletionProtection: false }, { connection })
    expect((await run(() => planMigrations(files.slice(0, 1)))).corrections).toHaveLength(1)
    expect((await run(() => planMigrations(files))).corrections).toEqual([])
    expect((await run(() => runMigrations(files))).corrected).toEqual([])
  }, 120_000)

  test('Z6: who waits for another process is told, with and without files', async () => {
    const table = uniqueTable()
    const { Note, connection } = program(table, note())
    await Note.migrate()
    await Note.create({ id: 'x', team: 'red' })
    const { run } = program(table, note(byTeam))
    await withLease(connection, ledgerOf(connection), async () => {
      let told = 0
      const onWait = (): void => {
        told++
      }
      expect(await codeOf(run(() => runMigrations([], { wait: 0, onWait })))).toBe('MIGRATION.LEASE_HELD')
      expect(await codeOf(run(() => runMigrations([file('a1', { up: () => {} })], { wait: 0, onWait })))).toBe(
        'MIGRATION.LEASE_HELD',
      )
      expect(told).toBe(2)
    })
  }, 120_000)

  test('Z6: what a table says of itself holds for a config that does not say so', async () => {
    const table = uniqueTable()
    const model = note(byTeam)
    const plain = program(table, model)
    const index = file('a1', { up: () => {}, down: () => {} })
    await plain.run(() => runMigrations([index]))
    await plain.run(() => markTableEnvironment({ environment: 'live', production: true }))
    expect(await codeOf(plain.run(() => freshMigrations([index])))).toBe('MIGRATION.ENVIRONMENT')
    expect(await codeOf(plain.run(() => rollbackMigrations([index])))).toBe('MIGRATION.ENVIRONMENT')
    const dev = program(uniqueTable(), note())
    await dev.Note.migrate()
    expect(await codeOf(dev.run(() => copyTable({ to: table })))).toBe('MIGRATION.ENVIRONMENT')
    expect(await describeTable(table, { connection: plain.connection })).not.toBeNull()
  }, 120_000)

  test('G9: a migrate:fresh that lost the lease deletes no more', async () => {
    class Note extends DynamoDBModel {
      static table = uniqueTable()
      attributes = { id: { type: 'string', required: true } } as const
    }
    class Extra extends DynamoDBModel {
      static table = uniqueTable()
      attributes = { id: { type: 'string', required: true } } as const
    }
    const alone = { singleTableDesign: { enabled: false } }
    const table = uniqueTable()
    const losing = program(table, [Note, Extra], alone)
    await losing.run(() => DynamoDBModel.migrate())
    const breaker = program(table, [Note, Extra], alone)
    const deleted: string[] = []
    losing.connection.use(async (request, next) => {
      if (request.operation === 'DeleteTable') {
        deleted.push((request.input as { TableName: string }).TableName)
        if (deleted.length === 1) {
          await breaker.run(() => unlockMigrations())
          // Until it is told by its next beat.
          await new Promise((resolve) => setTimeout(resolve, 6500))
        }
      }
      return next(request)
    })
    expect(await codeOf(losing.run(() => freshMigrations([])))).toBe('MIGRATION.LEASE_LOST')
    expect(deleted).toHaveLength(1)
  }, 120_000)

  test('G5: a copy catches up with unique values that moved, and never with a table that is no copy', async () => {
    const model = note({}, { email: { ...text, unique: true } })
    const { run, Note } = program(uniqueTable(), model)
    await Note.migrate()
    for (const id of ['A', 'B', 'C']) await Note.create({ id, team: 'x', email: `${id}@x` })
    const to = uniqueTable()
    await run(() => copyTable({ to }))
    await Note.delete('C')
    await Note.create({ id: 'D', team: 'x', email: 'C@x' })
    await Note.update('A', { email: 'free@x' })
    await Note.update('B', { email: 'A@x' })
    await Note.update('A', { email: 'B@x' })
    expect(await run(() => copyTable({ to, catchUp: true }))).toMatchObject({ rows: 3, deleted: 1 })
    const copy = program(to, model)
    expect((await copy.Note.query().where('email', 'C@x').first()).id).toBe('D')
    await expect(copy.Note.create({ id: 'E', email: 'A@x' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
    await copy.Note.create({ id: 'E', email: 'free@x' })
    const others = uniqueTable()
    const own = program(others, model)
    await own.Note.migrate()
    await own.Note.create({ id: 'mine', email: 'mine@x' })
    expect(await codeOf(run(() => copyTable({ to: others, catchUp: true })))).toBe('MIGRATION.COPY_REFUSED')
    expect(await own.Note.query().count()).toBe(1)
  }, 120_000)

  test('G4, G5: a copy has the settings of the old table', async () => {
    const [from, to] = [uniqueTable(), uniqueTable()]
    const { run, Note, connection } = program(from, note())
    await Note.migrate()
    await Note.create({ id: 'x' })
    // DynamoDB Local has no tags.
    const tags = lane.name === 'dynoxide' ? { tags: { team: 'a' } } : {}
    await updateTable(from, { deletionProtection: true, ...tags, stream: true }, { connection })
    await run(() => copyTable({ to }))
    const [old, now] = [await describeTable(from, { connection }), await describeTable(to, { connection })]
    const settings = (info: typeof old): unknown => [info?.deletionProtection, info?.tags, info?.stream?.viewType]
    expect(settings(now)).toEqual(settings(old))
  }, 120_000)
})
