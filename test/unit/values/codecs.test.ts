import { describe, expect, it } from 'vitest'
import { InternalError } from '../../../src/kernel/index.js'
import {
  type AttributeType,
  type AttributeValue,
  type CodecOptions,
  codecFor,
  ExactNumber,
} from '../../../src/values/index.js'

const TYPES: readonly AttributeType[] = [
  'string',
  'number',
  'boolean',
  'date',
  'list',
  'map',
  'set',
  'binary',
  'bigint',
  'decimal',
  'json',
  'any',
]

/** What was thrown, as far as programs may rely on it. */
function failure(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    const { code, details } = error as { code: string; details: { attribute?: string } }
    return { code, at: details.attribute }
  }
  return 'nothing was thrown'
}

const encode = (type: AttributeType, value: unknown, options?: CodecOptions): AttributeValue =>
  codecFor(type, options).encode(value, 'a')
const decode = (type: AttributeType, value: AttributeValue, options?: CodecOptions): unknown =>
  codecFor(type, options).decode(value, 'a')

describe('every codec', () => {
  it('stores null as NULL and reads it back', () => {
    for (const type of TYPES) {
      expect(encode(type, null)).toEqual({ NULL: true })
      expect(decode(type, { NULL: true })).toBeNull()
    }
  })

  it('takes undefined for a fault of its caller', () => {
    for (const type of TYPES) expect(() => encode(type, undefined)).toThrow(InternalError)
  })

  it('names the attribute, never the value, when the type is wrong', () => {
    class Wallet {
      readonly secret = 's3cret'
    }
    for (const type of TYPES) {
      let message = ''
      try {
        encode(type, new Wallet())
      } catch (error) {
        message = JSON.stringify(error)
      }
      expect(message).toContain('Attribute \\"a\\"')
      expect(message).toContain('Wallet')
      expect(message).not.toContain('s3cret')
    }
  })

  it('refuses an item that holds another type', () => {
    for (const type of TYPES.filter((each) => each !== 'any')) {
      expect(
        failure(() => decode(type, { BS: ['AA=='] }, { set: 'string' })),
        type,
      ).toEqual({ code: 'VALUE.TYPE_MISMATCH', at: 'a' })
    }
    expect(() => decode('number', { S: 'x' })).toThrow(
      'Attribute "a" is declared as number and expects a number (N), but the item holds a string (S).',
    )
    expect(failure(() => decode('any', {} as AttributeValue))).toEqual({ code: 'VALUE.TYPE_MISMATCH', at: 'a' })
  })
})

describe('string', () => {
  it('keeps empty text, and refuses half a surrogate pair', () => {
    expect(encode('string', '')).toEqual({ S: '' })
    expect(encode('string', '😀')).toEqual({ S: '😀' })
    expect(failure(() => encode('string', '😀'.slice(1)))).toEqual({ code: 'VALUE.NOT_WELL_FORMED', at: 'a' })
  })
})

