import {
  type Connection,
  connect,
  DynamoDBModel,
  isUniqueConstraintError,
  isValidationError,
  ModelValidator,
  registerModels,
  transaction,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Team extends DynamoDBModel {
  static softDeletes = true
  attributes = {
    id: { type: 'string' },
    slug: { type: 'string', index: true },
  } as const
}
class Member extends DynamoDBModel {
  static indexes = { byCode: { partition: ['code'] } }
  attributes = {
    id: { type: 'string' },
    name: { type: 'string', validation: 'required|min:3' },
    email: { type: 'string', validation: { rule: 'email|unique', message: { unique: ':attribute is taken, sorry.' } } },
    code: { type: 'string', validation: 'unique:Member,code' },
    teamId: { type: 'string', validation: 'exists:Team' },
    slug: { type: 'string', validation: 'existsAsync:teams,slug' },
    others: { type: 'list', validation: { rule: 'exists:Team', each: 'min:2' } },
    address: { type: 'map', validation: { fields: { city: 'required|min:2' } } },
    points: { type: 'number', validation: 'max:10' },
  } as const
}
class Stray extends DynamoDBModel {
  attributes = { id: { type: 'string' }, teamId: { type: 'string', validation: 'exists:Nobody' } } as const
}

for (const enabled of [true, false])
  describeEngines(`validation, ${enabled ? 'one table' : 'a table each'}`, (lane) => {
    let connection: Connection
    let Members: typeof Member
    let Teams: typeof Team
    beforeAll(async () => {
      const table = uniqueTable()
      connection = connect({
        driver: lane.createDriver(),
        defaultTableName: table,
        tablePrefix: enabled ? '' : `${table}-`,
        singleTableDesign: { enabled },
      })
      Teams = Team.on(connection)
      Members = Member.on(connection)
      await connection.run(async () => {
        registerModels(Team, Member, Stray)
        await DynamoDBModel.migrate()
      })
      await Teams.create({ id: 'red', slug: 'the-red' })
      await Teams.create({ id: 'gone', slug: 'the-gone' })
      await Teams.query().where('id', 'gone').delete()
      await Members.create({ id: 'ada', name: 'Ada', email: 'ada@example.com', code: 'A', points: 1 })
    })
    afterAll(() => connection.close())
    const wrong = async (writing: Promise<unknown>): Promise<readonly string[]> => {
      const error: unknown = await writing.then(
        () => undefined,
        (caught: unknown) => caught,
      )
      if (!isValidationError(error)) throw error ?? new RangeError('It was written.')
      return error.violations.map(({ attribute, path = attribute, rule }) => `${path} ${rule}`)
    }

    test('V1: every way of writing checks the same rules, and writes nothing when they fail', async () => {
      const bad = { name: 'x', points: 11 }
      const both = ['name min', 'points max']
      expect(await wrong(Members.create({ id: 'bad', ...bad }))).toEqual(both)
      expect(await wrong(Members.make({ id: 'bad', ...bad }).save())).toEqual(both)
      expect(
        await wrong(
          Members.batchCreate([
            { id: 'good', name: 'Good' },
            { id: 'bad', ...bad },
          ]),
        ),
      ).toEqual(both)
      expect(await wrong(Members.upsert({ id: 'ada', ...bad }))).toEqual(both)
      expect(await wrong(Members.insertOrIgnore([{ id: 'bad', ...bad }]))).toEqual(both)
      expect(await wrong(Members.updateOrCreate({ id: 'bad' }, bad))).toEqual(both)
      expect(await wrong(Members.firstOrCreate({ id: 'bad' }, bad))).toEqual(both)
      expect(await wrong(Members.update('ada', bad))).toEqual(both)
      expect(await wrong(Members.query().where('id', 'ada').update(bad))).toEqual(both)
      expect(await wrong(Members.query().where('id', 'ada').increment('points', 10))).toEqual(['points max'])
      expect(await wrong(connection.run(() => transaction((tx) => tx.create(Members, { id: 'bad', ...bad }))))).toEqual(
        both,
      )
      const ada = await Members.findOrFail('ada')
      expect(await wrong(ada.update(bad))).toEqual(both)
      await ada.refresh()
      expect(await wrong(ada.update({ address: { city: 'U' } }))).toEqual(['address.city min'])
      await ada.refresh()
      await ada.update({ address: { city: 'Ulm' } })
      expect(await wrong(ada.update({ 'address.city': 'U' }))).toEqual(['address.city min'])
      expect(await Members.find('bad')).toBeNull()
      expect(await Members.find('ada')).toMatchObject({ name: 'Ada', points: 1, address: { city: 'Ulm' } })
    })

    test('V6: unique asks the table, and knows its own row', async () => {
      const bob = { name: 'Bob', email: 'ada@example.com' }
      expect(await wrong(Members.create({ name: 'Bob', code: 'A' }))).toEqual(['code unique'])
      // Of a unique attribute the write itself makes sure: no read goes before it.
      await expect(Members.create(bob)).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION', attribute: 'email' })
      expect(await Members.createOrFirst({ email: 'ada@example.com' }, bob)).toMatchObject({ id: 'ada' })
      const ada = await Members.findOrFail('ada')
      expect(ada.email).toBe('ada@example.com')
      await ada.update({ email: 'lovelace@example.com' })
      await ada.update({ email: 'ada@example.com', code: 'B' })
      await Members.update('ada', { email: 'ada@example.com', code: 'A' })
      const validator = new ModelValidator(Members)
      const asked = { name: 'Bob', email: 'ada@example.com' }
      expect((await validator.validate(asked)).errors).toEqual({ email: ['email is taken, sorry.'] })
      expect((await validator.validate({ ...asked, id: 'ada' })).valid).toBe(true)
      expect((await validator.validate(asked, { except: ['email'] })).valid).toBe(true)
    })

    test('V6: what unique sees is kept by the write itself: of two at once one is told', async () => {
      const twice = await Promise.allSettled(
        ['one', 'two'].map((id) => Members.create({ id, name: 'Twin', email: 'twin@example.com' })),
      )
      const [failed] = twice.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
      expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(isUniqueConstraintError(failed?.reason) || isValidationError(failed?.reason)).toBe(true)
    })

    test('V6: exists finds rows by key and by attribute, each of a list, and none that are soft-deleted', async () => {
      const member = { id: 'eve', name: 'Eve', teamId: 'red', slug: 'the-red', others: ['red'] }
      await Members.create(member)
      expect(
        await wrong(
          Members.create({ ...member, id: 'bad', teamId: 'gone', slug: 'the-gone', others: ['red', 'gone'] }),
        ),
      ).toEqual(['teamId exists', 'slug existsAsync', 'others exists'])
      await expect(Stray.on(connection).create({ teamId: 'red' })).rejects.toMatchObject({
        code: 'MODEL.UNKNOWN_MODEL',
      })
    })

    test('V6: a table that does not answer is no permission', async () => {
      const driver = lane.createDriver()
      const slow = connect({ driver, defaultTableName: 'silent' })
      const silent = (): Promise<never> => new Promise(() => undefined)
      slow.use(silent)
      const validator = new ModelValidator(Member.on(slow))
      const data = { name: 'Eve', email: 'eve@example.com' }
      expect((await validator.validate(data, { timeoutMs: 20 })).errors).toEqual({
        email: ['email could not be checked within 20 ms.'],
      })
      slow.drop(silent).use(() => Promise.reject(new RangeError('no way')))
      await expect(validator.validateOrThrow(data)).rejects.toMatchObject({
        errors: { email: ['email could not be checked: its rule "unique" threw.'] },
        cause: { message: 'no way' },
      })
      await slow.close()
    })
  })
