import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Author extends DynamoDBModel {
  attributes = { id, name: string } as const
}
class Book extends DynamoDBModel {
  attributes = { id, authorId: string, shelf: string } as const
  relationships = { author: { type: 'belongsTo', model: 'Author', foreignKey: 'authorId' } } as const
  static indexes = { byShelf: { partition: ['shelf'] } }
}
/** The same model after somebody put a relation in front of the others. */
const ChangedBook = (() => {
  class Book extends DynamoDBModel {
    attributes = { id, authorId: string, shelf: string, printerId: string } as const
    relationships = {
      printer: { type: 'belongsTo', model: 'Printer', foreignKey: 'printerId' },
      author: { type: 'belongsTo', model: 'Author', foreignKey: 'authorId' },
    } as const
    static indexes = { byShelf: { partition: ['shelf'] } }
  }
  return Book
})()
/** The same model with another key in the table, besides one more index. */
const MovedBook = (() => {
  class Book extends ChangedBook {
    static keyPattern = { pk: 'SHELF#{shelf}', sk: 'BOOK#{id}' }
  }
  return Book
})()
const BookWithoutAuthor = (() => {
  class Book extends DynamoDBModel {
    attributes = { id, authorId: string, shelf: string, place: string } as const
    static indexes = { byShelf: { partition: ['shelf'] }, byPlace: { partition: ['place'] } }
  }
  return Book
})()
class Printer extends DynamoDBModel {
  attributes = { id, serial: { type: 'string', unique: true } } as const
}

/** The index that a query by this attribute reads. */
const indexBy = (model: { query(): unknown }, attribute: string): string | undefined =>
  (model as typeof Book)
    .query()
    .where(attribute as 'shelf', 'x')
    .explain().index

