import { type Connection, configure, connect, DynamoDBModel, registerModels, resetConfig } from 'dynamodb-tooling'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultDriver, type FaultPlan } from '../../src/drivers/index.js'
import { ModelSpace } from '../../src/model/index.js'
import { GUARD_OWNER, GUARD_TYPE, keysOf, uniqueAttributesOf, uniqueGuardKey } from '../../src/single-table/index.js'
import type { AttributeMap, AttributeValue } from '../../src/values/index.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

/** The same programs in every run, unless asked for others; a failure prints the smallest program that fails. */
const SEED = Number(process.env['TEST_SEED'] ?? 20_260_131)

class Team extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

/** Every kind of index: of a relation, of one attribute, of two, of one that every update changes, sparse, and spread. */
class Account extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  static indexes = {
    byStatus: { partition: ['status'], sort: ['updatedAt'] },
    byPair: { partition: ['a', 'b'], sort: ['rank'] },
    active: { partition: ['city'], when: { status: 'on', a: 'x' }, sort: ['rank'] },
    listed: { sort: ['createdAt'], shards: 3 },
  }
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', unique: true },
    badge: { type: 'number', unique: true },
    teamId: { type: 'string' },
    city: { type: 'string', index: true },
    status: { type: 'string' },
    a: { type: 'string' },
    b: { type: 'string' },
    rank: { type: 'number' },
    note: { type: 'string' },
  } as const
  relationships = { team: { type: 'belongsTo', model: () => Team, foreignKey: 'teamId' } } as const
}

/** Rows that move: their key is made of attributes that change, and a local index shares it. */
class Page extends DynamoDBModel {
  static keyPattern = { pk: 'SITE#{site}', sk: 'PAGE#{slug}' }
  static indexes = { ofSite: { local: true, sort: ['tag'] } }
  attributes = {
    id: { type: 'string', required: true },
    site: { type: 'string', required: true },
    slug: { type: 'string', required: true },
    title: { type: 'string', unique: true },
    tag: { type: 'string', index: true },
  } as const
}

type Row = DynamoDBModel & Record<string, unknown>
type Values = Readonly<Record<string, unknown>>

/** To look at the table and empty it, whatever happens on the line of the writers. */
let clean: Connection

function useLane(lane: EngineLane, faults?: FaultPlan): void {
  beforeAll(async () => {
    const table = uniqueTable('keys')
    const config = {
      region: 'us-east-1',
      defaultTableName: table,
      queryBuilder: { scans: 'allow' },
      singleTableDesign: { gsiCount: 6 },
    } as const
    registerModels(Team, Account, Page)
    clean = connect({ ...config, driver: lane.createDriver() })
    clean.run(() => registerModels(Team, Account, Page))
    await clean.run(() => DynamoDBModel.migrate())
    const driver = createFaultDriver(lane.createDriver(), faults)
    configure({ ...config, driver, retries: { baseDelay: 1, maxDelay: 2 } })
  })
  afterAll(async () => {
    await resetConfig()
    await clean.close()
  })
}

const emptyTable = (): Promise<void> => clean.run(() => DynamoDBModel.truncateAll())

