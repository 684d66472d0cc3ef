import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  type Connection,
  connect,
  DynamoDBModel,
  defineModel,
  generateMigration,
  type Migration,
  type MigrationFile,
  migrationStatus,
  registerModels,
  runMigrations,
} from 'dynamodb-tooling'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import type { AttributeMap } from '../../src/values/index.js'
import { type Death, type MortalProgram, mortalProgram } from './mortal-program.js'
import { describeFreshEngines, type EngineLane, uniqueTable } from './support.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAM = fileURLToPath(new URL('fixtures/migrating-user.mjs', import.meta.url))
const DIST = join(ROOT, 'node_modules', '.cache', `crashes-${process.pid}`)

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const note = (more: Partial<Definition> = {}, attributes: Definition['attributes'] = {}) =>
  defineModel({ name: 'Note', attributes: { id: { ...text, required: true }, team: text, ...attributes }, ...more })
const before = note({}, { email: text })
const after = note({ indexes: { byTeam: { partition: ['team'] } } }, { email: { ...text, unique: true } })
const ROWS = 5
/** Deaths on DynamoDB Local, which is slow. */
const SAMPLE = 4

type Engine = Pick<EngineLane, 'name'> & { readonly driver: Driver }

/** A table with rows of before, as often as it is wanted. */
async function tableOfBefore(engine: Engine): Promise<() => Promise<string>> {
  const made = uniqueTable()
  const { connection } = mortalProgram(engine.driver, { defaultTableName: made })
  const Old = before.on(connection) as unknown as any
  await Old.migrate()
  await Old.batchCreate(Array.from({ length: ROWS }, (_, i) => ({ id: `n${i}`, team: `T${i % 3}`, email: `e${i}` })))
  const items = await itemsOf(connection, made)
  return async () => {
    const table = uniqueTable()
    await connection.send('CreateTable', {
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    })
    const { UnprocessedItems = {} } = await connection.send('BatchWriteItem', {
      RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) },
    })
    expect(UnprocessedItems).toEqual({})
    return table
  }
}

async function itemsOf(connection: MortalProgram['connection'], TableName: string): Promise<AttributeMap[]> {
  const { Items = [], LastEvaluatedKey } = await connection.send('Scan', { TableName, ConsistentRead: true })
  expect(LastEvaluatedKey).toBeUndefined()
  return Items as AttributeMap[]
}

/** A program of now. Pages of two items, so that a segment has several. */
function program(engine: Engine, table: string, death?: Death): MortalProgram {
  const made = mortalProgram(engine.driver, { defaultTableName: table, queryBuilder: { scans: 'allow' } }, death)
  made.connection.use((request, next) =>
    next(request.operation === 'Scan' ? { ...request, input: { ...request.input, Limit: 2 } } : request),
  )
  return made
}

function migrate({ connection }: MortalProgram): Promise<unknown> {
  return connection.run(() => {
    registerModels(after)
    return DynamoDBModel.migrate()
  })
}

function migrateFiles({ connection }: MortalProgram, files: readonly MigrationFile[]): Promise<unknown> {
  return connection.run(() => {
    registerModels(after)
    return runMigrations(files)
  })
}

/** Everything that is in a table, what differs between two runs in any case (who, when, in which run) left out. */
async function contents(engine: Engine, table: string): Promise<string[]> {
  const { connection } = mortalProgram(engine.driver, { defaultTableName: table })
  const items = await itemsOf(connection, table)
  return items
    .filter(({ _type }) => JSON.stringify(_type) !== '{"S":"migration lease"}')
    .map(({ appliedAt: _appliedAt, batch: _batch, ...item }) => JSON.stringify(item, sorted))
    .sort()
}

function sorted(_name: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
}

/** Deaths of a program with so many requests: at each, or at some; before or after the engine did what it was asked. */
function deathsOf(engine: Engine, requests: number): Death[] {
  const step = engine.name === 'dynoxide' ? 1 : Math.ceil(requests / SAMPLE)
  return Array.from({ length: Math.ceil(requests / step) }, (_, i) => ({ at: i * step, after: i % 2 === 1 }))
}

