import { inspect } from 'node:util'
import {
  ConditionError,
  type Connection,
  connect,
  DuplicateKeyError,
  DynamoDBModel,
  type Interceptor,
  ModelNotFoundError,
  registerModels,
  TransactionCanceledError,
  TransactionError,
  transaction,
  UniqueConstraintError,
  ValidationError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createFaultDriver, type FaultPlan, retrying } from '../../src/drivers/index.js'
import { RetryBudget } from '../../src/drivers/retry-budget.js'
import { mapConcurrent } from '../../src/kernel/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Wallet extends DynamoDBModel {
  static timestamps = true
  attributes = {
    id: { type: 'string', required: true },
    owner: { type: 'string', required: true, unique: true },
    city: { type: 'string', index: true },
    balance: { type: 'number', default: 0, min: 0 },
    secret: { type: 'string', hidden: true },
    note: { type: 'string' },
  } as const
}

class Payment extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    walletId: { type: 'string', required: true, index: true },
    amount: { type: 'number', required: true },
    text: { type: 'string' },
  } as const
}

class Draft extends DynamoDBModel {
  static softDeletes = true
  attributes = { id: { type: 'string', required: true }, title: { type: 'string' } } as const
}

describeEngines('transactions', (lane) => {
  const open: Connection[] = []
  let connection: Connection
  let sent: { operation: string; input: unknown }[] = []
  const watch: Interceptor = (request, next) => {
    sent.push({ operation: request.operation, input: request.input })
    return next(request)
  }
  let owners = 0
  const owner = (): string => `owner-${++owners}`

  beforeAll(async () => {
    connection = open[0] = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    connection.use(watch)
    await connection.run(async () => {
      registerModels(Wallet, Payment, Draft)
      await DynamoDBModel.migrate()
    })
  })
  beforeEach(() => {
    sent = []
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    )

  inside(
    'A5: A7: writes of several models are one request with a token, and records are stored when it is',
    async () => {
      const [ada, bob, gone] = [
        await Wallet.create({ owner: owner(), balance: 10, city: 'Rome' }),
        await Wallet.create({ owner: owner(), balance: 5 }),
        await Wallet.create({ owner: owner() }),
      ]
      const freed = gone.owner
      sent = []
      const payment = await transaction(async (tx) => {
        const made = await tx.create(Payment, { walletId: ada.id, amount: 3 })
        await tx.update(ada, { balance: 7, city: 'Oslo' })
        bob.balance = 8
        await tx.save(bob)
        await tx.delete(gone)
        expect(sent).toEqual([])
        expect(ada.isDirty()).toBe(true)
        expect(await Payment.find(made.id)).toBeNull()
        sent = []
        return made
      })
      expect(sent.map(({ operation }) => operation)).toEqual(['TransactWriteItems'])
      expect(sent[0]?.input).toMatchObject({ ClientRequestToken: expect.stringMatching(/^[\w-]{36}$/) as unknown })
      expect([ada.isClean(), bob.isClean(), payment.isClean()]).toEqual([true, true, true])
      expect((await Payment.findOrFail(payment.id)).amount).toBe(3)
      expect((await Wallet.findOrFail(ada.id)).balance).toBe(7)
      expect((await Wallet.findOrFail(bob.id)).balance).toBe(8)
      expect((await Wallet.where('city', 'Oslo').get()).map(({ id }) => id)).toEqual([ada.id])
      expect(await Wallet.where('city', 'Rome').get()).toEqual([])
      expect(await Wallet.find(gone.id)).toBeNull()
      await expect(gone.save().then(() => gone.owner)).resolves.toBe(freed)
    },
  )

  inside('calls that nobody awaits are part of it; nothing is sent when there are none', async () => {
    const [one, two] = [
      await Payment.create({ walletId: 'w', amount: 1 }),
      await Payment.create({ walletId: 'w', amount: 2 }),
    ]
    two.amount = 20
    await transaction((tx) => {
      void tx.update(one, { amount: 10 })
      void tx.save(two)
    })
    expect([(await Payment.findOrFail(one.id)).amount, (await Payment.findOrFail(two.id)).amount]).toEqual([10, 20])
    sent = []
    expect(await transaction(() => 'nothing')).toBe('nothing')
    await transaction((tx) => tx.save(one))
    expect(sent).toEqual([])
  })

  inside('rows are written by key without being read, and rows keep what is not written', async () => {
    const wallet = await Wallet.create({ owner: owner(), note: 'old', city: 'Bern' })
    const payment = await Payment.create({ walletId: 'w', amount: 1, text: 'x' })
    sent = []
    await transaction(async (tx) => {
      await tx.update(Wallet, wallet.id, { note: undefined, balance: 4 })
      await tx.delete(Payment, payment.id)
    })
    expect(sent.map(({ operation }) => operation)).toEqual(['TransactWriteItems'])
    const now = await Wallet.findOrFail(wallet.id)
    expect([now.note, now.balance, now.owner, now.city]).toEqual([undefined, 4, wallet.owner, 'Bern'])
    expect(await Payment.find(payment.id)).toBeNull()
    await transaction((tx) => tx.update(Wallet, wallet.id, { owner: 'by key' }))
    await expect(Wallet.create({ owner: 'by key' })).rejects.toBeInstanceOf(UniqueConstraintError)
    await Wallet.create({ owner: wallet.owner })
    await expect(transaction((tx) => tx.update(Wallet, 'nobody', { balance: 1 }))).rejects.toBeInstanceOf(
      ModelNotFoundError,
    )
  })

  inside('soft deletes are marks that the record gets with the commit', async () => {
    const [draft, other] = [await Draft.create({ title: 'a' }), await Draft.create({ title: 'b' })]
    await transaction(async (tx) => {
      await tx.delete(draft)
      await tx.forceDelete(other)
      expect([draft.trashed(), draft.isDirty()]).toEqual([false, false])
    })
    expect(draft.trashed()).toBe(true)
    expect(await Draft.query().withTrashed().where('id', other.id).get()).toEqual([])
    await transaction((tx) => tx.restore(draft))
    expect([draft.trashed(), (await Draft.findOrFail(draft.id)).trashed()]).toEqual([false, false])
  })

  inside('a failed write takes all others with it, and says in the words of the model what failed', async () => {
    const wallet = await Wallet.create({ owner: owner(), balance: 1 })
    const taken = await Wallet.create({ owner: owner() })
    const there = await Payment.create({ walletId: 'w', amount: 1 })
    const stale = await Payment.create({ walletId: 'w', amount: 1 })
    await (await Payment.findOrFail(stale.id)).delete()
    const failures: [
      new (...given: never[]) => Error,
      string,
      (tx: Parameters<Parameters<typeof transaction>[0]>[0]) => Promise<unknown>,
    ][] = [
      [UniqueConstraintError, 'MODEL.UNIQUE_VIOLATION', (tx) => tx.create(Wallet, { owner: taken.owner })],
      [
        DuplicateKeyError,
        'MODEL.DUPLICATE_KEY',
        (tx) => tx.create(Payment, { id: there.id, walletId: 'w', amount: 2 }),
      ],
      [ModelNotFoundError, 'MODEL.NOT_FOUND', (tx) => tx.update(stale, { amount: 9 })],
      [ModelNotFoundError, 'MODEL.NOT_FOUND', async (tx) => tx.check(Payment, 'nobody')],
      [ConditionError, 'MODEL.CONDITION_FAILED', async (tx) => tx.check(there, { amount: 2 })],
    ]
    for (const [kind, code, write] of failures) {
      const made: { id?: string } = {}
      const error = await failure(
        transaction(async (tx) => {
          made.id = (await tx.create(Payment, { walletId: 'w', amount: 1 })).id
          await tx.update(wallet, { balance: 50 })
          await write(tx)
        }),
      )
      expect(error).toBeInstanceOf(kind)
      expect(error).toMatchObject({ code })
      expect(await Payment.find(made.id as string)).toBeNull()
      expect((await Wallet.findOrFail(wallet.id)).balance).toBe(1)
      expect(wallet.isDirty('balance')).toBe(true)
      await wallet.refresh()
    }
  })

  inside('what is wrong with a write is said before anything is sent', async () => {
    const wallet = await Wallet.create({ owner: owner(), balance: 1 })
    sent = []
    const refused = (work: Parameters<typeof transaction>[0]): Promise<unknown> => failure(transaction(work))
    expect(await refused((tx) => tx.update(wallet, { balance: -1 }))).toBeInstanceOf(ValidationError)
    await wallet.refresh()
    sent = []
    // Neither awaited nor caught: the transaction fails with it.
    expect(
      await refused((tx) => {
        void tx.create(Payment, { walletId: 'w', amount: 'x' as never })
      }),
    ).toBeInstanceOf(ValidationError)
    expect(await refused((tx) => tx.create(Payment, { walletId: 'w', amount: 1, tex: '' } as never))).toMatchObject({
      code: 'MODEL.UNKNOWN_ATTRIBUTE',
    })
    expect(await refused((tx) => tx.check(wallet, { balanc: 1 } as never))).toMatchObject({
      code: 'QUERY.UNKNOWN_ATTRIBUTE',
    })
    expect(await refused((tx) => tx.check(Wallet, wallet.id, (q) => q.whereIn('city', [])))).toMatchObject({
      code: 'MODEL.INVALID_INPUT',
    })
    expect(await refused((tx) => tx.update(Wallet.make({ owner: 'x' }), { balance: 1 }))).toBeInstanceOf(
      ModelNotFoundError,
    )
    expect(
      await refused(async (tx) => {
        for (let i = 0; i < 51; i++) await tx.create(Wallet, { owner: owner() })
      }),
    ).toMatchObject({ code: 'TRANSACTION.TOO_MANY_WRITES', message: expect.stringContaining('51 of them') as unknown })
    expect(
      await refused(async (tx) => {
        for (let i = 0; i < 12; i++) await tx.create(Payment, { walletId: 'w', amount: 1, text: 'x'.repeat(390_000) })
      }),
    ).toMatchObject({ code: 'TRANSACTION.TOO_LARGE' })
    expect(
      await refused(async (tx) => {
        await tx.update(wallet, { balance: 2 })
        tx.check(wallet)
      }),
    ).toMatchObject({ code: 'TRANSACTION.SAME_ITEM' })
    expect(
      await refused(async (tx) => {
        await tx.create(Wallet, { owner: 'twice' })
        await tx.create(Wallet, { owner: 'twice' })
      }),
    ).toBeInstanceOf(UniqueConstraintError)
    const previous = wallet.owner
    expect(
      await refused(async (tx) => {
        await tx.update(wallet, { owner: 'another' })
        await tx.create(Wallet, { owner: previous })
      }),
    ).toMatchObject({ code: 'TRANSACTION.SAME_ITEM' })
    let escaped: Parameters<Parameters<typeof transaction>[0]>[0] | undefined
    await transaction((tx) => {
      escaped = tx
    })
    expect(() => escaped?.check(wallet)).toThrow(TransactionError)
    expect(await failure(transaction(() => Promise.reject(new RangeError('mine'))))).toBeInstanceOf(RangeError)
    expect(await failure(transaction(() => 1, { clientRequestToken: 'x'.repeat(37) }))).toMatchObject({
      code: 'MODEL.INVALID_INPUT',
    })
    expect(sent).toEqual([])
  })

  inside('E14: a failed condition carries the row as a record, and its message tells nothing hidden', async () => {
    const wallet = await Wallet.create({ owner: owner(), balance: 1, secret: 'SECRET' })
    const error = await failure(transaction((tx) => tx.check(wallet, (q) => q.where('balance', '>=', 2))))
    expect(error).toBeInstanceOf(ConditionError)
    const { existing } = error as ConditionError
    expect(existing).toBeInstanceOf(Wallet)
    expect((existing as Wallet & { balance: number }).balance).toBe(1)
    expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('SECRET')
    await Payment.create({ id: 'there', walletId: 'w', amount: 1 })
    for (const again of [
      () => Payment.create({ id: 'there', walletId: 'w', amount: 2 }),
      () => transaction((tx) => tx.create(Payment, { id: 'there', walletId: 'w', amount: 3 })),
    ]) {
      const duplicate = await failure(again())
      expect(duplicate).toBeInstanceOf(DuplicateKeyError)
      expect((duplicate as DuplicateKeyError).existing).toMatchObject({ id: 'there', amount: 1 })
    }
  })

  inside('rows that others changed meanwhile are written from what is there now', async () => {
    const wallet = await Wallet.create({ owner: owner(), city: 'Rome', balance: 1 })
    const stale = await Wallet.findOrFail(wallet.id)
    const first = wallet.owner
    await wallet.update({ owner: owner() })
    await transaction(async (tx) => {
      await tx.update(stale, { owner: 'mine now', balance: 3 })
      await tx.create(Payment, { walletId: wallet.id, amount: 1 })
    })
    await Wallet.create({ owner: first })
    await Wallet.create({ owner: wallet.owner })
    await expect(Wallet.create({ owner: 'mine now' })).rejects.toBeInstanceOf(UniqueConstraintError)
    const other = await Wallet.findOrFail(wallet.id)
    await stale.update({ owner: owner() })
    // With a token of the caller's the content stays what it was.
    const conflict = transaction((tx) => tx.update(other, { owner: 'nobody' }), {
      clientRequestToken: `${owner()}-${process.pid}`,
    })
    await expect(conflict).rejects.toMatchObject({ code: 'MODEL.WRITE_CONFLICT' })
    await Wallet.create({ owner: 'nobody' })
  })

  inside(
    'A7: a second run with the same token and content has no effect, with other content it is refused',
    async () => {
      const payment = await Payment.create({ walletId: 'w', amount: 0 })
      const clientRequestToken = `${payment.id}-token`
      const pay = async (amount: number): Promise<void> => {
        await transaction((tx) => tx.update(Payment, payment.id, { amount }), { clientRequestToken })
      }
      await pay(1)
      await payment.refresh()
      await payment.update({ amount: 100 })
      await pay(1)
      expect((await Payment.findOrFail(payment.id)).amount).toBe(100)
      await expect(pay(2)).rejects.toMatchObject({ code: 'SERVICE.IDEMPOTENCY_MISMATCH' })
    },
  )

  test('connections have their own transactions, and none spans two', async () => {
    const other = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    open.push(other)
    await other.run(async () => {
      registerModels(Wallet, Payment, Draft)
      await DynamoDBModel.migrate()
    })
    const made = await other.transaction((tx) => tx.create(Payment, { walletId: 'w', amount: 1 }))
    const bound = await Payment.on(other).transaction((tx) => tx.create(Payment, { walletId: 'w', amount: 2 }))
    expect((await Payment.on(other).findMany([made.id, bound.id])).length).toBe(2)
    expect(await Payment.on(connection).find(made.id)).toBeNull()
    const both = connection.transaction(async (tx) => {
      await tx.create(Payment, { walletId: 'w', amount: 1 })
      await tx.update(made, { amount: 5 })
    })
    await expect(both).rejects.toMatchObject({ code: 'TRANSACTION.SEVERAL_CONNECTIONS' })
  })

  test('a row that other transactions kept busy through all retries is a conflict, and nothing was written', async () => {
    const busy = faulty({})
    // Neither engine has conflicts between transactions; DynamoDB does.
    busy.use((request, next) =>
      request.operation === 'TransactWriteItems'
        ? Promise.reject(
            new TransactionCanceledError('Transaction cancelled', {
              exception: 'TransactionCanceledException',
              statusCode: 400,
              reasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
            }),
          )
        : next(request),
    )
    const conflict = await failure(
      busy.transaction(async (tx) => {
        await tx.create(Payment, { walletId: 'w', amount: 1 })
        await tx.create(Payment, { walletId: 'w', amount: 2 })
      }),
    )
    expect(conflict).toMatchObject({ code: 'MODEL.WRITE_CONFLICT', cause: { code: 'SERVICE.TRANSACTION_CANCELED' } })
  })

  /** A connection to the same table whose requests meet faults, with as many retries as it takes. */
  function faulty(plan: FaultPlan): Connection {
    const policy = { maxRetries: 60, baseDelay: 0, maxDelay: 0, deadline: undefined }
    const driver = retrying(createFaultDriver(lane.createDriver(), plan), policy, { budget: new RetryBudget(1e9) })
    const made = connect({ region: 'us-east-1', defaultTableName: connection.config.defaultTableName, driver })
    made.run(() => registerModels(Wallet, Payment, Draft))
    open.push(made)
    return made
  }

  test('Z1: of thousands of transactions whose answers are lost in 30% of cases each takes effect once', async () => {
    // DynamoDB Local takes four times as long for each.
    const count = lane.name === 'dynoxide' ? 10_000 : 2_500
    const unsure = faulty({ seed: 7, operations: ['TransactWriteItems'], rates: { 'drop-reply': 0.3 } })
    await unsure.run(async () => {
      await mapConcurrent(Array.from({ length: count }), 32, (_, i) =>
        transaction((tx) => tx.create(Payment, { id: `z1-${i}`, walletId: 'z1', amount: i })),
      )
    })
    const rows = await connection.run(() => Payment.where('walletId', 'z1').get())
    expect(rows.length).toBe(count)
    expect(new Set(rows.map(({ amount }) => amount)).size).toBe(count)
  })
})
