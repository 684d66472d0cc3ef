import {
  type Connection,
  connect,
  DynamoDBModel,
  isStaleRecordError,
  registerModels,
  StaleRecordError,
  transaction,
  UncertainWriteError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultDriver, type FaultPlan, retrying } from '../../src/drivers/index.js'
import { RetryBudget } from '../../src/drivers/retry-budget.js'
import { describeEngines, uniqueTable } from './support.js'

class Account extends DynamoDBModel {
  static version = true
  static softDeletes = true
  attributes = {
    id: { type: 'string', required: true },
    owner: { type: 'string', unique: true },
    city: { type: 'string', index: true },
    balance: { type: 'number', default: 0 },
    tags: { type: 'set' },
  } as const
}

class Stock extends DynamoDBModel {
  static readonly version = 'rev'
  static keyPattern = { pk: 'SHOP#{shop}', sk: 'STOCK#{id}' }
  attributes = {
    id: { type: 'string', required: true },
    shop: { type: 'string', required: true },
    left: { type: 'number', required: true },
  } as const
}

class Folder extends DynamoDBModel {
  static version = true
  attributes = { id: { type: 'string', required: true } } as const
  relationships = { papers: { type: 'hasMany', model: 'Paper', foreignKey: 'folderId', onDelete: 'cascade' } } as const
}
class Paper extends DynamoDBModel {
  static version = true
  attributes = {
    id: { type: 'string', required: true },
    folderId: { type: 'string' },
    text: { type: 'string' },
  } as const
}

/** The same rows before somebody thought of versions. */
class Plain extends DynamoDBModel {
  static modelName = 'Account'
  static softDeletes = true
  attributes = {
    id: { type: 'string', required: true },
    city: { type: 'string', index: true },
    owner: { type: 'string', unique: true },
    balance: { type: 'number' },
    tags: { type: 'set' },
  } as const
}

