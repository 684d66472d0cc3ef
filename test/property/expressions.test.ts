import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  add,
  and,
  beginsWith,
  type Condition,
  ExpressionCompiler,
  eq,
  exists,
  formatPath,
  holds,
  isIn,
  ne,
  not,
  or,
  type Path,
  pathOf,
  remove,
  set,
  simplify,
} from '../../src/expressions/index.js'
import type { AttributeMap } from '../../src/values/index.js'
import { attributeName, hostileText } from './hostile.js'

const path: fc.Arbitrary<Path> = fc
  .tuple(attributeName, fc.array(fc.oneof(attributeName, fc.nat(9)), { maxLength: 3 }))
  .map(([name, rest]) => [name, ...rest])

test('Z11: 50,000 hostile names and values compile to placeholders alone, and come back from them', () => {
  // What may stand in an expression besides placeholders, whatever names and values hold.
  const GRAMMAR = /^(?:[#:][nv]\d+|\[\d\]|AND|OR|NOT|IN|SET|REMOVE|ADD|begins_with|attribute_exists|<>|[.,=()+ ])+$/
  let seen = 0
  fc.assert(
    fc.property(
      fc.array(path, { minLength: 1, maxLength: 4 }),
      fc.array(hostileText, { minLength: 4, maxLength: 4 }),
      (paths, texts) => {
        const compiler = new ExpressionCompiler()
        const [first, last] = [paths[0] as Path, paths.at(-1) as Path]
        const values = texts.map((S) => ({ S }))
        const [a = { S: '' }, b = a, c = a, d = a] = values
        const condition = compiler.condition(
          and(or(eq(first, a), not(ne(last, b))), isIn(first, [c]), beginsWith(last, d), exists(first)),
        )
        const projection = compiler.projection(paths)
        const update = compiler.update([set(['__proto__', ...first], a), remove(['other', ...last]), add(['third'], b)])
        const key = compiler.keyCondition({ partition: [{ name: first[0] as string, value: c }], sort: [] })
        for (const text of [condition, projection, update, key]) expect(text).toMatch(GRAMMAR)

        const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: stored = {} } = compiler.attributes()
        expect(Object.keys(names)).toEqual(Object.keys(names).map((_, i) => `#n${i}`))
        expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length)
        expect(Object.entries(stored)).toEqual([...values, a, b, c].map((value, i) => [`:v${i}`, value]))
        const read = (text: string): Path =>
          [...text.matchAll(/(#n\d+)|\[(\d+)\]/g)].map(([, name, index]) =>
            name === undefined ? Number(index) : (names[name] as string),
          )
        expect(read(condition.slice(0, condition.indexOf('=')))).toEqual(first)
        for (const projected of projection.split(', ')) expect(paths).toContainEqual(read(projected))
        expect(read(update.slice(4, update.indexOf('=')))).toEqual(['__proto__', ...first])
        seen += paths.flat().length + texts.length
      },
    ),
    { numRuns: 8000 },
  )
  expect(seen).toBeGreaterThanOrEqual(50_000)
})

test('every path is read back from its text', () => {
  fc.assert(
    fc.property(path, (each) => {
      expect(pathOf(formatPath(each))).toEqual(each)
    }),
    { numRuns: 5000 },
  )
})

test('simplify changes no meaning', () => {
  const item: AttributeMap = { a: { N: '1' }, b: { S: 'x' } }
  const leaf = fc.constantFrom<Condition>(
    eq('a', { N: '1' }),
    eq('a', { N: '2' }),
    ne('missing', { N: '1' }),
    eq('missing', { N: '1' }),
    exists('b'),
    isIn('a', []),
    isIn('a', [{ N: '1' }]),
    { kind: 'constant', value: true },
    { kind: 'constant', value: false },
  )
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie('condition'), { maxLength: 3 }).map((each) => and(...each)),
      fc.array(tie('condition'), { maxLength: 3 }).map((each) => or(...each)),
      tie('condition').map((each) => not(each)),
    ),
  }))
  fc.assert(
    fc.property(condition, (given) => {
      const simple = simplify(given)
      expect(holds(simple, item)).toBe(holds(given, item))
      expect(simplify(simple)).toBe(simple)
      if (simple.kind !== 'constant') expect(JSON.stringify(simple)).not.toContain('"constant"')
    }),
    { numRuns: 5000 },
  )
})
