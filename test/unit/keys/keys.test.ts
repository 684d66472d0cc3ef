import { describe, expect, test } from 'vitest'
import {
  checkKeyText,
  decodeSegment,
  encodeOrderedNumber,
  encodeSegment,
  escapeSegment,
  fitsKey,
  KEY_CODES,
  matchesTemplate,
  openCursor,
  parseKeyTemplate,
  readTemplate,
  renderKey,
  renderPrefix,
  sealCursor,
} from '../../../src/keys/index.js'

describe('key templates', () => {
  test('K5: fixed text and attributes, in either kind of braces', () => {
    const template = parseKeyTemplate('USER#{{userId}}#ORDER#{ createdAt }#{id}', '#')
    expect(template).toMatchObject({
      text: 'USER#{userId}#ORDER#{createdAt}#{id}',
      attributes: ['userId', 'createdAt', 'id'],
    })
    expect(Object.isFrozen(template)).toBe(true)
    const item = { userId: { S: 'a#b' }, createdAt: { N: '42' }, id: { BOOL: true } }
    expect(renderKey(template, item)).toBe('USER#a%23b#ORDER#150242#true')
  })

  test.each([
    ['', 'is empty'],
    ['USER#{id', 'brace'],
    ['USER#id}', 'brace'],
    ['{a}{b}', 'side by side'],
    ['{a}x#{b}', 'delimiter'],
    ['{a}|{b}', 'delimiter'],
    ['USER#{}', 'brace'],
  ])('the template "%s" is refused', (text, what) => {
    expect(() => parseKeyTemplate(text, '#')).toThrow(
      expect.objectContaining({ code: 'KEY.TEMPLATE', message: expect.stringContaining(what) }),
    )
  })

  test.each([
    ['absent', {}],
    ['null', { a: { NULL: true } }],
    ['a list', { a: { L: [] } }],
  ] as const)('K4: an attribute that is %s gives no key, never a placeholder', (_, item) => {
    expect(renderKey(parseKeyTemplate('X#{a}', '#'), item)).toBeUndefined()
  })

  test('an empty string is a value', () => {
    expect(renderKey(parseKeyTemplate('X#{a}', '#'), { a: { S: '' } })).toBe('X#')
  })

  test('what is known of a key ends where the first value is missing', () => {
    const template = parseKeyTemplate('A#{a}#B#{b}#{c}', '#')
    const known = { complete: false, nextIsLast: false, ordered: true }
    expect(renderPrefix(template, {})).toEqual({ ...known, text: 'A#', next: 'a' })
    expect(renderPrefix(template, { a: { S: 'x' }, c: { S: 'z' } })).toEqual({ ...known, text: 'A#x#B#', next: 'b' })
    expect(renderPrefix(template, { a: { S: 'x' }, b: { S: 'y' } })).toEqual({
      complete: false,
      nextIsLast: true,
      ordered: true,
      text: 'A#x#B#y#',
      next: 'c',
    })
  })
})

