import {
  BatchError,
  configure,
  DynamoDBModel,
  registerModels,
  resetConfig,
  UniqueConstraintError,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultDriver } from '../../src/drivers/index.js'
import { describeEngines, uniqueTable } from './support.js'

class Author extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string', required: true },
    age: { type: 'number', cast: 'int', min: 0 },
    born: { type: 'date' },
    password: { type: 'string', hidden: true },
    bio: { type: 'string' },
    notes: { type: 'string' },
  } as const
  relationships = { books: { type: 'hasMany', model: () => Book, foreignKey: 'authorId' } } as const
}

class Book extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    authorId: { type: 'string', required: true },
    isbn: { type: 'string', unique: true },
    text: { type: 'string' },
    more: { type: 'string' },
  } as const
}

/** The class and the records as a program without types has them. */
const Loose = Author as any

describeEngines('mistakes with models', (lane) => {
  beforeAll(async () => {
    configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    registerModels(Author, Book)
    await DynamoDBModel.migrate()
  })
  afterAll(() => resetConfig())

  const ada = (): ReturnType<typeof Loose.create> => Loose.create({ name: 'Ada', age: 36, password: 'secret' })

  test('new takes no values, and an empty record can be filled and saved', async () => {
    expect(() => new Loose({ name: 'Ada' })).toThrow(
      expect.objectContaining({
        code: 'MODEL.INVALID_INPUT',
        hint: expect.stringMatching(/Author\.make\(values\).*Author\.create\(values\)/),
      }),
    )
    const author = new Loose()
    author.name = 'Grace'
    await author.save()
    expect((await Author.findOrFail(author.id)).name).toBe('Grace')
    class Named extends DynamoDBModel {
      constructor(values?: { name: string }) {
        super()
        if (values !== undefined) this.fill(values)
      }
      attributes = { id: { type: 'string' }, name: { type: 'string' } } as const
    }
    expect((new Named({ name: 'x' }) as { name?: string }).name).toBe('x')
  })

  test('M23: names that are no attributes are refused, wherever a record is asked about one', async () => {
    const author = await ada()
    for (const ask of [
      () => author.isDirty('nmae'),
      () => author.isClean('nmae'),
      () => author.getOriginal('nmae'),
      () => author.wasChanged('nmae'),
      () => author.only('nmae'),
      () => author.except('nmae'),
      () => author.replicate(['nmae']),
      () => author.makeHidden('nmae'),
      () => author.makeVisible(['nmae']),
    ])
      expect(ask).toThrow(expect.objectContaining({ code: 'MODEL.UNKNOWN_ATTRIBUTE', hint: 'Did you mean "name"?' }))
    expect(author.makeHidden('books', 'name').toJSON()).not.toHaveProperty('name')
  })

  test('a property that is nearly an attribute is not left unsaved in silence', async () => {
    const author = await ada()
    author.nmae = 'Ada Lovelace'
    for (const write of [() => author.save(), () => author.update({ age: 37 })])
      await expect(write()).rejects.toMatchObject({ code: 'MODEL.UNKNOWN_ATTRIBUTE', hint: 'Did you mean "name"?' })
    expect((await Author.findOrFail(author.id)).age).toBe(36)
    delete author.nmae
    author.somethingElse = { of: 'the program' }
    await author.update({ age: 37 })
    expect((await Author.findOrFail(author.id)).age).toBe(37)
  })

  test('M7: types are enforced on updates as on creates: every violation at once, and nothing is written', async () => {
    const author = await ada()
    author.name = 42
    author.born = 'yesterday'
    expect([author.isDirty(), author.isDirty('name'), author.isDirty('age')]).toEqual([true, true, false])
    expect(Object.keys(author.getDirty())).toEqual(['name', 'born'])
    const error = await author.save().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'VALIDATION.FAILED',
      violations: [
        { attribute: 'name', rule: 'type' },
        { attribute: 'born', rule: 'type' },
      ],
    })
    expect(author.updatedAt).toEqual((await Author.findOrFail(author.id)).updatedAt)
    await author.refresh()
    await expect(author.update({ age: Number.NaN })).rejects.toMatchObject({ code: 'VALUE.NUMBER_RANGE' })
  })

  test('M12: casts coerce what is assigned to a stored record, too', async () => {
    const author = await ada()
    author.age = '37'
    await author.save()
    expect([author.age, (await Author.findOrFail(author.id)).age]).toEqual([37, 37])
    author.age = '-1'
    await expect(author.save()).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
  })

  test('records know the definition that their type speaks of', async () => {
    const author = await Author.create({ name: 'Ada' })
    const found = await Author.findOrFail(author.id)
    for (const record of [author, found, Author.make({ name: 'x' })]) {
      expect(record.attributes.name).toEqual({ type: 'string', required: true })
      expect(record.relationships.books.foreignKey).toBe('authorId')
      expect(Object.keys(record)).not.toContain('attributes')
    }
    class Plain extends DynamoDBModel {}
    expect((Plain.make() as any).attributes).toEqual({})
  })

  test('M17: M18: keys that are none are refused', async () => {
    await expect(Loose.find(['a'])).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT', hint: /findMany/ })
    await expect(Loose.find({ idd: 'a' })).rejects.toMatchObject({ code: 'MODEL.UNKNOWN_ATTRIBUTE' })
    await expect(Loose.find({})).rejects.toMatchObject({ code: 'KEY.EMPTY' })
    for (const keys of [undefined, 'abc', 5, { id: 'a' }])
      await expect(Loose.findMany(keys)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT', hint: /find\(key\)/ })
    const author = await ada()
    await author.update({ bio: 'x' })
    expect((await Loose.find(author)).id).toBe(author.id)
  })

  test('what is no row is refused by what it is', async () => {
    for (const [given, kind] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['Ada', 'text'],
      [[{}], 'a list'],
      [5, 'a number'],
    ] as const)
      await expect(Loose.create(given)).rejects.toMatchObject({
        code: 'MODEL.INVALID_INPUT',
        message: `Author takes an object of attributes, not ${kind}.`,
      })
    await expect(Loose.batchCreate({ name: 'Ada' })).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
  })

  test('rows that grow beyond 400 KB are told by their largest attributes, however they are written', async () => {
    const half = 'x'.repeat(250_000)
    const large = { code: 'MODEL.ITEM_TOO_LARGE', message: expect.stringMatching(/text \(\d+ bytes\)/) as unknown }
    await expect(Book.create({ authorId: 'a', text: half + half })).rejects.toMatchObject(large)
    const book = await Book.create({ authorId: 'a', isbn: 'large', text: half })
    const { id } = book
    await expect(book.update({ more: half })).rejects.toMatchObject(large)
    await book.refresh()
    await expect(book.update({ more: half, isbn: 'larger' })).rejects.toMatchObject(large)
    await book.refresh()
    await expect(book.update({ more: half, id: 'moved' })).rejects.toMatchObject(large)
    const note = { name: 'x', bio: half, notes: half }
    await expect(Author.batchCreate([{ name: 'y' }, note])).rejects.toMatchObject({ code: 'MODEL.ITEM_TOO_LARGE' })
    expect((await Book.findOrFail(id)).more).toBeUndefined()
  })

  test('a batch of rows with unique attributes says which were not written', async () => {
    await Book.create({ authorId: 'a', isbn: 'taken' })
    const rows = Array.from({ length: 20 }, (_, i) => ({
      id: `batch${i}`,
      authorId: 'batch',
      isbn: i === 12 ? 'taken' : `isbn${i}`,
    }))
    const error = await Book.batchCreate(rows).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BatchError)
    expect(error).toMatchObject({ code: 'BATCH.FAILED', cause: expect.any(UniqueConstraintError) as unknown })
    const { remaining } = error as BatchError<{ id: string }>
    const written = await Book.findMany(rows.map(({ id }) => id))
    expect([...written, ...remaining].map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort())
    expect(remaining.map(({ id }) => id)).toContain('batch12')
    await expect(Book.batchCreate([{ authorId: 'a', isbn: 'taken' }])).rejects.toBeInstanceOf(UniqueConstraintError)
  })

  test('M24: M25: a record whose soft delete or restore failed is as it was', async () => {
    configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: createFaultDriver(lane.createDriver(), {
        operations: ['UpdateItem'],
        script: ['refuse', undefined, 'refuse'],
      }),
      retries: { maxRetries: 0 },
    })
    registerModels(Author, Book)
    await DynamoDBModel.migrate()
    const author = await Author.create({ name: 'Ada' })
    await expect(author.delete()).rejects.toMatchObject({ code: 'NETWORK.UNREACHABLE' })
    expect([author.trashed(), author.isDirty()]).toEqual([false, false])
    await author.delete()
    await expect(author.restore()).rejects.toMatchObject({ code: 'NETWORK.UNREACHABLE' })
    expect([author.trashed(), author.isDirty()]).toEqual([true, false])
    await author.restore()
    expect((await Author.findOrFail(author.id)).trashed()).toBe(false)
  })
})
