import { describe, expect, it, test } from 'vitest'
import {
  add,
  and,
  attribute,
  beginsWith,
  between,
  type Condition,
  compare,
  contains,
  ExpressionCompiler,
  eq,
  exists,
  gte,
  isIn,
  literal,
  lt,
  ne,
  not,
  notExists,
  or,
  remove,
  set,
  sizeOf,
  take,
  typeIs,
} from '../../../src/expressions/index.js'
import { InternalError } from '../../../src/kernel/index.js'
import type { AttributeValue } from '../../../src/values/index.js'
import { RESERVED_WORDS } from './reserved-words.js'

const n = (value: number): AttributeValue => ({ N: String(value) })
const condition = (node: Condition): string => new ExpressionCompiler().condition(node)

/** The text with its placeholders put back, so that a test reads like the expression it means. */
function readable(compiler: ExpressionCompiler, text: string): string {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = compiler.attributes()
  return text.replace(
    /[#:]\w+/g,
    (placeholder) => names[placeholder] ?? String(Object.values(values[placeholder] ?? {})[0]),
  )
}

function shown(node: Condition): string {
  const compiler = new ExpressionCompiler()
  return readable(compiler, compiler.condition(node))
}

describe('conditions', () => {
  it('compile to placeholders, with one for each name', () => {
    const compiler = new ExpressionCompiler()
    const text = compiler.condition(and(eq('status', n(1)), or(gte('address.status', n(2)), exists('status[3]'))))
    expect(text).toBe('#n0 = :v0 AND (#n1.#n0 >= :v1 OR attribute_exists(#n0[3]))')
    expect(compiler.attributes()).toEqual({
      ExpressionAttributeNames: { '#n0': 'status', '#n1': 'address' },
      ExpressionAttributeValues: { ':v0': n(1), ':v1': n(2) },
    })
  })

  it('know every kind of node', () => {
    const nodes: readonly [Condition, string][] = [
      [ne('a', n(1)), 'a <> 1'],
      [lt('a', attribute('b.c')), 'a < b.c'],
      [compare(literal(n(1)), '=', sizeOf('a')), '1 = size(a)'],
      [between('a', n(1), attribute('b')), 'a BETWEEN 1 AND b'],
      [isIn('a', [n(1), attribute('b')]), 'a IN (1, b)'],
      [beginsWith('a', { S: 'x' }), 'begins_with(a, x)'],
      [contains('a', n(1)), 'contains(a, 1)'],
      [notExists('a'), 'attribute_not_exists(a)'],
      [typeIs('a', 'NULL'), 'attribute_type(a, NULL)'],
      [not(and(eq('a', n(1)), eq('b', n(2)))), 'NOT (a = 1 AND b = 2)'],
      [and(not(eq('a', n(1))), or(eq('b', n(2)), eq('c', n(3)))), 'NOT (a = 1) AND (b = 2 OR c = 3)'],
    ]
    for (const [node, text] of nodes) expect(shown(node)).toBe(text)
  })

  it('split IN after 100 operands', () => {
    const values = Array.from({ length: 201 }, (_, i) => n(i))
    const groups = shown(and(exists('b'), isIn('a', values))).match(/\(?a IN \([^)]*\)/g) ?? []
    expect(groups.map((group) => group.split(',').length)).toEqual([100, 100, 1])
    expect(shown(and(exists('b'), isIn('a', values)))).toMatch(
      /^attribute_exists\(b\) AND \(a IN .* OR a IN \(200\)\)$/,
    )
    expect(shown(not(isIn('a', values)))).toMatch(/^NOT \(a IN .* OR a IN \(200\)\)$/)
    expect(shown(isIn('a', values.slice(0, 100)))).not.toContain('OR')
  })

  it('of constants are left to the caller', () => {
    for (const node of [and(), or(), isIn('a', []), not(and()), or(eq('a', n(1)), and())]) {
      expect(() => condition(node)).toThrow(InternalError)
    }
    expect(shown(and(and(), eq('a', n(1)), or(eq('b', n(2)), isIn('c', []))))).toBe('a = 1 AND b = 2')
  })

  it('refuse operators and paths that DynamoDB does not have', () => {
    expect(() => condition(compare(attribute('a'), '= :x OR a =' as never, n(1)))).toThrow(InternalError)
    for (const path of [[], [0], ['a', -1], ['a', 1.5], ['a', Number.NaN]])
      expect(() => condition({ kind: 'exists', path })).toThrow(/path/)
  })

  it('have no names or no values where there are none', () => {
    const compiler = new ExpressionCompiler()
    expect(compiler.attributes()).toEqual({})
    compiler.condition(exists('a'))
    expect(compiler.attributes()).toEqual({ ExpressionAttributeNames: { '#n0': 'a' } })
    const valuesOnly = new ExpressionCompiler()
    expect(valuesOnly.condition(compare(literal(n(1)), '=', n(2)))).toBe(':v0 = :v1')
    expect(valuesOnly.attributes()).toEqual({ ExpressionAttributeValues: { ':v0': n(1), ':v1': n(2) } })
  })
})

describe('key conditions and projections', () => {
  it('name keys, sort key ranges and paths', () => {
    const compiler = new ExpressionCompiler()
    const key = compiler.keyCondition({
      partition: [
        { name: 'tenant', value: { S: 't' } },
        { name: 'pk', value: { S: 'u' } },
      ],
      sort: [
        { kind: 'compare', name: 'year', op: '=', value: n(2026) },
        { kind: 'between', name: 'sk', low: { S: 'a' }, high: { S: 'b' } },
      ],
    })
    expect(readable(compiler, key)).toBe('tenant = t AND pk = u AND year = 2026 AND sk BETWEEN a AND b')
    expect(compiler.projection([['pk'], ['tags', 0]])).toBe('#n1, #n4[0]')
    const begins = new ExpressionCompiler()
    expect(
      begins.keyCondition({
        partition: [{ name: 'pk', value: n(1) }],
        sort: [{ kind: 'begins-with', name: 'sk', value: { S: 'A' } }],
      }),
    ).toBe('#n0 = :v0 AND begins_with(#n1, :v1)')
  })

  it('leave out paths that another one covers, which DynamoDB would refuse', () => {
    const compiler = new ExpressionCompiler()
    const text = compiler.projection([['a', 'b'], ['c'], ['a'], ['c'], ['ab'], ['d', 0], ['d', 0, 'x'], ['d', 1]])
    expect(readable(compiler, text)).toBe('c, a, ab, d[0], d[1]')
    expect(() => compiler.projection([])).toThrow(InternalError)
  })
})

describe('updates', () => {
  it('have one clause of each kind', () => {
    const compiler = new ExpressionCompiler()
    const text = compiler.update([
      remove('old'),
      set('a', n(1)),
      add('count', n(1)),
      set('b.c', { kind: 'if-not-exists', path: ['b', 'd'], fallback: literal(n(0)) }),
      take('tags', { SS: ['x'] }),
      set('e', { kind: 'list-append', first: attribute('e'), second: literal({ L: [] }) }),
      set('f', { kind: 'plus', left: attribute('f'), right: literal(n(2)) }),
      set('g', {
        kind: 'minus',
        left: { kind: 'if-not-exists', path: ['g'], fallback: literal(n(9)) },
        right: literal(n(3)),
      }),
      remove('older[1]'),
    ])
    expect(readable(compiler, text)).toBe(
      'SET a = 1, b.c = if_not_exists(b.d, 0), e = list_append(e, ), f = f + 2, g = if_not_exists(g, 9) - 3 REMOVE old, older[1] ADD count 1 DELETE tags x',
    )
    expect(new ExpressionCompiler().update([remove('a')])).toBe('REMOVE #n0')
    expect(() => compiler.update([])).toThrow(InternalError)
  })

  it('refuse to change one place twice, naming both', () => {
    const overlaps = [
      [set('address', n(1)), set('address.city', n(2))],
      [remove('a[0].b'), set('x', n(0)), add('a[0]', n(1))],
      [set('a', n(1)), remove('a')],
    ]
    for (const actions of overlaps)
      expect(() => new ExpressionCompiler().update(actions)).toThrow(
        expect.objectContaining({ code: 'EXPRESSION.PATH_OVERLAP' }),
      )
    expect(() => new ExpressionCompiler().update(overlaps[0] ?? [])).toThrow('both "address" and "address.city"')
    const side = [set('a.b', n(1)), set('a.c', n(2)), set('a[0]', n(3)), set('a[1]', n(4)), set(['a.b'], n(5))]
    expect(() => new ExpressionCompiler().update(side)).not.toThrow()
  })
})

describe('limits', () => {
  const equal = (count: number): Condition => and(...Array.from({ length: count }, (_, i) => eq('a', n(i))))

  it('are 300 operators, counted as DynamoDB Local counts them', () => {
    expect(() => condition(equal(150))).not.toThrow() // 150 comparators and 149 ANDs
    expect(() => condition(equal(151))).toThrow(expect.objectContaining({ code: 'EXPRESSION.TOO_LARGE' }))
    const size = not(compare(sizeOf('a'), '=', n(1)))
    expect(() => condition(or(...Array.from({ length: 75 }, () => size)))).not.toThrow()
    expect(() => condition(or(...Array.from({ length: 76 }, () => size)))).toThrow(
      expect.objectContaining({ code: 'EXPRESSION.TOO_LARGE' }),
    )
  })

  it('are those of one expression, not of the whole request', () => {
    const compiler = new ExpressionCompiler()
    compiler.condition(equal(150))
    expect(() => compiler.condition(equal(150))).not.toThrow()
  })

  it('are 4096 bytes, and the error says what to do', () => {
    const values = (count: number): AttributeValue[] => Array.from({ length: count }, (_, i) => n(i))
    expect(() => condition(isIn('a', values(500)))).not.toThrow()
    expect(() => condition(isIn('a', values(700)))).toThrow(
      expect.objectContaining({ code: 'EXPRESSION.TOO_LARGE', hint: expect.stringContaining('split') as string }),
    )
    const updates = Array.from({ length: 400 }, (_, i) => set(`a${i}`, n(i)))
    expect(() => new ExpressionCompiler().update(updates.slice(0, 200))).not.toThrow()
    expect(() => new ExpressionCompiler().update(updates)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION.TOO_LARGE' }),
    )
  })
})

test('all 573 reserved words go through placeholders, in every kind of expression', () => {
  expect(new Set(RESERVED_WORDS).size).toBe(573)
  for (const word of [...RESERVED_WORDS, ...RESERVED_WORDS.map((each) => each.toLowerCase())]) {
    const compiler = new ExpressionCompiler()
    const texts = [
      compiler.condition(and(eq(word, n(1)), not(contains(['$m', word], n(2))), notExists([word, 0, word]))),
      compiler.keyCondition({
        partition: [{ name: word, value: n(1) }],
        sort: [{ kind: 'compare', name: word, op: '<', value: n(2) }],
      }),
      compiler.projection([[word], ['$m', word]]),
      compiler.update([set(word, n(1)), remove(['$m', word])]),
    ]
    const words = texts.join(' ').match(/(?<![#:])\b[A-Za-z_]\w*/g)
    expect(new Set(words)).toEqual(new Set(['AND', 'NOT', 'contains', 'attribute_not_exists', 'SET', 'REMOVE']))
    expect(compiler.attributes().ExpressionAttributeNames).toEqual({ '#n0': word, '#n1': '$m' })
  }
})
