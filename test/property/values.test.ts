import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AttributeMap,
  type AttributeType,
  type AttributeValue,
  attributeSize,
  type CodecOptions,
  canonicalNumber,
  codecFor,
  compareAttributeValues,
  compareNumberText,
  equalAttributeValues,
  itemSize,
  marshall,
  unmarshall,
  ValueError,
} from '../../src/values/index.js'
import { attributeName, brokenText, decimal, hostileText } from './hostile.js'

const RUNS = { numRuns: 2000 }

/** What a request's JSON would make of it on its way. */
function overTheWire(value: AttributeValue): AttributeValue {
  return JSON.parse(JSON.stringify(value)) as AttributeValue
}

function survives(type: AttributeType, value: unknown, options?: CodecOptions): void {
  const codec = codecFor(type, options)
  expect(codec.decode(overTheWire(codec.encode(value, 'a')), 'a')).toEqual(value)
}

const safeNumber = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value === 0 || Math.abs(value) >= 1e-130))
  .map((value) => value + 0)
const bigInteger = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.nat(87))
  .map(([digits, zeros]) => digits * 10n ** BigInt(zeros))
const bytes = fc.uint8Array({ maxLength: 40 })
const date = fc.date({ noInvalidDate: true })
const sortableDate = fc.date({
  noInvalidDate: true,
  min: new Date('0000-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
})
/** A bigint that does not come back as a number. */
const wideInteger = bigInteger.filter((value) => value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER)

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    hostileText,
    safeNumber,
    wideInteger,
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.uniqueArray(hostileText, { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.uniqueArray(safeNumber, { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(attributeName, tie('tree'), { maxKeys: 4 }),
  ),
}))
const item = fc.dictionary(attributeName, tree, { maxKeys: 6 })

describe('every value survives its codec and the wire', () => {
  test('string', () =>
    fc.assert(
      fc.property(hostileText, (value) => survives('string', value)),
      RUNS,
    ))
  test('number', () =>
    fc.assert(
      fc.property(safeNumber, (value) => survives('number', value)),
      RUNS,
    ))
  test('bigint', () =>
    fc.assert(
      fc.property(bigInteger, (value) => survives('bigint', value)),
      RUNS,
    ))
  test('boolean', () => fc.assert(fc.property(fc.boolean(), (value) => survives('boolean', value))))
  test('binary', () =>
    fc.assert(
      fc.property(bytes, (value) => survives('binary', value)),
      RUNS,
    ))
  test('date', () =>
    fc.assert(
      fc.property(date, sortableDate, (value, sortable) => {
        survives('date', sortable)
        expect(codecFor('date').encode(sortable.toISOString(), 'a')).toEqual({ S: sortable.toISOString() })
        survives('date', value, { dateFormat: 'unix_ms' })
        survives('date', new Date(Math.floor(value.getTime() / 1000) * 1000), { dateFormat: 'unix' })
      }),
      RUNS,
    ))
  test('decimal', () =>
    fc.assert(
      fc.property(decimal, ({ text }) => {
        survives('decimal', canonicalNumber(text))
        expect(codecFor('decimal').encode(text, 'a')).toEqual({ N: canonicalNumber(text) })
      }),
      RUNS,
    ))
  test('set', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(hostileText, { minLength: 1 }),
        fc.uniqueArray(bigInteger, { minLength: 1 }),
        fc.uniqueArray(
          decimal.map(({ text }) => canonicalNumber(text)),
          { minLength: 1 },
        ),
        (words, numbers, decimals) => {
          survives('set', new Set(words), { set: 'string' })
          survives('set', new Set(numbers), { set: 'bigint' })
          survives('set', new Set(decimals), { set: 'decimal' })
        },
      ),
    ))
  test('json', () =>
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), brokenText, (value, text) => {
        const [stored, plain] = [[value, { [text]: text }], JSON.parse(JSON.stringify([value, { [text]: text }]))]
        expect(codecFor('json').decode(overTheWire(codecFor('json').encode(stored, 'a')), 'a')).toEqual(plain)
      }),
      RUNS,
    ))
  test('any, list and map', () =>
    fc.assert(
      fc.property(item, (value) => {
        survives('any', value)
        survives('map', value)
        survives('list', [value])
      }),
      RUNS,
    ))
})

test('Z18: unmarshall brings every member back as an own property and touches no prototype', () => {
  fc.assert(
    fc.property(item, fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString'), (value, name) => {
      const hostile = JSON.parse(`{${JSON.stringify(name)}: {"polluted": true}}`) as Record<string, unknown>
      const given = { ...value, inner: [hostile] }
      const read = unmarshall(JSON.parse(JSON.stringify(marshall(given))) as AttributeMap)
      expect(read).toEqual(given)
      expect(Object.keys(read)).toEqual(Object.keys(given))
      const [inner] = read['inner'] as object[]
      expect(Object.entries(inner as object)).toEqual([[name, { polluted: true }]])
      expect(Object.getPrototypeOf(inner)).toBe(Object.prototype)
      expect('polluted' in {}).toBe(false)
    }),
    RUNS,
  )
})

