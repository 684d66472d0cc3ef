import {
  type Connection,
  connect,
  DynamoDBModel,
  generateIamPolicy,
  type IamPolicy,
  registerModels,
  withTenant,
} from 'dynamodb-tooling'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const

class Shelf extends DynamoDBModel {
  attributes = {
    id,
    owner: { type: 'string' },
    room: { type: 'string', index: true },
    code: { type: 'string', unique: true },
    weight: { type: 'number', default: 0 },
  } as const
  relationships = {
    books: { type: 'hasMany', model: () => Volume, foreignKey: 'shelfId', counterCache: 'bookCount' },
    labels: { type: 'belongsToMany', model: () => Label },
  } as const
}
class Volume extends DynamoDBModel {
  attributes = { id, owner: { type: 'string' }, shelfId: { type: 'string' } } as const
  relationships = { shelf: { type: 'belongsTo', model: () => Shelf, foreignKey: 'shelfId' } } as const
}
class Label extends DynamoDBModel {
  attributes = { id, owner: { type: 'string' } } as const
  relationships = { shelves: { type: 'belongsToMany', model: () => Shelf } } as const
}

const KINDS = ['create', 'put many', 'update', 'raise', 'delete', 'bulk', 'book', 'label', 'code'] as const
interface Step {
  readonly kind: (typeof KINDS)[number]
  /** Which row. */
  readonly n: number
  readonly room: 'a' | 'b'
}
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    n: fc.integer({ min: 0, max: 3 }),
    room: fc.constantFrom<'a' | 'b'>('a', 'b'),
  }),
  { minLength: 1, maxLength: 6 },
)
const tenantId = fc.oneof(
  fc.constantFrom('A', 'AB', 'A#B', 'A%23B', '@A', '#', 'SHELF#1', 'UNIQUE', '*', '?', '$', '${*}', 'DYNAMODB-TOOLING'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/\p{Cc}/u.test(text)),
)

/** What a tenant's shelves should be. */
type World = Map<
  string,
  { room: string; weight: number; books: Set<string>; labels: Set<string>; code: string | undefined }
>

async function run(tenant: string, { kind, n, room }: Step, world: World): Promise<void> {
  const key = `${n}`
  const known = world.get(key)
  switch (kind) {
    case 'create': {
      const made = await Shelf.create({ id: key, owner: tenant, room }).catch((error: unknown) => error)
      if (known === undefined) world.set(key, { room, weight: 0, books: new Set(), labels: new Set(), code: undefined })
      else expect(made).toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
      return
    }
    case 'put many':
      await Label.batchCreate([0, 1, 2].map((label) => ({ id: `${label}`, owner: tenant }))).catch(() => undefined)
      return
    case 'update': {
      const shelf = await Shelf.find(key)
      expect(shelf === null).toBe(known === undefined)
      await shelf?.update({ room })
      if (known !== undefined) known.room = room
      return
    }
    case 'raise':
      await (await Shelf.find(key))?.increment('weight', n + 1)
      if (known !== undefined) known.weight += n + 1
      return
    case 'delete':
      await (await Shelf.find(key))?.delete()
      world.delete(key)
      return
    case 'bulk':
      await Shelf.query().where('room', room).update({ weight: n })
      for (const shelf of world.values()) if (shelf.room === room) shelf.weight = n
      return
    case 'book':
      if (known === undefined) return
      await Volume.firstOrCreate({ id: `${key}${room}` }, { owner: tenant, shelfId: key })
      known.books.add(`${key}${room}`)
      return
    case 'label':
      if (known === undefined) return
      await Label.firstOrCreate({ id: room }, { owner: tenant })
      await (await Shelf.findOrFail(key)).related('labels').syncWithoutDetaching([room])
      known.labels.add(room)
      return
    case 'code': {
      if (known === undefined) return
      const taken = [...world].some(([other, shelf]) => other !== key && shelf.code === room)
      const set = await (await Shelf.findOrFail(key)).update({ code: room }).catch((error: unknown) => error)
      if (taken) expect(set).toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
      else known.code = room
    }
  }
}

async function check(tenant: string, world: World): Promise<void> {
  for (const room of ['a', 'b']) {
    const rows = await Shelf.where('room', room).with('books', 'labels').get()
    const wanted = [...world].filter(([, shelf]) => shelf.room === room)
    expect(rows.map((row) => row.id).sort()).toEqual(wanted.map(([key]) => key).sort())
    for (const row of rows) {
      const shelf = world.get(row.id)
      expect([row.owner, row.weight, row.code]).toEqual([tenant, shelf?.weight, shelf?.code])
      for (const book of row.books) expect(book.owner).toBe(tenant)
      expect(row.labels.map((label) => label.id).sort()).toEqual([...(shelf?.labels ?? [])].sort())
    }
    const coded = await Shelf.where('code', room).first()
    expect(coded?.id).toBe([...world].find(([, shelf]) => shelf.code === room)?.[0])
  }
  const all = await Shelf.all()
  expect(all.map(({ owner }) => owner)).toEqual(all.map(() => tenant))
  expect(all).toHaveLength(world.size)
  for (const model of [Volume, Label]) for (const row of await model.all()) expect(row.owner).toBe(tenant)
}

