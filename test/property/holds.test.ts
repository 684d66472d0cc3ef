import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Condition, holds, simplify } from '../../src/expressions/index.js'
import { type AttributeValue, canonicalNumber } from '../../src/values/index.js'
import { condition, item } from './conditions.js'

// What the engines say of the same conditions is test/engines/holds.test.ts.

const RUNS = { numRuns: 5000 }

const constant: fc.Arbitrary<Condition> = fc.oneof(
  fc.boolean().map((value): Condition => ({ kind: 'constant', value })),
  fc.constant<Condition>({ kind: 'in', operand: { kind: 'path', path: ['a'] }, values: [] }),
  fc.constantFrom('and', 'or').map((kind): Condition => ({ kind, conditions: [] })),
)
/** Conditions with constants and empty groups in them, as builders make them. */
const loose: fc.Arbitrary<Condition> = fc.letrec<{ loose: Condition }>((tie) => ({
  loose: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    condition,
    constant,
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('loose'), { maxLength: 3 }))
      .map(([kind, conditions]): Condition => ({ kind, conditions })),
    tie('loose').map((each): Condition => ({ kind: 'not', condition: each })),
  ),
})).loose

test('simplifying a condition changes nothing about what it says, and leaves no constant inside', () => {
  fc.assert(
    fc.property(loose, item, (given, row) => {
      const simple = simplify(given)
      expect(holds(simple, row)).toBe(holds(given, row))
      if (simple.kind !== 'constant')
        expect(JSON.stringify(simple)).not.toMatch(/"kind":"constant"|"conditions":\[\]|"values":\[\]/)
    }),
    RUNS,
  )
})

test('not, and, or, in and between mean what they say in terms of each other', () => {
  fc.assert(
    fc.property(condition, condition, item, (a, b, row) => {
      const [ofA, ofB] = [holds(a, row), holds(b, row)]
      expect(holds({ kind: 'not', condition: a }, row)).toBe(!ofA)
      expect(holds({ kind: 'and', conditions: [a, b] }, row)).toBe(ofA && ofB)
      expect(holds({ kind: 'or', conditions: [a, b] }, row)).toBe(ofA || ofB)
      if (a.kind === 'in') {
        const each = a.values.map((right): Condition => ({ kind: 'compare', op: '=', left: a.operand, right }))
        expect(ofA).toBe(each.some((one) => holds(one, row)))
      }
      if (a.kind === 'between') {
        const above: Condition = { kind: 'compare', op: '>=', left: a.operand, right: a.low }
        const below: Condition = { kind: 'compare', op: '<=', left: a.operand, right: a.high }
        expect(ofA).toBe(holds(above, row) && holds(below, row))
      }
    }),
    RUNS,
  )
})

test('the spelling of numbers and the order of sets make no difference', () => {
  fc.assert(
    fc.property(condition, item, (given, row) => {
      const respelled = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, respell(value)]))
      expect(holds(given, respelled)).toBe(holds(given, row))
    }),
    RUNS,
  )
})

function respell(value: AttributeValue): AttributeValue {
  if ('N' in value) return { N: canonicalNumber(value.N) }
  if ('NS' in value) return { NS: value.NS.map(canonicalNumber).reverse() }
  if ('SS' in value) return { SS: [...value.SS].reverse() }
  if ('L' in value) return { L: value.L.map(respell) }
  if (!('M' in value)) return value
  return {
    M: Object.fromEntries(
      Object.entries(value.M)
        .reverse()
        .map(([name, member]) => [name, respell(member)]),
    ),
  }
}
