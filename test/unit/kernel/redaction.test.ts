import { describe, expect, it } from 'vitest'
import { redact } from '../../../src/kernel/index.js'

describe('redact', () => {
  it('hides named fields at any depth and leaves the original alone', () => {
    const value = { password: 'x', user: [{ token: 'y', name: 'Ann' }], map: new Map([['token', 1]]) }
    expect(redact(value, ['password', 'token'])).toEqual({
      password: '[redacted]',
      user: [{ token: '[redacted]', name: 'Ann' }],
      map: new Map([['token', '[redacted]']]),
    })
    expect(value.user[0]?.token).toBe('y')
  })

  it('survives cycles, depth and repeated objects', () => {
    const shared = { n: 1 }
    const value: Record<string, unknown> = { a: shared, b: shared }
    value['self'] = value
    expect(redact(value, [])).toEqual({ a: { n: 1 }, b: { n: 1 }, self: '[circular]' })
    let deep: unknown = 'end'
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(JSON.stringify(redact(deep, []))).toContain('[too deep]')
  })

  it('keeps dates and binary, and copies __proto__ as a plain member', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1, "token": "t"}}') as object
    const copy = redact({ hostile, at: new Date(0), bytes: new Uint8Array([1]) }, ['token']) as { hostile: object }
    expect(Object.entries(copy.hostile)).toEqual([['__proto__', { polluted: 1, token: '[redacted]' }]])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(copy).toMatchObject({ at: new Date(0), bytes: new Uint8Array([1]) })
  })
})
