import { type Connection, connect, DynamoDBModel, ModelValidator, registerModels, transaction } from 'dynamodb-tooling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Author extends DynamoDBModel {
  attributes = { id, email: { type: 'string', unique: true } } as const
  relationships = {
    books: { type: 'hasMany', model: () => Book, onDelete: 'cascade' },
    drafts: { type: 'hasMany', model: () => Draft, onDelete: 'set null' },
    photos: { type: 'morphMany', model: () => Photo, name: 'owner', onDelete: 'cascade' },
    prizes: { type: 'belongsToMany', model: () => Prize, onDelete: 'cascade' },
  } as const
}
class Book extends DynamoDBModel {
  attributes = { id, authorId: string, isbn: { type: 'string', unique: true } } as const
  relationships = {
    author: { type: 'belongsTo', model: () => Author },
    pages: { type: 'hasMany', model: () => Page, onDelete: 'cascade' },
  } as const
}
class Page extends DynamoDBModel {
  attributes = { id, bookId: string } as const
}
class Draft extends DynamoDBModel {
  attributes = { id, authorId: string } as const
}
class Photo extends DynamoDBModel {
  attributes = { id, ownerType: string, ownerId: string } as const
}
class Prize extends DynamoDBModel {
  attributes = { id } as const
}
/** The rule stands on the side that belongs. */
class Loan extends DynamoDBModel {
  attributes = { id, pageId: string } as const
  relationships = { page: { type: 'belongsTo', model: () => Page, onDelete: 'restrict' } } as const
}
class Team extends DynamoDBModel {
  static softDeletes = true
  attributes = { id } as const
  relationships = { players: { type: 'hasMany', model: () => Player, onDelete: 'cascade' } } as const
}
class Player extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, teamId: string } as const
  relationships = { shirts: { type: 'hasMany', model: () => Shirt, onDelete: 'cascade' } } as const
}
class Shirt extends DynamoDBModel {
  attributes = { id, playerId: string } as const
}
const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join(' ')
const numbered = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

