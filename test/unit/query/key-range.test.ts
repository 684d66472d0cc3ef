import { expect, test } from 'vitest'
import { parseKeyTemplate, renderPrefix, type TemplateOptions } from '../../../src/keys/index.js'
import { type Bound, keyRange } from '../../../src/query/key-range.js'

const S = (text: string) => ({ S: text })
const compare = (op: '<' | '<=' | '>' | '>=', text: string): Bound => ({ kind: 'compare', op, value: S(text) })
const between = (low: string, high: string): Bound => ({ kind: 'between', low: S(low), high: S(high) })
const beginsWith = (text: string): Bound => ({ kind: 'begins-with', value: S(text) })
const WHOLE = ['P#', 'P$'] as const

function ranged(text: string, bounds: readonly Bound[], delimiter = '#', known = {}, options: TemplateOptions = {}) {
  const template = parseKeyTemplate(text, delimiter, options)
  return keyRange('sk', renderPrefix(template, known), bounds, template)
}

/** `P#{a}`: the attribute is the end of the key; `P#{a}#{id}`: something follows. */
test.each<[string, readonly Bound[], readonly [string, string], boolean]>([
  ['P#{a}', [compare('>=', 'm')], ['P#m', WHOLE[1]], false],
  ['P#{a}', [compare('>', 'm')], ['P#m', WHOLE[1]], true],
  ['P#{a}', [compare('<=', 'm')], [WHOLE[0], 'P#m'], false],
  ['P#{a}', [compare('<', 'm')], [WHOLE[0], 'P#m'], true],
  ['P#{a}', [between('b', 'm')], ['P#b', 'P#m'], false],
  ['P#{a}#{id}', [compare('>=', 'm')], ['P#m', WHOLE[1]], false],
  ['P#{a}#{id}', [compare('>', 'm')], ['P#m$', WHOLE[1]], false],
  ['P#{a}#{id}', [compare('<=', 'm')], [WHOLE[0], 'P#m$'], false],
  ['P#{a}#{id}', [compare('<', 'm')], [WHOLE[0], 'P#m'], false],
  ['P#{a}#{id}', [between('b', 'm')], ['P#b', 'P#m$'], false],
  ['P#{a}#{id}', [compare('>=', 'b'), compare('<', 'm')], ['P#b', 'P#m'], false],
  ['P#{a}#{id}', [compare('>=', 'b'), compare('>', 'c')], ['P#c$', WHOLE[1]], false],
  ['P#{a}#{id}', [beginsWith('ab'), compare('>', 'ab')], ['P#ab$', 'P#ac'], false],
  ['P#{a}#{id}', [beginsWith('a\u{10ffff}'), compare('>', 'a')], ['P#a\u{10ffff}', 'P#b'], false],
  ['P#{a}#{id}', [beginsWith('\ud7ff'), compare('>', 'a')], ['P#\ud7ff', 'P#\ue000'], false],
  ['P#{a}', [beginsWith('ab'), compare('>=', 'a')], ['P#ab', 'P#ac'], true],
])('Z12: in %s %j is read between the right keys', (template, bounds, [low, high], loose) => {
  expect(ranged(template, bounds)).toEqual({
    condition: { kind: 'between', name: 'sk', low: S(low), high: S(high) },
    empty: false,
    loose,
  })
})

test('a whole key is asked for as it is', () => {
  expect(ranged('P#{a}', [], '#', { a: S('x') }).condition).toEqual({
    kind: 'compare',
    name: 'sk',
    op: '=',
    value: S('P#x'),
  })
})

test('a prefix alone is begins_with, and nothing at all no condition', () => {
  expect(ranged('P#{a}', []).condition).toEqual({ kind: 'begins-with', name: 'sk', value: S('P#') })
  expect(ranged('P#{a}', [beginsWith('x#')]).condition).toEqual({ kind: 'begins-with', name: 'sk', value: S('P#x%23') })
  expect(ranged('{a}', [])).toEqual({ condition: undefined, empty: false, loose: false })
  expect(ranged('{a}', [beginsWith('')])).toEqual({ condition: undefined, empty: false, loose: false })
})

test('without text before it a range has one end', () => {
  expect(ranged('{a}', [compare('>=', 'm')]).condition).toEqual({
    kind: 'compare',
    name: 'sk',
    op: '>=',
    value: S('m'),
  })
  expect(ranged('{a}#{b}', [compare('<=', 'm')]).condition).toEqual({
    kind: 'compare',
    name: 'sk',
    op: '<=',
    value: S('m$'),
  })
})

test('bounds that exclude each other read nothing', () => {
  expect(ranged('P#{a}', [between('m', 'b')]).empty).toBe(true)
  expect(ranged('P#{a}#{b}', [compare('<', 'b'), compare('>=', 'c')]).empty).toBe(true)
})

test('a delimiter that sorts above values gives no ranges: the filter has to say it', () => {
  const condition = { kind: 'begins-with', name: 'sk', value: S('P|') }
  expect(ranged('P|{a}', [compare('>', 'm')], '|')).toEqual({ condition, empty: false, loose: true })
})

test('what no key can hold is no bound, and no prefix', () => {
  const long = 'x'.repeat(1100)
  expect(ranged('P#{a}', [compare('>', long)])).toMatchObject({ condition: { kind: 'begins-with' }, loose: true })
  expect(ranged('P#{a}', [compare('>', long), compare('>=', 'a')])).toMatchObject({
    condition: { kind: 'between' },
    loose: true,
  })
  expect(ranged('P#{a}#{b}', [], '#', { a: S(long) }).empty).toBe(true)
})

test('plain values: text at the end of a key is a range, numbers and what others follow are a prefix', () => {
  const plain = { segments: 'plain' } as const
  const numbers = { ...plain, isNumeric: () => true }
  const prefix = { kind: 'begins-with', name: 'sk', value: S('P#') }
  expect(ranged('P#{a}', [between('a b', 'm%')], '#', {}, plain)).toEqual({
    condition: { kind: 'between', name: 'sk', low: S('P#a b'), high: S('P#m%') },
    empty: false,
    loose: false,
  })
  expect(ranged('P#{a}', [beginsWith('x#')], '#', {}, plain).condition).toEqual({ ...prefix, value: S('P#x#') })
  expect(ranged('P#{a}#{b}', [compare('>', 'm')], '#', {}, plain)).toMatchObject({ condition: prefix, loose: true })
  const above = { kind: 'compare', op: '>', value: { N: '9' } } as const
  expect(ranged('P#{a}', [above], '#', {}, numbers)).toMatchObject({ condition: prefix, loose: true })
})
