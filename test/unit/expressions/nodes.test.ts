import { describe, expect, it } from 'vitest'
import {
  and,
  type Condition,
  eq,
  exists,
  formatPath,
  isIn,
  not,
  notExists,
  or,
  pathOf,
  set,
  simplify,
} from '../../../src/expressions/index.js'

describe('pathOf', () => {
  it('reads names, indexes and escapes', () => {
    const paths: readonly [string, readonly (string | number)[]][] = [
      ['name', ['name']],
      ['address.city', ['address', 'city']],
      ['tags[0][12].name', ['tags', 0, 12, 'name']],
      ['odd\\.name\\[0].x', ['odd.name[0]', 'x']],
      ['back\\\\slash', ['back\\slash']],
      ['a]b', ['a]b']],
      ['__proto__.x', ['__proto__', 'x']],
    ]
    for (const [text, path] of paths) {
      expect(pathOf(text)).toEqual(path)
      expect(pathOf(formatPath(path))).toEqual(path)
      expect(Object.isFrozen(pathOf(text))).toBe(true)
    }
  })

  it('refuses text that is no path, and says where it breaks', () => {
    const faults: readonly [string, string][] = [
      ['', 'is empty'],
      ['a.', 'ends in a dot'],
      ['.a', 'has an empty name'],
      ['a..b', 'has an empty name'],
      ['[0]', 'has an empty name'],
      ['a.[0]', 'has an empty name'],
      ['a[x]', 'has an index that is no number'],
      ['a[-1]', 'has an index that is no number'],
      ['a[]', 'has an index that is no number'],
      ['a[1', 'has an index that is no number'],
      ['a[1]b', 'goes on after an index without a dot'],
      ['a\\', 'ends in a backslash'],
    ]
    for (const [text, what] of faults) {
      expect(() => pathOf(text), text).toThrow(
        expect.objectContaining({ code: 'EXPRESSION.PATH', message: `The path "${text}" ${what}.` }),
      )
    }
  })
})

describe('simplify', () => {
  const [a, b] = [eq('a', { N: '1' }), eq('b', { N: '2' })]
  const TRUE: Condition = { kind: 'constant', value: true }
  const FALSE: Condition = { kind: 'constant', value: false }

  it('folds constants', () => {
    const cases: readonly [Condition, Condition][] = [
      [and(), TRUE],
      [or(), FALSE],
      [isIn('a', []), FALSE],
      [not(and()), FALSE],
      [not(or()), TRUE],
      [and(a, TRUE), a],
      [and(a, FALSE, b), FALSE],
      [or(a, FALSE), a],
      [or(a, and(), b), TRUE],
      [and(a, and(b, or())), FALSE],
      [or(and(a, isIn('c', [])), b), b],
    ]
    for (const [given, expected] of cases) expect(simplify(given)).toEqual(expected)
  })

  it('flattens groups and drops double negation', () => {
    expect(simplify(and(a, and(b, and(a))))).toEqual(and(a, b, a))
    expect(simplify(or(or(a), or(b)))).toEqual(or(a, b))
    expect(simplify(and(a, or(b, a)))).toEqual(and(a, or(b, a)))
    expect(simplify(not(not(a)))).toBe(a)
    expect(simplify(not(exists('a')))).toEqual(notExists('a'))
    expect(simplify(not(notExists('a')))).toEqual(exists('a'))
  })

  it('keeps NOT around comparisons: it is true for a missing attribute, as <> is and >= is not', () => {
    expect(simplify(not(a))).toEqual(not(a))
  })

  it('gives back what is simple as it is', () => {
    const simple = and(a, or(b, not(and(a, b))))
    expect(simplify(simple)).toBe(simple)
  })
})

describe('nodes', () => {
  it('are frozen to the bottom', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    const value = Object.freeze({ N: '1' })
    for (const node of [and(eq('a.b', value)), isIn('a', [value]), set('a', value), not(exists('a'))])
      expect(frozen(node)).toBe(true)
  })
})
