import { type CopiedTable, copyTable, DynamoDBModel, defineModel, registerModels } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import { type AttributeMap, itemText } from '../../src/values/index.js'
import { type Death, type MortalProgram, mortalProgram } from './mortal-program.js'
import { describeEngines, uniqueTable } from './support.js'

type Definition = Parameters<typeof defineModel>[0]
const text = { type: 'string' } as const
const needed = { ...text, required: true } as const
const attributes: Definition['attributes'] = {
  id: needed,
  team: needed,
  rank: { type: 'number' },
  email: { ...text, unique: true },
  tags: { type: 'set' },
}
const before = defineModel({ name: 'Note', attributes, indexes: { byTeam: { partition: ['team'] } } })
const after = (more: Partial<Definition> = {}) =>
  defineModel({
    name: 'Note',
    attributes,
    keyPattern: { pk: 'TEAM#{team}', sk: 'NOTE#{id}' },
    indexes: { byRank: { partition: ['team'], sort: ['rank'], local: true } },
    ...more,
  })

describeEngines('tables that are copied into new ones', (lane) => {
  let driver: Driver | undefined
  afterAll(() => driver?.close())
  const program = (table: string, model: typeof before | ReturnType<typeof after>, death?: Death, page?: number) => {
    driver ??= lane.createDriver()
    const config = { defaultTableName: table, queryBuilder: { scans: 'allow' } } as const
    const made: MortalProgram = mortalProgram(driver, config, death)
    made.connection.use((request, next) =>
      next(
        request.operation === 'Scan' && page !== undefined
          ? { ...request, input: { ...request.input, Limit: page } }
          : request,
      ),
    )
    const copy = (options: Parameters<typeof copyTable>[0]): Promise<CopiedTable> =>
      made.connection.run(() => {
        registerModels(model)
        return copyTable(options)
      })
    return { ...made, Note: model.on(made.connection) as unknown as any, copy }
  }
  const rows = (n: number, from = 0) =>
    Array.from({ length: n }, (_, i) => ({
      id: `n${from + i}`,
      team: `T${i % 3}`,
      rank: i,
      email: `e${from + i}`,
      tags: new Set(['b', 'a', `${i}`]),
    }))
  const filled = async (n: number): Promise<{ from: string; old: ReturnType<typeof program> }> => {
    const from = uniqueTable()
    const old = program(from, before)
    await old.Note.migrate()
    await old.Note.batchCreate(rows(n))
    return { from, old }
  }
  const scan = async ({ connection }: { connection: MortalProgram['connection'] }, TableName: string) =>
    (await connection.send('Scan', { TableName, ConsistentRead: true })).Items ?? []

  test('G5: rows get their new keys in a new table, with their guards and what is no model’s; nothing of the old one changes', async () => {
    const { from, old } = await filled(60)
    const foreign = { pk: { S: 'x' }, sk: { S: 'y' }, n: { N: '1' } }
    await old.connection.send('PutItem', { TableName: from, Item: foreign })
    const was = await scan(old, from)
    const refused: unknown = await program(from, after())
      .Note.migrate()
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'MODEL.TABLE_DIFFERS', hint: expect.stringContaining('copyTable') })
    const to = uniqueTable()
    const phases = new Set<string>()
    const done = await program(from, after()).copy({ to, onProgress: ({ phase }) => phases.add(phase) })
    expect(done).toMatchObject({ from, to, created: true, rows: 61, written: 61, deleted: 0 })
    expect(done.digest).toMatch(/^[0-9a-f]{64}$/)
    expect([...phases]).toEqual(['copy', 'verify'])
    const sorted = (items: readonly AttributeMap[]): string[] => items.map(itemText).sort()
    expect(sorted(await scan(old, from))).toEqual(sorted(was))
    const now = program(to, after())
    await now.connection.run(() => {
      registerModels(after())
      return expect(DynamoDBModel.migrate()).resolves.toMatchObject({ created: [], indexes: [], written: 0 })
    })
    const note = await now.Note.query().where('email', 'e7').first()
    expect(note).toMatchObject({ id: 'n7', team: 'T1', rank: 7, tags: new Set(['7', 'a', 'b']) })
    expect(await now.Note.find({ team: 'T1', id: 'n7' })).toMatchObject({ email: 'e7' })
    const ranked = await now.Note.query().where('team', 'T2').index('byRank').orderBy('rank', 'desc').limit(2).get()
    expect(ranked.map(({ rank }: { rank: number }) => rank)).toEqual([59, 56])
    await expect(now.Note.create({ id: 'new', team: 'T1', email: 'e7' })).rejects.toMatchObject({
      code: 'MODEL.UNIQUE_VIOLATION',
    })
    const items = await scan(now, to)
    expect(items).toContainEqual(foreign)
    expect(items.some((item) => 'gsi1pk' in item)).toBe(false)
    // Again: nothing is left to do.
    expect(await program(from, after()).copy({ to })).toMatchObject({ created: false, written: 0, digest: done.digest })
  })

  test('G5: what is written meanwhile is told, not undone, and caught up with', async () => {
    const { from, old } = await filled(30)
    const to = uniqueTable()
    await program(from, after()).copy({ to })
    await old.Note.update('n1', { rank: 100, email: 'other' })
    await old.Note.delete('n2')
    await old.Note.batchCreate(rows(2, 100))
    const now = program(to, after())
    await now.Note.update({ team: 'T0', id: 'n3' }, { rank: 300 })
    const again = program(from, after())
    await expect(again.copy({ to })).rejects.toMatchObject({
      code: 'MIGRATION.COPY_DIFFERS',
      message: expect.stringMatching(/has 31 rows and .* 32; about 3 of them differ.*other rows:[^]*n[13][^]*n[13]/),
      hint: expect.stringContaining('catchUp: true'),
    })
    expect(await now.Note.find({ team: 'T0', id: 'n3' })).toMatchObject({ rank: 300 })
    const done = await again.copy({ to, catchUp: true })
    expect(done).toMatchObject({ rows: 31, written: 2, deleted: 1 })
    const fresh = program(to, after())
    expect(await fresh.Note.find({ team: 'T1', id: 'n1' })).toMatchObject({ rank: 100, email: 'other' })
    expect(await fresh.Note.find({ team: 'T0', id: 'n3' })).toMatchObject({ rank: 3 })
    expect(await fresh.Note.find({ team: 'T2', id: 'n2' })).toBeNull()
    // Guards of values that are free again are gone.
    for (const email of ['e1', 'e2']) await fresh.Note.create({ id: email, team: 'T0', email })
  })

  test('Z5, G13: a copy that is killed goes on where it was, to the same rows', async () => {
    const { from } = await filled(7)
    const calm = program(from, after(), undefined, 2)
    const { digest } = await calm.copy({ to: uniqueTable() })
    const step = lane.name === 'dynoxide' ? 1 : Math.ceil(calm.sent.length / 6)
    let died = 0
    for (let at = 0; at < calm.sent.length; at += step) {
      const to = uniqueTable()
      const first = program(from, after(), { at, after: at % 2 === 1 }, 2)
      await first.copy({ to }).catch(() => undefined)
      if (first.isDead()) died++
      expect(await program(from, after(), undefined, 2).copy({ to }), `killed at ${at}`).toMatchObject({
        digest,
        rows: 7,
      })
    }
    expect(died).toBeGreaterThan(4)
  })

  test('G5: rows without a key, two rows with one, and tables that cannot be copied are told', async () => {
    const { from, old } = await filled(3)
    const raw = async (id: string, more: object): Promise<void> => {
      const Item = { pk: { S: `NOTE#${id}` }, sk: { S: `NOTE#${id}` }, _type: { S: 'Note' }, id: { S: id }, ...more }
      await old.connection.send('PutItem', { TableName: from, Item })
    }
    await raw('lost', {})
    const to = uniqueTable()
    const { copy } = program(from, after())
    await expect(copy({ to })).rejects.toMatchObject({
      code: 'MIGRATION.COPY_FAULTS',
      message: expect.stringContaining('NOTE#lost'),
    })
    await raw('lost', { team: { S: 'T0' } })
    expect((await copy({ to })).rows).toBe(4)
    const narrow = program(
      from,
      after({ keyPattern: { pk: 'TEAM#{team}', sk: 'NOTE' }, primaryKey: 'team', indexes: {} }),
    )
    await expect(narrow.copy({ to: uniqueTable() })).rejects.toMatchObject({
      code: 'MIGRATION.COPY_DIFFERS',
      message: expect.stringContaining('TEAM#T0'),
    })
    await expect(narrow.copy({ to: uniqueTable(), catchUp: true })).rejects.toMatchObject({
      code: 'MIGRATION.COPY_DIFFERS',
      hint: expect.stringContaining('one key'),
    })
    const told = (why: string) => ({ code: 'MIGRATION.COPY_REFUSED', message: expect.stringContaining(why) })
    await expect(copy({ to: from })).rejects.toMatchObject(told('table of models already'))
    await expect(copy({ to, from: 'nowhere' })).rejects.toMatchObject(told('no model here'))
    await expect(program(uniqueTable(), after()).copy({ to })).rejects.toMatchObject(told('there is no table'))
    await expect(program(from, before).copy({ to })).rejects.toMatchObject(told('lacks the index GSI1'))
  })
})
