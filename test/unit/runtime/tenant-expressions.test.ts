import { expect, test } from 'vitest'
import { expressionOf, Placeholders, tokensOf } from '../../../src/runtime/tenancy/expression-tokens.js'
import { conditionOnKeys, updateOfKeys } from '../../../src/runtime/tenancy/key-expressions.js'
import type { AttributeValue } from '../../../src/values/index.js'

const KEYS = new Set(['pk', 'gsi1pk'])
const NAMES = { '#k': 'pk', '#n': 'name', '#g': 'gsi1pk' }
const VALUES = { ':a': { S: 'A' }, ':b': { S: 'B' }, ':n': { N: '1' } }
const REFUSED: unknown = expect.objectContaining({ code: 'TENANCY.NOT_CHECKABLE' })

function rewritten(rewrite: typeof conditionOnKeys, expression: string): string {
  const placeholders = new Placeholders(NAMES, VALUES, (value: AttributeValue) => ({
    S: `@t#${'S' in value ? value.S : 'no text'}`,
  }))
  const tokens = rewrite(tokensOf(expression), placeholders, KEYS)
  const values = placeholders.valuesFor([tokens])
  return expressionOf(tokens).replaceAll(/:\w+/g, (name) => {
    const value = values[name]
    return value !== undefined && 'S' in value ? value.S : name
  })
}

test('T3: values that partition keys are compared with become the tenant’s', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['#k = :a', '#k = @t#A'],
    [':a = pk', '@t#A = pk'],
    ['pk=:a AND begins_with(sk,:b)', 'pk = @t#A AND begins_with(sk, B)'],
    ['begins_with(#k, :a)', 'begins_with(#k, @t#A)'],
    ['#g BETWEEN :a AND :b AND #n = :a', '#g BETWEEN @t#A AND @t#B AND #n = A'],
    ['#k IN (:a, :b) OR NOT (#k <> :a)', '#k IN (@t#A, @t#B) OR NOT (#k <> @t#A)'],
    ['attribute_not_exists(#k) OR attribute_exists(pk)', 'attribute_not_exists(#k) OR attribute_exists(pk)'],
    ['a.pk = :a AND l[2].pk = :b', 'a.pk = A AND l[2].pk = B'],
    ['pk = gsi1pk', 'pk = gsi1pk'],
    ['size(#n) > :n AND contains(#n, :a)', 'size(#n) > :n AND contains(#n, A)'],
  ]
  for (const [given, wanted] of cases) expect(rewritten(conditionOnKeys, given)).toBe(wanted)
})

test('T3: what would see more of a key is refused', () => {
  for (const given of [
    'size(pk) > :n',
    'contains(#k, :a)',
    'pk = #n',
    '#n = pk',
    'begins_with(#n, pk)',
    'pk = :a; drop',
  ])
    expect(() => rewritten(conditionOnKeys, given), given).toThrow(REFUSED)
})

test('T3: updates set keys to the tenant’s, and copy none', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['SET #g = :a, #n = :a REMOVE pk', 'SET #g = @t#A, #n = A REMOVE pk'],
    ['SET #g = if_not_exists(#g, :a)', 'SET #g = if_not_exists(#g, @t#A)'],
    ['SET #n = if_not_exists(#n, :a) ADD c :n', 'SET #n = if_not_exists(#n, A) ADD c :n'],
    ['REMOVE #g, #n', 'REMOVE #g, #n'],
    ['set a.pk = :a', 'set a.pk = A'],
  ]
  for (const [given, wanted] of cases) expect(rewritten(updateOfKeys, given)).toBe(wanted)
  for (const given of ['SET #n = pk', 'SET #g = #n', 'SET #n = if_not_exists(#g, :a)', 'ADD #g :n', 'SET #g = #g + :n'])
    expect(() => rewritten(updateOfKeys, given), given).toThrow(REFUSED)
})

test('T3: a placeholder is free again, and one that stands for another attribute too keeps its value', () => {
  const placeholders = new Placeholders(NAMES, { ...VALUES, ':v1000': { S: 'taken' } }, () => ({ S: 'own' }))
  const tokens = conditionOnKeys(tokensOf('#k = :a AND #n = :a AND #g = :b AND #n <> :v1000'), placeholders, KEYS)
  expect(expressionOf(tokens)).toBe('#k = :v1001 AND #n = :a AND #g = :v1002 AND #n <> :v1000')
  expect(placeholders.valuesFor([tokens])).toEqual({
    ':a': { S: 'A' },
    ':n': { N: '1' },
    ':v1000': { S: 'taken' },
    ':v1001': { S: 'own' },
    ':v1002': { S: 'own' },
  })
})
