import { expect, test } from 'vitest'
import { fullJitter, suggest } from '../../../src/kernel/index.js'

test('suggest finds the nearest name, whatever its case', () => {
  const names = ['partitionKeyName', 'sortKeyName', 'keyDelimiter']
  expect(suggest('sortkeyname', names)).toBe('sortKeyName')
  expect(suggest('partitonKeyName', names)).toBe('partitionKeyName')
  expect(suggest('ketDelimiter', names)).toBe('keyDelimiter')
})

test('suggest counts swapped neighbours as one error', () => {
  expect(suggest('nmae', ['name'])).toBe('name')
})

test('suggest prefers silence to a guess', () => {
  expect(suggest('xyz', ['name', 'age'])).toBeUndefined()
  expect(suggest('status', ['email'])).toBeUndefined()
  expect(suggest('a', [])).toBeUndefined()
  expect(suggest('', ['name'])).toBeUndefined()
})

test('fullJitter is random up to the doubled base, never above the maximum', () => {
  expect(fullJitter(0, 50, 1000, () => 0.999)).toBe(49)
  expect(fullJitter(3, 50, 1000, () => 0.5)).toBe(200)
  expect(fullJitter(60, 50, 1000, () => 0.999)).toBe(999)
  expect(fullJitter(2000, 50, 1000, () => 0)).toBe(0)
})
