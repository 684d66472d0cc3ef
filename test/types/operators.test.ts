import { expect, test } from 'vitest'
import { condition } from '../../src/query/index.js'
import { entitySchemaOf, type Operator, type OperatorFor } from '../../src/schema/index.js'
import type { Equal, Expect } from './assert.js'
import { Everything } from './models.js'

const EQUALITY = ['=', '!=', '<>', 'in', 'not in', 'exists', 'not exists'] as const
const ORDER = ['<', '<=', '>', '>=', 'between', 'not between'] as const
const CONTAINMENT = ['contains', 'not contains'] as const
const ALL = [...EQUALITY, ...ORDER, ...CONTAINMENT, 'begins_with', 'size'] as const

/** What the types let an attribute of each kind be asked. */
const ALLOWED = {
  text: ALL,
  number: [...EQUALITY, ...ORDER],
  flag: EQUALITY,
  at: [...EQUALITY, ...ORDER, 'begins_with'],
  list: [...EQUALITY, ...CONTAINMENT, 'size'],
  map: [...EQUALITY, 'size'],
  words: [...EQUALITY, ...CONTAINMENT, 'size'],
  bytes: ALL,
  big: [...EQUALITY, ...ORDER],
  exact: [...EQUALITY, ...ORDER],
  json: ALL,
  any: ALL,
} as const
type Attribute = keyof typeof ALLOWED

export type EveryOperatorIsHere = Expect<Equal<(typeof ALL)[number], Operator>>
export type TypesAgree = Expect<
  Equal<{ [N in Attribute]: (typeof ALLOWED)[N][number] }, { [N in Attribute]: OperatorFor<typeof Everything, N> }>
>

const OPERANDS: { readonly [O in Operator]?: unknown } = {
  in: ['x'],
  'not in': ['x'],
  between: ['x', 'y'],
  'not between': ['x', 'y'],
  exists: true,
  'not exists': true,
  size: 1,
}

test('what the types let an attribute be asked, the query builder lets it be asked; what they refuse, it refuses', () => {
  const schema = entitySchemaOf(Everything)
  for (const [attribute, allowed] of Object.entries(ALLOWED)) {
    const taken = ALL.filter((operator) => {
      try {
        condition(schema, attribute, operator, operator in OPERANDS ? OPERANDS[operator] : 'x')
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'QUERY.INVALID_OPERATOR' })
        return false
      }
    })
    expect([attribute, taken.toSorted()]).toEqual([attribute, [...allowed].toSorted()])
  }
})
