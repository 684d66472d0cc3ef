import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type LockRecord, readLock, takeLock } from '../../../src/drivers/engine/lock.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  return () => rmSync(folder, { recursive: true })
})

const record = (token: string): LockRecord => ({
  control: 1,
  token,
  host: 'here',
  args: [],
  facts: { engine: 'dynoxide', port: 1, sharedDb: true, startedAt: 0 },
})

test('of two that saw the same state, one takes the lock', () => {
  const seen = readLock(folder, 'engine')
  expect(takeLock(folder, 'engine', seen, record('first'))).toBe(join(folder, 'engine.1.lock'))
  expect(takeLock(folder, 'engine', seen, record('second'))).toBeUndefined()
  expect(readLock(folder, 'engine').record?.token).toBe('first')
})

test('one that saw a state of long ago does not take the lock, though its file name is free again', () => {
  const old = readLock(folder, 'engine')
  takeLock(folder, 'engine', old, record('a'))
  takeLock(folder, 'engine', readLock(folder, 'engine'), record('b'))
  expect(readdirSync(folder)).toEqual(['engine.2.lock'])
  expect(takeLock(folder, 'engine', old, record('late'))).toBeUndefined()
  expect(readLock(folder, 'engine').record?.token).toBe('b')
  expect(readdirSync(folder)).toEqual(['engine.2.lock'])
})

test('locks of other names, and numbers that are none, do not count', () => {
  takeLock(folder, 'port-80', readLock(folder, 'port-80'), record('a'))
  expect(readLock(folder, 'port-8').generation).toBe(0)
  expect(readLock(folder, 'port').generation).toBe(0)
})

test('generations count as numbers, not as text', () => {
  for (let n = 0; n < 11; n += 1) takeLock(folder, 'engine', readLock(folder, 'engine'), record(String(n)))
  expect(readLock(folder, 'engine')).toMatchObject({ generation: 11, record: { token: '10' } })
})