describe('keys as other programs write them', () => {
  const plain = (text: string, ...numeric: string[]) =>
    parseKeyTemplate(text, '#', { segments: 'plain', isNumeric: (name) => numeric.includes(name) })

  test('E15: their only value is read as it stands', () => {
    expect(readTemplate(plain('USER#{a}'), 'USER#x#%23')?.get('a')).toBe('x#%23')
    expect(readTemplate(plain('USER#{a}#END'), 'USER#x#END')?.get('a')).toBe('x')
    expect(readTemplate(plain('USER#{a}#END'), 'USER#x#y#END')).toBeUndefined()
    expect(decodeSegment('x#%23', 'S', 'plain')).toEqual({ S: 'x#%23' })
    expect(decodeSegment('042.50', 'N', 'plain')).toEqual({ N: '42.5' })
  })

  test.each([
    ['N', 'plain', 'abc'],
    ['N', 'escaped', '42'],
    ['N', 'escaped', '05'],
    ['BOOL', 'escaped', 'yes'],
    ['B', 'escaped', 'f'],
    ['B', 'plain', 'FF'],
  ] as const)('E15: a segment that no %s makes (%s) is no value', (type, segments, text) => {
    expect(decodeSegment(text, type, segments)).toBeUndefined()
  })

  test.each([
    ['USER#{a}', { a: { S: 'a b%' } }, 'USER#a b%'],
    ['USER#{a}', { a: { S: 'x#y' } }, 'USER#x#y'],
    ['ORDER#{a}', { a: { N: '042.50' } }, 'ORDER#42.5'],
    ['ORDER#{a}', { a: { N: '-7' } }, 'ORDER#-7'],
    ['{a}#END', { a: { BOOL: false } }, 'false#END'],
    ['{a}#{b}', { a: { S: '$' }, b: { B: 'AP8=' } }, '$#00ff'],
  ] as const)('E12: plain values: %s of %j is %s', (text, item, key) => {
    expect(renderKey(plain(text), item)).toBe(key)
  })

  test('E12: a plain value does not reach into what follows it', () => {
    const refused = expect.objectContaining({
      code: 'KEY.DELIMITER',
      details: expect.objectContaining({ attribute: 'a' }),
    })
    expect(() => renderKey(plain('X#{a}#{b}'), { a: { S: 'x#y' }, b: { S: 'z' } })).toThrow(refused)
    expect(() => renderKey(plain('X#{a}#END'), { a: { S: '#' } })).toThrow(refused)
    const wide = parseKeyTemplate('{a}::{b}', '::', { segments: 'plain' })
    expect(() => renderKey(wide, { a: { S: 'x:' }, b: { S: 'y' } })).toThrow(refused)
    expect(renderKey(wide, { a: { S: 'x:y' }, b: { S: ':z' } })).toBe('x:y:::z')
    expect(String(KEY_CODES['KEY.DELIMITER'])).toContain('last')
  })

  test('E12: plain text is in order at the end of a key, numbers are nowhere', () => {
    const ordered = (text: string, ...numeric: string[]) => renderPrefix(plain(text, ...numeric), {}).ordered
    expect([ordered('X#{a}'), ordered('X#{a}#{b}'), ordered('X#{a}#END'), ordered('X#{a}', 'a')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test.each([
    ['USER#{a}', 'USER#a b%', {}, true],
    ['USER#{a}', 'USER#', {}, false],
    ['USER#{a}', 'USERS#a', {}, false],
    ['USER#{a}', 'xUSER#a', {}, false],
    ['USER#{a}', 'USER#a#b', {}, false],
    ['USER#{a}', 'USER#a#b', { a: { S: 'a#b' } }, true],
    ['USER#{a}', 'USER#a#b', { a: { S: 'a' } }, false],
    ['USER#{a}#END', 'USER#a#END', {}, true],
    ['USER#{a}#END', 'USER#a#b#END', { a: { S: 'a#b' } }, false],
    ['USER#{a}#END', 'USER#a#ENDS', {}, false],
    ['PROFILE', 'PROFILE', {}, true],
    ['PROFILE', 'PROFILES', {}, false],
    ['ORDER#{n}', 'ORDER#42', {}, true],
    ['ORDER#{n}', 'ORDER#0042', {}, true],
    ['ORDER#{n}', 'ORDER#-1.5', {}, true],
    ['ORDER#{n}', 'ORDER#TOTALS', {}, false],
    ['ORDER#{n}', 'ORDER#', {}, false],
    ['{a}#{b}', 'x#y', {}, true],
    ['{a}#{b}', 'x', {}, false],
  ] as const)('E12: %s and the key %s of %j: %s', (text, key, item, known) => {
    expect(matchesTemplate(plain(text, 'n'), key, item)).toBe(known)
  })

  test('E12: escaped keys are known by their form, too', () => {
    const template = parseKeyTemplate('X#{n}#{a}', '#', { isNumeric: (name) => name === 'n' })
    const item = { n: { N: '-42' }, a: { S: 'a#b' } }
    expect(matchesTemplate(template, renderKey(template, item) as string, {})).toBe(true)
    for (const key of ['X#42#a', 'X#150242#a#b', 'X#150242', 'Y#150242#a'])
      expect(matchesTemplate(template, key, { a: { S: 'a#b' } })).toBe(false)
  })
})

describe('segments', () => {
  test.each([
    ['a#b', '#', 'a%23b'],
    ['a%23b', '#', 'a%2523b'],
    ['\0 !"$', '#', '%00%20%21%22%24'],
    ['a|b#c', '|', 'a%7Cb%23c'],
    ['a::b', '::', 'a%3A%3Ab'],
    ['plain-text_😀', '#', 'plain-text_😀'],
  ])('Z12: %j with the delimiter %s', (text, delimiter, segment) => {
    expect(escapeSegment(text, delimiter)).toBe(segment)
  })

  test.each([
    ['0', '1000'],
    ['1', '15011'],
    ['42', '150242'],
    ['-42', '049757~'],
    ['0.001', '14981'],
    ['1E+125', '16261'],
    ['-1E-130', '06288~'],
  ])('Z12: the number %s is written %s', (number, text) => {
    expect(encodeOrderedNumber(number)).toBe(text)
  })

  test('binary is written as hex; what has no order cannot be part of a key', () => {
    expect(encodeSegment({ B: 'AP8=' }, '#', 'a')).toBe('00ff')
    for (const value of [{ L: [] }, { M: {} }, { SS: ['a'] }, { NULL: true }] as const)
      expect(() => encodeSegment(value, '#', 'a')).toThrow(expect.objectContaining({ code: 'KEY.TYPE' }))
  })
})

describe('limits of keys', () => {
  test.each([
    ['partition', 2048],
    ['sort', 1024],
  ] as const)('a %s key has at most %i bytes', (part, bytes) => {
    for (const text of ['x'.repeat(bytes), 'é'.repeat(bytes / 2)]) {
      expect(fitsKey(text, part)).toBe(true)
      expect(() => checkKeyText(text, part, 'pk', 'User')).not.toThrow()
      expect(fitsKey(`${text}x`, part)).toBe(false)
      expect(() => checkKeyText(`${text}x`, part, 'pk', 'User')).toThrow(
        expect.objectContaining({ code: 'KEY.TOO_LONG', details: expect.objectContaining({ bytes: bytes + 1 }) }),
      )
    }
  })

  test('a key has something in it', () => {
    expect(() => checkKeyText('', 'sort', 'sk', 'User')).toThrow(expect.objectContaining({ code: 'KEY.EMPTY' }))
  })

  test('every code of the room is thrown by something above or here', () => {
    const key = new Uint8Array(32)
    expect(openCursor(key, 'q', sealCursor(key, 'q', { a: 1 }))).toEqual({ a: 1 })
    expect(() => openCursor(key, 'q', 'x')).toThrow(expect.objectContaining({ code: 'KEY.CURSOR' }))
    expect(Object.keys(KEY_CODES).sort()).toEqual([
      'KEY.CURSOR',
      'KEY.DELIMITER',
      'KEY.EMPTY',
      'KEY.TEMPLATE',
      'KEY.TOO_LONG',
      'KEY.TYPE',
    ])
  })
})
