import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeOrderedNumber,
  decodeSegment,
  encodeOrderedNumber,
  escapeSegment,
  type KeyTemplate,
  matchesTemplate,
  parseKeyTemplate,
  readTemplate,
  renderKey,
  renderPrefix,
  type SegmentType,
  unescapeSegment,
} from '../../src/keys/index.js'
import { type Bound, keyRange } from '../../src/query/key-range.js'
import { type AttributeMap, type AttributeValue, canonicalNumber } from '../../src/values/index.js'
import { decimal, hostileText } from './hostile.js'

const RUNS = { numRuns: 3000 }

/** Pieces that break escaping: delimiters, what they become, what sorts beside them, and the last code point. */
const PIECES = [
  '#',
  '$',
  '"',
  '%',
  '%23',
  '2',
  '3',
  '5',
  '&',
  '|',
  ':',
  '~',
  '__proto__',
  '\0',
  ' ',
  'a',
  '😀',
  '\uffff',
]
const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...PIECES, '\u{10ffff}'), { maxLength: 4 }).map((all) => all.join('')),
  },
  { weight: 1, arbitrary: hostileText },
)
const bytes = (value: string): Buffer => Buffer.from(value)
const compareBytes = (a: string, b: string): number => Buffer.compare(bytes(a), bytes(b))

/** A value as it is stored, and what it is compared by: text by its bytes, anything else as a number. */
interface Value {
  readonly stored: AttributeValue
  readonly rank: string | bigint
}
type Type = 'string' | 'number' | 'date' | 'boolean' | 'binary'
const LAST_DAY = new Date('9999-12-31T23:59:59.999Z')
const valueOf: Readonly<Record<Type, fc.Arbitrary<Value>>> = {
  string: text.map((each) => ({ stored: { S: each }, rank: each })),
  number: fc.oneof(
    decimal.map((each) => ({ stored: { N: each.text }, rank: each.scaled })),
    fc.integer({ min: -12, max: 12 }).map((each) => ({ stored: { N: `${each}` }, rank: BigInt(each) * 10n ** 168n })),
  ),
  date: fc
    .date({ noInvalidDate: true, min: new Date('0000-01-01T00:00:00.000Z'), max: LAST_DAY })
    .map((each) => ({ stored: { S: each.toISOString() }, rank: BigInt(each.getTime()) })),
  boolean: fc.boolean().map((each) => ({ stored: { BOOL: each }, rank: BigInt(each) })),
  binary: fc.uint8Array({ maxLength: 4 }).map((each) => ({
    stored: { B: Buffer.from(each).toString('base64') },
    rank: Buffer.from(each).toString('latin1'),
  })),
}
const type = fc.constantFrom<Type>('string', 'string', 'string', 'number', 'date', 'boolean', 'binary')

function compareValues(a: Value, b: Value): number {
  if (typeof a.rank === 'string' || typeof b.rank === 'string')
    return Math.sign(compareBytes(String(a.rank), String(b.rank)))
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0
}

function compareTuples(a: readonly Value[], b: readonly Value[]): number {
  for (const [i, value] of a.entries()) {
    const order = compareValues(value, b[i] as Value)
    if (order !== 0) return order
  }
  return 0
}

/** A template over attributes a0, a1 …, its end open or closed by text, and two tuples that often share values. */
const pairs = fc.array(type, { minLength: 1, maxLength: 3 }).chain((types) => {
  const tuple = fc.tuple(...types.map((each) => valueOf[each]))
  return fc.record({
    closed: fc.boolean(),
    a: tuple,
    b: fc.tuple(tuple, fc.nat(types.length)),
  })
})

function templateOf(count: number, closed: boolean, delimiter: string) {
  const places = Array.from({ length: count }, (_, i) => `{a${i}}`)
  return parseKeyTemplate(['P', ...places, ...(closed ? ['END'] : [])].join(delimiter), delimiter)
}

const itemOf = (values: readonly Value[]): AttributeMap =>
  Object.fromEntries(values.map((value, i) => [`a${i}`, value.stored]))

/** Two keys of one template, with the tuples they were made of; the second tuple shares leading values with the first. */
function keysOf(pair: typeof pairs extends fc.Arbitrary<infer T> ? T : never, delimiter: string) {
  const { a, closed } = pair
  const [other, shared] = pair.b
  const b = other.map((value, i) => (i < shared ? (a[i] as Value) : value))
  const template = templateOf(a.length, closed, delimiter)
  return {
    template,
    a,
    b,
    keyA: renderKey(template, itemOf(a)) as string,
    keyB: renderKey(template, itemOf(b)) as string,
  }
}

/** The values in a key, without the help of the code that wrote it. */
function readKey(key: string, delimiter: string, types: readonly Value[]): (string | bigint)[] {
  return key
    .split(delimiter)
    .slice(1, 1 + types.length)
    .map((segment, i) => {
      const { stored } = types[i] as Value
      if ('N' in stored) return canonicalNumber(decodeOrderedNumber(segment))
      if ('B' in stored) return Buffer.from(segment, 'hex').toString('base64')
      return 'BOOL' in stored ? segment : unescapeSegment(segment)
    })
}

