import { randomBytes } from 'node:crypto'
import {
  AuditEntry,
  AuditLogger,
  actingAs,
  type Connection,
  connect,
  currentActor,
  type DynamoDBConfig,
  DynamoDBModel,
  localKeyRing,
  registerModels,
  transaction,
  withTenant,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import type { AttributeMap } from '../../src/values/index.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
class Account extends DynamoDBModel {
  static audit = true
  static softDeletes = true
  static timestamps = false
  attributes = {
    id,
    owner: { type: 'string', unique: true },
    balance: { type: 'number', default: 0 },
    note: { type: 'string' },
    pin: { type: 'string', hidden: true },
    iban: { type: 'string', encrypted: true },
    tags: { type: 'set' },
  } as const
}
class Plain extends DynamoDBModel {
  attributes = { id, note: { type: 'string' } } as const
}
const coded = (code: string): unknown => expect.objectContaining({ code })

describeEngines('the audit', (lane: EngineLane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  async function world(more: DynamoDBConfig = {}) {
    const connection = connect({
      defaultTableName: uniqueTable(),
      queryBuilder: { scans: 'allow' },
      encryption: { keys: localKeyRing({ current: 'a', keys: { a: randomBytes(32) } }) },
      ...more,
      driver: lane.createDriver(),
    })
    open.push(connection)
    connection.run(() => registerModels(Account, Plain))
    if (more.defaultTableName === undefined) await connection.run(() => Account.migrate())
    return { connection, table: connection.config.defaultTableName, audit: new AuditLogger(connection) }
  }

  test('S6: who did what, when, from what to what, for every way of writing, in the order it was done', async () => {
    const { connection, audit, table } = await world()
    await connection.run(async () => {
      const account = await actingAs('ann', () =>
        Account.create({
          id: '1',
          owner: 'x',
          note: 'a',
          pin: 'marker-pin',
          iban: 'marker-iban',
          tags: new Set(['t']),
        }),
      )
      await actingAs({ id: 'bob' }, async () => {
        expect(currentActor()).toEqual({ id: 'bob' })
        await account.update({ note: 'b', pin: 'marker-pin2', iban: 'marker-iban2' })
        await account.increment('balance', 5)
        await Account.update('1', { note: 'c' })
        await account.refresh()
        await account.delete()
        await account.restore()
        await Account.query().where('note', 'c').update({ balance: 7 })
      })
      await account.refresh()
      await account.save()
      await account.forceDelete()
      const entries = [...(await audit.entries({ model: Account }))].reverse()
      const said = entries.map(({ actor, action, changes }) => ({ actor, action, changes }))
      const hidden = '[hidden]'
      expect(said).toEqual([
        {
          actor: 'ann',
          action: 'created',
          changes: {
            id: { new: '1' },
            owner: { new: 'x' },
            balance: { new: 0 },
            note: { new: 'a' },
            pin: { new: hidden },
            iban: { new: hidden },
            tags: { new: ['t'] },
          },
        },
        {
          actor: 'bob',
          action: 'updated',
          changes: {
            note: { old: 'a', new: 'b' },
            pin: { old: hidden, new: hidden },
            iban: { old: hidden, new: hidden },
          },
        },
        { actor: 'bob', action: 'updated', changes: { balance: { old: 0, new: 5 } } },
        { actor: 'bob', action: 'updated', changes: { note: { old: 'b', new: 'c' } } },
        { actor: 'bob', action: 'trashed', changes: { deletedAt: { new: expect.any(String) } } },
        { actor: 'bob', action: 'restored', changes: { deletedAt: { old: expect.any(String) } } },
        { actor: 'bob', action: 'updated', changes: { balance: { old: 5, new: 7 } } },
        {
          actor: 'unknown',
          action: 'deleted',
          changes: expect.objectContaining({ note: { old: 'c' }, balance: { old: 7 }, pin: { old: hidden } }),
        },
      ])
      expect(new Set(entries.map(({ subject }) => subject))).toEqual(new Set(['Account#1']))
      // By record, actor and time; models that are not audited have no entries.
      await Plain.create({ id: '1', note: 'n' })
      expect(await audit.entries({ model: Plain })).toEqual([])
      const other = await actingAs('bob', () => Account.create({ id: '2' }))
      expect(await audit.entries({ record: other })).toHaveLength(1)
      expect(await audit.entries({ actor: 'bob' })).toHaveLength(7)
      expect(await audit.entries({ actor: 'bob', limit: 2 })).toHaveLength(2)
      const from = entries[2]?.at as Date
      expect((await audit.entries({ model: Account, from })).every(({ at }) => at >= from)).toBe(true)
      expect(await audit.entries({ actor: 'bob', to: new Date(0) })).toEqual([])
      await expect(audit.entries({})).rejects.toThrow(coded('SECURITY.INVALID'))
      expect(() => actingAs('', () => 1)).toThrow(coded('SECURITY.INVALID'))
    })
    const { Items } = await connection.send('Scan', { TableName: table })
    expect(JSON.stringify(Items?.filter((item) => JSON.stringify(item['_type']).includes('Audit')))).not.toContain(
      'marker',
    )
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 9, faults: [] })
  })

  test('S6: entries are in the transaction of their write: what fails leaves none, and all of a transaction has its own', async () => {
    const { connection, audit } = await world()
    await connection.run(async () => {
      await Account.create({ id: '1', owner: 'x' })
      await expect(Account.create({ id: '2', owner: 'x' })).rejects.toThrow(coded('MODEL.UNIQUE_VIOLATION'))
      await expect(Account.create({ id: '1' })).rejects.toThrow(coded('MODEL.DUPLICATE_KEY'))
      await expect(
        transaction(async (tx) => {
          await tx.create(Account, { id: '3' })
          tx.check(Account, '1', { balance: 99 })
        }),
      ).rejects.toThrow(coded('MODEL.CONDITION_FAILED'))
      expect((await audit.verify()).entries).toBe(1)
      await transaction(async (tx) => {
        for (let i = 10; i < 30; i++) await tx.create(Account, { id: `${i}` })
        await tx.update(Account, '1', { balance: 4 })
        await tx.create(Plain, { id: 'p' })
      })
      expect((await audit.verify()).entries).toBe(22)
      await expect(
        transaction((tx) => tx.update(Account, '1', { balance: 5 }), { clientRequestToken: 'token-1' }),
      ).rejects.toThrow(coded('TRANSACTION.TOKEN_REFUSED'))
      // Batches are written row by row.
      await Account.batchCreate(Array.from({ length: 30 }, (_, i) => ({ id: `b${i}` })))
      expect(await audit.verify()).toMatchObject({ valid: true, entries: 52 })
      expect(await Account.count()).toBe(51)
    })
  })

  test('S6: writers of several programs at once: each write has its entry, and chains stay whole', async () => {
    const one = await world({ audit: { chains: 2 } })
    const two = await world({ defaultTableName: one.table, audit: { chains: 2 } })
    const write = (connection: Connection, from: number) =>
      connection.run(() =>
        Promise.all(
          Array.from({ length: 12 }, (_, i) => actingAs(`w${from}`, () => Account.create({ id: `${from}-${i}` }))),
        ),
      )
    await Promise.all([write(one.connection, 1), write(two.connection, 2)])
    const verified = await one.audit.verify()
    expect(verified).toMatchObject({ valid: true, entries: 24, faults: [] })
    expect(verified.ends.reduce((sum, { entries }) => sum + entries, 0)).toBe(24)
    await one.connection.run(() => Account.increment('1-0', 'balance'))
    expect((await one.audit.verify(verified.ends)).valid).toBe(true)
  })

  test('S6: entries that were edited, removed, moved or put in are found, and so is an end that was taken away', async () => {
    const key = randomBytes(32)
    const { connection, audit, table } = await world({ audit: { key, chains: 1 } })
    await connection.run(async () => {
      for (let i = 0; i < 8; i++) await Account.create({ id: `${i}`, note: `n${i}` })
    })
    const whole = await audit.verify()
    expect(whole).toMatchObject({ valid: true, entries: 8 })
    const { Items = [] } = await connection.send('Scan', { TableName: table, ConsistentRead: true })
    const find = (text: string): AttributeMap => {
      const found = Items.find((item) => (item['id'] as { S?: string } | undefined)?.S === text && 'hash' in item)
      if (found === undefined) throw new Error(`no ${text}`)
      return found
    }
    const entry = (place: number): AttributeMap => find(`0.${String(place).padStart(12, '0')}`)
    const put = (Item: AttributeMap) => connection.send('PutItem', { TableName: table, Item })
    const remove = ({ pk, sk }: AttributeMap) =>
      connection.send('DeleteItem', { TableName: table, Key: { pk: pk as never, sk: sk as never } })
    const keyOf = ({ id, pk, sk }: AttributeMap): AttributeMap => ({ id, pk, sk }) as AttributeMap
    const end = find('0')
    const cases: readonly (readonly [string, () => Promise<unknown>, string, number])[] = [
      ['edited', () => put({ ...entry(3), actor: { S: 'mallory' } }), 'edited', 3],
      ['given another time', () => put({ ...entry(4), at: { S: '2020-01-01T00:00:00.000Z' } }), 'edited', 4],
      ['removed', () => remove(entry(5)), 'missing', 5],
      ['first one removed', () => remove(entry(1)), 'missing', 1],
      [
        'exchanged',
        async () => {
          await put({ ...entry(2), ...keyOf(entry(6)) })
          await put({ ...entry(6), ...keyOf(entry(2)) })
        },
        'edited',
        2,
      ],
      [
        'put behind the end',
        () =>
          put({
            ...entry(8),
            id: { S: '0.000000000009' },
            pk: { S: 'AUDIT_ENTRY#0.000000000009' },
            sk: { S: 'AUDIT_ENTRY#0.000000000009' },
          }),
        'inserted',
        9,
      ],
      [
        'end removed',
        async () => {
          await remove(entry(8))
          await put({ ...end, entries: { N: '7' }, hash: entry(7)['hash'] as never })
        },
        'end',
        7,
      ],
      ['end changed', () => put({ ...end, hash: { S: 'x' } }), 'end', 8],
    ]
    for (const [what, spoil, kind, place] of cases) {
      await spoil()
      const { valid, faults } = await audit.verify(whole.ends)
      expect(valid, what).toBe(false)
      expect(faults, what).toEqual([{ chain: '0', entry: `0.${String(place).padStart(12, '0')}`, kind }])
      await remove({ pk: { S: 'AUDIT_ENTRY#0.000000000009' }, sk: { S: 'AUDIT_ENTRY#0.000000000009' } })
      for (let i = 1; i <= 8; i++) await put(entry(i))
      await put(end)
      expect((await audit.verify(whole.ends)).valid).toBe(true)
    }
    // Without the key nobody makes a chain that holds.
    expect(
      (await new AuditLogger((await world({ defaultTableName: table, audit: { chains: 1 } })).connection).verify())
        .valid,
    ).toBe(false)
  })

  test('S6, T1: each tenant has an audit of its own', async () => {
    const { connection, audit } = await world({ tenancy: {} })
    const as = <T>(tenant: string, fn: () => Promise<T>): Promise<T> => connection.run(() => withTenant(tenant, fn))
    await as('a', () => Account.create({ id: '1' }))
    await as('b', () => Account.create({ id: '1' }))
    expect(await as('a', () => new AuditLogger().entries({ model: Account }))).toHaveLength(1)
    expect(await as('b', () => new AuditLogger().verify())).toMatchObject({ valid: true, entries: 1 })
    expect(audit).toBeInstanceOf(AuditLogger)
    expect(await as('a', () => AuditEntry.query().where('actor', 'unknown').count())).toBe(1)
  })
})