async function everyItem(): Promise<AttributeMap[]> {
  const items: AttributeMap[] = []
  let start: AttributeMap | undefined
  do {
    const page = await clean.send('Scan', {
      TableName: clean.config.defaultTableName,
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    items.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return items
}

const textOf = (value: AttributeValue | undefined): string => (value !== undefined && 'S' in value ? value.S : '')

/** Fails unless every item has exactly the keys its attributes ask for, and there is one guard for each unique value. */
async function checkTable(): Promise<void> {
  const [design] = ModelSpace.of(clean).designs()
  if (design === undefined) throw new TypeError('no design')
  const { ledger, entities, entityTypeAttribute } = design
  const guards: string[] = []
  const wanted: string[] = []
  for (const item of await everyItem()) {
    const type = textOf(item[entityTypeAttribute])
    if (type === GUARD_TYPE) {
      guards.push(JSON.stringify([item[ledger.partitionKey], ownerText((item[GUARD_OWNER] as { M: AttributeMap }).M)]))
      continue
    }
    // What the package notes of the table itself.
    if (textOf(item[ledger.partitionKey]).startsWith('DYNAMODB-TOOLING#')) continue
    const entity = entities.get(type)
    if (entity === undefined) throw new Error(`an item of nobody: ${JSON.stringify(item)}`)
    for (const path of entity.paths) {
      const keys = keysOf(path, item, type) ?? {}
      for (const name of path.synthetic) expect({ [name]: item[name] }).toEqual({ [name]: keys[name] })
    }
    const known = [...entity.schema.attribute.keys(), ...entity.paths.flatMap((path) => path.synthetic)]
    expect(Object.keys(item).filter((name) => name !== entityTypeAttribute && !known.includes(name))).toEqual([])
    for (const name of uniqueAttributesOf(entity.schema)) {
      const value = item[name]
      if (value === undefined || 'NULL' in value) continue
      const key = uniqueGuardKey(ledger, entity.schema, name, value)
      wanted.push(JSON.stringify([key[ledger.partitionKey], ownerText(item)]))
    }
  }
  expect(guards.sort()).toEqual(wanted.sort())

  function ownerText(row: AttributeMap): string {
    return `${textOf(row[ledger.partitionKey])} ${textOf(row[ledger.sortKey])}`
  }
}

// ---- programs of two writers ----

interface Command {
  readonly kind: 'create' | 'load' | 'select' | 'save' | 'delete' | 'restore' | 'force'
  readonly row: number
  /** Where the row is, for rows that move. */
  readonly place: Values
  readonly values: Values
  readonly names: readonly string[]
}
/** One command of each writer; both at once, or the first before the second. */
interface Step {
  readonly first: Command
  readonly second: Command
  readonly atOnce: boolean
}

/** What may go wrong in a program: others were faster, or have the value. Anything else is a fault of ours. */
const EXPECTED = ['MODEL.NOT_FOUND', 'MODEL.DUPLICATE_KEY', 'MODEL.UNIQUE_VIOLATION', 'MODEL.WRITE_CONFLICT']
const FAULTY = ['NETWORK.UNREACHABLE', 'SERVICE.THROTTLED', 'SERVICE.INTERNAL']

class Writer {
  readonly #model: typeof Account | typeof Page
  readonly #keyOf: (command: Command) => Values
  readonly #allowed: readonly string[]
  readonly #rows = new Map<number, Row>()

  constructor(model: typeof Account | typeof Page, keyOf: (command: Command) => Values, allowed: readonly string[]) {
    this.#model = model
    this.#keyOf = keyOf
    this.#allowed = allowed
  }

  /** True when the command did what it says. */
  async run(command: Command): Promise<boolean> {
    try {
      return await this.#run(command)
    } catch (error) {
      if (!this.#allowed.includes((error as { code?: string }).code ?? '')) throw error
      return false
    }
  }

  async #run(command: Command): Promise<boolean> {
    const { kind, row, values, names } = command
    if (kind === 'create') {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
      this.#rows.set(
        row,
        (await (this.#model as typeof Account).create({ ...given, ...this.#keyOf(command) })) as never,
      )
      return true
    }
    if (kind === 'load' || kind === 'select') {
      const query = (this.#model as typeof Account)
        .query()
        .withTrashed()
        .where(this.#keyOf(command) as never)
      const found = await (kind === 'select' ? query.select(...(names as ['note'])) : query).first()
      if (found !== null) this.#rows.set(row, found as never)
      return found !== null
    }
    const record = this.#rows.get(row)
    if (record === undefined) return false
    if (kind === 'save') {
      for (const [name, value] of Object.entries(values)) {
        if (value === undefined) delete record[name]
        else record[name] = value
      }
      await record.save()
    } else if (kind === 'delete') {
      const known = record.trashed()
      await record.delete()
      if (!record.trashed()) this.#rows.delete(row)
      // A record that is trashed as far as it knows writes nothing, whatever others did meanwhile.
      return !known
    } else if (kind === 'restore') await record.restore()
    else {
      await record.forceDelete()
      this.#rows.delete(row)
    }
    return true
  }

  row(command: Command): Row | undefined {
    return this.#rows.get(command.row)
  }
}

async function play(
  steps: readonly Step[],
  writers: readonly [Writer, Writer],
  after?: (command: Command, row: Row | undefined) => Promise<void>,
) {
  // Before, not after: what a program that failed left behind must not fail the next one.
  await emptyTable()
  for (const { first, second, atOnce } of steps) {
    if (atOnce) {
      await Promise.all([writers[0].run(first), writers[1].run(second)])
      continue
    }
    for (const [i, command] of [first, second].entries()) {
      const writer = writers[i] as Writer
      if ((await writer.run(command)) && after !== undefined) await after(command, writer.row(command))
    }
  }
  await checkTable()
}

const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T | null | undefined> =>
  fc.constantFrom(...values, ...values, ...values, null, undefined)

/** A few changes at a time: an update that touches every attribute of a key needs nothing that is stored. */
function someOf(values: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Values> {
  const change = fc.oneof(...Object.entries(values).map(([name, value]) => value.map((each) => [name, each] as const)))
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => Object.fromEntries(changes))
}

/** Programs that begin with a row both writers know; most of what follows is about that row. */
function stepsOf(
  kinds: readonly Command['kind'][],
  values: fc.Arbitrary<Values>,
  names: readonly string[],
  place: fc.Arbitrary<Values>,
): fc.Arbitrary<Step[]> {
  const command = (...only: readonly Command['kind'][]): fc.Arbitrary<Command> =>
    fc.record({
      kind: fc.constantFrom(...only),
      row: fc.constantFrom(0, 0, 0, 1, 2),
      place,
      values,
      names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    })
  const saves = ['save', 'save', 'save', 'save', 'save', 'save', 'load', 'select', 'create'] as const
  const any = command(...saves, ...kinds)
  const step = fc.record({ first: any, second: any, atOnce: fc.boolean() })
  return fc
    .tuple(command('create'), command('load', 'select'), fc.array(step, { minLength: 1, maxLength: 10, size: 'max' }))
    .map(([first, second, rest]) => [
      { first: { ...first, row: 0 }, second: { ...second, row: 0, place: first.place }, atOnce: false },
      ...rest,
    ])
}

const accountSteps = stepsOf(
  ['delete', 'restore', 'force'],
  someOf({
    email: maybe('a@x', 'b@x', 'a#x'),
    badge: maybe(1, 2),
    teamId: maybe('t', 't#1', ''),
    city: maybe('Rome', 'a%b'),
    status: maybe('on', 'off'),
    a: maybe('x', 'x#y'),
    b: maybe('y', 'y#z'),
    rank: maybe(-1, 0, 2.5),
    note: maybe('n'),
  }),
  ['id', 'email', 'a', 'b', 'rank', 'status', 'note', 'teamId'],
  fc.constant({}),
)
const accountKey = ({ row }: Command): Values => ({ id: `r${row}` })

const place = { site: fc.constantFrom('s', 's#1'), slug: fc.constantFrom('p', 'q') }
const pageSteps = stepsOf(
  ['delete', 'force'],
  someOf({ ...place, title: maybe('T', 'U'), tag: maybe('x', 'y') }),
  ['id', 'site', 'slug', 'title', 'tag'],
  fc.record(place),
)
const pageKey = ({ place }: Command): Values => place

describeEngines('keys after updates', (lane) => {
  useLane(lane)
  const runs = lane.name === 'dynoxide' ? 400 : 40

  test('K4: Z16: two writers leave exactly the keys and guards that the attributes ask for', async () => {
    await fc.assert(
      fc.asyncProperty(accountSteps, async (steps) => {
        const writers = [new Writer(Account, accountKey, EXPECTED), new Writer(Account, accountKey, EXPECTED)] as const
        await play(steps, [...writers], async ({ kind, row, values }, record) => {
          const stored = await Account.query().withTrashed().where('id', `r${row}`).consistentRead().first()
          if (kind === 'force') expect(stored).toBeNull()
          if (kind === 'delete') expect(stored?.deletedAt).toBeInstanceOf(Date)
          // What was asked for is what is there, and the record says so, too.
          const written = kind === 'create' ? values : kind === 'save' ? record?.getChanges() : undefined
          for (const [name, value] of Object.entries(written ?? {})) {
            expect({ [name]: (stored as Row | null)?.[name] }).toEqual({ [name]: value })
            expect({ [name]: record?.[name] }).toEqual({ [name]: value })
          }
        })
      }),
      { numRuns: runs, seed: SEED },
    )
  })

  test('K4: Z16: rows whose key changes leave no copy, key or guard behind', async () => {
    await fc.assert(
      fc.asyncProperty(pageSteps, async (steps) => {
        await play(steps, [new Writer(Page, pageKey, EXPECTED), new Writer(Page, pageKey, EXPECTED)])
      }),
      { numRuns: runs, seed: SEED },
    )
  })

  test('Z16: of 200 concurrent creates with one email exactly one succeeds', async () => {
    await emptyTable()
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => Account.create({ id: `c${i}`, email: 'same@x', city: 'Rome' })),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
    )
    expect(new Set(codes)).toEqual(new Set(['MODEL.UNIQUE_VIOLATION']))
    expect(await Account.query().count()).toBe(1)
    await checkTable()
  })

  test('Z16: of 50 concurrent updates to one email exactly one succeeds', async () => {
    await emptyTable()
    const rows = await Promise.all(
      Array.from({ length: 50 }, (_, i) => Account.create({ id: `u${i}`, email: `${i}@x` })),
    )
    const results = await Promise.allSettled(rows.map((row) => row.update({ email: 'same@x' })))
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    await checkTable()
  })
})

describeEngines('keys after updates over a bad line', (lane) => {
  useLane(lane, { seed: SEED, rates: { 'drop-reply': 0.1, reset: 0.05, throttle: 0.05, internal: 0.05 } })

  test('Z16: lost answers and refusals leave no orphan guard and no stale key', async () => {
    const allowed = [...EXPECTED, ...FAULTY]
    await fc.assert(
      fc.asyncProperty(accountSteps, async (steps) => {
        await play(steps, [new Writer(Account, accountKey, allowed), new Writer(Account, accountKey, allowed)])
      }),
      { numRuns: lane.name === 'dynoxide' ? 250 : 25, seed: SEED },
    )
  })
})