describe('number', () => {
  it('writes canonical text', () => {
    const texts: readonly [number, string][] = [
      [0, '0'],
      [-0, '0'],
      [-12.5, '-12.5'],
      [Number.MAX_SAFE_INTEGER, '9007199254740991'],
      [1e-7, '0.0000001'],
      [1.5e-100, '1.5E-100'],
    ]
    for (const [value, N] of texts) expect(encode('number', value)).toEqual({ N })
  })

  it('refuses what is no number or no exact one', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-131]) {
      expect(failure(() => encode('number', value))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
    }
    for (const value of [2 ** 53, -(2 ** 53), 1e21, 1e300]) {
      expect(failure(() => encode('number', value))).toEqual({ code: 'VALUE.LOSSY_NUMBER', at: 'a' })
    }
    expect(failure(() => encode('number', '1'))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
  })

  it('reads every spelling of an exact number', () => {
    const spellings: readonly [string, number][] = [
      ['0.1', 0.1],
      ['1.50', 1.5],
      ['-0', 0],
      ['+5', 5],
      ['.5', 0.5],
      ['5.', 5],
      ['1E+3', 1000],
      ['15e-1', 1.5],
      ['0.30000000000000004', 0.30000000000000004],
      ['1000000000000000.0', 1e15],
    ]
    for (const [text, value] of spellings) expect(decode('number', { N: text }), text).toBe(value + 0)
  })

  it('refuses text whose value a JS number would change', () => {
    for (const N of [
      '9007199254740993',
      '9007199254740992',
      '9007199254740.993',
      '0.1234567890123456789',
      '123456789012345678901234567890',
      '1E+100',
    ]) {
      expect(
        failure(() => decode('number', { N })),
        N,
      ).toEqual({ code: 'VALUE.LOSSY_NUMBER', at: 'a' })
    }
  })

  it('refuses text that is no decimal number, whatever JS makes of it', () => {
    for (const N of [
      '',
      ' ',
      ' 1',
      '1 ',
      '0x10',
      '0b1',
      'Infinity',
      'NaN',
      '1_0',
      '-',
      '.',
      'E5',
      '1E',
      '1E+',
      '--1',
      '1.2.3',
    ]) {
      expect(
        failure(() => decode('number', { N })),
        N,
      ).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
    }
  })
})

