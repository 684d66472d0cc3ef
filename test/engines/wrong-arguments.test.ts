import {
  batchGet,
  batchWrite,
  connect,
  DynamoDBModel,
  isDynamoDBToolingError,
  parallelScan,
  registerModels,
  type Transaction,
  transactGet,
  transaction,
  transactWrite,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Maker extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string' },
    rank: { type: 'number' },
  } as const
  relationships = { works: { type: 'hasMany', model: () => Work, foreignKey: 'makerId' } } as const
}

class Work extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, makerId: { type: 'string' } } as const
  relationships = { maker: { type: 'belongsTo', model: () => Maker, foreignKey: 'makerId' } } as const
}

class Elsewhere extends DynamoDBModel {
  static connection = 'mysql'
  attributes = { id: { type: 'string', required: true } } as const
}

/** Functions as a program without types calls them. */
const loose = { batchGet, batchWrite, parallelScan, registerModels, transaction, transactGet, transactWrite } as any
const Loose = Maker as any
const inTransaction = (work: (tx: any) => unknown): Promise<unknown> =>
  transaction((tx: Transaction) => work(tx) as Promise<unknown>)

describeEngines('wrong arguments', (lane) => {
  const connection = connect({
    region: 'us-east-1',
    defaultTableName: uniqueTable(),
    driver: lane.createDriver(),
    queryBuilder: { scans: 'allow' },
  })
  let maker: any
  let work: any
  beforeAll(() =>
    connection.run(async () => {
      registerModels([Maker, Work])
      await DynamoDBModel.migrate()
      maker = await Maker.create({ name: 'Ada' })
      work = await maker.works().create()
    }),
  )
  afterAll(() => connection.close())

  test('whatever a call is given in error, the error has a code and says what was expected', async () => {
    const calls: readonly (readonly [what: string, call: () => unknown, code: string, says: RegExp])[] = [
      ['associate(key)', () => work.maker().associate('x'), 'MODEL.INVALID_INPUT', /a record of Maker/],
      ['createMany(object)', () => maker.works().createMany({}), 'MODEL.INVALID_INPUT', /a list, not an object/],
      ['saveMany(record)', () => maker.works().saveMany(work), 'MODEL.INVALID_INPUT', /a list, not an instance/],
      ['tx.delete()', () => inTransaction((tx) => tx.delete()), 'MODEL.INVALID_INPUT', /record .* not undefined/],
      ['tx.delete(key)', () => inTransaction((tx) => tx.delete('x')), 'MODEL.INVALID_INPUT', /record .* not text/],
      ['tx.save({})', () => inTransaction((tx) => tx.save({})), 'MODEL.INVALID_INPUT', /record .* not an object/],
      ['tx.check()', () => inTransaction((tx) => tx.check()), 'MODEL.INVALID_INPUT', /record .* not undefined/],
      ['tx.create(name)', () => inTransaction((tx) => tx.create('Tag')), 'MODEL.INVALID_INPUT', /class, not text/],
      [
        'tx.update(fn)',
        () => inTransaction((tx) => tx.update(() => 1)),
        'MODEL.INVALID_INPUT',
        /class, not a function/,
      ],
      ['tx.increment()', () => inTransaction((tx) => tx.increment(maker)), 'MODEL.UNKNOWN_ATTRIBUTE', /"undefined"/],
      ['transaction()', () => loose.transaction(), 'MODEL.INVALID_INPUT', /a function, not undefined/],
      ['transaction([])', () => loose.transaction([]), 'MODEL.INVALID_INPUT', /a function, not a list/],
      ['a write without model', () => loose.transactWrite([{ type: 'put', item: {} }]), 'MODEL.INVALID_INPUT', /class/],
      ['a write of nothing', () => loose.transactWrite([null]), 'MODEL.INVALID_INPUT', /'put', 'update'/],
      [
        'an update of nothing',
        () => loose.transactWrite([{ type: 'update', model: Maker, key: 'x' }]),
        'MODEL.INVALID_INPUT',
        /object of attributes, not undefined/,
      ],
      [
        'a later write without model',
        () =>
          loose.transactWrite([
            { type: 'delete', model: Maker, key: 'x' },
            { type: 'delete', key: 'x' },
          ]),
        'MODEL.INVALID_INPUT',
        /class/,
      ],
      [
        'batchGet by name',
        () => loose.batchGet([{ model: 'Maker', keys: [] }]),
        'MODEL.INVALID_INPUT',
        /class, not text/,
      ],
      ['batchGet of nothing', () => loose.batchGet([null]), 'MODEL.INVALID_INPUT', /class/],
      ['batchGet without keys', () => loose.batchGet([{ model: Maker }]), 'MODEL.INVALID_INPUT', /a list of keys/],
      ['batchWrite by name', () => loose.batchWrite([{ type: 'put', model: 'Maker' }]), 'MODEL.INVALID_INPUT', /class/],
      ['transactGet of nothing', () => loose.transactGet([null]), 'MODEL.INVALID_INPUT', /class/],
      ['parallelScan()', () => loose.parallelScan(), 'MODEL.INVALID_INPUT', /an object, not undefined/],
      ['registerModels(name)', () => loose.registerModels('Maker'), 'MODEL.INVALID_INPUT', /class, not text/],
      ['a connection by name', () => Elsewhere.find('x'), 'MODEL.INVALID_INPUT', /no connection, but text/],
      ['isDirty(number)', () => maker.isDirty(5), 'MODEL.UNKNOWN_ATTRIBUTE', /"5"/],
      ['related()', () => maker.related(), 'QUERY.UNKNOWN_RELATION', /"undefined"/],
      ['has()', () => Loose.has(), 'QUERY.INVALID_VALUE', /named by text/],
      ['whereHas(name, text)', () => Loose.whereHas('works', 'x'), 'QUERY.INVALID_VALUE', /no function/],
      ['withExists(name, text)', () => Loose.withExists('works', 'x'), 'QUERY.INVALID_VALUE', /no function/],
      ['withSum(name)', () => Loose.withSum('works'), 'QUERY.INVALID_VALUE', /named by text/],
      ['chunk(n)', () => Loose.chunk(5), 'QUERY.INVALID_VALUE', /calls a function/],
      ['findOr(key)', () => Loose.findOr('x'), 'QUERY.INVALID_VALUE', /calls a function/],
      ['when(true)', () => Loose.query().when(true), 'QUERY.INVALID_VALUE', /calls a function/],
      ['load(name)', () => Loose.load('works'), 'MODEL.INVALID_INPUT', /list of records, not text/],
      ['batchUpdate([null])', () => Loose.batchUpdate([null]), 'MODEL.INVALID_INPUT', /attributes, not null/],
      ['insertMany([null])', () => Loose.insertMany([null]), 'MODEL.INVALID_INPUT', /attributes, not null/],
      ['ifNotExists(name)', () => maker.ifNotExists('name'), 'MODEL.INVALID_INPUT', /not to undefined/],
    ]
    await connection.run(async () => {
      for (const [what, call, code, says] of calls) {
        const error = await Promise.resolve()
          .then(call)
          .then(
            () => 'nothing was wrong',
            (thrown: unknown) => thrown,
          )
        expect(isDynamoDBToolingError(error), `${what}: ${String(error)}`).toBe(true)
        expect(error, what).toMatchObject({ code, message: expect.stringMatching(says) as unknown })
      }
      expect(await Maker.count()).toBe(1)
    })
  })

  test('M23: names are given one by one or as a list', () =>
    connection.run(async () => {
      maker.name = 'Grace'
      expect([maker.isDirty(['rank', 'name']), maker.isDirty('rank', 'name'), maker.isClean(['rank'])]).toEqual([
        true,
        true,
        true,
      ])
      await maker.save()
      expect([maker.wasChanged(['rank', 'name']), maker.wasChanged('rank')]).toEqual([true, false])
      expect([maker.replicate('name').name, maker.replicate(['name']).name]).toEqual([undefined, undefined])
      work.maker().associate(null)
      expect(work.makerId).toBeUndefined()
    }))
})
