import { type Connection, connect, DynamoDBModel, registerModels, UniqueConstraintError } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Session extends DynamoDBModel {
  static readonly ttl = 'expiresAt'
  static indexes = { byUser: { partition: ['userId'], sort: ['expiresAt'] } }
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    token: { type: 'string', unique: true },
  } as const
}

class Lock extends DynamoDBModel {
  static ttl = { enabled: true, attribute: 'expiresAt' } as const
  attributes = { id: { type: 'string', required: true }, expiresAt: { type: 'number' } } as const
}

class Memo extends DynamoDBModel {
  static softDeletes = { ttl: '30d', index: true } as const
  attributes = {
    id: { type: 'string', required: true },
    title: { type: 'string', required: true },
    slug: { type: 'string', unique: true },
  } as const
}

const HOUR = 3_600_000

for (const enabled of [true, false])
  describeEngines(`Time to Live, ${enabled ? 'one table' : 'a table each'}`, (lane) => {
    const open: Connection[] = []
    const sent: string[] = []
    let connection: Connection
    const table = uniqueTable()
    const inside = (title: string, body: () => Promise<void>): void => {
      test(title, () => connection.run(body))
    }
    function connectTo(tableName: string, ...models: readonly (typeof DynamoDBModel)[]): Connection {
      const made = connect({
        region: 'us-east-1',
        defaultTableName: tableName,
        tablePrefix: enabled ? '' : `${tableName}-`,
        driver: lane.createDriver(),
        singleTableDesign: { enabled },
        queryBuilder: { scans: 'allow' },
      })
      made.use((request, next) => {
        sent.push(request.operation)
        return next(request)
      })
      made.run(() => registerModels(...models))
      open.push(made)
      return made
    }
    const rawItem = async (model: typeof Memo | typeof Session | typeof Lock, id: string): Promise<object> => {
      const { Items = [] } = await connection.send('Scan', {
        TableName: enabled ? table : `${table}-${model.name.toLowerCase()}s`,
        FilterExpression: '#id = :id',
        ExpressionAttributeNames: { '#id': 'id' },
        ExpressionAttributeValues: { ':id': { S: id } },
      })
      return Items[0] ?? {}
    }

    beforeAll(async () => {
      connection = connectTo(table, Session, Lock, Memo)
      await connection.run(() => DynamoDBModel.migrate())
    })
    afterAll(() => Promise.all(open.map((each) => each.close())))

    inside('M16: migrate turns it on, once', async () => {
      const names = enabled ? [table] : ['', 'sessions', 'locks', 'memos'].map((each) => `${table}-${each || table}`)
      const tables = enabled ? names : [`${table}-sessions`, `${table}-locks`, `${table}-memos`]
      const found = await Promise.all(
        tables.map(
          async (TableName) => (await connection.send('DescribeTimeToLive', { TableName })).TimeToLiveDescription,
        ),
      )
      expect(found.map((each) => [each?.TimeToLiveStatus, each?.AttributeName])).toEqual(
        enabled
          ? [['ENABLED', 'expiresAt']]
          : [
              ['ENABLED', 'expiresAt'],
              ['ENABLED', 'expiresAt'],
              ['ENABLED', 'ttl'],
            ],
      )
      sent.length = 0
      await DynamoDBModel.migrate()
      expect(sent).not.toContain('UpdateTimeToLive')
    })

    inside('M16: moments are epoch seconds in DynamoDB, and dates or numbers here', async () => {
      const at = new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR)
      const session = await Session.create({ userId: 'u', expiresAt: at })
      expect(await rawItem(Session, session.id)).toMatchObject({ expiresAt: { N: String(at.getTime() / 1000) } })
      expect((await Session.findOrFail(session.id)).expiresAt).toEqual(at)
      const lock = await Lock.create({ expiresAt: at.getTime() / 1000 })
      expect(await rawItem(Lock, lock.id)).toMatchObject({ expiresAt: { N: String(at.getTime() / 1000) } })
      expect((await Lock.findOrFail(lock.id)).expiresAt).toBe(at.getTime() / 1000)
      await expect(Lock.create({ expiresAt: Date.now() })).rejects.toMatchObject({ code: 'VALIDATION.FAILED' })
      await session.update({ expiresAt: undefined } as never)
      expect(await rawItem(Session, session.id)).not.toHaveProperty('expiresAt')
      expect((await Session.where('userId', 'u').get()).map(({ id }) => id)).toEqual([session.id])
    })

    inside('M16: rows whose time is up are gone for every read, though DynamoDB has yet to remove them', async () => {
      const userId = `expired-${enabled}`
      const [past, future] = [new Date(Date.now() - HOUR), new Date(Date.now() + HOUR)]
      const [dead, alive] = [
        await Session.create({ userId, expiresAt: past, token: `dead-${enabled}` }),
        await Session.create({ userId, expiresAt: future, token: `alive-${enabled}` }),
      ]
      const query = Session.where('userId', userId)
      const ids = async (rows: Promise<readonly { id: string }[]>): Promise<string[]> =>
        (await rows).map(({ id }) => id)
      expect(await ids(query.get())).toEqual([alive.id])
      expect(await ids(query.orderBy('expiresAt').get())).toEqual([alive.id])
      expect([await query.count(), await query.exists(), (await query.first())?.id]).toEqual([1, true, alive.id])
      expect(await Session.find(dead.id)).toBeNull()
      expect(await ids(Session.findMany([dead.id, alive.id]))).toEqual([alive.id])
      expect(await Session.where('token', `dead-${enabled}`).first()).toBeNull()
      expect(await ids(Session.query().whereIn('id', [dead.id, alive.id]).get())).toEqual([alive.id])
      expect((await query.cursorPaginate(null, 5)).data.length).toBe(1)
      expect((await query.select('userId').get()).length).toBe(1)
      expect(
        await ids(query.withExpired().orderBy('expiresAt').get()),
        // DynamoDB Local may have removed it.
      ).toEqual(lane.name === 'dynoxide' ? [dead.id, alive.id] : expect.arrayContaining([alive.id]))
      expect(String(query.explain())).toContain('expiresAt has not passed')
      expect(query.explain()).toEqual(query.explain())
    })

    inside('M16: a cursor is good for longer than a second', async () => {
      for (let i = 0; i < 4; i++) await Session.create({ userId: 'pages', expiresAt: new Date(Date.now() + HOUR + i) })
      const query = Session.where('userId', 'pages')
      const { nextCursor } = await query.cursorPaginate(null, 2)
      await new Promise((done) => setTimeout(done, 1100))
      expect((await query.cursorPaginate(nextCursor, 5)).data.length).toBe(2)
    })

    inside('M16: the key and the unique values of a row whose time is up are free', async () => {
      const token = `free-${enabled}`
      const first = await Session.create({
        id: `s-${enabled}`,
        userId: 'u',
        token,
        expiresAt: new Date(Date.now() - HOUR),
      })
      const again = await Session.create({ id: first.id, userId: 'u', token, expiresAt: new Date(Date.now() + HOUR) })
      expect((await Session.where('token', token).first())?.id).toBe(again.id)
      await expect(Session.create({ id: first.id, userId: 'u' })).rejects.toMatchObject({ code: 'MODEL.DUPLICATE_KEY' })
      await expect(Session.create({ userId: 'u', token })).rejects.toBeInstanceOf(UniqueConstraintError)
      // The guard goes with its row, whenever that is now.
      await again.update({ expiresAt: new Date(Date.now() - HOUR) } as never)
      await Session.create({ userId: 'u', token })
      expect(await Session.where('token', token).count()).toBe(1)
    })

    inside('M24: M25: deleted rows expire, and those that come back do not', async () => {
      const memo = await Memo.create({ title: 'a', slug: `a-${enabled}` })
      const attribute = enabled ? 'expiresAt' : 'ttl'
      await memo.delete()
      const deletedAt = Math.floor((memo.deletedAt?.getTime() ?? 0) / 1000)
      expect(await rawItem(Memo, memo.id)).toMatchObject({ [attribute]: { N: String(deletedAt + 30 * 86_400) } })
      const trashed = await Memo.query().onlyTrashed().where('id', memo.id).first()
      await trashed?.restore()
      expect(await rawItem(Memo, memo.id)).not.toHaveProperty(attribute)
      expect(await Memo.find(memo.id)).not.toBeNull()
      await memo.refresh()
      await memo.delete()
      await connection.send('UpdateItem', {
        TableName: enabled ? table : `${table}-memos`,
        Key: enabled ? { pk: { S: `MEMO#${memo.id}` }, sk: { S: `MEMO#${memo.id}` } } : { id: { S: memo.id } },
        UpdateExpression: 'SET #at = :past',
        ExpressionAttributeNames: { '#at': attribute },
        ExpressionAttributeValues: { ':past': { N: '1000' } },
      })
      expect(await Memo.query().onlyTrashed().where('id', memo.id).first()).toBeNull()
      expect(await Memo.query().withTrashed().where('id', memo.id).first()).toBeNull()
    })

    inside('Q37: M24: onlyTrashed reads an index that holds nothing else', async () => {
      const memos = await Promise.all(['x', 'y', 'z'].map((title) => Memo.create({ title })))
      await memos[0]?.delete()
      await memos[2]?.delete()
      const query = Memo.query().onlyTrashed()
      expect(query.explain()).toMatchObject({ operation: 'Query', advice: [] })
      expect(query.explain().index).toBeDefined()
      const found = await query.orderBy('deletedAt').get()
      expect(found.map(({ title }) => title)).toEqual(['x', 'z'])
      expect(query.orderByDesc('deletedAt').explain().inMemory.sort).toEqual([])
      await found[0]?.restore()
      expect((await query.get()).map(({ title }) => title)).toEqual(['z'])
      expect(Memo.query().explain().operation).toBe('Scan')
    })

    inside('M24: a value that a deleted row holds stays taken, and the error says so', async () => {
      const slug = `taken-${enabled}`
      const memo = await Memo.create({ title: 'first', slug })
      await memo.delete()
      const error = await Memo.create({ title: 'second', slug }).catch((each: unknown) => each)
      expect(error).toBeInstanceOf(UniqueConstraintError)
      expect(String(error)).toContain('soft-deleted')
      expect((error as UniqueConstraintError).hint).toContain('Restore')
      expect((error as UniqueConstraintError).existing).toMatchObject({ id: memo.id, title: 'first' })
      await memo.restore()
      const live = await Memo.create({ title: 'third', slug }).catch((each: unknown) => each)
      expect(String(live)).not.toContain('soft-deleted')
      expect((live as UniqueConstraintError).existing).toMatchObject({ id: memo.id })
    })

    test('M16: a table that expires by another attribute is told of, before anything is done', async () => {
      const other = uniqueTable()
      const TableName = enabled ? other : `${other}-sessions`
      const made = connectTo(other, Session)
      await made.run(() => DynamoDBModel.migrate())
      class Session2 extends DynamoDBModel {
        static modelName = 'Session'
        static ttl = 'goneAt'
        static indexes = { byUser: { partition: ['userId'], sort: ['expiresAt'] } }
        attributes = {
          id: { type: 'string', required: true },
          userId: { type: 'string', required: true },
          token: { type: 'string', unique: true },
          expiresAt: { type: 'bigint' },
        } as const
      }
      const changed = connectTo(other, Session2)
      await expect(changed.run(() => DynamoDBModel.migrate())).rejects.toMatchObject({ code: 'MODEL.TABLE_DIFFERS' })
      expect(TableName).toContain(other)
    })
  })
