import { batchWrite, type Connection, connect, DynamoDBModel, registerModels, transaction } from 'dynamodb-tooling'
import { afterAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class User extends DynamoDBModel {
  attributes = { id, name: string, code: string } as const
  relationships = {
    posts: { type: 'hasMany', model: () => Post, foreignKey: 'userId', onDelete: 'cascade' },
    drafts: { type: 'hasMany', model: () => Draft, foreignKey: 'userId', onDelete: 'nullify' },
    lines: { type: 'hasMany', model: () => Line, foreignKey: 'codeRef', localKey: 'code', onDelete: 'cascade' },
  } as const
}
class Post extends DynamoDBModel {
  attributes = { id, userId: string, title: string } as const
  relationships = { comments: { type: 'hasMany', model: () => Comment, foreignKey: 'postId' } } as const
}
class Comment extends DynamoDBModel {
  attributes = { id, postId: string } as const
}
class Draft extends DynamoDBModel {
  attributes = { id, userId: string } as const
}
class Line extends DynamoDBModel {
  attributes = { id, codeRef: string } as const
}
class Team extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, name: string } as const
  relationships = {
    players: { type: 'hasMany', model: () => Player, foreignKey: 'teamId', onDelete: 'cascade' },
  } as const
}
class Player extends DynamoDBModel {
  static softDeletes = true
  attributes = { id, teamId: string } as const
}
class Editor extends DynamoDBModel {
  static version = true
  attributes = { id, name: string } as const
  relationships = {
    books: { type: 'hasMany', model: () => Book, foreignKey: 'editorId', onDelete: 'cascade' },
  } as const
}
class Book extends DynamoDBModel {
  static hooks = { deleting: (book: { id: string }) => book.id !== 'kept' }
  attributes = { id, editorId: string } as const
}
class Owner extends DynamoDBModel {
  attributes = { id, itemsCount: { type: 'number' } } as const
  relationships = { items: { type: 'hasMany', model: () => Item, foreignKey: 'ownerId', counterCache: true } } as const
}
class Item extends DynamoDBModel {
  attributes = { id, ownerId: string } as const
}
class Account extends DynamoDBModel {
  attributes = {
    id,
    n: { type: 'number' },
    email: { type: 'string', unique: true, set: (value: string) => value.toLowerCase() },
    address: { type: 'map', set: (value: object) => ({ ...value, checked: true }) },
  } as const
}
class Shelf extends DynamoDBModel {
  static keyPattern = { pk: 'SHOP#{shopId}', sk: 'SHELF#{id}' }
  attributes = { id, shopId: { type: 'string', required: true } } as const
}
class Volume extends DynamoDBModel {
  attributes = { id, shelfId: string, at: { type: 'date' } } as const
  relationships = { shelf: { type: 'belongsTo', model: () => Shelf, foreignKey: 'shelfId' } } as const
}
const models = [User, Post, Comment, Draft, Line, Team, Player, Editor, Book, Owner, Item, Account, Shelf, Volume]
const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join(' ')
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describeEngines('rows and those they belong to', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  /** Each test has a table of its own; `before` is told of each request. */
  const run = (
    title: string,
    body: (spy: { before?: (operation: string) => unknown; ops: string[] }) => Promise<void>,
  ): void =>
    test(title, async () => {
      const spy: { before?: (operation: string) => unknown; ops: string[] } = { ops: [] }
      const connection = connect({
        region: 'us-east-1',
        defaultTableName: uniqueTable(),
        driver: lane.createDriver(),
        queryBuilder: { scans: 'allow', designCheck: 'off' },
      })
      open.push(connection)
      connection.use(async (request, next) => {
        spy.ops.push(request.operation)
        await spy.before?.(request.operation)
        return next(request)
      })
      await connection.run(async () => {
        registerModels(...models)
        await DynamoDBModel.migrate()
        await body(spy)
      })
    })

  run('R2: no orWhere leads out of the rows of a relation, nor out of those that find asks for', async () => {
    const one = await User.create({ id: '1', name: 'a', code: 'x' })
    await User.create({ id: '2', name: 'b', code: 'y' })
    await Post.create({ id: 'p1', userId: '1', title: 'a' })
    await Post.create({ id: 'p2', userId: '2', title: 'b' })
    const mine = one.posts().where('title', 'none').orWhere('title', 'b')
    expect(await mine.get()).toEqual([])
    expect(await mine.delete()).toBe(0)
    expect(await mine.count()).toBe(0)
    expect(await one.posts().where('title', 'none').orWhere('title', 'a').find('p2')).toBeNull()
    expect(await User.where('name', 'a').orWhere('name', 'b').find('3')).toBeNull()
    expect((await User.where('name', 'a').orWhere('name', 'b').find('2'))?.id).toBe('2')
    expect(ids(await Post.all())).toHaveLength('p1 p2'.length)
  })

  run('Q5: a group that does more than to set conditions is refused, and nothing is done', async () => {
    await User.create({ id: '1', name: 'a' })
    const refused = { code: 'QUERY.INVALID_VALUE', message: expect.stringContaining('more than to set conditions') }
    for (const group of [
      (query: any) => query.has('posts'),
      (query: any) => query.whereHas('posts', (posts: any) => posts.where('title', 'none')),
      (query: any) => query.limit(1),
      (query: any) => query.withTrashed(),
      (query: any) => query.with('posts'),
    ]) {
      await expect(async () => User.where('name', 'b').orWhere(group).delete()).rejects.toMatchObject(refused)
      expect(() => User.query().whereNot(group)).toThrow(expect.objectContaining(refused))
      await expect(
        transaction((tx) => {
          tx.check(User, '1', group)
          return tx.update(User, '1', { name: 'c' })
        }),
      ).rejects.toMatchObject(refused)
    }
    expect((await User.find('1'))?.name).toBe('a')
  })

  run('R12: rows go by what is stored, whatever the record was read with or was given since', async () => {
    const make = async (n: string): Promise<void> => {
      await User.create({ id: n, name: n, code: `c${n}` })
      await Post.create({ id: `p${n}`, userId: n })
      await Line.create({ id: `l${n}`, codeRef: `c${n}` })
    }
    for (const n of '12345678') await make(n)
    const [selected] = await User.where('id', '1').select('name').get()
    await selected?.delete()
    const changed = await User.findOrFail('2')
    changed.code = 'c8'
    await changed.delete()
    await User.delete('3')
    await User.batchDelete(['4'])
    await transaction((tx) => tx.delete(User, '5'))
    await batchWrite([{ type: 'delete', model: User, key: '6' }])
    await User.where('id', '7').delete()
    expect(ids(await Line.all())).toBe('l8')
    expect(ids(await Post.all())).toBe('p8')
    expect(ids(await User.all())).toBe('8')
  })

  run('R12: a row that belongs to another meanwhile is left to it', async (spy) => {
    for (const n of ['a', 'b']) await User.create({ id: n })
    await Post.create({ id: 'p', userId: 'a' })
    await Post.create({ id: 'q', userId: 'a' })
    await Draft.create({ id: 'd', userId: 'a' })
    const a = await User.findOrFail('a')
    let moved = false
    spy.before = async (operation) => {
      if (operation !== 'TransactWriteItems' || moved) return
      moved = true
      await Post.update('p', { userId: 'b' })
      await Draft.update('d', { userId: 'b' })
    }
    await a.delete()
    expect([await User.find('a'), await Post.find('q')]).toEqual([null, null])
    expect((await Post.find('p'))?.userId).toBe('b')
    expect((await Draft.find('d'))?.userId).toBe('b')
  })

  run('R12: a stale owner and a hook of a far row are heard before the first of many transactions', async () => {
    const editor = await Editor.create({ id: 'e', name: 'x' })
    await Book.batchCreate(Array.from({ length: 150 }, (_, i) => ({ id: `b${i}`, editorId: 'e' })))
    await Editor.update('e', { name: 'y' })
    await expect(editor.delete()).rejects.toMatchObject({ code: 'MODEL.STALE' })
    expect(await Book.where('editorId', 'e').count()).toBe(150)
    const fresh = await Editor.findOrFail('e')
    await Book.create({ id: 'kept', editorId: 'e' })
    await expect(fresh.delete()).rejects.toMatchObject({ code: 'MODEL.VETOED' })
    expect(await Book.where('editorId', 'e').count()).toBe(151)
    await Book.update('kept', { editorId: undefined })
    await fresh.delete()
    expect(ids(await Book.all())).toBe('kept')
  })

  run('M15: a soft delete that was broken off goes on with its moment, and restore brings all back', async (spy) => {
    const team = await Team.create({ id: 't' })
    await Player.batchCreate(Array.from({ length: 250 }, (_, i) => ({ id: `p${i}`, teamId: 't' })))
    await (await Player.findOrFail('p7')).delete()
    await later()
    let writes = 0
    spy.before = (operation) => {
      if (operation === 'TransactWriteItems' && writes++ > 0) throw new Error('cut off')
    }
    await expect(team.delete()).rejects.toMatchObject({ code: 'MODEL.CASCADE_INCOMPLETE' })
    spy.before = undefined as never
    await later()
    // Another process finds it, marked, and goes on.
    const [found] = await Team.query().onlyTrashed().get()
    await found?.delete()
    expect(await Player.where('teamId', 't').count()).toBe(0)
    await found?.restore()
    expect(await Player.where('teamId', 't').count()).toBe(249)
    expect(await Player.find('p7')).toBeNull()
  })

  run(
    'M15: what is deleted keeps its moment: a second copy, a key, a transaction and a query change nothing',
    async () => {
      const first = await Team.create({ id: 't', name: 'n' })
      const second = await Team.findOrFail('t')
      await Player.create({ id: 'p', teamId: 't' })
      await first.delete()
      const moment = first.deletedAt
      await later()
      await expect(second.delete()).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
      await expect(transaction((tx) => tx.delete(Team, 't'))).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
      expect(await Team.delete('t')).toBe(false)
      await Team.query().withTrashed().where('id', 't').delete()
      await first.delete()
      const [found] = await Team.query().onlyTrashed().select('name').get()
      expect((await Team.query().onlyTrashed().get())[0]?.deletedAt).toEqual(moment)
      await expect(Team.update('t', { name: 'm' })).rejects.toMatchObject({ code: 'MODEL.NOT_FOUND' })
      await found?.restore()
      expect((await Player.find('p'))?.id).toBe('p')
    },
  )

  run('M15: deleting writes nothing but the mark', async () => {
    const team = await Team.create({ id: 't', name: 'n' })
    team.name = 'unsaved'
    await team.delete()
    expect(team.name).toBe('unsaved')
    expect((await Team.query().onlyTrashed().get())[0]?.name).toBe('n')
    await Team.query().onlyTrashed().where('id', 't').restore()
    expect((await Team.findOrFail('t')).name).toBe('n')
  })

  run('E6: a row is not counted by one that is deleted in the same transaction', async () => {
    const owner = await Owner.create({ id: 'o' })
    const both = transaction(async (tx) => {
      await tx.delete(owner)
      await tx.create(Item, { id: 'i', ownerId: 'o' })
    })
    await expect(both).rejects.toMatchObject({ code: 'MODEL.PARENT_NOT_FOUND' })
    expect([(await Owner.find('o'))?.id, await Item.find('i')]).toEqual(['o', null])
  })

  run('M10: what no write names, no set function erases', async () => {
    await Account.create({ id: '1', email: 'Ada@X', address: { city: 'R' } })
    await Account.update('1', { n: 1 })
    await transaction((tx) => tx.update(Account, '1', { n: 2 }))
    await Account.batchUpdate([{ id: '1', n: 3 }])
    const [part] = await Account.where('id', '1').select('n').get()
    Object.assign(part as object, { n: 4 })
    await part?.save()
    expect(await Account.find('1')).toMatchObject({ n: 4, email: 'ada@x', address: { city: 'R', checked: true } })
    await expect(Account.create({ id: '2', email: 'ADA@x' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
    const third = await Account.create({ id: '3' })
    await expect(third.ifNotExists('email', 'ADA@X')).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
    await expect(async () => third.update({ 'address.city': 'S' })).rejects.toMatchObject({
      code: 'MODEL.INVALID_INPUT',
    })
  })

  run('E6: a counter is not set by anybody, and no copy has it', async () => {
    const owner = await Owner.create({ id: 'o' })
    await owner.items().create({ id: 'i' })
    const found = await Owner.findOrFail('o')
    expect(found.itemsCount).toBe(1)
    const copy = found.replicate()
    copy.id = 'p'
    await copy.save()
    expect((await Owner.findOrFail('p')).itemsCount).toBe(0)
    Object.assign(found, { itemsCount: 7 })
    await expect(found.save()).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
    expect((await Owner.findOrFail('o')).itemsCount).toBe(1)
  })

  run('Q23: firstOrCreate and updateOrCreate look for what the set function makes of a value', async () => {
    const first = await Account.firstOrCreate({ email: 'Ada@X' }, { id: '1' })
    expect((await Account.firstOrCreate({ email: 'ADA@x' }, { id: '2' })).id).toBe(first.id)
    expect((await Account.updateOrCreate({ email: 'ADA@x' }, { n: 2 })).id).toBe(first.id)
  })

  run('R7: what is selected of a relation brings what its own relations are found by', async () => {
    await User.create({ id: '1', name: 'a' })
    await Post.create({ id: 'p', userId: '1', title: 't' })
    await Comment.create({ id: 'c', postId: 'p' })
    for (const query of [
      User.query().with('posts', (posts) => posts.select('title').with('comments')),
      User.query()
        .with({ posts: (posts) => posts.select('title') })
        .with('posts.comments'),
    ]) {
      const [user] = await query.get()
      expect((user as any).posts[0]).toMatchObject({ title: 't', comments: [{ id: 'c' }] })
    }
    const [post] = await Post.query().select('title').get()
    await expect(post?.load('comments')).resolves.toMatchObject({ comments: [{ id: 'c' }] })
    await Volume.create({ id: 'v', shelfId: 's', at: new Date(0) })
    const [volume] = await Volume.query().select('at').get()
    await expect(volume?.load('shelf')).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
  })

  run('R6: owners of a composite key are read by one Scan, not by one for each row', async (spy) => {
    for (const n of ['1', '2', '3']) {
      await Shelf.create({ id: n, shopId: 's' })
      await Volume.create({ id: n, shelfId: n })
    }
    spy.ops.length = 0
    const rows = await Volume.query().with('shelf').get()
    expect(rows.map((row) => row.shelf?.shopId)).toEqual(['s', 's', 's'])
    expect(spy.ops).toEqual(['Scan', 'Scan'])
  })

  run('Q32: a cursor goes on although the moment is another', async () => {
    await Volume.batchCreate(Array.from({ length: 5 }, (_, i) => ({ id: `v${i}`, at: new Date(1000 + i) })))
    const page = (cursor?: string | null) => Volume.query().wherePast('at').cursorPaginate(2, cursor)
    const first = await page()
    await later()
    const second = await page(first.nextCursor)
    expect(new Set([...first.data, ...second.data].map((row) => row.id)).size).toBe(4)
    const other = Volume.query().whereFuture('at').cursorPaginate(2, first.nextCursor)
    await expect(other).rejects.toMatchObject({ code: 'KEY.CURSOR' })
  })

  run('A1: two writes of one row in a batch are refused before the first', async () => {
    await Account.create({ id: '1', email: 'a', n: 0 })
    const twice = { code: 'MODEL.INVALID_INPUT', message: expect.stringContaining('one row of Account') }
    const both = [
      { type: 'delete', model: Account, key: '1' },
      { type: 'put', model: Account, item: { id: '1', email: 'b' } },
    ] as const
    await expect(batchWrite(both)).rejects.toMatchObject(twice)
    const updates = [
      { id: '1', n: 1 },
      { id: '1', n: 2 },
    ]
    await expect(Account.batchUpdate(updates)).rejects.toMatchObject(twice)
    expect(await Account.find('1')).toMatchObject({ email: 'a', n: 0 })
  })
})
