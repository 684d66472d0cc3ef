import { inspect } from 'node:util'
import {
  ConditionError,
  type Connection,
  connect,
  DuplicateKeyError,
  DynamoDBModel,
  registerModels,
  StaleRecordError,
  transaction,
  UniqueConstraintError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Client extends DynamoDBModel {
  static version = true
  static keyPattern = { pk: 'REGION#{region}', sk: 'CLIENT#{id}' }
  attributes = {
    id: { type: 'string', required: true },
    region: { type: 'string', required: true },
    email: { type: 'string', unique: true },
    secret: { type: 'string', hidden: true },
  } as const
}
type Error = { readonly existing: Client & { readonly email: string; readonly version: number } }

describeEngines('conflicts', (lane) => {
  let connection: Connection
  beforeAll(async () => {
    connection = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    await connection.run(async () => {
      registerModels(Client)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())
  let count = 0
  const make = (region = 'eu'): Promise<Client & { id: string; email: string; version: number }> =>
    Client.create({ region, email: `c${++count}@example.com`, secret: 'swordfish' }) as never

  /** Every way a condition can fail, with the row that stands in the way. */
  const ways: readonly [title: string, kind: unknown, fail: () => Promise<{ error: Promise<unknown>; id: string }>][] =
    [
      [
        'create with a key that is taken',
        DuplicateKeyError,
        async () => {
          const { id } = await make()
          return { id, error: Client.create({ id, region: 'eu' }) }
        },
      ],
      [
        'create with a value that is taken',
        UniqueConstraintError,
        async () => {
          const { id, email } = await make()
          return { id, error: Client.create({ region: 'us', email }) }
        },
      ],
      [
        'update to a value that is taken',
        UniqueConstraintError,
        async () => {
          const [{ id, email }, other] = [await make(), await make('us')]
          return { id, error: other.update({ email }) }
        },
      ],
      [
        'update of an old version',
        StaleRecordError,
        async () => {
          const { id } = await make()
          const old = await Client.findOrFail({ region: 'eu', id })
          await Client.update({ region: 'eu', id }, { secret: 'new' })
          return { id, error: old.update({ email: 'x@example.com' }) }
        },
      ],
      [
        'delete of an old version',
        StaleRecordError,
        async () => {
          const { id } = await make()
          const old = await Client.findOrFail({ region: 'eu', id })
          await Client.update({ region: 'eu', id }, { secret: 'new' })
          return { id, error: old.delete() }
        },
      ],
      [
        'a move to a key that is taken',
        DuplicateKeyError,
        async () => {
          const one = await make('north')
          await Client.create({ id: one.id, region: 'south' })
          return { id: one.id, error: one.update({ region: 'south' }) }
        },
      ],
      [
        'a transaction: key',
        DuplicateKeyError,
        async () => {
          const { id } = await make()
          return { id, error: transaction((tx) => tx.create(Client, { id, region: 'eu' })) }
        },
      ],
      [
        'a transaction: value',
        UniqueConstraintError,
        async () => {
          const [{ id, email }, other] = [await make(), await make()]
          return {
            id,
            error: transaction(async (tx) => {
              await tx.update(other as never, { secret: 'x' } as never)
              await tx.create(Client, { region: 'us', email })
            }),
          }
        },
      ],
      [
        'a transaction: version',
        StaleRecordError,
        async () => {
          const { id } = await make()
          const old = await Client.findOrFail({ region: 'eu', id })
          await Client.update({ region: 'eu', id }, { secret: 'new' })
          return { id, error: transaction((tx) => tx.delete(old)) }
        },
      ],
      [
        'a transaction: check',
        ConditionError,
        async () => {
          const { id } = await make()
          return { id, error: transaction((tx) => tx.check(Client, { region: 'eu', id }, { secret: 'other' })) }
        },
      ],
    ]

  test.each(ways)('E14: %s: the error carries the row that is there', (_, kind, fail) =>
    connection.run(async () => {
      const { error, id } = await fail()
      const thrown = await error.then(
        () => undefined,
        (each: unknown) => each,
      )
      expect(thrown).toBeInstanceOf(kind)
      const { existing } = thrown as Error
      expect(existing).toBeInstanceOf(Client)
      expect((existing as unknown as { id: string }).id).toBe(id)
      // It is there to be asked for, and to be written; it is not printed with the error.
      expect(inspect(thrown)).not.toContain('swordfish')
      expect(JSON.stringify(thrown)).not.toContain('swordfish')
      await (existing as unknown as Client).update({ secret: 'written' })
    }),
  )
})
