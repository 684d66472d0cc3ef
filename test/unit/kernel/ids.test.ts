import { describe, expect, it } from 'vitest'
import { InternalError, ulid, uuidv4, uuidv7 } from '../../../src/kernel/index.js'

describe('ulid', () => {
  it('is 26 characters of Crockford base 32 that begin with the time', () => {
    const id = ulid(2 ** 48 - 1)
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(id.slice(0, 10)).toBe('7ZZZZZZZZZ')
  })

  it('sorts in the order of making, within a millisecond and when the clock steps back', () => {
    const ids = Array.from({ length: 2000 }, (_, i) => ulid(2 ** 48 - 1 - (i % 3)))
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('refuses a time that it has no room for', () => {
    for (const time of [-1, 2 ** 48, Number.NaN]) expect(() => ulid(time)).toThrow(InternalError)
  })
})

describe('uuid', () => {
  it('has version and variant of RFC 9562', () => {
    expect(uuidv4()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uuidv7(0x0123456789ab)).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('sorts by time in version 7', () => {
    const ids = [0, 1, 255, 256, 2 ** 32, 2 ** 48 - 1].map((time) => uuidv7(time))
    expect([...ids].sort()).toEqual(ids)
  })
})