const plain = ({ stored }: Value): string =>
  'N' in stored ? canonicalNumber(stored.N) : String(Object.values(stored)[0] as unknown)

describe.each(['#', '|', '::', '.', '!', '##', ':#'])('keys with the delimiter %s', (delimiter) => {
  test('Z12: a segment holds no delimiter and gives its text back', () => {
    fc.assert(
      fc.property(text, (value) => {
        const segment = escapeSegment(value, delimiter)
        expect(segment.includes(delimiter.charAt(0))).toBe(false)
        expect(unescapeSegment(segment)).toBe(value)
      }),
      RUNS,
    )
  })

  test('Z12: keys give their values back, so two different tuples never share a key', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { a, b, keyA, keyB } = keysOf(pair, delimiter)
        expect(readKey(keyA, delimiter, a)).toEqual(a.map(plain))
        expect(keyA === keyB).toBe(compareTuples(a, b) === 0)
      }),
      RUNS,
    )
  })

  test('E15: what a key is made of is read out of it, and of no key of another template', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { template, a, keyA } = keysOf(pair, delimiter)
        const segments = readTemplate(template, keyA)
        const values = a.map(({ stored }, i) => {
          const [type] = Object.keys(stored) as [SegmentType]
          return decodeSegment(segments?.get(`a${i}`) as string, type, 'escaped')
        })
        expect(values).toEqual(a.map(({ stored }) => ('N' in stored ? { N: canonicalNumber(stored.N) } : stored)))
        expect(readTemplate(template, keyA + delimiter)).toBeUndefined()
        expect(readTemplate(template, `X${keyA}`)).toBeUndefined()
      }),
      RUNS,
    )
  })

  test('Z12: no value reaches into another key: what begins with some values and the delimiter has these values', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { template, a, b, keyA, keyB } = keysOf(pair, delimiter)
        expect(keyB.startsWith(keyA + delimiter)).toBe(false)
        if (pair.closed) expect(keyB.startsWith(keyA) && keyB !== keyA).toBe(false)
        for (let known = 0; known < a.length; known++) {
          const prefix = renderPrefix(template, itemOf(a.slice(0, known)))
          expect(prefix).toMatchObject({ complete: false, next: `a${known}` })
          expect(keyA.startsWith(prefix.text)).toBe(true)
          expect(keyB.startsWith(prefix.text)).toBe(compareTuples(a.slice(0, known), b.slice(0, known)) === 0)
        }
        expect(renderPrefix(template, itemOf(a))).toMatchObject({ complete: true, text: keyA })
      }),
      RUNS,
    )
  })
})

describe.each(['#', '!', '##', '#.'])('order of keys with the delimiter %s', (delimiter) => {
  test('Z12: keys sort by their bytes as their values do', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { a, b, keyA, keyB } = keysOf(pair, delimiter)
        expect(Math.sign(compareBytes(keyA, keyB))).toBe(compareTuples(a, b))
      }),
      { numRuns: 10_000 },
    )
  })
})

test('Z12: numbers of 38 digits sort as text, and come back', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const [keyA, keyB] = [encodeOrderedNumber(a.text), encodeOrderedNumber(b.text)]
      expect(decodeOrderedNumber(keyA)).toBe(canonicalNumber(a.text))
      const order = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0
      expect(Math.sign(compareBytes(keyA, keyB))).toBe(order)
      expect(/^[0-9]+~?$/.test(keyA)).toBe(true)
    }),
    { numRuns: 10_000 },
  )
})

test('Z12: the ends of the range of numbers sort where they belong', () => {
  const nines = '9'.repeat(38)
  const ascending = [`-${nines}E88`, '-1E125', '-1.1', '-1', '-0.1', '-1E-130', '0', '1E-130', '9', '10', `${nines}E88`]
  const encoded = ascending.map(encodeOrderedNumber)
  expect([...encoded].sort(compareBytes)).toEqual(encoded)
  expect(encoded.map(decodeOrderedNumber)).toEqual(ascending.map(canonicalNumber))
})

const bound = (value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.record({ kind: fc.constant('compare' as const), op: fc.constantFrom('<', '<=', '>', '>='), value }),
    fc.record({ kind: fc.constant('between' as const), low: value, high: value }),
    fc.record({ kind: fc.constant('begins-with' as const), value }),
  )
type Wanted = ReturnType<typeof bound> extends fc.Arbitrary<infer T> ? T : never

function boundOf(wanted: Wanted): Bound {
  if (wanted.kind === 'between') return { kind: 'between', low: wanted.low.stored, high: wanted.high.stored }
  if (wanted.kind === 'begins-with') return { kind: 'begins-with', value: wanted.value.stored }
  return { kind: 'compare', op: wanted.op as '<', value: wanted.value.stored }
}

