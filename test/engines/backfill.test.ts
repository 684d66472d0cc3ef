import { Connection, connect, type DynamoDBModel, defineModel, resolveConfig } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { createFaultDriver, type Fault, type FaultDriver } from '../../src/drivers/fault/fault-driver.js'
import type { Driver } from '../../src/drivers/index.js'
import { describeFreshEngines, uniqueTable } from './support.js'

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const id = { type: 'string', required: true } as const

/** The same model in different versions of a program. */
const note = (more: Partial<Definition> = {}, attributes: Definition['attributes'] = {}) =>
  defineModel({
    name: 'Note',
    attributes: { id, team: text, rank: { type: 'number', required: true }, body: text, ...attributes },
    ...more,
  })
const byTeam = { indexes: { byTeam: { partition: ['team'], sort: ['rank'] } } } as const
const numbered = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const rowsOf = (n: number) =>
  numbered(n).map((i) => ({
    id: `n${String(i).padStart(5, '0')}`,
    team: i % 2 === 0 ? 'red' : 'blue',
    rank: i,
    body: 'x',
  }))

describeFreshEngines('rows that were written before', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  /** A program with a connection of its own, and what it sends. */
  const start = (table: string, model: ReturnType<typeof note>, more: Partial<Parameters<typeof connect>[0]> = {}) => {
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: table,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
      ...more,
    })
    open.push(connection)
    const ops: string[] = []
    connection.use((request, next) => {
      ops.push(request.operation)
      return next(request)
    })
    return { Note: model.on(connection) as unknown as any, connection, ops }
  }

  test('E3: get new index keys; queries use the index when it has all of them, and go other ways until then', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(600))
    const { Note } = start(table, note(byTeam))
    const red = () => Note.query().where('team', 'red')
    expect(await red().count()).toBe(300)
    expect(red().explain().operation).toBe('Scan')
    await expect(red().index('byTeam').get()).rejects.toMatchObject({ code: 'QUERY.INDEX_NOT_READY' })
    const seen: { phase: string; scanned: number; written: number; capacity: number }[] = []
    const did = await Note.migrate({ onProgress: (progress: any) => seen.push(progress) })
    expect(did).toMatchObject({ created: [], indexes: [`${table}: GSI1`], written: 600 })
    expect(seen.findLast(({ phase }) => phase === 'backfill')).toMatchObject({ written: 600 })
    expect(seen.at(-1)).toMatchObject({ phase: 'verify', written: 0 })
    expect(seen.at(-1)?.capacity).toBeGreaterThan(600)
    expect(red().explain()).toMatchObject({ operation: 'Query', index: 'GSI1' })
    expect((await red().orderBy('rank', 'desc').limit(2).get()).map((row: any) => row.rank)).toEqual([598, 596])
    expect(await red().count()).toBe(300)
    // A program that was there before the end learns of it.
    expect(await start(table, note(byTeam)).Note.query().where('team', 'red').index('byTeam').count()).toBe(300)
    expect(await Note.migrate()).toMatchObject({ indexes: [], written: 0 })
  }, 120_000)

  test('E3: nothing that others write meanwhile is undone', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(900))
    const { Note } = start(table, note(byTeam))
    const other = start(table, note(byTeam), { queryBuilder: { scans: 'allow', designCheck: 'off' } })
    const done = new AbortController()
    const writing = (async () => {
      for (let round = 0; !done.signal.aborted; round++) {
        const key = `n${String((round * 37) % 900).padStart(5, '0')}`
        if (round % 5 === 0) await other.Note.delete(key)
        else await other.Note.update(key, { team: 'green', rank: -round }).catch(() => undefined)
      }
    })()
    await Note.migrate()
    done.abort()
    await writing
    const all = await Note.query().consistentRead().get()
    const count = (team: string): number => all.filter((row: any) => row.team === team).length
    for (const team of ['red', 'blue', 'green']) {
      const rows = await Note.query().where('team', team).index('byTeam').get()
      expect(rows.length).toBe(count(team))
      expect(rows.every((row: any) => row.team === team)).toBe(true)
    }
    expect(count('green')).toBeGreaterThan(0)
  }, 120_000)

  test('E3: broken off, it goes on where it was', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(4500))
    const first = start(table, note(byTeam))
    const stop = new AbortController()
    let before = 0
    const broken = first.Note.migrate({
      signal: stop.signal,
      onProgress: ({ written }: { written: number }) => {
        before = written
        if (written >= 2000) stop.abort(new Error('stopped'))
      },
    })
    await expect(broken).rejects.toThrow('stopped')
    expect(before).toBeLessThan(4500)
    const { Note, ops } = start(table, note(byTeam))
    const did = await Note.migrate()
    expect(did.written).toBeLessThan(4500)
    expect(ops.filter((operation) => operation === 'UpdateItem').length).toBeLessThanOrEqual(4500 - before + 20)
    expect(await Note.query().where('team', 'red').index('byTeam').count()).toBe(2250)
  }, 180_000)

  test('E3: new unique attributes get their guards; values that two rows have are told, and nothing is taken for done', async () => {
    const table = uniqueTable()
    const old = start(table, note({}, { email: text }))
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(120).map((row, i) => ({ ...row, email: i === 119 ? 'e7' : `e${i}` })))
    const unique = () => start(table, note({}, { email: { type: 'string', unique: true } })).Note
    const Note = unique()
    expect((await Note.query().where('email', 'e5').get()).length).toBe(1)
    await expect(Note.migrate()).rejects.toMatchObject({
      code: 'MIGRATION.BACKFILL_FAULTS',
      message: expect.stringContaining('"e7" belongs to several rows'),
    })
    await old.Note.update('n00119', { email: 'e119' })
    await Note.migrate()
    expect(Note.query().where('email', 'e5').explain().operation).toBe('GuardLookup')
    expect((await unique().query().where('email', 'e119').first())?.id).toBe('n00119')
    await expect(Note.create({ id: 'new', rank: 1, email: 'e3' })).rejects.toMatchObject({
      code: 'MODEL.UNIQUE_VIOLATION',
    })
  }, 120_000)

  test('E3: what a row cannot be given is told by its key, and the rest is done', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate([...rowsOf(20), { id: 'long', team: 'x'.repeat(3000), rank: 1, body: 'x' }])
    const { Note } = start(table, note(byTeam))
    await expect(Note.migrate()).rejects.toMatchObject({
      code: 'MIGRATION.BACKFILL_FAULTS',
      message: expect.stringContaining('long'),
    })
    await old.Note.delete('long')
    expect((await Note.migrate()).written).toBe(0)
    expect(await Note.query().where('team', 'red').index('byTeam').count()).toBe(10)
  }, 120_000)

  test('E3: it keeps to the capacity units that it is given', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(60))
    const { Note } = start(table, note(byTeam))
    let spent = 0
    const began = Date.now()
    await Note.migrate({ maxCapacity: 60, onProgress: ({ capacity }: { capacity: number }) => (spent = capacity) })
    // What is consumed before the last request is paid for in time; the last ones, at the same time, may exceed it.
    expect((Date.now() - began) / 1000).toBeGreaterThan((spent - 40) / 60)
  }, 120_000)

  test('E3: a table that is throttled for a while slows it, and does not end it', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(40))
    // Longer than what the driver tries again by itself.
    const throttling = (driver: Driver, operation: 'Scan' | 'UpdateItem', times: number): FaultDriver =>
      createFaultDriver(driver, {
        script: Array.from({ length: times }, (): Fault => 'throttle'),
        operations: [operation],
      })
    const writes = throttling(lane.createDriver(), 'UpdateItem', 32)
    const throttled = throttling(writes, 'Scan', 6)
    const retries = { maxRetries: 1, baseDelay: 1 }
    const config = { region: 'us-east-1', defaultTableName: table, driver: throttled, retries }
    const connection = new Connection(resolveConfig(config))
    open.push(connection)
    const Note = note(byTeam).on(connection) as unknown as any
    const seen: number[] = []
    expect(await Note.migrate({ onProgress: ({ written }: any) => seen.push(written) })).toMatchObject({ written: 40 })
    expect(throttled.records.filter(({ fault }) => fault === 'throttle')).toHaveLength(6)
    expect(writes.records.filter(({ fault }) => fault === 'throttle')).toHaveLength(32)
    expect(Math.max(...seen)).toBe(40)
    expect(await Note.query().where('team', 'red').index('byTeam').count()).toBe(20)
  }, 120_000)

  test('M32: keys that models no longer have go with migrate({ drop: true })', async () => {
    const table = uniqueTable()
    const old = start(table, note(byTeam))
    await old.Note.migrate()
    await old.Note.batchCreate(rowsOf(10))
    const { Note } = start(table, note())
    await expect(Note.migrate()).rejects.toMatchObject({ code: 'MODEL.TABLE_DIFFERS' })
    await Note.migrate({ drop: true })
    await expect(Note.migrate()).resolves.toMatchObject({ written: 0 })
  }, 120_000)

  test('M32: another key of the table is told, with the way to it', async () => {
    const table = uniqueTable()
    const old = start(table, note())
    await old.Note.migrate()
    await old.Note.create({ id: '1', team: 'red', rank: 1 })
    const { Note } = start(
      table,
      note({ keyPattern: { pk: 'TEAM#{team}', sk: 'NOTE#{id}' } }, { team: { ...text, required: true } }),
    )
    await expect(Note.migrate()).rejects.toMatchObject({
      code: 'MODEL.TABLE_DIFFERS',
      hint: expect.stringContaining('copy'),
    })
  })
})

export type { DynamoDBModel }
