import { randomBytes } from 'node:crypto'
import {
  type Connection,
  connect,
  copyTable,
  type DynamoDBConfig,
  DynamoDBModel,
  defineModel,
  type EncryptionConfig,
  type KeyProvider,
  localKeyRing,
  reencrypt,
  reencryptItem,
  registerModels,
  selectFrom,
  transactGet,
  transaction,
  withTenant,
} from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import type { AttributeMap } from '../../src/values/index.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const secret = { encrypted: true } as const

class Team extends DynamoDBModel {
  attributes = { id, motto: { type: 'string', ...secret } } as const
  relationships = { patients: { type: 'hasMany', model: () => Patient, foreignKey: 'teamId' } } as const
}
class Patient extends DynamoDBModel {
  static softDeletes = true
  attributes = {
    id,
    teamId: { type: 'string' },
    city: { type: 'string', index: true },
    email: { type: 'string', unique: true },
    name: { type: 'string', maxLength: 40, ...secret },
    born: { type: 'date', ...secret },
    weight: { type: 'number', ...secret },
    cash: { type: 'decimal', ...secret },
    count: { type: 'bigint', ...secret },
    smokes: { type: 'boolean', ...secret },
    scan: { type: 'binary', ...secret },
    codes: { type: 'set', ...secret },
    visits: { type: 'list', ...secret },
    address: { type: 'map', ...secret },
    notes: { type: 'json', ...secret },
    other: { type: 'any', ...secret },
    shout: {
      type: 'string',
      ...secret,
      get: (value: string) => value.toUpperCase(),
      set: (text: string) => text.trim(),
    },
  } as const
  relationships = { team: { type: 'belongsTo', model: () => Team, foreignKey: 'teamId' } } as const
}

const VALUES = {
  name: 'marker-name',
  born: new Date('1980-02-29T00:00:00.000Z'),
  weight: 71.25,
  cash: '12345678901234567890.12',
  count: 9007199254740993n,
  smokes: false,
  scan: new Uint8Array([1, 2, 3]),
  codes: new Set(['marker-code']),
  visits: [1, { at: 'marker-visit' }],
  address: { city: 'marker-city', zip: [1] },
  notes: { deep: ['marker-note'] },
  other: 'marker-other',
}
const ENCRYPTED = [...Object.keys(VALUES), 'shout']

const key = (): string => randomBytes(32).toString('base64')
const OLD = key()
const NEW = key()
const ring = (current: 'old' | 'new' = 'old'): KeyProvider => localKeyRing({ current, keys: { old: OLD, new: NEW } })
const coded = (code: string): unknown => expect.objectContaining({ code })

