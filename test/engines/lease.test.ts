import {
  type Connection,
  connect,
  DynamoDBModel,
  defineModel,
  registerModels,
  unlockMigrations,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { MigrationError } from '../../src/migrations/errors.js'
import { breakLease, leaseHolder, withLease } from '../../src/migrations/lease.js'
import { ledgerOf } from '../../src/migrations/ledger.js'
import { describeEngines, uniqueTable } from './support.js'

describeEngines('the right to change tables', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  const start = async (): Promise<Connection> => {
    const connection = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    open.push(connection)
    await connection.run(async () => {
      registerModels(defineModel({ name: 'Note', attributes: { id: { type: 'string', required: true } } }))
      await DynamoDBModel.migrate()
    })
    return connection
  }

  test('G5: one process has it at a time; each has a greater token', async () => {
    const connection = await start()
    const ledger = ledgerOf(connection)
    let inside = 0
    const tokens: number[] = []
    const work = async ({ token }: { readonly token: string }): Promise<void> => {
      expect(++inside).toBe(1)
      tokens.push(Number(token))
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }
    await Promise.all([withLease(connection, ledger, work), withLease(connection, ledger, work)])
    expect(tokens[1]).toBeGreaterThan(tokens[0] as number)
    expect(await leaseHolder(connection, ledger)).toBeUndefined()
  })

  test('G5: who does not want to wait is told who has it; who breaks it stops the holder and what it still writes', async () => {
    const connection = await start()
    const ledger = ledgerOf(connection)
    await withLease(connection, ledger, async ({ check, token }) => {
      await expect(withLease(connection, ledger, async () => undefined, { wait: 0 })).rejects.toMatchObject({
        code: 'MIGRATION.LEASE_HELD',
        message: expect.stringContaining(String(process.pid)),
      })
      const guarded = (): Promise<unknown> =>
        connection.send('TransactWriteItems', {
          TransactItems: [
            check,
            {
              Put: {
                TableName: ledger.tableName,
                Item: { [ledger.partitionKey]: { S: 'x' }, [ledger.sortKey]: { S: 'x' } },
              },
            },
          ],
        })
      await guarded()
      expect(await connection.run(() => unlockMigrations())).toMatchObject({ token })
      await expect(guarded()).rejects.toMatchObject({ code: 'SERVICE.TRANSACTION_CANCELED' })
      expect(await breakLease(connection, ledger)).toBeUndefined()
    })
  })

  test('G5: a holder that died is waited out, one that lives is not', async () => {
    const connection = await start()
    const ledger = ledgerOf(connection)
    let now = Date.now()
    // Time that runs as fast as it is waited for.
    const fast = Object.create(connection, {
      clock: {
        value: {
          now: () => now,
          sleep: async (ms: number, signal?: AbortSignal) => {
            now += ms
            await new Promise((resolve) => setTimeout(resolve, 1))
            signal?.throwIfAborted()
          },
        },
      },
      send: { value: connection.send.bind(connection) },
    }) as Connection
    const alive = withLease(connection, ledger, async () => {
      const failed: unknown = await withLease(fast, ledger, async () => 'taken', { wait: 5000 }).catch(
        (error: unknown) => error,
      )
      expect(failed).toBeInstanceOf(MigrationError)
      // Nothing more is heard of the holder: it is dead.
      return withLease(fast, ledger, async ({ token }) => Number(token))
    })
    expect(await alive).toBeGreaterThan(1)
  })
})