/** True where a policy allows requests on these partition keys: IAM's StringLike, every key must match. */
function allows({ Statement }: IamPolicy, action: string, keys: readonly string[]): boolean {
  return Statement.some((statement) => {
    const condition = statement.Condition as any
    const patterns: readonly string[] = condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']
    return (
      statement.Action.includes(`dynamodb:${action}`) &&
      keys.length > 0 &&
      keys.every((key) => patterns.some((pattern) => likeOf(pattern).test(key)))
    )
  })
}

function likeOf(pattern: string): RegExp {
  const parts = pattern.match(/\$\{[*?$]\}|[\s\S]/gu) ?? []
  const text = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*'
    if (part === '?') return '[\\s\\S]'
    return (part.length > 1 && part.startsWith('${') ? (part[2] ?? '') : part).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${text.join('')}$`, 'u')
}

/** The actions of a request with the partition keys of each. */
function needsOf(operation: string, input: any): readonly (readonly [string, readonly string[]])[] {
  const pk = (item: any): string => item.pk.S
  switch (operation) {
    case 'Query':
      return [['Query', [input.ExpressionAttributeValues[/= (:\w+)/.exec(input.KeyConditionExpression)?.[1] ?? ''].S]]]
    case 'BatchGetItem':
      return Object.values<any>(input.RequestItems).map(({ Keys }) => ['BatchGetItem', Keys.map(pk)])
    case 'BatchWriteItem':
      return Object.values<any>(input.RequestItems).map((writes) => [
        'BatchWriteItem',
        writes.map((write: any) => pk(write.PutRequest?.Item ?? write.DeleteRequest.Key)),
      ])
    case 'TransactWriteItems':
      return input.TransactItems.map((entry: any) => {
        const [kind = '', write] = Object.entries<any>(entry)[0] ?? []
        return [kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`, [pk(write.Item ?? write.Key)]]
      })
    default:
      return [[operation, [pk(input.Item ?? input.Key)]]]
  }
}

describeEngines('programs of tenants', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })

  test('Z13, T2: 200 random programs of tenants at the same time: each sees its own rows, and IAM would allow no other', async () => {
    const connection = connect({
      defaultTableName: uniqueTable(),
      queryBuilder: { scans: 'allow', cursorSecret: 'a secret of these tests' },
      tenancy: {},
      driver: lane.createDriver(),
    })
    open.push(connection)
    connection.run(() => {
      registerModels(Shelf, Volume, Label)
    })
    await connection.run(() => Shelf.migrate())
    const sent: { readonly tenant: string; readonly operation: string; readonly input: unknown }[] = []
    connection.use((request, next) => {
      const { tenant } = request.context
      if (typeof tenant === 'string' && request.operation !== 'Scan')
        sent.push({ tenant, operation: request.operation, input: request.input })
      return next(request)
    })
    let program = 0
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tenantId, { minLength: 2, maxLength: 3 }),
        fc.array(steps, { minLength: 3, maxLength: 3 }),
        async (names, programs) => {
          const run_ = program++
          // Each program has tenants of its own, whose ids begin as those of others do.
          const tenants = names.map((name) => `${name}${run_}`)
          sent.length = 0
          await Promise.all(
            tenants.map((tenant, i) =>
              connection.run(() =>
                withTenant(tenant, async () => {
                  const world: World = new Map()
                  for (const step of programs[i] ?? []) await run(tenant, step, world)
                  await check(tenant, world)
                }),
              ),
            ),
          )
          const policies = new Map(tenants.map((tenant) => [tenant, generateIamPolicy({ tenant }, connection)]))
          expect(sent.length).toBeGreaterThan(0)
          for (const { tenant, operation, input } of sent)
            for (const [action, keys] of needsOf(operation, input))
              for (const [whose, policy] of policies) {
                const ofPackage = keys.every((key) => key.startsWith('DYNAMODB-TOOLING#'))
                expect(allows(policy, action, keys), `${operation} of ${tenant} for ${whose}: ${keys.join()}`).toBe(
                  whose === tenant || ofPackage,
                )
              }
        },
      ),
      { numRuns: 200, endOnFailure: true },
    )
  }, 300_000)

  test('Z13: no policy is made that would not keep to a tenant', () => {
    const policyOf = (tenancy: object | undefined, more: object = {}) => {
      const connection = connect({ ...(tenancy === undefined ? {} : { tenancy }), driver: lane.createDriver() })
      open.push(connection)
      connection.run(() => {
        registerModels(Shelf, Volume, Label)
      })
      return () => generateIamPolicy({ tenant: 'a', ...more }, connection)
    }
    const refused: unknown = expect.objectContaining({ code: 'SECURITY.INVALID' })
    for (const policy of [
      policyOf(undefined),
      policyOf({ strategy: 'attribute' }),
      policyOf({}, { access: 'migrate' }),
      policyOf({}, { scans: true }),
      policyOf({}, { partiql: true }),
    ])
      expect(policy).toThrow(refused)
    expect(policyOf({}, { tenant: '' })).toThrow(expect.objectContaining({ code: 'TENANCY.INVALID_TENANT' }) as Error)
    for (const { Action } of policyOf({})().Statement) expect(Action).not.toContain('dynamodb:Scan')
  })
})
