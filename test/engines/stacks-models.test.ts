import { rmSync } from 'node:fs'
import {
  type Connection,
  connect,
  DynamoDBModel,
  Factory,
  ModelParser,
  ModelValidator,
  type ParsedModel,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EntitySchema, entitySchemaOf, type RelationSchema } from '../../src/schema/index.js'
import { writeStacksModels } from './stacks-files.js'
import { describeEngines, uniqueTable } from './support.js'

type Values = Record<string, unknown>
/** Models and records of which nothing is known here but their names. */
type Row = Values & {
  update(values: Values): Promise<Row>
  refresh(): Promise<Row>
  load(name: string): Promise<Row>
  related(name: string): { attach(key: unknown, values?: Values): Promise<unknown> }
  toJSON(): Values
}
type Asked = {
  get(): Promise<Row[]>
  where(name: string, operator: string, value: unknown): Asked
  explain(): object
}
type Model = {
  create(values: Values): Promise<Row>
  findOrFail(key: unknown): Promise<Row>
  where(name: string, value: unknown): Asked
  with(name: string): { find(key: unknown): Promise<Row | null> }
}

const { folder, names } = writeStacksModels()
const { models, faults } = ModelParser.parseDirectory(folder)
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const schemas = new Map<string, EntitySchema>(models.map(({ name, model }) => [name, entitySchemaOf(model)]))
const schemaOf = (name: string): EntitySchema => schemas.get(name) as EntitySchema

/** Values of all kinds that rules may ask for; `n` keeps those of two rows apart. */
const CANDIDATES: Readonly<Record<string, (n: number) => readonly unknown[]>> = {
  string: (n) => [
    `text ${n}`,
    `a${n}@example.com`,
    `https://example.com/${n}`,
    `slug-${n}`,
    `127.0.0.${n}`,
    `#ff88${10 + n}`,
    `A${'BCDEFGH'[n] ?? 'X'}`,
    `EU${n}`,
    `000${n}`,
  ],
  number: (n) => [n, 1_700_000_000],
  bigint: (n) => [BigInt(n)],
  boolean: () => [true],
  date: (n) => [new Date(1_700_000_000_000 + n * 1000)],
  list: (n) => [[n]],
  map: (n) => [{ n }],
  any: (n) => [{ deep: [n] }],
}

/** A value for every attribute that a row may be given. */
async function valuesFor({ model, name }: ParsedModel, n: number): Promise<Values> {
  const schema = schemaOf(name)
  const keys = new Set(
    [...schemas.values()].flatMap(({ relations }) =>
      [...relations.values()].flatMap(({ foreignKey, morph }) => [foreignKey, `${morph}Type`]),
    ),
  )
  const validator = new ModelValidator(schema)
  const values: Values = {}
  for (const attribute of schema.attributes) {
    const { name: key, type, options, managed } = attribute
    const isKey = keys.has(key)
    if (managed !== undefined || (key === schema.primaryKey && !attribute.required) || isKey || options.guarded)
      continue
    const candidates = options.enum ?? (CANDIDATES[type] ?? CANDIDATES['any'])?.(n) ?? []
    for (const candidate of candidates)
      if (
        (await validator.validate({ [key]: candidate }, { only: [key] })).violations.every(
          ({ rule }) => rule === 'unique',
        )
      ) {
        values[key] = candidate
        break
      }
    if (!(key in values)) throw new RangeError(`No value fits ${model.name}.${key}.`)
  }
  return values
}

test('P1, P8: a folder of Stacks models is read, with subfolders and without the packages its files import', () => {
  expect(faults).toEqual([])
  expect(models.map(({ name }) => name).sort()).toEqual([...names].sort())
  expect(names.length).toBeGreaterThanOrEqual(60)
})