function isWithin(value: Value, wanted: Wanted): boolean {
  if (wanted.kind === 'between') return compareValues(value, wanted.low) >= 0 && compareValues(value, wanted.high) <= 0
  if (wanted.kind === 'begins-with')
    return (value.stored as { S: string }).S.startsWith((wanted.value.stored as { S: string }).S)
  const order = compareValues(value, wanted.value)
  if (wanted.op === '<') return order < 0
  if (wanted.op === '<=') return order <= 0
  return wanted.op === '>' ? order > 0 : order >= 0
}

/** Rows and bounds over few values, so that they meet. */
const ranges = type.chain((each) =>
  fc.array(valueOf[each], { minLength: 1, maxLength: 8 }).chain((values) => {
    const known = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...values) },
      { weight: 1, arbitrary: valueOf[each] },
    )
    const text = each === 'string' || each === 'date'
    return fc.record({
      values: fc.constant(values),
      last: fc.boolean(),
      prefix: fc.constantFrom('P#', ''),
      delimiter: fc.constantFrom('#', '|', '!', '::'),
      segments: fc.constantFrom('escaped', 'plain'),
      bounds: fc.array(
        bound(known).filter((wanted) => text || wanted.kind !== 'begins-with'),
        { maxLength: 3 },
      ),
    })
  }),
)

test('Z12: a range over keys reads the rows of the range: all of them, and no other unless it says so', () => {
  fc.assert(
    fc.property(ranges, ({ values, last, prefix, delimiter, segments, bounds }) => {
      const start = prefix.replace('#', delimiter)
      const template = parseKeyTemplate(`${start}{a0}${last ? '' : `${delimiter}{a1}`}`, delimiter, {
        segments,
        isNumeric: (name) => name === 'a0' && values.some(({ stored }) => 'N' in stored),
      })
      const range = keyRange('sk', renderPrefix(template, {}), bounds.map(boundOf), template)
      for (const value of values) {
        const item = { a0: value.stored, a1: { S: 'id' } }
        if (!canBeWritten(template, item)) continue
        const key = renderKey(template, item) as string
        if (key === '') continue // nor can such a row
        const wanted = bounds.every((each) => isWithin(value, each))
        const read = !range.empty && meets(key, range.condition)
        if (wanted) expect(read).toBe(true)
        else if (!range.loose) expect(read).toBe(false)
      }
      // Keys of other models in the partition are never let in by an end that is open.
      for (const other of ['O#x', 'P', 'Q#x', 'PA#x', 'P$x', '\u{10ffff}'])
        if (start !== '' && !range.empty) expect(meets(other.replaceAll('#', delimiter), range.condition)).toBe(false)
    }),
    { numRuns: 10_000 },
  )
})

/** False for a plain value with the delimiter in it where more follows. */
function canBeWritten(template: KeyTemplate, item: AttributeMap): boolean {
  try {
    renderKey(template, item)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'KEY.DELIMITER' })
    return false
  }
}

describe.each(['escaped', 'plain'] as const)('%s keys and their templates', (segments) => {
  test('Z12: E12: a template knows its own keys, and none of a template with other text or more segments', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom('#', '|', '::'), ({ a, closed }, delimiter) => {
        const isNumeric = (name: string): boolean => 'N' in (a[Number(name.slice(1))] as Value).stored
        const templateFor = (count: number, start: string, end: string) =>
          parseKeyTemplate(
            [start, ...Array.from({ length: count }, (_, i) => `{a${i}}`)].join(delimiter) + end,
            delimiter,
            { segments, isNumeric },
          )
        const end = closed ? `${delimiter}END` : ''
        const own = templateFor(a.length, 'P', end)
        const item = itemOf(a)
        if (!canBeWritten(own, item)) return
        const key = renderKey(own, item) as string
        const empty = a.some(({ stored }) => Object.values(stored)[0] === '')
        expect(matchesTemplate(own, key, item)).toBe(!empty)
        expect(matchesTemplate(templateFor(a.length, 'Q', end), key, item)).toBe(false)
        expect(matchesTemplate(templateFor(a.length, 'P', `${end}${delimiter}X`), key, item)).toBe(false)
        // What is at the end of a key is one segment, unless the item itself says otherwise.
        if (a.length > 1) expect(matchesTemplate(templateFor(a.length - 1, 'P', ''), key, {})).toBe(false)
      }),
      RUNS,
    )
  })
})

/** The sort key condition, as DynamoDB judges it. */
function meets(key: string, condition: ReturnType<typeof keyRange>['condition']): boolean {
  if (condition === undefined) return true
  const s = (value: AttributeValue): string => (value as { S: string }).S
  if (condition.kind === 'begins-with') return key.startsWith(s(condition.value))
  if (condition.kind === 'between')
    return compareBytes(key, s(condition.low)) >= 0 && compareBytes(key, s(condition.high)) <= 0
  const order = compareBytes(key, s(condition.value))
  if (condition.op === '=') return order === 0
  if (condition.op === '<') return order < 0
  if (condition.op === '<=') return order <= 0
  return condition.op === '>' ? order > 0 : order >= 0
}
