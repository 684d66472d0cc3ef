import {
  DynamoDBModel,
  defineModel,
  generateMigration,
  type Migration,
  type MigrationFile,
  migrationStatus,
  registerModels,
  runMigrations,
} from 'dynamodb-tooling'
import { expect, test } from 'vitest'
import type { AttributeMap } from '../../src/values/index.js'
import { type Death, type MortalProgram, mortalProgram } from './mortal-program.js'
import { describeFreshEngines, type EngineLane, uniqueTable } from './support.js'

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const note = (more: Partial<Definition> = {}, attributes: Definition['attributes'] = {}) =>
  defineModel({ name: 'Note', attributes: { id: { ...text, required: true }, team: text, ...attributes }, ...more })
const before = note({}, { email: text })
const after = note({ indexes: { byTeam: { partition: ['team'] } } }, { email: { ...text, unique: true } })
const ROWS = 7

/** A table with rows of before, as often as it is wanted. */
async function tableOfBefore(lane: EngineLane): Promise<() => Promise<string>> {
  const made = uniqueTable()
  const { connection } = mortalProgram(lane.createDriver(), { defaultTableName: made })
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
function program(lane: EngineLane, table: string, death?: Death): MortalProgram {
  const made = mortalProgram(lane.createDriver(), { defaultTableName: table, queryBuilder: { scans: 'allow' } }, death)
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
async function contents(lane: EngineLane, table: string): Promise<string[]> {
  const { connection } = mortalProgram(lane.createDriver(), { defaultTableName: table })
  const items = await itemsOf(connection, table)
  await connection.close()
  return items
    .filter(({ _type }) => JSON.stringify(_type) !== '{"S":"migration lease"}')
    .map(({ appliedAt, batch, ...item }) => JSON.stringify(item, sorted))
    .sort()
}

function sorted(_name: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
}

/** Deaths of a program with so many requests: each of them, or some, before and after the engine did it. */
function deathsOf(lane: EngineLane, requests: number, some: number): Death[] {
  const every = lane.name === 'dynoxide' ? 1 : Math.ceil(requests / some)
  const all: Death[] = []
  for (let at = 0; at < requests; at += every)
    all.push({ at, after: at % (2 * every) === 0 }, { at, after: at % (2 * every) !== 0 })
  return lane.name === 'dynoxide' ? all : all.filter((_, i) => i % 2 === 0)
}

describeFreshEngines('programs that die', (lane) => {
  /** Kills a program at each of its requests, and lets another finish: the table is as if nobody had died. */
  const killAndResume = async (work: (of: MortalProgram, table: string) => Promise<unknown>, some: number) => {
    const fresh = await tableOfBefore(lane)
    const whole = await fresh()
    const calm = program(lane, whole)
    await work(calm, whole)
    const wanted = await contents(lane, whole)
    expect(wanted.length).toBeGreaterThan(2 * ROWS)
    let died = 0
    console.log(lane.name, calm.sent.length)
    for (const death of deathsOf(lane, calm.sent.length, some)) {
      const table = await fresh()
      const first = program(lane, table, death)
      const failure: unknown = await work(first, table).catch((error: unknown) => error)
      if (first.isDead()) died++
      const second = program(lane, table)
      await work(second, table)
      expect(await contents(lane, table), `${JSON.stringify(death)} ${String(failure)}`).toEqual(wanted)
      for (const each of [first, second]) await each.connection.close()
    }
    expect(died).toBeGreaterThan(lane.name === 'dynoxide' ? calm.sent.length : 3)
  }

  test('Z5 G13: a backfill that is killed at any request goes on, and the table is the same in the end', async () => {
    await killAndResume((of) => migrate(of), 6)
  }, 120_000)

  test('Z5 G13: so are migrations in files, with their code', async () => {
    const fresh = await tableOfBefore(lane)
    const table = await fresh()
    const { connection } = program(lane, table)
    const made = await connection.run(() => {
      registerModels(after)
      return generateMigration([], { format: 'json' })
    })
    const of = (name: string, migration: Migration): MigrationFile => ({ name, checksum: name, migration })
    const files = (there: string, Note: any): MigrationFile[] => [
      of('1', JSON.parse((made?.text ?? '').replaceAll(table, there)) as Migration),
      of('2', { up: ({ mapRows }) => mapRows(Note, (row: any) => (row.email = `${row.id}@example.com`)) }),
    ]
    await killAndResume((each, there) => migrateFiles(each, files(there, after.on(each.connection))), 6)
  }, 120_000)

  test('Z5: of two at once one has the lease, and each migration is run once', async () => {
    const table = await (await tableOfBefore(lane))()
    const two = [program(lane, table), program(lane, table)]
    let inside = 0
    const ran: string[] = []
    const files = ['1', '2', '3'].map(
      (name): MigrationFile => ({
        name,
        checksum: name,
        migration: {
          async up() {
            expect(++inside).toBe(1)
            await new Promise((resolve) => setTimeout(resolve, 20))
            ran.push(name)
            inside--
          },
        },
      }),
    )
    const same = note({}, { email: text })
    const run = ({ connection }: MortalProgram) =>
      connection.run(async () => {
        registerModels(same)
        const done = await runMigrations(files)
        return { done, states: (await migrationStatus(files)).migrations.map(({ state }) => state) }
      })
    const results = await Promise.all(two.map(run))
    expect(ran).toEqual(['1', '2', '3'])
    expect(results.flatMap(({ done }) => done.ran).sort()).toEqual(['1', '2', '3'])
    for (const { states } of results) expect(states).toEqual(['applied', 'applied', 'applied'])
  })
})
