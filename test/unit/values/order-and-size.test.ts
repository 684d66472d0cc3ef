import { describe, expect, it } from 'vitest'
import {
  type AttributeValue,
  attributeSize,
  canonicalNumber,
  compareAttributeValues,
  compareNumberText,
  compareText,
  equalAttributeValues,
  itemSize,
  largestAttributes,
} from '../../../src/values/index.js'

const bytes = (...values: number[]): string => Buffer.from(values).toString('base64')

describe('canonicalNumber', () => {
  it('has one text for one number', () => {
    const spellings: readonly [string, readonly string[]][] = [
      ['0', ['0', '-0', '0.000', '0E50', '-0E-500']],
      ['100', ['100', '1E2', '100.00', '+1e+2', '00100']],
      ['-0.001', ['-0.001', '-1E-3', '-.0010']],
      ['1.5E+100', ['1.5E+100', `15${'0'.repeat(99)}`]],
      [`1${'0'.repeat(39)}`, ['1E39']],
      ['1E+40', ['1E40']],
      [`0.${'0'.repeat(37)}1`, ['1E-38']],
      ['1E-39', ['0.1E-38']],
    ]
    for (const [canonical, texts] of spellings)
      for (const text of texts) expect(canonicalNumber(text), text).toBe(canonical)
  })

  it('refuses what DynamoDB cannot hold', () => {
    for (const text of [
      '',
      '1,5',
      'NaN',
      '1E126',
      '1E-131',
      '1'.repeat(39),
      `1${'0'.repeat(40)}1`,
      '1E99999999999999999999',
    ]) {
      expect(() => canonicalNumber(text), text).toThrow(expect.objectContaining({ code: 'VALUE.NUMBER_RANGE' }))
    }
  })
})

describe('order', () => {
  it('of numbers is by value', () => {
    const sorted = ['-1E+125', '-10', '-9.9', '-1E-130', '0', '1E-130', '0.5', '0.51', '9', '10', '10.01', '1E+100']
    expect([...sorted].reverse().sort(compareNumberText)).toEqual(sorted)
    expect(compareNumberText('1E1', '10.0')).toBe(0)
    expect(() => compareNumberText('1', 'x')).toThrow(expect.objectContaining({ code: 'VALUE.NUMBER_RANGE' }))
  })

  it('of text is by UTF-8 bytes, where UTF-16 would differ', () => {
    const sorted = ['', 'Z', 'a', 'a\0', 'ab', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😁']
    expect([...sorted].reverse().sort(compareText)).toEqual(sorted)
    expect([...sorted].sort()).not.toEqual(sorted)
  })

  it('of binary is by unsigned bytes', () => {
    const sorted = [bytes(), bytes(0), bytes(0, 1), bytes(127), bytes(128), bytes(255)].map((B) => ({ B }))
    expect([...sorted].reverse().sort(compareAttributeValues)).toEqual(sorted)
  })

  it('between types is fixed, and total', () => {
    const sorted: readonly AttributeValue[] = [
      { NULL: true },
      { BOOL: false },
      { BOOL: true },
      { N: '5' },
      { S: '5' },
      { B: bytes(5) },
      { NS: ['5'] },
      { SS: ['5'] },
      { BS: [bytes(5)] },
      { L: [] },
      { L: [{ N: '1' }] },
      { L: [{ N: '2' }] },
      { M: {} },
      { M: { a: { N: '1' } } },
      { M: { a: { N: '1' }, b: { N: '0' } } },
      { M: { b: { N: '0' } } },
    ]
    expect([...sorted].reverse().sort(compareAttributeValues)).toEqual(sorted)
  })
})

describe('equalAttributeValues', () => {
  it('sees through spelling and the order of sets and maps', () => {
    const same: readonly [AttributeValue, AttributeValue][] = [
      [{ N: '1.0' }, { N: '1' }],
      [{ SS: ['a', 'b'] }, { SS: ['b', 'a'] }],
      [{ NS: ['1', '10'] }, { NS: ['1E1', '1.0'] }],
      [{ BS: [bytes(1), bytes(2)] }, { BS: [bytes(2), bytes(1)] }],
      [{ M: { a: { N: '1' }, b: { L: [{ N: '2' }] } } }, { M: { b: { L: [{ N: '2.0' }] }, a: { N: '1' } } }],
      [{ NULL: true }, { NULL: true }],
    ]
    for (const [a, b] of same) expect(equalAttributeValues(a, b)).toBe(true)
  })

  it('sees differences at every depth', () => {
    const different: readonly [AttributeValue, AttributeValue][] = [
      [{ N: '1' }, { S: '1' }],
      [{ SS: ['a'] }, { SS: ['a', 'b'] }],
      [{ L: [{ N: '1' }, { N: '2' }] }, { L: [{ N: '2' }, { N: '1' }] }],
      [{ M: { a: { M: { b: { N: '1' } } } } }, { M: { a: { M: { b: { N: '2' } } } } }],
      [{ M: { a: { N: '1' } } }, { M: { b: { N: '1' } } }],
      [{ M: {} }, { L: [] }],
    ]
    for (const [a, b] of different) expect(equalAttributeValues(a, b)).toBe(false)
  })
})

describe('sizes', () => {
  it('follow the documented rules', () => {
    const sizes: readonly [AttributeValue, number][] = [
      [{ S: 'aé😀' }, 7],
      [{ N: '0' }, 1],
      [{ N: '12' }, 2],
      [{ N: '-0.00123' }, 3],
      [{ N: '1000000' }, 2],
      [{ B: bytes(1, 2, 3, 4) }, 4],
      [{ BOOL: true }, 1],
      [{ NULL: true }, 1],
      [{ SS: ['a', 'bc'] }, 3],
      [{ NS: ['1', '100'] }, 4],
      [{ BS: [bytes(1), bytes(1, 2)] }, 3],
      [{ L: [] }, 3],
      [{ L: [{ S: 'abc' }, { L: [] }] }, 3 + 4 + 4],
      [{ M: { name: { S: 'abc' } } }, 3 + 4 + 3 + 1],
    ]
    for (const [value, size] of sizes) expect(attributeSize(value), JSON.stringify(value)).toBe(size)
    expect(itemSize({ id: { S: 'u1' }, é: { BOOL: true } })).toBe(2 + 2 + 2 + 1)
  })

  it('tell the heaviest attributes', () => {
    const item = { a: { S: 'x'.repeat(10) }, bb: { S: 'x' }, c: { L: [{ S: 'x'.repeat(50) }] } }
    expect(largestAttributes(item, 2)).toEqual([
      { name: 'c', bytes: 55 },
      { name: 'a', bytes: 11 },
    ])
  })
})
