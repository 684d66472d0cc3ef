import { deleteFrom, identifier, insertInto, partiql, type Statement, selectFrom, updateTable } from 'dynamodb-tooling'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const HOSTILE = [
  '"',
  '""',
  "'",
  "''",
  '`',
  '?',
  ';',
  '--',
  '/*',
  '*/',
  '\\',
  '\n',
  ' ',
  '.',
  '[0]',
  '"."',
  '" OR "1"="1',
  "'; DROP TABLE x; --",
  '$',
  '#n0',
  ':v0',
  '€',
  '😀',
  '\u0000',
  '__proto__',
  'constructor',
  'SELECT',
]
const LONE = /\p{Surrogate}/u
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
)
const name = hostile.filter((text) => text !== '' && !text.includes('\0') && !LONE.test(text))
/** As `pathOf` reads it: one name, whatever is in it. */
const oneName = (text: string): string => text.replace(/[\\.[]/g, '\\$&')
const value = fc.oneof(
  hostile.filter((text) => !LONE.test(text)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)

/** A statement as a parser takes it: words, and what was quoted, with its quotes. */
function tokens(statement: string): readonly string[] {
  const found = statement.match(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\?|[^\s"'?]+/gu) ?? []
  expect(found.join('').length).toBe(statement.replace(/\s(?=(?:[^"']|"(?:[^"]|"")*"|'(?:[^']|'')*')*$)/gu, '').length)
  return found
}

const unquoted = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.slice(1, -1).replaceAll("''", "'")

function parameters({ statement, parameters: given }: Statement): readonly string[] {
  const found = tokens(statement)
  expect(found.filter((token) => token === '?')).toHaveLength(given.length)
  return found.filter((token) => /^["']/.test(token)).map(unquoted)
}

describe('PartiQL statements', () => {
  test('Z11: 50,000 hostile names and values: values are parameters, names come back, it is one statement', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }), (pairs) => {
        const names = pairs.map(([each]) => each)
        const values = pairs.map(([, each]) => each)
        let select = selectFrom('table')
        let update = updateTable('table').where('pk', 'x')
        for (const [each, given] of pairs) {
          select = select.where(oneName(each), '=', given)
          update = update.set(oneName(each), given)
        }
        expect(parameters(select.toStatement())).toEqual(['table', ...names])
        expect(parameters(update.toStatement())).toEqual(['table', ...names, 'pk'])
        const distinct = [...new Set(names)]
        const insert = insertInto('table').values(Object.fromEntries(pairs.map(([each, given]) => [`${each}.`, given])))
        expect(new Set(parameters(insert.toStatement()))).toEqual(
          new Set(['table', ...distinct.map((each) => `${each}.`)]),
        )
        const template = partiql`SELECT * FROM ${identifier('table')} WHERE ${identifier(names[0] as string)} = ${values[0]}`
        expect(parameters(template.toStatement())).toEqual(['table', names[0]])
        const { statement } = template.toStatement()
        // No value is in the text, whatever it looks like.
        expect(tokens(statement).filter((token) => !/^["'?]/.test(token))).toEqual([
          'SELECT',
          '*',
          'FROM',
          'WHERE',
          '=',
        ])
      }),
      { numRuns: 12_500 },
    )
  }, 60_000)

  test('PQ1: the text of each builder', () => {
    const select = selectFrom('orders', 'byStatus')
      .select('id', 'address.city', 'tags[0]')
      .where('status', 'open')
      .where((q) => q.where('total', '>=', 10).orWhere('vip', true))
      .orderBy('createdAt', 'desc')
    expect(select.toStatement()).toEqual({
      statement:
        'SELECT "id", "address"."city", "tags"[0] FROM "orders"."byStatus" WHERE "status" = ? AND ("total" >= ? OR "vip" = ?) ORDER BY "createdAt" DESC',
      parameters: [{ S: 'open' }, { N: '10' }, { BOOL: true }],
    })
    expect(
      insertInto('orders')
        .values({ pk: 'a', "it's": new Set([1]) })
        .toStatement(),
    ).toEqual({
      statement: `INSERT INTO "orders" VALUE {'pk': ?, 'it''s': ?}`,
      parameters: [{ S: 'a' }, { NS: ['1'] }],
    })
    const update = updateTable('orders')
      .set({ a: 1 })
      .increment('n', 2)
      .append('l', ['x'])
      .addTo('s', new Set(['y']))
      .remove('b', 'c.d')
      .where({ pk: 'p' })
      .returning('ALL NEW')
    expect(update.toStatement().statement).toBe(
      'UPDATE "orders" SET "a" = ?, "n" = "n" + ?, "l" = list_append("l", ?), "s" = set_add("s", ?) REMOVE "b" REMOVE "c"."d" WHERE "pk" = ? RETURNING ALL NEW *',
    )
    expect(deleteFrom('orders').where('pk', 'p').where('sk', 'in', [1, 2]).toStatement()).toEqual({
      statement: 'DELETE FROM "orders" WHERE "pk" = ? AND "sk" IN [?, ?]',
      parameters: [{ S: 'p' }, { N: '1' }, { N: '2' }],
    })
    // A missing attribute is not equal: DynamoDB's <> says so, PartiQL's does not.
    expect(
      selectFrom('orders').where('a', '!=', 1).where('b', 'not exists').where('c', null).toStatement().statement,
    ).toBe('SELECT * FROM "orders" WHERE NOT ("a" = ?) AND "b" IS MISSING AND "c" = ?')
    const base = selectFrom('orders').where('a', 1)
    base.where('b', 2)
    expect(base.toStatement().parameters).toHaveLength(1)
  })

  test('PQ1, Z11: what is no statement is refused', () => {
    const code = expect.objectContaining({ code: 'PARTIQL.INVALID' })
    for (const wrong of ['', 'x', 'a"b', 'a b', 'a'.repeat(256), null, 7, {}] as never[]) {
      expect(() => selectFrom(wrong)).toThrow(code)
      expect(() => insertInto(wrong)).toThrow(code)
      expect(() => deleteFrom(wrong)).toThrow(code)
    }
    const table = selectFrom('table')
    for (const wrong of [
      () => table.where('a', '~', 1),
      () => table.where('a', 'like', '%x'),
      () => table.where('a', 'constructor', 1),
      () => table.where('a', '__proto__', 1),
      () => table.where('a', undefined),
      () => table.where('a', 'in', 'abc'),
      () => table.where('a', 'between', [1]),
      () => table.where({}),
      () => table.where((q) => q),
      () => table.where(7 as never, 1),
      () => table.limit(0),
      () => table.limit(1.5),
      () => table.orderBy('a', 'up' as never),
      () => insertInto('table').toStatement(),
      () => insertInto('table').values([] as never),
      () => updateTable('table').where('pk', 1).toStatement(),
      () => updateTable('table').set('a', undefined),
      () => deleteFrom('table').returning('ALL NEW' as never),
      () => identifier(''),
      () => partiql`SELECT * FROM t WHERE a = '${'x'}'`,
      () => partiql`SELECT * FROM "${'x'}"`,
      () => partiql`SELECT * FROM t WHERE a = ? AND b = ${1}`,
      () => partiql`SELECT * FROM t; SELECT * FROM u`,
      () => partiql`SELECT * FROM t WHERE a = 'x`,
      () => partiql`SELECT * FROM t WHERE a = ${undefined}`,
    ])
      expect(wrong, wrong.toString()).toThrow(code)
    expect(() => table.where('a', 'in', []).toStatement()).toThrow(code)
    // What looks like an identifier and is none of ours is a value.
    const forged = partiql`SELECT * FROM t WHERE a = ${{ kind: 'identifier', text: 'x" OR 1=1' }}`
    expect(forged.toStatement().parameters).toHaveLength(1)
    for (const keyless of [
      () => updateTable('table').set('a', 1).toStatement(),
      () => deleteFrom('table').toStatement(),
    ])
      expect(keyless).toThrow(expect.objectContaining({ code: 'PARTIQL.NEEDS_KEY' }))
    const long = Array.from(
      { length: 140 },
      (_, i) => `a rather long name of an attribute, number ${i}, and some more of it`,
    )
    let wide = table
    for (const each of long) wide = wide.where(oneName(each), 1)
    expect(() => wide.toStatement()).toThrow(expect.objectContaining({ code: 'PARTIQL.TOO_LARGE' }))
  })
})
