import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Folder extends DynamoDBModel {
  static timestamps = { createdAt: 'made_at', updatedAt: 'changed_at' } as const
  static softDeletes = { attribute: 'gone_at', index: true } as const
  static indexes = { all: { sort: ['made_at'] } }
  attributes = {
    id: { type: 'string' },
    name: { type: 'string', required: true, unique: true },
    papersCount: { type: 'number' },
  } as const
  relationships = {
    papers: { type: 'hasMany', model: () => Paper, onDelete: 'cascade', counterCache: true },
  } as const
}
class Paper extends DynamoDBModel {
  static softDeletes = { attribute: 'removedAt' } as const
  attributes = { id: { type: 'string' }, folderId: { type: 'string' }, title: { type: 'string' } } as const
  relationships = { folder: { type: 'belongsTo', model: () => Folder } } as const
}

for (const enabled of [true, false])
  describeEngines(`moments with names of their own, ${enabled ? 'one table' : 'a table each'}`, (lane) => {
    let connection: Connection
    let Folders: typeof Folder
    let Papers: typeof Paper
    beforeAll(async () => {
      const table = uniqueTable()
      connection = connect({
        region: 'us-east-1',
        driver: lane.createDriver(),
        defaultTableName: table,
        tablePrefix: enabled ? '' : `${table}-`,
        singleTableDesign: { enabled },
        queryBuilder: { scans: 'allow' },
      })
      Folders = Folder.on(connection)
      Papers = Paper.on(connection)
      await connection.run(async () => {
        registerModels(Folder, Paper)
        await DynamoDBModel.migrate()
      })
    })
    afterAll(() => connection.close())

    test('P4: timestamps are kept, ordered by and touched under their names', async () => {
      const old = await Folders.create({
        name: 'old',
        made_at: '2020-01-01T00:00:00Z',
        changed_at: '2020-01-01T00:00:00Z',
      })
      const fresh = await Folders.create({ name: 'fresh' })
      expect(fresh.made_at).toBeInstanceOf(Date)
      expect(Object.keys(fresh.toJSON()).sort()).toEqual(['changed_at', 'id', 'made_at', 'name', 'papersCount'])
      expect((await Folders.latest().get()).map(({ name }) => name)).toEqual(['fresh', 'old'])
      expect((await Folders.query().oldest().first())?.name).toBe('old')
      await old.update({ name: 'older' })
      const stored = await Folders.findOrFail(old.id)
      expect(stored.made_at).toEqual(new Date('2020-01-01'))
      expect(stored.changed_at.getTime()).toBeGreaterThan(stored.made_at.getTime())
      const before = stored.changed_at.getTime()
      await stored.touch()
      expect((await Folders.findOrFail(old.id)).changed_at.getTime()).toBeGreaterThanOrEqual(before)
      await old.delete()
      await fresh.delete()
    })

    test('P4: soft deletes keep their moment under its name, with their index, cascades and counters', async () => {
      const folder = await Folders.create({ name: 'kept' })
      const [one, two] = await Papers.batchCreate([
        { folderId: folder.id, title: 'one' },
        { folderId: folder.id, title: 'two' },
      ])
      expect((await Folders.findOrFail(folder.id)).papersCount).toBe(2)
      await one?.delete()
      expect(one?.removedAt).toBeInstanceOf(Date)
      expect([one?.trashed(), two?.trashed()]).toEqual([true, false])
      expect((await Folders.findOrFail(folder.id)).papersCount).toBe(1)
      await one?.restore()
      expect([one?.removedAt, one?.trashed()]).toEqual([undefined, false])
      await folder.refresh()
      await folder.delete()
      expect(await Folders.find(folder.id)).toBeNull()
      expect(await Papers.query().count()).toBe(0)
      const trashed = Folders.query().onlyTrashed()
      expect((await trashed.get()).map(({ name }) => name)).toContain('kept')
      expect(trashed.explain()).toMatchObject({ operation: 'Query' })
      expect((await Papers.query().select('title').withTrashed().get()).every((paper) => paper.trashed())).toBe(true)
      await expect(Folders.create({ name: 'kept' })).rejects.toThrow(/soft-deleted/)
      await folder.restore()
      expect((await Folders.query().where('gone_at', 'not exists', true).get()).map(({ name }) => name)).toEqual([
        'kept',
      ])
      expect(await Papers.query().where('folderId', folder.id).count()).toBe(2)
    })
  })