describe('bigint and decimal', () => {
  it('carry 38 digits', () => {
    const digits = '12345678901234567890123456789012345678'
    expect(decode('bigint', encode('bigint', BigInt(digits)))).toBe(BigInt(digits))
    expect(decode('decimal', encode('decimal', `-0.${digits}`))).toBe(`-0.${digits}`)
    expect(failure(() => encode('bigint', BigInt(`${digits}9`)))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
    expect(failure(() => encode('decimal', `0.${digits}9`))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
  })

  it('reach from 1E-130 to 38 nines and 88 zeros', () => {
    const greatest = BigInt('9'.repeat(38)) * 10n ** 88n
    expect(encode('bigint', greatest)).toEqual({ N: `9.${'9'.repeat(37)}E+125` })
    expect(decode('bigint', { N: greatest.toString() })).toBe(greatest)
    expect(encode('decimal', '0.1e-129')).toEqual({ N: '1E-130' })
    expect(failure(() => encode('bigint', 10n ** 126n))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
    expect(failure(() => encode('decimal', '9E-131'))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
  })

  it('refuse what would lose its fraction or was lossy before', () => {
    expect(failure(() => decode('bigint', { N: '1.5' }))).toEqual({ code: 'VALUE.LOSSY_NUMBER', at: 'a' })
    expect(decode('bigint', { N: '1.50E1' })).toBe(15n)
    expect(failure(() => encode('bigint', 1))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
    expect(failure(() => encode('decimal', 2 ** 53))).toEqual({ code: 'VALUE.LOSSY_NUMBER', at: 'a' })
    expect(failure(() => encode('decimal', 'twelve'))).toEqual({ code: 'VALUE.NUMBER_RANGE', at: 'a' })
  })

  it('decimal takes numbers, bigint and ExactNumber as well', () => {
    expect([12.5, 12n, new ExactNumber('12.50')].map((value) => encode('decimal', value))).toEqual([
      { N: '12.5' },
      { N: '12' },
      { N: '12.5' },
    ])
  })
})

describe('date', () => {
  const date = new Date('2026-01-31T12:00:00.123Z')

  it('is stored as text, seconds or milliseconds', () => {
    expect(encode('date', date)).toEqual({ S: '2026-01-31T12:00:00.123Z' })
    expect(encode('date', date, { dateFormat: 'unix' })).toEqual({ N: '1769860800' })
    expect(encode('date', new Date(-1), { dateFormat: 'unix' })).toEqual({ N: '-1' })
    expect(encode('date', date, { dateFormat: 'unix_ms' })).toEqual({ N: '1769860800123' })
    expect(decode('date', { S: '2026-01-31T12:00:00.123Z' })).toEqual(date)
    expect(decode('date', { N: '1769860800' }, { dateFormat: 'unix' })).toEqual(new Date('2026-01-31T12:00:00Z'))
    expect(decode('date', { N: '1769860800123' }, { dateFormat: 'unix_ms' })).toEqual(date)
  })

  it('takes ISO text that means one instant', () => {
    expect(encode('date', '2024-02-29')).toEqual({ S: '2024-02-29T00:00:00.000Z' })
    expect(encode('date', '2026-01-31T14:00:00.123000+02:00')).toEqual({ S: '2026-01-31T12:00:00.123Z' })
    expect(encode('date', '2026-01-31T12:00Z')).toEqual({ S: '2026-01-31T12:00:00.000Z' })
  })

  it('refuses text that would not sort by time', () => {
    for (const year of ['+010000', '-000001']) {
      const late = new Date(`${year}-01-01T00:00:00.000Z`)
      expect(failure(() => encode('date', late))).toEqual({ code: 'VALUE.INVALID_DATE', at: 'a' })
      expect(decode('date', { S: late.toISOString() })).toEqual(late)
    }
  })

  it('refuses dates that are none, or more exact than a Date', () => {
    const texts = [
      '2026-02-29',
      '2026-13-01',
      '2026-01-31T12:00',
      '2026-01-31T24:00Z',
      '2026-01-31T12:00:00.1234Z',
      '31.1.2026',
      '1',
      '',
    ]
    for (const text of texts) {
      expect(
        failure(() => encode('date', text)),
        text,
      ).toEqual({ code: 'VALUE.INVALID_DATE', at: 'a' })
      expect(
        failure(() => decode('date', { S: text })),
        text,
      ).toEqual({ code: 'VALUE.INVALID_DATE', at: 'a' })
    }
    expect(failure(() => decode('date', { S: '2026-02-31T12:00:00.000Z' }))).toEqual({
      code: 'VALUE.INVALID_DATE',
      at: 'a',
    })
    expect(failure(() => encode('date', new Date(Number.NaN)))).toEqual({ code: 'VALUE.INVALID_DATE', at: 'a' })
    expect(failure(() => encode('date', 0))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
    for (const N of ['1E+100', '9007199254740993', '8640000000000001', '1.5']) {
      expect(
        failure(() => decode('date', { N }, { dateFormat: 'unix_ms' })),
        N,
      ).toEqual({ code: 'VALUE.INVALID_DATE', at: 'a' })
    }
  })
})

describe('binary', () => {
  it('takes every kind of bytes, and only the part that a view shows', () => {
    const bytes = new Uint8Array([9, 0, 255, 9]).subarray(1, 3)
    for (const value of [bytes, Buffer.from(bytes), Uint8Array.from(bytes).buffer])
      expect(encode('binary', value)).toEqual({ B: 'AP8=' })
    const read = decode('binary', { B: 'AP8=' }) as Uint8Array
    expect(read).toEqual(new Uint8Array([0, 255]))
    expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
    expect(read.buffer.byteLength).toBe(2)
  })

  it('refuses views that are not bytes, and text that is not base64', () => {
    expect(failure(() => encode('binary', new Uint16Array(1)))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
    expect(failure(() => encode('binary', 'AP8='))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
    expect(failure(() => decode('binary', { B: 'no base64!' }))).toEqual({ code: 'VALUE.INVALID_BINARY', at: 'a' })
  })
})

describe('set', () => {
  it('has elements of one declared type', () => {
    const sets: readonly [NonNullable<CodecOptions['set']>, Set<unknown>, AttributeValue][] = [
      ['string', new Set(['a', '']), { SS: ['a', ''] }],
      ['number', new Set([1, -2.5]), { NS: ['1', '-2.5'] }],
      ['bigint', new Set([10n ** 20n]), { NS: ['100000000000000000000'] }],
      ['decimal', new Set(['1.25']), { NS: ['1.25'] }],
      ['binary', new Set([new Uint8Array([255])]), { BS: ['/w=='] }],
    ]
    for (const [set, value, stored] of sets) {
      expect(encode('set', value, { set })).toEqual(stored)
      expect(decode('set', stored, { set })).toEqual(value)
    }
  })

  it('without a declared type is what its elements are', () => {
    expect(encode('set', new Set(['a']))).toEqual({ SS: ['a'] })
    expect(encode('set', new Set([1, 2n, new ExactNumber('0.30')]))).toEqual({ NS: ['1', '2', '0.3'] })
    expect(decode('set', { NS: ['1', '9007199254740993'] })).toEqual(new Set([1, 9007199254740993n]))
    expect(failure(() => encode('set', new Set([1, 'a'])))).toEqual({ code: 'VALUE.MIXED_SET', at: 'a[1]' })
  })

  it('holds each value once, as DynamoDB counts them', () => {
    expect(encode('set', new Set(['1', '1.0', '1E0']), { set: 'decimal' })).toEqual({ NS: ['1'] })
    expect(encode('set', new Set([1, 1n]))).toEqual({ NS: ['1'] })
    expect(encode('set', new Set([new Uint8Array([1]), Buffer.from([1])]))).toEqual({ BS: ['AQ=='] })
  })

  it('is never empty and has no holes', () => {
    for (const set of [undefined, 'string', 'binary'] as const) {
      expect(failure(() => encode('set', new Set(), set && { set }))).toEqual({ code: 'VALUE.EMPTY_SET', at: 'a' })
      for (const hole of [null, undefined]) {
        expect(failure(() => encode('set', new Set([hole]), set && { set }))).toEqual({
          code: 'VALUE.WRONG_TYPE',
          at: 'a[0]',
        })
      }
    }
    expect(failure(() => encode('set', ['a']))).toEqual({ code: 'VALUE.WRONG_TYPE', at: 'a' })
    expect(failure(() => encode('set', new Set(['a', 1]), { set: 'string' }))).toEqual({
      code: 'VALUE.WRONG_TYPE',
      at: 'a[1]',
    })
    expect(failure(() => decode('set', { NS: ['1', '9007199254740993'] }, { set: 'number' }))).toEqual({
      code: 'VALUE.LOSSY_NUMBER',
      at: 'a[1]',
    })
  })
})

describe('json', () => {
  it('keeps what JSON keeps', () => {
    const value = { text: '\ud800', list: [1, null, { deep: true }], ['__proto__']: 1 }
    expect(decode('json', encode('json', value))).toEqual(JSON.parse(JSON.stringify(value)))
    expect(encode('json', 'text')).toEqual({ S: '"text"' })
  })

  it('refuses what JSON would drop or change', () => {
    const cases: readonly [unknown, string, string][] = [
      [{ a: [1, undefined] }, 'VALUE.UNDEFINED', 'a.a[1]'],
      [{ a: undefined }, 'VALUE.UNDEFINED', 'a.a'],
      [[() => 1], 'VALUE.UNSUPPORTED', 'a[0]'],
      [{ n: 1n }, 'VALUE.UNSUPPORTED', 'a.n'],
      [[Symbol('s')], 'VALUE.UNSUPPORTED', 'a[0]'],
      [{ n: Number.NaN }, 'VALUE.NUMBER_RANGE', 'a.n'],
      [new Map(), 'VALUE.UNSUPPORTED', 'a'],
      [{ at: new Date(Number.NaN) }, 'VALUE.INVALID_DATE', 'a.at'],
    ]
    for (const [value, code, at] of cases)
      expect(
        failure(() => encode('json', value)),
        at,
      ).toEqual({ code, at })
    const circular: unknown[] = []
    circular.push(circular)
    expect(failure(() => encode('json', circular))).toMatchObject({ code: 'VALUE.TOO_DEEP' })
    expect(failure(() => decode('json', { S: '{' }))).toEqual({ code: 'VALUE.INVALID_JSON', at: 'a' })
  })
})