for (const enabled of [true, false])
  describeEngines(`optimistic locks, ${enabled ? 'one table' : 'a table each'}`, (lane) => {
    const open: Connection[] = []
    let connection: Connection
    const table = uniqueTable()

    function connectTo(plan: FaultPlan = {}, ...models: readonly (typeof DynamoDBModel)[]): Connection {
      const policy = { maxRetries: 60, baseDelay: 0, maxDelay: 0, deadline: undefined }
      const driver = retrying(createFaultDriver(lane.createDriver(), plan), policy, { budget: new RetryBudget(1e9) })
      const made = connect({
        region: 'us-east-1',
        defaultTableName: table,
        tablePrefix: enabled ? '' : `${table}-`,
        driver,
        singleTableDesign: { enabled },
        queryBuilder: { scans: 'allow' },
      })
      made.run(() => registerModels(...(models.length === 0 ? [Account, Stock, Folder, Paper] : models)))
      open.push(made)
      return made
    }
    beforeAll(async () => {
      connection = connectTo()
      await connection.run(() => DynamoDBModel.migrate())
    })
    afterAll(() => Promise.all(open.map((each) => each.close())))
    const inside = (title: string, body: () => Promise<void>): void => {
      test(title, () => connection.run(body))
    }
    // Where the table is does not matter to writers at once.
    const once = enabled ? test : (): undefined => undefined

    inside('M15: every write counts the version up, and one that knows another version is refused', async () => {
      const account = await Account.create({ balance: 1 })
      expect([account.version, (await Account.findOrFail(account.id)).version]).toEqual([1, 1])
      const [ours, theirs] = [await Account.findOrFail(account.id), await Account.findOrFail(account.id)]
      await theirs.update({ balance: 5 })
      expect([theirs.version, theirs.isClean(), theirs.wasChanged('version')]).toEqual([2, true, true])
      const refused = await ours.update({ balance: 2 }).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(StaleRecordError)
      expect(refused).toMatchObject({ code: 'MODEL.STALE', model: 'Account' })
      expect(String(refused)).toContain('version 1 was expected, and it has 2')
      expect(((refused as StaleRecordError).existing as Account & { balance: number }).balance).toBe(5)
      await expect(ours.delete()).rejects.toBeInstanceOf(StaleRecordError)
      await expect(ours.forceDelete()).rejects.toBeInstanceOf(StaleRecordError)
      expect((await Account.findOrFail(account.id)).balance).toBe(5)
      await ours.refresh()
      await ours.update({ balance: 2, city: 'Rome' })
      expect(ours.version).toBe(3)
      await ours.delete()
      expect(ours.version).toBe(4)
      await ours.restore()
      const now = await Account.findOrFail(account.id)
      expect([ours.version, now.version, now.balance]).toEqual([5, 5, 2])
      await now.forceDelete()
      expect(await Account.query().withTrashed().where('id', account.id).first()).toBeNull()
    })

    inside('M15: Q31: expectVersion says which version a write is for', async () => {
      const account = await Account.create({ owner: `o-${lane.name}-${enabled}` })
      await account.increment('balance')
      await expect(account.expectVersion(1).update({ balance: 7 })).rejects.toBeInstanceOf(StaleRecordError)
      await account.expectVersion(2).update({ balance: 7 })
      await expect(account.expectVersion(9).increment('balance')).rejects.toBeInstanceOf(StaleRecordError)
      await account.refresh()
      await account.expectVersion(3).increment('balance')
      await expect(account.expectVersion(1).delete()).rejects.toBeInstanceOf(StaleRecordError)
      expect(await Account.findOrFail(account.id)).toMatchObject({ version: 4, balance: 8 })
    })

    inside('M15: changes that count what is there need no version, and count it up', async () => {
      const account = await Account.create({ tags: new Set(['a']) })
      await Account.increment(account.id, 'balance', 3)
      await account.add('tags', 'b')
      const before = account.version
      await expect(account.update({ city: 'Oslo' })).rejects.toBeInstanceOf(StaleRecordError)
      await account.refresh()
      expect([before, account.version, account.balance]).toEqual([2, 3, 3])
      await account.update({ city: 'Oslo' })
      const [partial] = await Account.query().where('id', account.id).select('balance').get()
      await (partial as unknown as typeof account).update({ balance: 9 })
      expect(await Account.findOrFail(account.id)).toMatchObject({ version: 5, balance: 9 })
      await expect(account.update({ balance: 0 })).rejects.toBeInstanceOf(StaleRecordError)
    })

    inside('M15: in transactions, and where a row moves to another key', async () => {
      const [one, two] = [await Account.create({}), await Account.create({})]
      const late = await Account.findOrFail(one.id)
      await transaction(async (tx) => {
        await tx.update(one, { balance: 1 })
        await tx.increment(two, 'balance')
        await tx.update(Account, two.id, {}).catch(() => undefined)
      })
      expect([one.version, (await Account.findOrFail(one.id)).version, two.version]).toEqual([2, 2, 2])
      const refused = transaction(async (tx) => {
        await tx.update(two, { balance: 5 })
        await tx.update(late, { balance: 6 })
      })
      await expect(refused).rejects.toBeInstanceOf(StaleRecordError)
      expect((await Account.findOrFail(two.id)).balance).toBe(1)
      const stock = await Stock.create({ shop: 'north', left: 4 })
      const stale = await Stock.findOrFail({ shop: 'north', id: stock.id })
      await stock.update({ left: 3 })
      await expect(stale.update({ shop: 'south' })).rejects.toBeInstanceOf(StaleRecordError)
      await stock.update({ shop: 'south' })
      const moved = await Stock.findOrFail({ shop: 'south', id: stock.id })
      expect([stock.rev, moved.rev, moved.left]).toEqual([3, 3, 3])
      expect(await Stock.find({ shop: 'north', id: stock.id })).toBeNull()
    })

    inside('M15: rows that go with another one go, whoever wrote them meanwhile', async () => {
      const folder = await Folder.create({})
      const papers = [await Paper.create({ folderId: folder.id }), await Paper.create({ folderId: folder.id })]
      let meanwhile: (() => Promise<unknown>) | undefined = () => Paper.update(papers[0]?.id ?? '', { text: 'late' })
      connection.use(async (request, next) => {
        if (request.operation === 'TransactWriteItems') {
          const write = meanwhile
          meanwhile = undefined
          await write?.()
        }
        return next(request)
      })
      await folder.delete()
      expect(meanwhile).toBeUndefined()
      expect(await Paper.findMany(papers.map(({ id }) => id))).toEqual([])
    })

    inside('M15: rows from before have no version, and get one', async () => {
      const before = connectTo({}, Plain, Stock)
      const { id } = await before.run(() => Plain.create({ balance: 3 }))
      const [ours, theirs] = [await Account.findOrFail(id), await Account.findOrFail(id)]
      await ours.update({ balance: 4 })
      expect(ours.version).toBe(1)
      await expect(theirs.update({ balance: 5 })).rejects.toBeInstanceOf(StaleRecordError)
    })

    once('Z15: of 100 writers at once none overwrites another: read, add, try again', () =>
      connection.run(async () => {
        const { id } = await Account.create({ owner: `z15-${lane.name}-${enabled}` })
        const conflicts = await Promise.all(
          Array.from({ length: 100 }, async () => {
            for (let conflicts = 0; ; conflicts++) {
              const account = await Account.findOrFail(id, { consistentRead: true })
              const done = await account.update({ balance: (account.balance ?? 0) + 1 }).then(
                () => true,
                (error: unknown) => {
                  if (!isStaleRecordError(error)) throw error
                  return false
                },
              )
              if (done) return conflicts
            }
          }),
        )
        expect(await Account.findOrFail(id)).toMatchObject({ balance: 100, version: 101 })
        expect(conflicts.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0)
      }),
    )

    once('Z15: with answers lost on the way, what was not reported is in the count exactly once', async () => {
      const unsure = connectTo({ seed: 5, operations: ['UpdateItem'], rates: { 'drop-reply': 0.2, reset: 0.2 } })
      const { id } = await connection.run(() => Account.create({}))
      const outcomes = await unsure.run(() =>
        Promise.all(
          Array.from({ length: 60 }, async () => {
            for (;;) {
              const account = await Account.findOrFail(id, { consistentRead: true })
              try {
                await account.update({ balance: (account.balance ?? 0) + 1 })
                return 'done'
              } catch (error) {
                if (error instanceof UncertainWriteError) return 'uncertain'
                if (!isStaleRecordError(error)) throw error
              }
            }
          }),
        ),
      )
      const done = outcomes.filter((each) => each === 'done').length
      const { balance, version } = await connection.run(() => Account.findOrFail(id))
      expect(version).toBe((balance ?? 0) + 1)
      expect(balance).toBeGreaterThanOrEqual(done)
      expect(balance).toBeLessThanOrEqual(outcomes.length)
      expect(done).toBeGreaterThan(0)
    })
  })