describeEngines('the schema lock', (lane) => {
  let folder: string
  const open: Connection[] = []
  const file = (): string => join(folder, 'dynamodb.schema.json')
  const connection = (table: string, schema: unknown = file()): Connection => {
    const made = connect({
      region: 'us-east-1',
      defaultTableName: 'books',
      tablePrefix: `${table}-`,
      schema: schema as string,
      driver: lane.createDriver(),
    })
    open.push(made)
    return made
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'schema-lock-'))
  })
  afterAll(async () => {
    for (const each of open) await each.close()
    rmSync(folder, { recursive: true })
  })

  test('E2: migrate records the place of each access path, and a changed model moves none', async () => {
    await connection(uniqueTable()).run(async () => {
      registerModels(Author, Book)
      expect(indexBy(Book, 'authorId')).toBe('GSI1')
      await DynamoDBModel.migrate()
    })
    const text = readFileSync(file(), 'utf8')
    expect(JSON.parse(text)).toEqual({
      version: 1,
      slots: [
        {
          table: 'books',
          model: 'Book',
          access: 'index byShelf',
          index: 'GSI2',
          keys: ['gsi2pk', 'gsi2sk'],
          partition: 'BOOK#shelf#{shelf}',
          sort: 'BOOK#{id}',
        },
        {
          table: 'books',
          model: 'Book',
          access: 'parent Author.authorId',
          index: 'GSI1',
          keys: ['gsi1pk', 'gsi1sk'],
          partition: 'AUTHOR#{authorId}',
          sort: 'BOOK#{id}',
        },
      ],
    })
    // Another table, as in another environment: the lock holds for all of them.
    await connection(uniqueTable()).run(async () => {
      registerModels(Author, ChangedBook, Printer)
      await DynamoDBModel.migrate()
      expect(indexBy(ChangedBook, 'authorId')).toBe('GSI1')
      expect(indexBy(ChangedBook, 'shelf')).toBe('GSI2')
      expect(indexBy(ChangedBook, 'printerId')).toBe('GSI3')
    })
    // Without it the new relation would have taken the first place.
    connection(uniqueTable(), false).run(() => {
      registerModels(Author, ChangedBook, Printer)
      expect(indexBy(ChangedBook, 'printerId')).toBe('GSI1')
    })
  })

  test('E2: the place of what is gone stays reserved', async () => {
    await connection(uniqueTable()).run(async () => {
      registerModels(BookWithoutAuthor)
      await DynamoDBModel.migrate()
      expect(indexBy(BookWithoutAuthor, 'place')).toBe('GSI4')
    })
    expect(
      readFileSync(file(), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"model"')),
    ).toHaveLength(4)
  })

  test('E2: merged locks that give one place twice are refused, and so are files that are no locks', () => {
    const saved = readFileSync(file(), 'utf8')
    const lines = saved.split('\n')
    const slot = lines.find((line) => line.includes('parent Author')) ?? ''
    const plan = (content: string): unknown => {
      writeFileSync(file(), content)
      try {
        return connection('x').run(() => Book.query().explain())
      } catch (error) {
        return error
      } finally {
        writeFileSync(file(), saved)
      }
    }
    const withLine = (line: string): string =>
      saved.replace(
        slot,
        `${slot}${slot.endsWith(',') ? '' : ','}\n${line.replace(/,?$/, slot.endsWith(',') ? ',' : '')}`,
      )
    const cases = [
      [
        withLine(slot.replace('parent Author.authorId', 'index byTitle')),
        'DESIGN.LOCK_CONFLICT',
        'one place to two access paths',
      ],
      [
        withLine(slot.replace('GSI1', 'GSI5').replaceAll('gsi1', 'gsi5')),
        'DESIGN.LOCK_CONFLICT',
        'one access path twice',
      ],
      [
        withLine(slot.replace('"Book"', '"Film"').replaceAll('gsi1', 'other')),
        'DESIGN.LOCK_CONFLICT',
        'one index two keys',
      ],
      [`<<<<<<< ours\n${saved}\n=======\n${saved}\n>>>>>>> theirs`, 'DESIGN.LOCK_CONFLICT', 'a merge'],
      ['{"version": 1', 'DESIGN.LOCK_INVALID', 'not JSON'],
      ['{"version": 2, "slots": []}', 'DESIGN.LOCK_INVALID', 'version 2'],
      ['{"version": 1, "slots": [{}]}', 'DESIGN.LOCK_INVALID', 'no table in its slot 1'],
      ['{"version": 1, "slots": {}}', 'DESIGN.LOCK_INVALID', 'no list of slots'],
      [saved.replace('["gsi1pk", "gsi1sk"]', '"gsi1pk"'), 'DESIGN.LOCK_INVALID', 'no keys in its slot'],
    ] as const
    for (const [content, code, message] of cases)
      expect(plan(content)).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(plan(saved)).toMatchObject({ operation: 'Scan' })
  })

  test('E2: a lock that somebody else writes meanwhile is not overwritten, nor is a table touched', async () => {
    const other = connection(uniqueTable())
    await other.run(async () => {
      registerModels(Author, Book, Printer)
      Book.query().explain()
      const saved = readFileSync(file(), 'utf8')
      class Film extends DynamoDBModel {
        attributes = { id, studio: string } as const
        static indexes = { byStudio: { partition: ['studio'] } }
      }
      registerModels(Film)
      writeFileSync(file(), `${saved}\n`)
      await expect(DynamoDBModel.migrate()).rejects.toMatchObject({ code: 'DESIGN.LOCK_CHANGED' })
      const { TableNames } = await other.send('ListTables', {})
      expect(TableNames).not.toContain(`${other.config.tablePrefix}books`)
      writeFileSync(file(), saved)
      await DynamoDBModel.migrate()
    })
    mkdirSync(join(folder, 'dynamodb.schema.dir'))
    await connection(uniqueTable(), join(folder, 'dynamodb.schema.dir', 'none', 'lock.json')).run(async () => {
      registerModels(Author, Book)
      await expect(DynamoDBModel.migrate()).rejects.toMatchObject({ code: 'DESIGN.LOCK_NOT_WRITTEN' })
    })
  })

  test('E2: a migration that is refused leaves the lock as it was', async () => {
    const table = uniqueTable()
    const first = connection(table, join(folder, 'refused.json'))
    await first.run(async () => {
      registerModels(Author, Book)
      await DynamoDBModel.migrate()
      await Book.create({ id: 'b', authorId: 'a', shelf: 's' })
    })
    const text = readFileSync(join(folder, 'refused.json'), 'utf8')
    await connection(table, join(folder, 'refused.json')).run(async () => {
      registerModels(Author, MovedBook, Printer)
      await expect(DynamoDBModel.migrate()).rejects.toMatchObject({ code: 'MODEL.TABLE_DIFFERS' })
    })
    expect(readFileSync(join(folder, 'refused.json'), 'utf8')).toBe(text)
  })

  test('E2: a lock in the config counts as one in a file', async () => {
    const schema = JSON.parse(readFileSync(file(), 'utf8')) as object
    await connection(uniqueTable(), schema).run(async () => {
      registerModels(Author, ChangedBook, Printer)
      expect(indexBy(ChangedBook, 'printerId')).toBe('GSI3')
      await DynamoDBModel.migrate()
    })
  })
})

