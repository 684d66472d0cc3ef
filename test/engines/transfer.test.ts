import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  type Connection,
  connect,
  createDataExporter,
  createDataImporter,
  DynamoDBModel,
  registerModels,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class User extends DynamoDBModel {
  static readonly timestamps = true
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true, format: 'email' },
    age: { type: 'number', min: 0 },
    role: { type: 'string', default: 'guest' },
  } as const
}
class Every extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    text: { type: 'string' },
    number: { type: 'number' },
    flag: { type: 'boolean' },
    date: { type: 'date' },
    list: { type: 'list' },
    map: { type: 'map' },
    binary: { type: 'binary' },
    big: { type: 'bigint' },
    decimal: { type: 'decimal' },
    json: { type: 'json' },
    any: { type: 'any' },
    strings: { type: 'set' },
    numbers: { type: 'set', set: 'number' },
    bigs: { type: 'set', set: 'bigint' },
    blobs: { type: 'set', set: 'binary' },
  } as const
}
const HOSTILE = [
  '',
  ' ',
  'a,b',
  'say "hi"',
  'two\nlines',
  'cr\r\nlf',
  '\\N',
  '{"$dynamodb":{"S":"x"}}',
  '=1+1',
  '__proto__',
  '\uFEFFbom',
  'ünï 🎉',
  'null',
  'true',
  '0123',
]
const rowsOfEveryType = (): readonly object[] => [
  ...HOSTILE.map((text, i) => ({
    id: `t${i}`,
    text,
    list: [text],
    map: { [text || 'empty']: text },
    any: text,
    json: text,
  })),
  {
    id: 'full',
    number: -1.5,
    flag: false,
    date: new Date('2026-01-02T03:04:05.678Z'),
    binary: Uint8Array.of(0, 255),
    big: 2n ** 100n,
    decimal: '12345678901234567890.123456789',
    strings: new Set(['a', 'b,"c"']),
    numbers: new Set([1, 2.5]),
    bigs: new Set([1n, 2n ** 70n]),
    blobs: new Set([Uint8Array.of(1)]),
  },
  {
    id: 'nested',
    list: [1, [null, { deep: new Set(['x']) }], Uint8Array.of(7), 2n ** 80n],
    map: { $dynamodb: 1 },
    any: { a: new Set([1]) },
    json: { ok: [true, null] },
  },
  { id: 'nulls', text: null, number: null, flag: null, date: null, list: null, map: null },
  { id: 'bare' },
]

