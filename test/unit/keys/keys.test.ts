import { describe, expect, test } from 'vitest'
import {
  checkKeyText,
  encodeOrderedNumber,
  encodeSegment,
  escapeSegment,
  fitsKey,
  KEY_CODES,
  openCursor,
  parseKeyTemplate,
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
    const known = { complete: false, nextIsLast: false }
    expect(renderPrefix(template, {})).toEqual({ ...known, text: 'A#', next: 'a' })
    expect(renderPrefix(template, { a: { S: 'x' }, c: { S: 'z' } })).toEqual({ ...known, text: 'A#x#B#', next: 'b' })
    expect(renderPrefix(template, { a: { S: 'x' }, b: { S: 'y' } })).toEqual({
      complete: false,
      nextIsLast: true,
      text: 'A#x#B#y#',
      next: 'c',
    })
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
      'KEY.EMPTY',
      'KEY.TEMPLATE',
      'KEY.TOO_LONG',
      'KEY.TYPE',
    ])
  })
})