describeEngines('a program whose keys differ from the table', (lane) => {
  const migrated = async (table: string): Promise<void> => {
    const first = open(lane, table)
    await first.run(async () => {
      registerModels(Author, Book)
      await DynamoDBModel.migrate()
      await Book.create({ id: 'b', authorId: 'a', shelf: 's' })
    })
    await first.close()
  }
  const warnings = async (table: string, body: () => Promise<unknown>): Promise<string[]> => {
    const seen: string[] = []
    const listen = (warning: Error & { code?: string }): void => {
      if (warning.code?.startsWith('MODEL.DESIGN')) seen.push(warning.message)
    }
    process.on('warning', listen)
    const connection = open(lane, table)
    await connection.run(body)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await connection.close()
    process.off('warning', listen)
    return seen
  }

  test('E2: it is warned on first use, once, and not when they are the same', async () => {
    const table = uniqueTable()
    await migrated(table)
    expect(
      await warnings(table, async () => {
        registerModels(Author, Book)
        await Book.find('b')
      }),
    ).toEqual([])
    const seen = await warnings(table, async () => {
      registerModels(Author, ChangedBook, Printer)
      await ChangedBook.find('b')
      await ChangedBook.find('b')
    })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toContain('PRINTER#{printerId}')
    expect(seen[0]).toContain('(Book)')
  })

  test('E2: in strict mode it is an error before anything is read or written', async () => {
    const table = uniqueTable()
    await migrated(table)
    const connection = open(lane, table, 'error')
    await connection.run(async () => {
      registerModels(Author, ChangedBook, Printer)
      await expect(ChangedBook.create({ id: 'c' })).rejects.toMatchObject({ code: 'MODEL.DESIGN_DIFFERS' })
      await expect(ChangedBook.find('c')).rejects.toMatchObject({ code: 'MODEL.DESIGN_DIFFERS' })
      expect(await Author.find('c')).toBeNull()
      await expect(Printer.find('c')).rejects.toMatchObject({
        code: 'MODEL.DESIGN_DIFFERS',
        message: expect.stringContaining('was not migrated to Printer'),
      })
    })
    await connection.close()
    const same = open(lane, table, 'error')
    expect(await same.run(() => Book.find('b'))).toMatchObject({ shelf: 's' })
    await same.close()
  })
})

function open(lane: EngineLane, table: string, designCheck: 'warn' | 'error' = 'warn'): Connection {
  return connect({
    region: 'us-east-1',
    defaultTableName: table,
    driver: lane.createDriver(),
    queryBuilder: { scans: 'allow', designCheck },
  })
}