describeEngines('encrypted attributes', (lane: EngineLane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })

  async function world(more: DynamoDBConfig = {}, encryption: Partial<EncryptionConfig> = {}) {
    const connection = connect({
      defaultTableName: uniqueTable(),
      queryBuilder: { scans: 'allow', misfits: 'throw' },
      encryption: { keys: ring(), ...encryption },
      ...more,
      driver: lane.createDriver(),
    })
    open.push(connection)
    connection.run(() => registerModels(Team, Patient))
    if (more.defaultTableName === undefined) await connection.run(() => Patient.migrate())
    const table = connection.config.defaultTableName
    return {
      connection,
      table,
      /** What the table holds, as a reader without keys sees it. */
      raw: async (): Promise<readonly AttributeMap[]> =>
        (await connection.send('Scan', { TableName: table, ConsistentRead: true })).Items ?? [],
      row: async (id: string): Promise<AttributeMap> => {
        const pk = { S: `PATIENT#${id}` }
        const { Item } = await connection.send('GetItem', {
          TableName: table,
          Key: { pk, sk: pk },
          ConsistentRead: true,
        })
        if (Item === undefined) throw new Error(`no row ${id}`)
        return Item
      },
      put: (Item: AttributeMap) => connection.send('PutItem', { TableName: table, Item }),
    }
  }

  test('S1: values of every type are encrypted in the table, and read as they were', async () => {
    const { connection, raw, row } = await world()
    await connection.run(async () => {
      const made = await Patient.create({ id: '1', city: 'Ulm', email: 'a@x', ...VALUES, shout: ' hush ' })
      expect(made).toMatchObject(VALUES)
      const found = await Patient.findOrFail('1')
      expect(found.toJSON()).toMatchObject({ name: 'marker-name', cash: VALUES.cash, shout: 'HUSH' })
      for (const [name, value] of Object.entries(VALUES)) expect(found.getAttribute(name as 'name')).toEqual(value)
      const item = await row('1')
      for (const name of ENCRYPTED) expect(item[name], name).toEqual({ B: expect.any(String) })
      expect(JSON.stringify(await raw())).not.toMatch(/marker|hush/i)
      // Changes are seen, and nothing else is written.
      expect(found.isDirty()).toBe(false)
      found.name = 'marker-other-name'
      expect(found.getDirty()).toEqual({ name: 'marker-other-name' })
      await found.save()
      expect((await row('1'))['weight']).toEqual(item['weight'])
      expect((await row('1'))['name']).not.toEqual(item['name'])
      expect(await Patient.where('city', 'Ulm').first()).toMatchObject({ ...VALUES, name: 'marker-other-name' })
      expect(await Patient.select('name').get()).toMatchObject([{ name: 'marker-other-name' }])
      expect(await Patient.pluck('name')).toEqual(['marker-other-name'])
      // Rules see the values.
      await expect(found.update({ name: 'x'.repeat(41) })).rejects.toThrow(coded('VALIDATION.FAILED'))
    })
  })

  test('S1: every way of writing encrypts, and every way of reading decrypts', async () => {
    const { connection, raw } = await world()
    await connection.run(async () => {
      await Team.create({ id: 't', motto: 'marker-motto' })
      await Patient.insertMany(
        Array.from({ length: 60 }, (_, i) => ({ id: `m${i}`, teamId: 't', name: `marker-${i}` })),
      )
      await Patient.upsert({ id: 'u', name: 'marker-u' })
      await Patient.upsert({ id: 'u', name: 'marker-u2' })
      await Patient.updateOrCreate({ id: 'v' }, { name: 'marker-v' })
      await Patient.firstOrCreate({ id: 'w' }, { name: 'marker-w' })
      await transaction(async (tx) => {
        await tx.create(Patient, { id: 'x', name: 'marker-x', email: 'x@x' })
        await tx.create(Team, { id: 't2', motto: 'marker-t2' })
      })
      await Patient.query()
        .where('teamId', 't')
        .update({ address: { at: 'marker-bulk' } })
      await Patient.update('m1', { visits: ['marker-visit'] })
      expect(JSON.stringify(await raw())).not.toContain('marker')

      expect((await Patient.findMany(['m3', 'u'])).map(({ name }) => name)).toEqual(['marker-3', 'marker-u2'])
      expect(
        await transactGet([
          { model: Patient, key: 'x' },
          { model: Team, key: 't2' },
        ]),
      ).toMatchObject([{ name: 'marker-x' }, { motto: 'marker-t2' }])
      const team = await Team.with('patients').findOrFail('t')
      expect(team.motto).toBe('marker-motto')
      expect(team.patients).toHaveLength(60)
      expect(team.patients.every(({ address }: any) => address.at === 'marker-bulk')).toBe(true)
      expect(await Patient.with('team').findOrFail('m7')).toMatchObject({
        name: 'marker-7',
        team: { motto: 'marker-motto' },
      })
      const stated = await selectFrom(Patient).where('teamId', 't').get()
      expect(new Set(stated.map(({ name }) => name))).toEqual(new Set(team.patients.map(({ name }: any) => name)))
      const page = await Patient.query().where('teamId', 't').paginate(7)
      expect(page.data.every(({ name }: any) => name.startsWith('marker-'))).toBe(true)
      // Deleted and restored rows keep what they have.
      const gone = await Patient.findOrFail('m9')
      await gone.delete()
      await gone.restore()
      expect(await Patient.find('m9')).toMatchObject({ name: 'marker-9' })
      expect(await Patient.whereNull('name').count()).toBe(0)
      expect(await Patient.whereNotNull('name').count()).toBe(64)
    })
  })

  test('S2, Z14: a ciphertext in another row, attribute, table or model, truncated, changed or replaced is refused', async () => {
    const one = await world()
    const two = await world()
    const { connection, row, put } = one
    await connection.run(async () => {
      await Patient.create({ id: '1', name: 'marker-one', other: 'marker-two' })
      await Patient.create({ id: '2', name: 'marker-three' })
      await Team.create({ id: '1', motto: 'marker-four' })
    })
    await two.connection.run(() => Patient.create({ id: '1', name: 'marker-five' }))
    const whole = await row('1')
    const pk = { S: 'TEAM#1' }
    const { Item: team } = await connection.send('GetItem', { TableName: one.table, Key: { pk, sk: pk } })
    const B = (whole['name'] as { readonly B: string }).B
    const bytes = Buffer.from(B, 'base64')
    const changed = (change: (bytes: Buffer) => Buffer): AttributeMap => ({
      ...whole,
      name: { B: change(Buffer.from(bytes)).toString('base64') },
    })
    const cases: readonly (readonly [string, AttributeMap])[] = [
      ['another row', { ...whole, name: (await row('2'))['name'] as never }],
      ['another attribute', { ...whole, name: whole['other'] as never }],
      ['another table', { ...whole, name: (await two.row('1'))['name'] as never }],
      ['another model', { ...whole, name: team?.['motto'] as never }],
      ...[1, 12, 28, bytes.length - 6].map((n) => [`cut by ${n}`, changed((all) => all.subarray(0, -n))] as const),
      ['longer', changed((all) => Buffer.concat([all, Buffer.alloc(1)]))],
      ['plain text', { ...whole, name: { S: 'marker-plain' } }],
      ['other bytes', { ...whole, name: { B: 'AAAA' } }],
      ['a number', { ...whole, name: { N: '1' } }],
      ...Array.from(
        { length: bytes.length },
        (_, at) =>
          [
            `bit in byte ${at}`,
            changed((all) => {
              all[at] = (all[at] as number) ^ (1 << (at % 8))
              return all
            }),
          ] as const,
      ),
    ]
    for (const [what, item] of cases) {
      await put(item)
      const error = await connection
        .run(() => Patient.find('1'))
        .then(
          () => undefined,
          (thrown: unknown) => thrown as Error & { readonly code: string },
        )
      expect(error?.code, what).toMatch(/^ENCRYPTION\.(TAMPERED|PLAINTEXT|UNKNOWN_KEY)$/)
      expect(`${error?.stack} ${JSON.stringify(error)}`, what).not.toContain('marker')
    }
    await put(whole)
    expect(await connection.run(() => Patient.find('1'))).toMatchObject({ name: 'marker-one', other: 'marker-two' })
  })

  test('S2: one bad row is reported and left out of lists, can be deleted, and hides no other', async () => {
    const told: unknown[] = []
    const queryBuilder = { scans: 'allow', onMisfit: (misfit: unknown) => told.push(misfit) } as const
    const { connection, row, put } = await world({ queryBuilder })
    await connection.run(async () => {
      for (const id of ['1', '2', '3']) await Patient.create({ id, city: 'Ulm', name: `n${id}` })
      await put({ ...(await row('2')), name: (await row('1'))['name'] as never })
      expect((await Patient.where('city', 'Ulm').get()).map(({ id }) => id)).toEqual(['1', '3'])
      expect(told).toEqual([{ model: 'Patient', key: expect.anything(), error: coded('ENCRYPTION.TAMPERED') }])
      await expect(Patient.find('2')).rejects.toThrow(coded('ENCRYPTION.TAMPERED'))
      // What can be read of it is read, and it can be mended, or deleted.
      expect(await Patient.select('id', 'city').findOrFail('2')).toMatchObject({ city: 'Ulm' })
      expect(await Patient.where('city', 'Ulm').select('city').count()).toBe(3)
      await (await Patient.select('id', 'name').where('id', '1').firstOrFail()).update({ name: 'fine' })
      await Patient.select('id')
        .findOrFail('2')
        .then((row) => row.update({ name: 'mended' }))
      expect(await Patient.find('2')).toMatchObject({ name: 'mended' })
      await put({ ...(await row('3')), name: (await row('1'))['name'] as never })
      await Patient.select('id')
        .findOrFail('3')
        .then((row) => row.forceDelete())
      expect(await Patient.withTrashed().count()).toBe(2)
    })
  })

  test('S4, Z14: with a new key old values are read, and reencrypt writes them under it, row by row', async () => {
    const old = await world()
    await old.connection.run(async () => {
      for (let i = 0; i < 30; i++) await Patient.create({ id: `${i}`, name: `n${i}`, weight: i })
      await Team.create({ id: 't', motto: 'm' })
    })
    const { connection, row, put, raw } = await world({ defaultTableName: old.table }, { keys: ring('new') })
    await connection.run(async () => {
      expect(await Patient.find('7')).toMatchObject({ name: 'n7', weight: 7 })
      const before = await row('3')
      const third = await Patient.findOrFail('3')
      expect(await reencryptItem(third)).toBe(true)
      expect(await reencryptItem(third)).toBe(false)
      expect((await row('3'))['updatedAt']).toEqual(before['updatedAt'])
      third.name = 'changed'
      await third.save()
      // One row is spoiled, and another is written by someone else at the same time.
      await put({ ...(await row('9')), name: (await row('8'))['name'] as never })
      let once = false
      connection.use(async (request, next) => {
        if (request.operation === 'UpdateItem' && !once) {
          once = true
          await old.connection.run(() => Patient.update('5', { name: 'meanwhile' }))
        }
        return next(request)
      })
      const unreadable: unknown[] = []
      expect(await reencrypt(Patient, { onUnreadable: (error) => unreadable.push(error) })).toEqual({
        scanned: 30,
        written: 29,
        unreadable: 1,
      })
      expect(unreadable).toEqual([coded('ENCRYPTION.TAMPERED')])
      expect(await reencrypt(Patient)).toEqual({ scanned: 30, written: 0, unreadable: 1 })
      await reencrypt(Team)
      expect(await Patient.find('5')).toMatchObject({ name: 'meanwhile', weight: 5 })
      const under = (await raw()).flatMap((item) =>
        Object.values(item).flatMap((value) =>
          'B' in value ? [Buffer.from(value.B, 'base64').toString('latin1', 5, 8)] : [],
        ),
      )
      expect(under.filter((id) => id !== 'new')).toHaveLength(1)
    })
    const later = await world(
      { defaultTableName: old.table },
      { keys: localKeyRing({ current: 'new', keys: { new: NEW } }) },
    )
    expect(await later.connection.run(() => Patient.find('3'))).toMatchObject({ name: 'changed', weight: 3 })
    const lost = await world(
      { defaultTableName: old.table },
      { keys: localKeyRing({ current: 'x', keys: { x: key() } }) },
    )
    await expect(lost.connection.run(() => Patient.find('3'))).rejects.toThrow(coded('ENCRYPTION.UNKNOWN_KEY'))
  })

  test('S4: rows from before the attribute was encrypted are read where the config says so, and changed over', async () => {
    const plain = defineModel({ name: 'Team', attributes: { id, motto: { type: 'string' } } })
    const { connection, table, raw } = await world()
    const early = plain.on(connect({ defaultTableName: table, driver: lane.createDriver() })) as any
    await early.create({ id: '1', motto: 'marker-1' })
    await early.create({ id: '2', motto: null })
    await expect(connection.run(() => Team.find('1'))).rejects.toThrow(coded('ENCRYPTION.PLAINTEXT'))
    const changing = await world({ defaultTableName: table }, { allowPlaintext: true })
    await changing.connection.run(async () => {
      expect(await Team.find('1')).toMatchObject({ motto: 'marker-1' })
      expect(await reencrypt(Team)).toEqual({ scanned: 2, written: 1, unreadable: 0 })
    })
    expect(JSON.stringify(await raw())).not.toContain('marker')
    expect(await connection.run(() => Team.find('1'))).toMatchObject({ motto: 'marker-1' })
    expect(await connection.run(() => Team.find('2'))).toMatchObject({ motto: null })
  })

  test('S1: what moves to another key or table is encrypted for its new place', async () => {
    const attributes = { id, team: id, note: { type: 'string', ...secret } } as const
    const before = defineModel({ name: 'Memo', attributes, keyPattern: { pk: 'TEAM#{team}', sk: 'MEMO#{id}' } })
    const after = defineModel({ name: 'Memo', attributes })
    const make = (model: typeof before | typeof after, defaultTableName: string) => {
      const config = {
        defaultTableName,
        queryBuilder: { scans: 'allow', misfits: 'throw' },
        encryption: { keys: ring() },
      } as const
      const connection = connect({ ...config, driver: lane.createDriver() })
      open.push(connection)
      connection.run(() => registerModels(model as typeof before))
      return { connection, Memo: model.on(connection) as any }
    }
    const old = make(before, uniqueTable())
    await old.Memo.migrate()
    for (let i = 0; i < 5; i++) await old.Memo.create({ id: `${i}`, team: 'a', note: `marker-${i}` })
    const memo = await old.Memo.where({ team: 'a', id: '1' }).first()
    await memo.update({ team: 'b' })
    expect(await old.Memo.where('team', 'b').get()).toMatchObject([{ id: '1', note: 'marker-1' }])
    const to = uniqueTable()
    const copying = make(after, old.connection.config.defaultTableName)
    expect(await copying.connection.run(() => copyTable({ to }))).toMatchObject({ rows: 5 })
    const now = make(after, to)
    expect(await now.Memo.find('1')).toMatchObject({ team: 'b', note: 'marker-1' })
    expect((await now.Memo.all()).map(({ note }: any) => note).sort()).toEqual(
      [0, 1, 2, 3, 4].map((i) => `marker-${i}`),
    )
    const { Items = [] } = await now.connection.send('Scan', { TableName: to })
    expect(JSON.stringify(Items)).not.toContain('marker')
  })

  test('S3: equal values are found through a blind index, unique ones are unique, and the table shows hashes alone', async () => {
    const blind = { ...secret, blindIndex: true } as const
    class Account extends DynamoDBModel {
      attributes = {
        id,
        email: { type: 'string', ...blind, unique: true, set: (text: string) => text.toLowerCase() },
        phone: { type: 'string', ...blind, index: true },
        born: { type: 'date', ...blind },
        code: { type: 'number', ...blind, index: true },
      } as const
    }
    const blindIndexKey = randomBytes(32)
    const { connection, raw } = await world({}, { blindIndexKey })
    await connection.run(async () => {
      registerModels(Account)
      await Account.migrate()
      const born = new Date('1999-12-31T00:00:00.000Z')
      const one = await Account.create({ id: '1', email: 'Marker@x', phone: '007', born, code: 1.5 })
      await Account.create({ id: '2', email: 'other@x', phone: '007', code: 2 })
      await Account.create({ id: '3', phone: null })
      const rows = JSON.stringify(await raw())
      expect(rows).not.toMatch(/marker|other@x|007/i)
      expect(JSON.stringify(one)).not.toContain('BlindIndex')
      // By key, guard, index and scan.
      expect(Account.where('email', 'marker@x').explain().toString()).toMatch(/GuardLookup/)
      expect(await Account.where('email', 'marker@x').first()).toMatchObject({ id: '1', email: 'marker@x', born })
      expect(Account.where('phone', '007').explain().toString()).toMatch(/Query .*GSI/)
      expect(new Set(await Account.where('phone', '007').pluck('id'))).toEqual(new Set(['1', '2']))
      expect(await Account.where('code', 1.5).pluck('id')).toEqual(['1'])
      expect(await Account.where('born', born).pluck('id')).toEqual(['1'])
      expect(await Account.whereIn('code', [2, 3]).pluck('id')).toEqual(['2'])
      expect(new Set(await Account.where('phone', '!=', '008').pluck('id'))).toEqual(new Set(['1', '2', '3']))
      expect(await Account.where('phone', '007').where('code', 2).pluck('id')).toEqual(['2'])
      await expect((async () => Account.where('code', '>', 1).get())()).rejects.toThrow(coded('QUERY.ENCRYPTED'))
      await expect((async () => Account.orderBy('email').get())()).rejects.toThrow(coded('QUERY.ENCRYPTED'))
      // Unique, whatever is done.
      const taken = await Account.create({ id: '4', email: 'MARKER@x' }).catch((error: unknown) => error)
      expect(taken).toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION', attribute: 'email' })
      expect(await Account.firstOrCreate({ email: 'marker@x' }, { id: '9' })).toMatchObject({ id: '1' })
      await one.update({ email: 'new@x', phone: undefined })
      expect(one.wasChanged('email')).toBe(true)
      expect(new Set(Object.keys(one.getChanges()))).toEqual(new Set(['email', 'phone']))
      expect(await Account.where('email', 'marker@x').first()).toBeNull()
      expect(await Account.where('phone', '007').pluck('id')).toEqual(['2'])
      await Account.create({ id: '4', email: 'marker@x' })
      await Account.query().where('phone', '007').update({ phone: '008' })
      expect(await Account.where('phone', '008').pluck('id')).toEqual(['2'])
      const checking = (code: number) =>
        transaction(async (tx) => {
          tx.check(Account, '2', { code })
          await tx.create(Team, { id: `t${code}` })
        })
      await checking(2)
      await expect(checking(3)).rejects.toThrow(coded('MODEL.CONDITION_FAILED'))
      await (await Account.findOrFail('4')).delete()
      await Account.create({ id: '5', email: 'marker@x' })
    })
    // Other keys, other hashes: nothing is found by guessing.
    const other = await world(
      { defaultTableName: connection.config.defaultTableName },
      { blindIndexKey: randomBytes(32) },
    )
    other.connection.run(() => registerModels(Account))
    expect(await other.connection.run(() => Account.where('phone', '008').first())).toBeNull()
    expect(await other.connection.run(() => Account.find('5'))).toMatchObject({ email: 'marker@x' })
  })

  test('S3: rows from before an attribute had a blind index get it when they are saved', async () => {
    const { connection, table } = await world({}, { blindIndexKey: randomBytes(32).toString('base64') })
    await connection.run(() => Team.create({ id: '1', motto: 'm' }))
    const attributes = { id, motto: { type: 'string', ...secret, blindIndex: true, index: true } } as const
    const Later = defineModel({ name: 'Team', attributes })
    const later = connect({
      defaultTableName: table,
      queryBuilder: { scans: 'allow' },
      encryption: connection.config.encryption as EncryptionConfig,
      driver: lane.createDriver(),
    })
    open.push(later)
    const Team2 = Later.on(later) as any
    const team = await Team2.find('1')
    await team.save()
    expect(await Team2.where('motto', 'm').pluck('id')).toEqual(['1'])
  })

  test('S1, T1: values are bound to their tenant, too', async () => {
    for (const strategy of ['prefix', 'table'] as const) {
      const { connection, table } = await world({ tenancy: { strategy }, defaultTableName: uniqueTable() })
      const Key = { pk: { S: 'PATIENT#1' }, sk: { S: 'PATIENT#1' } }
      const as = <T>(tenant: string, fn: () => Promise<T>): Promise<T> => connection.run(() => withTenant(tenant, fn))
      if (strategy === 'prefix') await connection.run(() => Patient.migrate())
      for (const tenant of ['a', 'b']) {
        if (strategy === 'table') await as(tenant, () => Patient.migrate())
        await as(tenant, () => Patient.create({ id: '1', name: `marker-${tenant}` }))
        expect(await as(tenant, () => Patient.find('1'))).toMatchObject({ name: `marker-${tenant}` })
      }
      const stored = async (tenant: string): Promise<AttributeMap> =>
        (await as(tenant, () => connection.send('GetItem', { TableName: table, Key }))).Item as AttributeMap
      const foreign = { ...(await stored('b')), name: (await stored('a'))['name'] as never }
      await as('b', () => connection.send('PutItem', { TableName: table, Item: foreign }))
      await expect(as('b', () => Patient.find('1'))).rejects.toThrow(coded('ENCRYPTION.TAMPERED'))
    }
  })
})
