import { configure, type DynamoDBModel, defineModel, resetConfig } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

/** Names that look like paths, placeholders, functions or keys, and are none. */
const NAMES = [
  'odd.name',
  'list[0]',
  'back\\slash',
  '#n0',
  ':v0',
  'size',
  'prix€',
  'two words',
  'SET',
  '😀',
  '{id}',
  'a#b',
]

const Odd = defineModel({
  name: 'Odd',
  attributes: {
    id: { type: 'string', required: true },
    ...Object.fromEntries(NAMES.map((name) => [name, { type: 'string' } as const])),
    odd: { type: 'map' },
    list: { type: 'list' },
  },
}) as any

describeEngines('attributes with strange names', (lane) => {
  beforeAll(async () => {
    configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await Odd.migrate()
    // Where a name were taken for a path, it would lead to these.
    await Odd.create({ id: 'inside', odd: { name: 'x' }, list: ['x'] })
    await Odd.create({ id: 'own', ...Object.fromEntries(NAMES.map((name) => [name, 'x'])) })
    await Odd.create({ id: 'other', ...Object.fromEntries(NAMES.map((name) => [name, 'y'])) })
  })
  afterAll(() => resetConfig())

  const ids = async (query: { get(): Promise<readonly DynamoDBModel[]> }): Promise<string[]> =>
    (await query.get()).map((row) => String((row as any).id)).sort()

  test.each(NAMES)('Q1: Q11: Q18: "%s" is asked, selected and ordered as itself', async (name) => {
    expect(await ids(Odd.query().where(name, 'x'))).toEqual(['own'])
    expect(await ids(Odd.query().where(name, 'begins_with', 'y'))).toEqual(['other'])
    expect(await ids(Odd.query().whereIn(name, ['x', 'y']))).toEqual(['other', 'own'])
    expect(await ids(Odd.query().whereBetween(name, 'a', 'x'))).toEqual(['own'])
    expect(await ids(Odd.query().where(name, 'size', 1))).toEqual(['other', 'own'])
    expect(await ids(Odd.query().whereNull(name))).toEqual(['inside'])
    expect(await ids(Odd.query().whereNotExists(name))).toEqual(['inside'])
    expect(await ids(Odd.query().where('id', 'own').where(name, 'x'))).toEqual(['own'])
    const [row] = await Odd.query().where('id', 'own').select(name).get()
    expect({ ...row }).toEqual({ [name]: 'x' })
    const [scanned] = await Odd.query().where(name, 'x').select(name).get()
    expect({ ...scanned }).toEqual({ [name]: 'x' })
    expect((await Odd.query().orderByDesc(name).first()).id).toBe('other')
  })

  test.each(NAMES)('M20: "%s" is updated as itself', async (name) => {
    const row = await Odd.create({ odd: { name: 'x' }, list: ['x'] })
    await row.update({ [name]: 'z' })
    expect((await Odd.findOrFail(row.id)).except('id')).toEqual({ odd: { name: 'x' }, list: ['x'], [name]: 'z' })
    await row.update({ [name]: undefined })
    expect((await Odd.findOrFail(row.id)).except('id')).toEqual({ odd: { name: 'x' }, list: ['x'] })
    await row.delete()
  })

  test('Q1: a path still leads inside', async () => {
    expect(await ids(Odd.query().where('odd.nested', 'x'))).toEqual([])
    await Odd.create({ id: 'nested', odd: { nested: 'x' } })
    expect(await ids(Odd.query().where('odd.nested', 'x'))).toEqual(['nested'])
    expect(await ids(Odd.query().where('list[1]', 'x'))).toEqual([])
  })
})
