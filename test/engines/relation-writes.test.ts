import { type Connection, connect, DynamoDBModel, type Row, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const
const number = { type: 'number' } as const

class Member extends DynamoDBModel {
  attributes = { id, name: string } as const
  relationships = {
    notes: { type: 'hasMany', model: () => Note },
    badge: { type: 'hasOne', model: () => Badge },
    groups: { type: 'belongsToMany', model: () => Group, pivot: { level: number, since: { type: 'date' } } },
    labels: { type: 'morphToMany', model: () => Label, name: 'labelable' },
    remarks: { type: 'hasManyThrough', model: () => Remark, through: 'Note' },
  } as const
}
class Note extends DynamoDBModel {
  attributes = { id, memberId: string, text: string } as const
  relationships = {
    member: { type: 'belongsTo', model: () => Member },
    remarks: { type: 'hasMany', model: () => Remark },
  } as const
}
class Remark extends DynamoDBModel {
  attributes = { id, noteId: string, text: string } as const
}
class Badge extends DynamoDBModel {
  attributes = { id, memberId: string } as const
}
class Group extends DynamoDBModel {
  attributes = { id, title: { type: 'string', unique: true } } as const
  relationships = { members: { type: 'belongsToMany', model: () => Member } } as const
}
class Label extends DynamoDBModel {
  attributes = { id } as const
  relationships = { members: { type: 'morphedByMany', model: () => Member, name: 'labelable' } } as const
}
class Category extends DynamoDBModel {
  attributes = { id, parentId: string } as const
  relationships = {
    parent: { type: 'belongsTo', model: 'Category', foreignKey: 'parentId' },
    children: { type: 'hasMany', model: 'Category', foreignKey: 'parentId' },
  } as const
}
const ids = (rows: readonly { id: string }[] | undefined | null): string => (rows ?? []).map((row) => row.id).join(' ')
const pivots = (rows: readonly object[]): unknown[] =>
  rows.map((row) => (row as { pivot: { level?: number } }).pivot.level)

describeEngines('relations, written', (lane) => {
  for (const [layout, singleTableDesign] of [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
  ] as const) {
    describe(layout, () => {
      let connection: Connection
      let ada: Row<typeof Member>
      const sent: string[] = []
      const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))
      const open = (lazyLoading?: 'warn' | 'forbid' | 'together'): Connection => {
        const made = connect({
          region: 'us-east-1',
          defaultTableName: 'app',
          tablePrefix: prefix,
          driver: lane.createDriver(),
          singleTableDesign,
          queryBuilder: { scans: 'allow', designCheck: 'off', ...(lazyLoading && { lazyLoading }) },
        })
        made.use((request, next) => {
          sent.push(request.operation)
          return next(request)
        })
        return made
      }
      const prefix = `${uniqueTable()}-`

      beforeAll(async () => {
        connection = open()
        await connection.run(async () => {
          registerModels(Member, Note, Remark, Badge, Group, Label, Category)
          await DynamoDBModel.migrate()
          for (const name of ['admin', 'editor', 'guest']) await Group.create({ id: name, title: `T-${name}` })
          await Label.batchCreate([{ id: 'red' }, { id: 'blue' }])
          await Category.batchCreate([
            { id: 'all' },
            { id: 'books', parentId: 'all' },
            { id: 'music', parentId: 'all' },
            { id: 'novels', parentId: 'books' },
            { id: 'poems', parentId: 'books' },
            { id: 'odes', parentId: 'poems' },
            { id: 'egg', parentId: 'hen' },
            { id: 'hen', parentId: 'egg' },
          ])
        })
      })
      beforeEach(() =>
        connection.run(async () => {
          ada = await Member.create({ name: 'Ada' })
        }),
      )
      afterAll(() => connection.close())

      run('R1: R2: R3: a relation is a query, and awaiting it reads it', async () => {
        const first = await ada.notes().create({ text: 'one' })
        expect(first.memberId).toBe(ada.id)
        await ada.notes().createMany([{ text: 'two' }, { text: 'three' }])
        expect(await ada.notes().where('text', 'begins_with', 't').count()).toBe(2)
        expect(Object.keys(ada)).not.toContain('notes')
        sent.length = 0
        const notes = await ada.notes
        expect(new Set(notes.map(({ text }) => text))).toEqual(new Set(['one', 'two', 'three']))
        expect(await ada.notes).toBe(notes)
        expect(sent).toEqual(['Query'])
        expect(Object.keys(ada.toJSON())).toEqual(['id', 'name'])
        expect(await ada.related('notes').count()).toBe(3)
        expect(await ada.badge).toBeNull()
        const note = await Note.findOrFail(first.id)
        expect((await note.member)?.name).toBe('Ada')
        const bo = await Member.create({ name: 'Bo' })
        const again = await Note.findOrFail(first.id)
        again.member().associate(bo)
        await again.save()
        expect(ids(await bo.notes().get())).toBe(first.id)
        expect((await again.member)?.name).toBe('Bo')
        expect(await ada.notes().count()).toBe(2)
        expect(await ada.notes).toHaveLength(2)
        again.member().dissociate()
        expect(await again.member).toBeNull()
        const saved = await bo.notes().save(Note.make({ text: 'four' }))
        expect(saved.memberId).toBe(bo.id)
        await first.remarks().create({ text: 'far' })
        expect(ids(await bo.remarks().get())).toHaveLength(26)
        expect(await bo.remarks().where('text', 'near').count()).toBe(0)
        expect(bo.remarks().explain()).toMatchObject({ operation: 'Query', model: 'Note' })
        await expect(bo.remarks().cursorPaginate(null, 2)).rejects.toMatchObject({ code: 'QUERY.INVALID_VALUE' })
      })

      run('R4: attach, detach, sync, toggle', async () => {
        expect(await ada.groups().attach('admin', { level: 3 })).toEqual({
          attached: ['admin'],
          detached: [],
          updated: [],
        })
        expect(await ada.groups().attach(['admin', 'editor'])).toMatchObject({ attached: ['editor'], updated: [] })
        let groups = await ada.groups().orderBy('id').get()
        expect([ids(groups), pivots(groups)]).toEqual(['admin editor', [3, undefined]])
        expect(await ada.groups().updateExistingPivot('editor', { level: 1 })).toBe(true)
        expect(await ada.groups().updateExistingPivot('guest', { level: 1 })).toBe(false)
        expect(ids(await ada.groups().wherePivot('level', '>', 2).get())).toBe('admin')
        expect(ids(await ada.groups().where('title', 'T-editor').get())).toBe('editor')
        expect(await ada.groups().sync({ editor: { level: 7 }, guest: true })).toEqual({
          attached: ['guest'],
          detached: ['admin'],
          updated: ['editor'],
        })
        groups = await ada.groups().orderByDesc('id').get()
        expect([ids(groups), pivots(groups)]).toEqual(['guest editor', [undefined, 7]])
        expect(await ada.groups().toggle(['guest', 'admin'])).toMatchObject({
          attached: ['admin'],
          detached: ['guest'],
        })
        const guest = await Group.findOrFail('guest')
        await ada.groups().syncWithoutDetaching([guest], { level: 2 })
        expect(await ada.groups().count()).toBe(3)
        expect(ids(await guest.members().get())).toBe(ada.id)
        expect(await ada.groups().pivots().count()).toBe(3)
        expect(await ada.groups().detach('nobody')).toMatchObject({ detached: [] })
        expect((await ada.groups().detach()).detached).toHaveLength(3)
        expect(await ada.groups().exists()).toBe(false)
        const made = await ada.groups().create({ title: `T-${ada.id}` }, { level: 9 })
        expect(pivots(await ada.groups().get())).toEqual([9])
        // Both or none: the title is taken.
        await expect(ada.groups().create({ title: `T-${ada.id}` })).rejects.toMatchObject({
          code: 'MODEL.UNIQUE_VIOLATION',
        })
        expect(ids(await ada.groups().get())).toBe(made.id)
        await ada.labels().sync(['red', 'blue'])
        expect(ids(await ada.labels().orderBy('id').get())).toBe('blue red')
        expect(ids(await (await Label.findOrFail('red')).members().get())).toContain(ada.id)
        await ada.labels().detach('red')
        expect(ids(await ada.labels().get())).toBe('blue')
      })

      run('R4: hundreds of pivot rows, and several writers of the same', async () => {
        const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
        const many = Array.from({ length: 230 }, (_, i) => `g${i}`)
        expect((await ada.groups().attach(many)).attached).toHaveLength(230)
        expect(warnings.mock.calls.map(([, told]) => (told as { code: string }).code)).toContain('MODEL.NOT_ATOMIC')
        warnings.mockRestore()
        expect(await ada.groups().pivots().count()).toBe(230)
        expect((await ada.groups().sync(many.slice(0, 40))).detached).toHaveLength(190)
        expect(await ada.groups().pivots().count()).toBe(40)
        await Promise.all(Array.from({ length: 8 }, () => ada.groups().sync(['admin', 'guest'])))
        expect(ids(await ada.groups().orderBy('id').get())).toBe('admin guest')
        await Promise.all(Array.from({ length: 6 }, () => ada.groups().detach()))
        expect(await ada.groups().pivots().count()).toBe(0)
      })

      run('R4: what is no key, no pivot attribute or no saved record is told', async () => {
        await expect(ada.groups().attach(ada as never)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await expect(ada.groups().attach([null] as never)).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await expect(ada.groups().attach('admin', { levle: 1 } as never)).rejects.toMatchObject({
          code: 'MODEL.UNKNOWN_ATTRIBUTE',
        })
        await expect(ada.groups().attach('admin', { level: 'high' } as never)).rejects.toMatchObject({
          code: 'VALIDATION.FAILED',
        })
        await expect(Member.make({ name: 'x' }).groups().attach('admin')).rejects.toMatchObject({
          code: 'MODEL.INVALID_INPUT',
        })
        expect(await ada.groups().pivots().count()).toBe(0)
      })

      run('R5: R6: load and loadMissing', async () => {
        const bo = await Member.create({ name: 'Bo' })
        await ada.notes().create({ id: `${ada.id}-n`, text: 'n' })
        await Note.findOrFail(`${ada.id}-n`).then((note) => note.remarks().create({ text: 'r' }))
        const loaded = await ada.load('notes.remarks', 'badge')
        expect([loaded.notes.length, loaded.notes[0]?.remarks.length, loaded.badge]).toEqual([1, 1, null])
        sent.length = 0
        await ada.loadMissing('notes.remarks')
        expect(sent).toEqual([])
        await ada.loadMissing('notes.member', 'groups')
        expect((loaded.notes[0] as { member?: { id: string } } | undefined)?.member?.id).toBe(ada.id)
        expect(sent).toEqual(['GetItem', 'Query'])
        const both = await Member.load(await Member.findMany([ada.id, bo.id]), 'notes')
        expect(both.map((member) => member.notes.length)).toEqual([1, 0])
        const some = await ada.load('notes', (notes) => notes.where('text', 'none'))
        expect(some.notes).toEqual([])
        await expect(ada.load('nots' as never)).rejects.toMatchObject({ hint: expect.stringContaining('notes') })
        await expect(Member.load([loaded.notes] as never, 'notes')).rejects.toMatchObject({
          code: 'MODEL.INVALID_INPUT',
        })
      })

      run('E7: a relation read for one of many rows is told, or read for all of them', async () => {
        const people = [ada.id, (await Member.create({ name: 'Bo' })).id, (await Member.create({ name: 'Cy' })).id]
        for (const memberId of people) await Note.create({ memberId, text: memberId })
        const three = (): Promise<Row<typeof Member>[]> => Member.query().whereIn('id', people).get()
        const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
        for (const member of await three()) expect(await member.notes).toHaveLength(1)
        const told = warnings.mock.calls.filter(([, given]) => (given as { code: string }).code === 'MODEL.LAZY_LOAD')
        warnings.mockRestore()
        expect(told).toHaveLength(1)
        expect(told[0]?.[0]).toMatch(/Member\.notes is read for one of 3 rows .*relation-writes\.test\.ts/)
        const strict = open('forbid')
        await strict.run(async () => {
          const [first] = await three()
          await expect(Promise.resolve(first?.notes)).rejects.toMatchObject({
            code: 'MODEL.LAZY_LOAD',
            details: { callSite: expect.stringContaining('relation-writes.test.ts') },
          })
          expect(await first?.notes().count()).toBe(1)
          expect(await (await Member.findOrFail(ada.id)).notes).toHaveLength(1)
        })
        await strict.close()
        const together = open('together')
        await together.run(async () => {
          const rows = await three()
          sent.length = 0
          for (const member of rows) expect(await member.notes).toHaveLength(1)
          expect(sent).toEqual(['Query', 'Query', 'Query'])
          const notes = await Note.query().whereIn('memberId', people).get()
          sent.length = 0
          for (const note of notes) expect((await note.member)?.id).toBe(note.memberId)
          expect(sent).toEqual(['BatchGetItem'])
        })
        await together.close()
      })

      run('R11: ancestors, descendants and trees of a self reference', async () => {
        const odes = await Category.findOrFail('odes')
        expect(ids(await odes.ancestors())).toBe('poems books all')
        expect(ids(await odes.ancestors({ depth: 2 }))).toBe('poems books')
        const all = await Category.findOrFail('all')
        expect(ids(await all.descendants())).toBe('books music novels poems odes')
        expect(ids(await all.descendants({ depth: 1 }))).toBe('books music')
        const tree = (await all.loadTree()) as unknown as Tree
        expect(shape(tree)).toBe('all(books(novels poems(odes)) music)')
        const egg = await Category.findOrFail('egg')
        expect(ids(await egg.ancestors())).toBe('hen')
        expect(ids(await egg.descendants())).toBe('hen')
        await expect(ada.ancestors()).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
        await expect(all.ancestors({ relation: 'boss' })).rejects.toMatchObject({ code: 'MODEL.INVALID_INPUT' })
      })
    })
  }
})

interface Tree {
  readonly id: string
  readonly children: readonly Tree[]
}
function shape({ id: name, children }: Tree): string {
  return Array.isArray(children) && children.length > 0 ? `${name}(${children.map(shape).join(' ')})` : name
}