test('half a surrogate pair never gets through, in text, sets or names', () => {
  fc.assert(
    fc.property(brokenText, (text) => {
      const whole = Buffer.from(text, 'utf8').toString('utf8') === text
      for (const value of [text, [text], new Set([text]), { [`n${text}`]: 1 }]) {
        if (whole) marshall({ value })
        else expect(() => marshall({ value })).toThrow(ValueError)
      }
    }),
    RUNS,
  )
})

describe('numbers agree with scaled integers', () => {
  test('equal numbers have one canonical text, others another', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(canonicalNumber(a.text) === canonicalNumber(b.text)).toBe(a.scaled === b.scaled)
        expect(canonicalNumber(canonicalNumber(a.text))).toBe(canonicalNumber(a.text))
        expect(scale(canonicalNumber(a.text))).toBe(a.scaled)
      }),
      RUNS,
    )
  })

  test('their order is the order of the values', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.bigInt({ min: -3n, max: 3n }), (a, b, near) => {
        const order = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0
        expect(Math.sign(compareNumberText(a.text, b.text))).toBe(order)
        expect(equalAttributeValues({ N: a.text }, { N: b.text })).toBe(order === 0)
        const [x, y] = [a.scaled / 10n ** 168n, a.scaled / 10n ** 168n + near]
        expect(Math.sign(compareNumberText(`${x}`, `${y}`))).toBe(near > 0n ? -1 : near < 0n ? 1 : 0)
      }),
      RUNS,
    )
  })

  test('a text is read as a JS number if and only if the number is written as the same value', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          decimal,
          safeNumber.map((value) => ({ text: `${value}`, scaled: scale(`${value}`) })),
        ),
        ({ text, scaled }) => {
          const value = Number(text)
          const exact = Math.abs(value) <= Number.MAX_SAFE_INTEGER && scale(`${value}`) === scaled
          if (exact) expect(codecFor('number').decode({ N: text }, 'a')).toBe(value + 0)
          else
            expect(() => codecFor('number').decode({ N: text }, 'a')).toThrow(
              expect.objectContaining({ code: 'VALUE.LOSSY_NUMBER' }),
            )
          const any = codecFor('any').decode({ N: text }, 'a')
          expect(codecFor('any').encode(any, 'a')).toEqual({ N: canonicalNumber(text) })
        },
      ),
      RUNS,
    )
  })
})

/** Value times 10^168, read by other means than the code under test; undefined where it is no whole number. */
function scale(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = '', power = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const shift = Number(power) - fraction.length + 168
  const digits = BigInt(whole + fraction)
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift)
  if (shift < 0 && size * 10n ** BigInt(-shift) !== digits) return undefined
  return sign === '-' ? -size : size
}

test('text and binary sort by their bytes', () => {
  fc.assert(
    fc.property(hostileText, hostileText, (a, b) => {
      const [x, y] = [Buffer.from(a), Buffer.from(b)]
      const order = Math.sign(Buffer.compare(x, y))
      expect(Math.sign(compareAttributeValues({ S: a }, { S: b }))).toBe(order)
      expect(Math.sign(compareAttributeValues({ B: x.toString('base64') }, { B: y.toString('base64') }))).toBe(order)
    }),
    RUNS,
  )
})

test('values have one total order, and equality agrees with it', () => {
  const value = tree.map((each) => codecFor('any').encode(each, 'a'))
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareAttributeValues(a, b))).toBe(0 - Math.sign(compareAttributeValues(b, a)))
      if (compareAttributeValues(a, b) <= 0 && compareAttributeValues(b, c) <= 0)
        expect(compareAttributeValues(a, c)).toBeLessThanOrEqual(0)
      expect(equalAttributeValues(a, overTheWire(a))).toBe(true)
      expect(equalAttributeValues(a, b)).toBe(compareAttributeValues(a, b) === 0)
    }),
    RUNS,
  )
})

test('an item weighs as much as its parts', () => {
  fc.assert(
    fc.property(item, attributeName, hostileText, bytes, (given, name, text, binary) => {
      const { [name]: _, ...rest } = given
      const base = itemSize(marshall(rest))
      const nameSize = Buffer.byteLength(name)
      expect(itemSize(marshall({ ...rest, [name]: text }))).toBe(base + nameSize + Buffer.byteLength(text))
      expect(itemSize(marshall({ ...rest, [name]: binary }))).toBe(base + nameSize + binary.length)
      expect(attributeSize({ M: marshall(rest) })).toBe(3 + base + Object.keys(rest).length)
      expect(itemSize(marshall({ ...rest, [name]: [text, true] }))).toBe(
        base + nameSize + 3 + Buffer.byteLength(text) + 1 + 1 + 1,
      )
    }),
  )
})
