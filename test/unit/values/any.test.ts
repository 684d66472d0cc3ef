import { describe, expect, it, test } from 'vitest'
import {
  type AttributeMap,
  codecFor,
  ExactNumber,
  isExactNumber,
  marshall,
  unmarshall,
} from '../../../src/values/index.js'

function failure(value: unknown): unknown {
  try {
    marshall({ a: value })
  } catch (error) {
    const { code, details } = error as { code: string; details: { attribute?: string } }
    return { code, at: details.attribute }
  }
  return 'nothing was thrown'
}

describe('marshall and unmarshall', () => {
  it('give every value the type it is', () => {
    const item = {
      text: '',
      number: 1.5,
      big: 2n ** 70n,
      exact: new ExactNumber('0.12345678901234567890'),
      flag: false,
      nothing: null,
      bytes: new Uint8Array([1]),
      words: new Set(['a']),
      list: [1, [2], { three: 3 }],
      map: { empty: {}, list: [] },
    }
    const stored: AttributeMap = {
      text: { S: '' },
      number: { N: '1.5' },
      big: { N: '1180591620717411303424' },
      exact: { N: '0.1234567890123456789' },
      flag: { BOOL: false },
      nothing: { NULL: true },
      bytes: { B: 'AQ==' },
      words: { SS: ['a'] },
      list: { L: [{ N: '1' }, { L: [{ N: '2' }] }, { M: { three: { N: '3' } } }] },
      map: { M: { empty: { M: {} }, list: { L: [] } } },
    }
    expect(marshall(item)).toEqual(stored)
    expect(unmarshall(stored)).toEqual(item)
  })

  it('bring a date back as text, and a small bigint as a number', () => {
    expect(unmarshall(marshall({ at: new Date(0), n: 5n }))).toEqual({ at: '1970-01-01T00:00:00.000Z', n: 5 })
  })

  it('leave out members that are undefined, and refuse elements that are', () => {
    expect(marshall({ a: undefined, b: { c: undefined } })).toEqual({ b: { M: {} } })
    expect(failure([1, undefined, 4])).toEqual({ code: 'VALUE.UNDEFINED', at: 'a[1]' })
    const holed = [1]
    holed[2] = 4
    expect(failure(holed)).toEqual({ code: 'VALUE.UNDEFINED', at: 'a[1]' })
  })

  it('name the place of what cannot be stored', () => {
    class Point {
      readonly x = 1
    }
    const cases: readonly [unknown, string, string][] = [
      [{ city: { zip: Number.NaN } }, 'VALUE.NUMBER_RANGE', 'a.city.zip'],
      [[[{ tags: [0, '\udc00'] }]], 'VALUE.NOT_WELL_FORMED', 'a[0][0].tags[1]'],
      [{ run: () => 1 }, 'VALUE.UNSUPPORTED', 'a.run'],
      [[Symbol('s')], 'VALUE.UNSUPPORTED', 'a[0]'],
      [new Point(), 'VALUE.UNSUPPORTED', 'a'],
      [[new Map()], 'VALUE.UNSUPPORTED', 'a[0]'],
      [new Uint16Array(2), 'VALUE.UNSUPPORTED', 'a'],
      [{ set: new Set([1, 'x']) }, 'VALUE.MIXED_SET', 'a.set[1]'],
      [{ set: new Set() }, 'VALUE.EMPTY_SET', 'a.set'],
      [{ '': 1 }, 'VALUE.INVALID_NAME', 'a.'],
      [{ at: new Date(Number.NaN) }, 'VALUE.INVALID_DATE', 'a.at'],
    ]
    for (const [value, code, at] of cases) expect(failure(value), at).toEqual({ code, at })
    for (const given of [null, [], new Map(), 'text'])
      expect(() => marshall(given as never)).toThrow('must be a plain object')
  })

  it('nest as deep as DynamoDB, and say so of a value that holds itself', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 'end' : [nest(levels - 1)])
    expect(unmarshall(marshall({ a: nest(31) }))).toEqual({ a: nest(31) })
    expect(failure(nest(32))).toMatchObject({ code: 'VALUE.TOO_DEEP' })
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    expect(failure(circular)).toMatchObject({ code: 'VALUE.TOO_DEEP', at: `a${'.self'.repeat(31)}` })
  })

  it('read what other programs nested deeper, but not to the end of the stack', () => {
    let deep: AttributeMap[string] = { S: 'end' }
    for (let i = 0; i < 100; i++) deep = { L: [deep] }
    expect(JSON.stringify(unmarshall({ deep }))).toContain('end')
    for (let i = 0; i < 100_000; i++) deep = { M: { deep } }
    expect(() => unmarshall({ deep })).toThrow('nested too deep')
  })

  it('take objects of no prototype, and nothing that is inherited', () => {
    const bare: Record<string, unknown> = Object.create(null)
    bare['own'] = 1
    expect(marshall({ a: bare })).toEqual({ a: { M: { own: { N: '1' } } } })
    expect(failure(Object.create({ inherited: 1 }))).toEqual({ code: 'VALUE.UNSUPPORTED', at: 'a' })
  })

  test('Z18: a member named __proto__ is a member, both ways and at every depth', () => {
    const hostile =
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "list": [{"__proto__": [2]}]}'
    const item = JSON.parse(hostile) as Record<string, unknown>
    const stored = marshall(item)
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored)
    const read = unmarshall(JSON.parse(JSON.stringify(stored)) as AttributeMap)
    expect(JSON.stringify(read)).toBe(JSON.stringify(item))
    expect(Object.keys(read)).toContain('__proto__')
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect((codecFor('map').decode({ M: stored }, 'a') as { polluted?: number }).polluted).toBeUndefined()
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('ExactNumber', () => {
  it('is the canonical text of its number', () => {
    const exact = new ExactNumber('+0001.2300E2')
    expect([exact.value, exact.toString(), JSON.stringify(exact)]).toEqual(['123', '123', '"123"'])
    expect(isExactNumber(exact)).toBe(true)
    expect(isExactNumber({ value: '123' })).toBe(false)
    expect(() => new ExactNumber('1E+126')).toThrow('greatest number')
  })
})