describeFreshEngines('programs that die', (lane) => {
  let driver: Driver | undefined
  afterAll(() => driver?.close())
  /** One driver for all programs. */
  const engine: Engine = {
    name: lane.name,
    get driver() {
      driver ??= lane.createDriver()
      return driver
    },
  }

  /** Kills a program at each of its requests, and lets another finish: the table is as if nobody had died. */
  const killAndResume = async (work: (of: MortalProgram, table: string) => Promise<unknown>) => {
    const fresh = await tableOfBefore(engine)
    const whole = await fresh()
    const calm = program(engine, whole)
    await work(calm, whole)
    const wanted = await contents(engine, whole)
    expect(wanted.length).toBeGreaterThan(2 * ROWS)
    let died = 0
    for (const death of deathsOf(engine, calm.sent.length)) {
      const table = await fresh()
      const first = program(engine, table, death)
      const failure: unknown = await work(first, table).catch((error: unknown) => error)
      if (first.isDead()) died++
      const second = program(engine, table)
      await work(second, table)
      expect(await contents(engine, table), `${JSON.stringify(death)} ${String(failure)}`).toEqual(wanted)
    }
    expect(died).toBeGreaterThan(engine.name === 'dynoxide' ? calm.sent.length - 10 : 2)
  }

  test('Z5, G13: a backfill that is killed at any request goes on, and the table is the same in the end', async () => {
    await killAndResume((of) => migrate(of))
  }, 120_000)

  test('Z5, G13: so are migrations in files, with their code', async () => {
    const fresh = await tableOfBefore(engine)
    const table = await fresh()
    const { connection } = program(engine, table)
    const made = await connection.run(() => {
      registerModels(after)
      return generateMigration([], { format: 'json' })
    })
    const files = (there: string, Note: any): MigrationFile[] => [
      file('1', JSON.parse((made?.text ?? '').replaceAll(table, there)) as Migration),
      file('2', { up: async (tools) => tools.mapRows(Note, (row: any) => (row.email = `${row.id}@example.com`)) }),
    ]
    await killAndResume((each, there) => migrateFiles(each, files(there, after.on(each.connection))))
  }, 120_000)

  test('Z5: a process that is killed in the middle: another goes on where it was', async () => {
    const rows = 2100
    const table = uniqueTable()
    const { connection } = mortalProgram(engine.driver, { defaultTableName: table })
    const Old = note().on(connection) as unknown as any
    await Old.migrate()
    await Old.batchCreate(Array.from({ length: rows }, (_, i) => ({ id: `n${i}`, team: `T${i % 3}` })))
    const written = await killAt({ port: lane.port, engine: engine.name, table }, rows / 4)
    expect(written).toBeLessThan(rows)
    const other = mortalProgram(engine.driver, { defaultTableName: table })
    let isFirst = true
    let read = 0
    other.connection.use(async (request, next) => {
      const answer = await next(request)
      if (request.operation === 'Scan' && isFirst && 'Segment' in request.input && 'Count' in answer)
        read += answer.Count as number
      return answer
    })
    const Note = note({ indexes: { byTeam: { partition: ['team'] } } }).on(other.connection) as unknown as any
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'verify') isFirst = false
    }
    const done = await Note.migrate({ onProgress })
    expect(read).toBeLessThanOrEqual(rows - written + 1000)
    expect(read).toBeLessThan(rows)
    // Rows of the pages that it was at when it was killed have their keys already.
    expect(done.written).toBeLessThanOrEqual(rows - written)
    for (const team of ['T0', 'T1', 'T2'])
      expect(await Note.query().where('team', team).index('byTeam').count()).toBe(rows / 3)
  }, 120_000)

  test('Z5: of two at once one has the lease, and each migration is run once', async () => {
    const table = await (await tableOfBefore(engine))()
    const two = [1, 2].map(() => connect({ region: 'us-east-1', defaultTableName: table, driver: lane.createDriver() }))
    let inside = 0
    const ran: string[] = []
    const files = ['1', '2', '3'].map((name) =>
      file(name, {
        async up() {
          expect(++inside).toBe(1)
          await new Promise((resolve) => setTimeout(resolve, 20))
          ran.push(name)
          inside--
        },
      }),
    )
    const waited: string[] = []
    const run = async (connection: Connection) => {
      const done = await connection.run(async () => {
        registerModels(note({}, { email: text }))
        const { ran } = await runMigrations(files, { onWait: ({ holder }) => waited.push(holder) })
        return { ran, states: (await migrationStatus(files)).migrations.map(({ state }) => state) }
      })
      await connection.close()
      return done
    }
    const results = await Promise.all(two.map(run))
    expect(ran).toEqual(['1', '2', '3'])
    expect(results.flatMap((each) => each.ran).sort()).toEqual(['1', '2', '3'])
    for (const { states } of results) expect(states).toEqual(['applied', 'applied', 'applied'])
    expect(waited).toHaveLength(1)
  })

  test('Z5: who was taken for dead is told that it lost the lease, and notes nothing any more', async () => {
    const table = await (await tableOfBefore(engine))()
    const slow = program(engine, table)
    const [began, goOn] = [signal(), signal()]
    const old = slow.connection.run(() => {
      registerModels(note({}, { email: text }))
      return runMigrations([
        file('1', {
          async up() {
            began.resolve()
            await goOn.promise
          },
        }),
      ])
    })
    await began.promise
    const other = program(engine, table)
    await other.connection.run(async () => {
      registerModels(note({}, { email: text }))
      expect((await runMigrations([file('1', { up: () => undefined })])).ran).toEqual(['1'])
    })
    const before = await contents(engine, table)
    goOn.resolve()
    await expect(old).rejects.toMatchObject({ code: 'MIGRATION.LEASE_LOST' })
    expect(await contents(engine, table)).toEqual(before)
  })
})

function file(name: string, migration: Migration): MigrationFile {
  return { name, checksum: name, migration }
}

function signal(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

/** Runs a program that migrates, and kills it once it wrote so many rows. @returns how many its notes tell of */
async function killAt(given: object, rows: number): Promise<number> {
  const compiler = join(ROOT, 'node_modules', 'typescript7', 'bin', 'tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', DIST], { cwd: ROOT })
  onTestFinished(() => rmSync(DIST, { recursive: true, force: true }))
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ ...given, dist: DIST })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  let written = 0
  for await (const line of createInterface({ input: child.stdout })) {
    written = (JSON.parse(line) as { written: number }).written
    if (written >= rows) break
  }
  child.kill('SIGKILL')
  expect((await ended)[1]).toBe('SIGKILL')
  return written
}
