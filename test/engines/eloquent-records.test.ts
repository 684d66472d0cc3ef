import { connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Author extends DynamoDBModel {
  static timestamps = true
  // Names that Eloquent has methods for, and models here have not.
  static truncate = 80
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string' },
    dump: { type: 'boolean' },
    log: { type: 'list' },
  } as const
  relationships = {
    notes: { type: 'morphMany', model: () => Note, name: 'about' },
    associate: { type: 'hasOne', model: () => Author, foreignKey: 'name' },
  } as const
  get title() {
    return 'Dr'
  }
}
class Note extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    text: { type: 'string' },
    aboutType: { type: 'string' },
    aboutId: { type: 'string' },
  } as const
  relationships = { about: { type: 'morphTo' } } as const
}
const Loose = Author as any

describeEngines('records in the words of Eloquent', (lane) => {
  const settings = { region: 'us-east-1', defaultTableName: uniqueTable() } as const
  const connection = connect({ ...settings, driver: lane.createDriver(), queryBuilder: { scans: 'allow' } })
  let now = Date.UTC(2026, 0, 1)
  Object.assign(connection, { clock: { ...connection.clock, now: () => now } })
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  beforeAll(() =>
    connection.run(async () => {
      registerModels(Author, Note)
      await DynamoDBModel.migrate()
    }),
  )
  afterAll(() => connection.close())

  inside('a record says whether it is stored, and whether it put the row there', async () => {
    const draft = Author.make({ name: 'Ada' })
    expect([draft.exists, draft.wasRecentlyCreated]).toEqual([false, false])
    const first = await Author.firstOrCreate({ id: 'a' }, { name: 'Ada' })
    const again = await Author.firstOrCreate({ id: 'a' }, { name: 'Bo' })
    expect([first.wasRecentlyCreated, again.wasRecentlyCreated]).toEqual([true, false])
    await first.update({ name: 'Ada L.' })
    await first.refresh()
    expect([first.exists, first.wasRecentlyCreated]).toEqual([true, true])
    const changed = await Author.updateOrCreate({ id: 'a' }, { name: 'Ada' })
    expect([changed.exists, changed.wasRecentlyCreated]).toEqual([true, false])
    await changed.delete()
    expect(changed.exists).toBe(false)
    const [many] = await Author.insertMany([{ name: 'Cy' }])
    expect(many?.wasRecentlyCreated).toBe(true)
  })

  inside('M7: changes that leave updatedAt as it is', async () => {
    const stamp = async (id: string): Promise<number | undefined> => (await Author.find(id))?.updatedAt?.getTime()
    const author = await Author.create({ id: 't' })
    const before = now
    now += 1000
    await Author.withoutTimestamps(() => author.update({ name: 'quiet' }))
    await DynamoDBModel.withoutTimestamps(() => Author.update('t', { name: 'quieter' }))
    await Author.on(connection).withoutTimestamps(() => Author.where('id', 't').update({ name: 'quietest' }))
    expect([(await Author.find('t'))?.name, await stamp('t')]).toEqual(['quietest', before])
    await Note.withoutTimestamps(() => Author.update('t', { name: 'loud' }))
    expect(await stamp('t')).toBe(now)
    const made = await Author.withoutTimestamps(() => Author.create({ id: 'n' }))
    expect(made.createdAt?.getTime()).toBe(now)
  })

  inside('a row that is about an unknown model does not keep the others away', async () => {
    const ada = await Author.create({ id: 'm' })
    await ada.notes().create({ id: 'good', text: 'g' })
    await Note.create({ id: 'bad', text: 'b', aboutType: 'Author_', aboutId: 'm' })
    const warnings: Error[] = []
    const listen = (warning: Error): unknown => warnings.push(warning)
    process.on('warning', listen)
    const rows = await Note.with('about').orderBy('id').get()
    await Note.with('about').get()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      ['bad', 'b'],
      ['good', 'g'],
    ])
    const [bad, good] = rows as any[]
    expect(good.about.id).toBe('m')
    expect([bad.relationLoaded('about'), Object.hasOwn(bad.toJSON(), 'about')]).toEqual([false, false])
    const unknown = { code: 'MODEL.UNKNOWN_MODEL', message: expect.stringContaining('Author_') }
    await expect(Promise.resolve(bad.about)).rejects.toMatchObject(unknown)
    expect(() => bad.about()).toThrow(expect.objectContaining(unknown))
    await bad.update({ text: 'changed' })
    expect(warnings.filter(({ message }) => message.includes('Author_'))).toHaveLength(1)
    const strict = connect({
      ...settings,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow', misfits: 'throw' },
    })
    await strict.run(async () => {
      registerModels(Author, Note)
      await expect(Note.with('about').get()).rejects.toMatchObject(unknown)
    })
    await strict.close()
  })

  inside('what is called otherwise here is an error that says how, and its name stays free', async () => {
    const author = await Author.create({ id: 'f', dump: true, name: 'Ada' })
    expect([author.dump, (await author.associate) === null]).toEqual([true, true])
    const led = (hint: RegExp): unknown =>
      expect.objectContaining({ code: 'MODEL.UNSUPPORTED', hint: expect.stringMatching(hint) })
    const note: any = await Note.create({ id: 'n' })
    for (const [ask, hint] of [
      [() => note.saveOrFail(), /save\(\)/],
      [() => note.setAttribute('text', 'x'), /user\.name = value/],
      [() => note.getRawOriginal(), /getOriginal/],
      [() => note.associate(author), /related\('author'\)\.associate/],
      [() => (Note as any).truncate(), /truncateAll/],
      [() => (Note as any).unguarded(() => 1), /forceFill/],
      [() => Loose.forceDestroy('x'), /forceDelete/],
    ] as const)
      expect(ask).toThrow(led(hint))
    expect(() => Loose.make().append('title')).toThrow(
      expect.objectContaining({ code: 'MODEL.INVALID_INPUT', hint: expect.stringMatching(/static appends/) }),
    )
    await expect((Note as any).create({ about: author })).rejects.toMatchObject({
      code: 'MODEL.UNKNOWN_ATTRIBUTE',
      hint: expect.stringMatching(/is a relation: give aboutId, .*associate/),
    })
  })
})