describeEngines('Stacks models', (lane) => {
  let connection: Connection
  const rows = new Map<string, readonly [Row, Row]>()
  const modelOf = (name: string): Model =>
    (models.find((each) => each.name === name) as ParsedModel).model.on(connection) as unknown as Model
  const keyOf = (name: string, row: Row | undefined): unknown => row?.[schemaOf(name).primaryKey]
  const rowsOf = (name: string): readonly [Row, Row] => rows.get(name) as readonly [Row, Row]

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      driver: lane.createDriver(),
      defaultTableName: uniqueTable('stacks'),
      queryBuilder: { scans: 'allow' },
    })
    await connection.run(async () => {
      registerModels(models.map(({ model }) => model))
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())

  test('P1: each is created, found, queried and updated, in one table', async () => {
    for (const parsed of models) {
      const { name } = parsed
      const Model = modelOf(name)
      const made: Row[] = []
      for (const n of [1, 2]) {
        const values = await valuesFor(parsed, n)
        const row = await Model.create(values)
        const found = await Model.findOrFail(keyOf(name, row))
        for (const [key, value] of Object.entries(values))
          if (name !== 'User' || key !== 'password') expect([name, key, found[key]]).toEqual([name, key, value])
        made.push(row)
      }
      rows.set(name, made as unknown as readonly [Row, Row])
    }
    for (const { name } of models) {
      const [first] = rowsOf(name)
      const attribute = schemaOf(name).attributes.find(({ required, type }) => required && type === 'string')
      if (attribute !== undefined) {
        const found = await modelOf(name).where(attribute.name, first[attribute.name]).get()
        expect(found.map((row) => keyOf(name, row))).toContain(keyOf(name, first))
      }
      const changed = schemaOf(name).attributes.find(
        ({ name: key, type, fillable, managed, options }) =>
          type === 'string' &&
          fillable &&
          managed === undefined &&
          key !== schemaOf(name).primaryKey &&
          options.validation === undefined &&
          options.enum === undefined,
      )
      if (changed === undefined) continue
      await first.update({ [changed.name]: 'changed' })
      expect((await modelOf(name).findOrFail(keyOf(name, first)))[changed.name]).toBe('changed')
    }
  })

  describe('relations', () => {
    const relations = models.flatMap(({ name }) =>
      [...schemaOf(name).relations.values()].map((relation) => [`${name}.${relation.name}`, name, relation] as const),
    )
    test.each(relations)('P2: %s', async (_, name, relation) => {
      const { type, model, foreignKey } = relation
      const [owner] = rowsOf(name)
      const far = String(model)
      const expected = await join(name, relation, owner, far)
      const loaded = (await modelOf(name).with(relation.name).find(keyOf(name, owner))) as Row
      const related = loaded[relation.name] as Row | readonly Row[]
      const farName = type === 'morphTo' ? 'User' : far
      const keys = (Array.isArray(related) ? related : [related]).map((row: Row) => keyOf(farName, row))
      expect(keys).toContain(expected)
      expect(foreignKey).not.toContain('undefined')
    })

    /** Brings the owner and a row of the other model together, and gives the key of that. */
    async function join(name: string, relation: RelationSchema, owner: Row, far: string): Promise<unknown> {
      const { type, foreignKey, morph, throughKey } = relation
      const ownKey = keyOf(name, owner)
      if (type === 'morphTo') {
        const key = keyOf('User', rowsOf('User')[0])
        await owner.update({ [`${morph}Type`]: 'User', [`${morph}Id`]: key })
        return key
      }
      const other = rowsOf(far)[far === name ? 1 : 0]
      const key = keyOf(far, other)
      if (type === 'belongsTo') await owner.update({ [foreignKey]: key })
      else if (type === 'hasOne' || type === 'hasMany') await other.update({ [foreignKey]: ownKey })
      else if (type === 'morphOne' || type === 'morphMany')
        await other.update({ [`${morph}Type`]: name, [`${morph}Id`]: ownKey })
      else if (type === 'hasOneThrough' || type === 'hasManyThrough') {
        const through = String(relation.through)
        const [between] = rowsOf(through)
        await between.update({ [foreignKey]: ownKey })
        await other.update({ [throughKey as string]: keyOf(through, between) })
      } else await owner.related(relation.name).attach(key)
      return key
    }
  })

  test('P6: factories of attributes, and rules where there are none, make rows that are valid', async () => {
    await connection.run(async () => {
      for (const { name } of models) {
        const rows = (await Factory.for(name).count(2).create()) as readonly object[]
        expect([name, rows.length]).toEqual([name, 2])
      }
    })
  })

  test('P5: indexes of definitions are asked in place of the table', async () => {
    const [product] = rowsOf('Product')
    await product.update({ categoryId: 'tea', price: 5 })
    const cheap = modelOf('Product').where('categoryId', 'tea').where('price', '<', 10)
    expect(cheap.explain()).toMatchObject({ operation: 'Query', purpose: 'index productsCategoryPrice' })
    expect((await cheap.get()).map((row) => row['id'])).toEqual([product['id']])
    expect(modelOf('Log').where('level', 'info').explain()).toMatchObject({ purpose: 'index logLevelCreatedAtIndex' })
    expect((await modelOf('User').where('email', 'a1@example.com').get()).length).toBe(1)
  })

  test('P4, P6: what definitions say of rows is so', async () => {
    const [user] = rowsOf('User')
    expect(user['password']).toBe('digest:text 1')
    expect(user.toJSON()).toMatchObject({ initials: 't1' })
    expect(user.toJSON()).not.toHaveProperty('password')
    const called = (modelOf('User') as unknown as { called(name: string): { get(): Promise<Row[]> } }).called('text 2')
    expect((await called.get()).map((row) => row['name'])).toEqual(['text 2'])
    await expect(modelOf('Post').create({ title: 'a' })).rejects.toMatchObject({
      errors: { title: ['Title is too short.'] },
    })
    await expect(modelOf('Category').create({ name: 'text 1', displayOrder: 1 })).rejects.toMatchObject({
      attribute: 'name',
    })
    const happened = rowsOf('Activity')[0]['happened_at']
    expect(happened).toBeInstanceOf(Date)
    expect((await modelOf('Activity').where('happened_at', happened).get()).length).toBeGreaterThan(0)
    expect(rowsOf('User')[0]['uuid']).toMatch(/^[0-9a-f]{8}-/)
  })
})