describeEngines('import and export', (lane) => {
  let connection: Connection
  let folder: string
  const table = uniqueTable('transfer')
  const run = <R>(work: () => Promise<R>): Promise<R> => connection.run(work)
  const at = (name: string): string => join(folder, name)
  const stored = async (model: typeof Every | typeof User): Promise<readonly unknown[]> => {
    const items: any[] = []
    for await (const item of (await createDataExporter({ model })).items()) items.push(item)
    return items.sort((a, b) => (a.id.S < b.id.S ? -1 : 1))
  }
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: table,
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await run(async () => {
      registerModels(User, Every)
      await DynamoDBModel.migrate()
    })
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'transfer-'))
    await run(() => DynamoDBModel.truncateAll())
    return () => rmSync(folder, { recursive: true, force: true })
  })
  afterAll(() => connection.close())

  test.each(['csv', 'json', 'jsonl', 'csv.gz', 'jsonl.gz'])(
    'X1, X2, X3: every type comes back exactly from .%s',
    (ending) =>
      run(async () => {
        await Every.batchCreate(rowsOfEveryType())
        const before = await stored(Every)
        expect(before).toHaveLength(HOSTILE.length + 4)
        const file = at(`every.${ending}`)
        expect(await (await createDataExporter({ model: Every })).toFile(file)).toMatchObject({ rows: before.length })
        await DynamoDBModel.truncateAll()
        const did = await (await createDataImporter({ model: Every })).fromFile(file)
        expect(did).toMatchObject({ written: before.length, rejected: 0 })
        expect(await stored(Every)).toEqual(before)
        // Again: everything is there.
        const again = await (await createDataImporter({ model: Every })).fromFile(file)
        expect(again).toMatchObject({ written: 0, same: before.length, rejected: 0 })
      }),
  )

  test('X3: the items of a table come back as they are, guards among them', () =>
    run(async () => {
      await User.batchCreate([{ email: 'a@x.io' }, { email: 'b@x.io' }] as never)
      const file = at('table.dynamodb.jsonl.gz')
      const { rows } = await (await createDataExporter({ table })).toFile(file)
      const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n')
      expect(lines).toHaveLength(rows)
      expect(lines.every((line) => 'Item' in JSON.parse(line))).toBe(true)
      const users = await stored(User)
      await DynamoDBModel.truncateAll()
      await (await createDataImporter({ table })).fromFile(file)
      expect(await stored(User)).toEqual(users)
      await expect(User.create({ email: 'a@x.io' })).rejects.toMatchObject({ code: 'MODEL.UNIQUE_VIOLATION' })
    }))

  test('X2: columns in their order, with titles; rows that a filter wants', () =>
    run(async () => {
      await User.batchCreate([
        { id: 'u1', email: 'a@x.io', age: 30 },
        { id: 'u2', email: 'b@x.io', age: 5 },
      ] as never)
      const exporter = await createDataExporter({
        model: User,
        columns: { email: 'E-mail', age: 'Age' },
        filter: ({ age }) => (age as number) > 10,
      })
      await exporter.toFile(at('some.csv'))
      expect(readFileSync(at('some.csv'), 'utf8')).toBe('E-mail,Age\r\na@x.io,30\r\n')
      await expect(exporter.toFile(at('some.csv'))).rejects.toMatchObject({ code: 'TRANSFER.FILE_EXISTS' })
      await exporter.toFile(at('some.csv'), { overwrite: true })
      await expect(exporter.toFile(at('some.txt'))).rejects.toMatchObject({ code: 'TRANSFER.UNKNOWN_FORMAT' })
      await expect(createDataExporter({ model: User, columns: ['emial'] })).rejects.toMatchObject({
        code: 'TRANSFER.UNKNOWN_COLUMN',
        hint: 'Did you mean email?',
      })
      await expect(exporter.toFile(join(folder, 'nowhere/x.csv'))).rejects.toMatchObject({ code: 'TRANSFER.FILE' })
      // What throws on the way leaves no half file.
      const fails = await createDataExporter({
        model: User,
        filter: () => {
          throw new Error('no')
        },
      })
      await expect(fails.toFile(at('half.csv'))).rejects.toThrow('no')
      expect(readdirSync(folder)).toEqual(['some.csv'])
    }))

  test('X1: rows that break the model are rejected with their reasons, the others are written', () =>
    run(async () => {
      writeFileSync(
        at('users.csv'),
        'E-mail,age,Notes\r\n"a@x.io",30,x\r\nno mail,30,x\r\nb@x.io,-1,x\r\nc@x.io,many,x\r\nd@x.io,1\r\na@x.io,3,x\r\n"e@x.io",,"two\nlines"\r\n',
      )
      const importer = await createDataImporter({ model: User, columns: { 'E-mail': 'email', Notes: null } })
      const dry = await (
        await createDataImporter({ model: User, columns: { 'E-mail': 'email', Notes: null }, dryRun: true })
      ).fromFile(at('users.csv'))
      expect([dry.rejected, await User.query().count()]).toEqual([4, 0])
      const did = await importer.fromFile(at('users.csv'))
      expect(did).toMatchObject({ rows: 7, written: 2, rejected: 5 })
      expect(did.reasons.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6])
      const lines = readFileSync(at('users.csv.rejected.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines[0]).toEqual({
        row: 2,
        reason: expect.stringContaining('email'),
        given: { 'E-mail': 'no mail', age: '30', Notes: 'x' },
      })
      expect((await User.where('email', 'e@x.io').first())?.role).toBe('guest')
      expect(existsSync(at('users.csv.progress.json'))).toBe(false)
    }))

  test(
    'Z5: an import that was broken off goes on, and makes no row twice',
    () =>
      run(async () => {
        const lines = Array.from({ length: 1700 }, (_, i) => `u${i}@x.io,${i}`)
        writeFileSync(at('many.csv'), `email,age\n${lines.join('\n')}\n`)
        const stop = new AbortController()
        const first = await createDataImporter({
          model: User,
          signal: stop.signal,
          onProgress: ({ rows }) => {
            if (rows >= 500) stop.abort(new Error('Ctrl-C'))
          },
        })
        await expect(first.fromFile(at('many.csv'))).rejects.toThrow('Ctrl-C')
        const kept = JSON.parse(readFileSync(at('many.csv.progress.json'), 'utf8'))
        expect(kept.done).toBeGreaterThanOrEqual(500)
        // As after a kill: rows after the last note are there already.
        writeFileSync(at('many.csv.progress.json'), JSON.stringify({ ...kept, done: 300, written: 300 }))
        const did = await (await createDataImporter({ model: User })).fromFile(at('many.csv'))
        expect([did.rows, did.written + did.same, did.rejected]).toEqual([1700, 1700, 0])
        expect(did.same).toBeGreaterThanOrEqual(200)
        expect(await User.query().count()).toBe(1700)
        // Another file under its name is not taken for it.
        writeFileSync(at('many.csv.progress.json'), JSON.stringify({ ...kept, source: 'x' }))
        await expect((await createDataImporter({ model: User })).fromFile(at('many.csv'))).rejects.toMatchObject({
          code: 'TRANSFER.CHANGED',
        })
      }),
    60_000,
  )

  test('X1: of rows that want the same unique value or key, the first of the file has it', () =>
    run(async () => {
      const rows = Array.from({ length: 40 }, (_, i) => ({ email: `u${i % 4}@x.io`, age: i }))
      const did = await (await createDataImporter({ model: User, concurrency: 40 })).items(rows)
      expect(did).toMatchObject({ written: 4, rejected: 36 })
      expect(did.reasons.slice(0, 3).map(({ row }) => row)).toEqual([5, 6, 7])
      const ages = (await User.query().get()).map(({ age }) => age)
      expect(ages.toSorted((a, b) => (a as number) - (b as number))).toEqual([0, 1, 2, 3])
      // Rows that update come one after the other, so the last one's values stay.
      const updates = Array.from({ length: 30 }, (_, i) => ({ id: 'k', email: 'k@x.io', age: i }))
      await (await createDataImporter({ model: User, concurrency: 30, existing: 'update' })).items(updates)
      expect((await User.findOrFail('k')).age).toBe(29)
    }))

  test('X1: rows whose keys are taken are rejected, left out or updated', () =>
    run(async () => {
      await User.create({ id: 'u1', email: 'a@x.io', age: 1 })
      writeFileSync(at('u.jsonl'), '{"id":"u1","email":"a@x.io","age":2}\n{"id":"u2","email":"b@x.io"}\n')
      const import_ = async (existing: 'reject' | 'skip' | 'update') =>
        (await createDataImporter({ model: User, existing })).fromFile(at('u.jsonl'))
      expect(await import_('reject')).toMatchObject({ written: 1, rejected: 1 })
      expect(await import_('skip')).toMatchObject({ same: 1, skipped: 1 })
      expect(await import_('update')).toMatchObject({ written: 1, same: 1 })
      expect((await User.findOrFail('u1')).age).toBe(2)
      const did = await (await createDataImporter({ model: User })).items([{ email: 'c@x.io' }, { email: 'c@x.io' }])
      expect(did).toMatchObject({ written: 1, rejected: 1 })
    }))

  test.each([
    ['broken.csv', 'email,age\n"a@x.io,1\n', 'TRANSFER.UNREADABLE'],
    ['empty.csv', '', 'TRANSFER.UNREADABLE'],
    ['twice.csv', 'email,email\n', 'TRANSFER.UNREADABLE'],
    ['unknown.csv', 'emial\na@x.io\n', 'TRANSFER.UNKNOWN_COLUMN'],
    ['missing.csv', 'age\n1\n', 'TRANSFER.MISSING_COLUMN'],
    ['wide.csv', `${Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(',')}\n`, 'TRANSFER.UNREADABLE'],
    ['none.json', '{"email":"a@x.io"}', 'TRANSFER.UNREADABLE'],
    ['short.json', '[{"email":"a@x.io"},', 'TRANSFER.UNREADABLE'],
    ['long.jsonl', `"${'x'.repeat(5_000_000)}`, 'TRANSFER.UNREADABLE'],
    ['bytes.jsonl', Buffer.from([0xff, 0xfe, 0x41]), 'TRANSFER.UNREADABLE'],
    ['plain.jsonl.gz', 'no gzip', 'TRANSFER.UNREADABLE'],
  ] as const)('Z18: a damaged file (%s) is told', (name, content, code) =>
    run(async () => {
      writeFileSync(at(name), content)
      await expect((await createDataImporter({ model: User })).fromFile(at(name))).rejects.toMatchObject({ code })
      expect(Object.prototype).not.toHaveProperty('polluted')
    }),
  )

  test('Z18: hostile names reach no prototype', () =>
    run(async () => {
      const hostile =
        '{"email":"a@x.io","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\n{"Item":5}\nnot json\n[]\n'
      writeFileSync(at('h.jsonl'), hostile)
      expect(await (await createDataImporter({ model: User })).fromFile(at('h.jsonl'))).toMatchObject({
        written: 0,
        rejected: 4,
      })
      writeFileSync(at('h.dynamodb.jsonl'), `{"Item":{"__proto__":{"S":"x"}}}\n${hostile}`)
      expect(await (await createDataImporter({ table })).fromFile(at('h.dynamodb.jsonl'))).toMatchObject({
        written: 0,
        rejected: 5,
      })
      expect(Object.prototype).not.toHaveProperty('polluted')
    }))
})