describeEngines('what becomes of rows that belong to a deleted one', (lane) => {
  for (const [layout, singleTableDesign] of [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
  ] as const) {
    describe(layout, () => {
      let connection: Connection
      let refuse: (operation: string) => boolean = () => false
      const sent: string[] = []
      const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))

      beforeAll(async () => {
        connection = connect({
          region: 'us-east-1',
          defaultTableName: 'app',
          tablePrefix: `${uniqueTable()}-`,
          driver: lane.createDriver(),
          singleTableDesign,
          queryBuilder: { scans: 'allow', designCheck: 'off' },
        })
        connection.use((request, next) => {
          sent.push(request.operation)
          if (refuse(request.operation)) throw new Error('the wire is cut')
          return next(request)
        })
        await connection.run(async () => {
          registerModels(Author, Book, Page, Draft, Photo, Prize, Loan, Team, Player, Shirt)
          await DynamoDBModel.migrate()
        })
      })
      afterAll(() => connection.close())

      run('R12: rows go along, lose their key, or forbid it, in one transaction', async () => {
        const author = await Author.create({ email: 'a@example.com' })
        const other = await Author.create({ email: 'b@example.com' })
        for (const owner of [author, other]) {
          const book = await owner.books().create({ isbn: `978-${owner.id}` })
          await book.pages().createMany([{}, {}])
          await owner.drafts().create({ id: `d-${owner.id}` })
          await owner.photos().create({})
          await owner.prizes().attach(['nobel', 'booker'])
        }
        await Photo.create({ ownerType: 'Book', ownerId: author.id })
        const [book] = await author.books
        const [page] = (await book?.pages().get()) ?? []
        const loan = await Loan.create({ pageId: page?.id })
        await expect(author.delete()).rejects.toMatchObject({
          code: 'MODEL.RESTRICTED',
          message: expect.stringContaining('Loan'),
        })
        expect([await Page.count(), await Author.count()]).toEqual([4, 2])
        await loan.delete()
        sent.length = 0
        await author.delete()
        expect(sent.filter((operation) => operation.startsWith('Transact'))).toHaveLength(1)
        expect([await Author.count(), await Book.count(), await Page.count(), await Photo.count()]).toEqual([
          1, 1, 2, 2,
        ])
        expect((await Draft.findOrFail(`d-${author.id}`)).authorId).toBeUndefined()
        expect(await author.related('prizes').pivots().count()).toBe(0)
        expect(await other.prizes().pivots().count()).toBe(2)
        // Unique values are free again, those of the rows that went along too.
        await Book.create({ isbn: `978-${author.id}` })
        await Author.create({ email: 'a@example.com' })
      })

      run('R12: hundreds of rows go in several transactions, the row itself in the last', async () => {
        const author = await Author.create({ email: 'many@example.com' })
        const bookIds = numbered(5).map((i) => `many-${i}`)
        for (const bookId of bookIds) await author.books().create({ id: bookId, isbn: bookId })
        await Page.batchCreate(bookIds.flatMap((bookId) => numbered(60).map((i) => ({ id: `${bookId}-${i}`, bookId }))))
        const pages = async (): Promise<number> => Page.query().whereIn('bookId', bookIds).count()
        expect(await pages()).toBe(300)
        let left = 2
        refuse = (operation) => operation === 'TransactWriteItems' && left-- <= 0
        await expect(author.delete()).rejects.toMatchObject({
          code: 'MODEL.CASCADE_INCOMPLETE',
          details: { model: 'Author' },
        })
        refuse = () => false
        const rest = await pages()
        expect(rest).toBeLessThan(300)
        expect(rest).toBeGreaterThan(0)
        expect((await Author.find(author.id))?.email).toBe('many@example.com')
        await author.delete()
        expect([await pages(), await Author.find(author.id)]).toEqual([0, null])
        expect(await Book.findMany(bookIds)).toEqual([])
      })

      run('R12: two who delete the same at once end with nothing left', async () => {
        const author = await Author.create({ email: 'twice@example.com' })
        for (const i of numbered(12)) await author.books().create({ id: `t${i}`, isbn: `t${i}` })
        const again = await Author.findOrFail(author.id)
        const ends = await Promise.allSettled([author.delete(), again.delete()])
        expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true)
        for (const end of ends)
          if (end.status === 'rejected') expect(['MODEL.NOT_FOUND', 'MODEL.WRITE_CONFLICT']).toContain(end.reason.code)
        expect(await Book.findMany(numbered(12).map((i) => `t${i}`))).toEqual([])
        expect(await Author.find(author.id)).toBeNull()
      })

      run('R12: soft deletes mark what can be marked, and bring it back together', async () => {
        const team = await Team.create({ id: 'x' })
        await team.players().createMany([{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }])
        await (await Player.findOrFail('p1')).shirts().create({ id: 's1' })
        await (await Player.findOrFail('p3')).delete()
        await new Promise((resolve) => setTimeout(resolve, 5))
        await team.delete()
        expect(await Player.query().count()).toBe(0)
        expect(await Shirt.count()).toBe(1)
        await team.restore()
        // p3 was deleted before, by itself.
        expect(ids(await Player.query().orderBy('id').get())).toBe('p1 p2')
        await team.forceDelete()
        expect([await Player.query().withTrashed().count(), await Shirt.count()]).toEqual([0, 0])
      })

      run('R12: A5: in a transaction, with other writes', async () => {
        const author = await Author.create({ email: 'tx@example.com' })
        await author.books().create({ id: 'tx1', isbn: 'tx1' })
        await transaction(async (tx) => {
          await tx.delete(author)
          await tx.create(Prize, { id: 'posthumous' })
        })
        expect([await Book.find('tx1'), await Author.find(author.id)]).toEqual([null, null])
        const team = await Team.create({ id: 'y' })
        await Player.batchCreate(numbered(101).map((i) => ({ id: `q${i}`, teamId: 'y' })))
        await expect(transaction((tx) => tx.forceDelete(team))).rejects.toMatchObject({
          code: 'TRANSACTION.TOO_MANY_WRITES',
        })
        expect(await Team.find('y')).not.toBeNull()
        await team.forceDelete()
        expect(await Player.find('q7')).toBeNull()
      })
    })
  }

  test('R12: rules that cannot be are told', () => {
    const owner = (relation: object): (() => unknown) => {
      class Owner extends DynamoDBModel {
        attributes = { id } as const
        relationships = { things: relation } as never
      }
      return () => new ModelValidator(Owner)
    }
    expect(owner({ type: 'hasMany', model: () => Page, onDelete: 'delete' })).toThrow(
      expect.objectContaining({ code: 'SCHEMA.INVALID_RELATION' }),
    )
    expect(owner({ type: 'hasManyThrough', model: () => Page, through: 'Book', onDelete: 'cascade' })).toThrow(
      expect.objectContaining({ code: 'SCHEMA.INVALID_RELATION' }),
    )
    expect(owner({ type: 'belongsToMany', model: () => Prize, onDelete: 'nullify' })).toThrow(
      expect.objectContaining({ code: 'SCHEMA.INVALID_RELATION' }),
    )
  })
})
