import { describe, expect, test } from 'vitest'
import type { Backup, Backups, Verification } from '../../../src/backup/backup.js'
import { checkRetention, everyOf, startSchedule } from '../../../src/backup/schedule.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Time that is moved by hand: who sleeps wakes when it has come. */
class ManualClock {
  #now = Date.UTC(2026, 0, 1)
  #sleepers: { at: number; wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      this.#sleepers.push({ at: this.#now + ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      await settled()
      const [next] = this.#sleepers.sort((a, b) => a.at - b.at)
      if (next === undefined || next.at > until) break
      this.#now = Math.max(this.#now, next.at)
      this.#sleepers.shift()
      next.wake()
    }
    this.#now = until
    await settled()
  }
}

/** All that can go on without time passing has gone on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}

class MemoryBackups implements Backups {
  backups: Backup[] = []
  broken = false
  failing = false
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  async create(table: string): Promise<Backup> {
    if (this.failing) throw new Error('no room')
    const createdAt = new Date(this.#clock.now())
    const backup: Backup = {
      id: `${table} ${createdAt.getTime()}`,
      kind: 'portable',
      status: 'complete',
      table,
      name: undefined,
      createdAt,
      items: 1,
      bytes: 1,
      encrypted: false,
    }
    this.backups = [backup, ...this.backups]
    return backup
  }

  async list(): Promise<readonly Backup[]> {
    return this.backups
  }

  async describe(id: string): Promise<Backup> {
    return this.backups.find((each) => each.id === id) as Backup
  }

  async remove(id: string): Promise<void> {
    this.backups = this.backups.filter((each) => each.id !== id)
  }

  async verify(id: string): Promise<Verification> {
    return { id, ok: !this.broken, faults: this.broken ? ['x'] : [], files: 1, items: 1, digest: '', against: 'sha256' }
  }

  restore(): Promise<never> {
    return Promise.reject(new Error('no'))
  }
}

describe('scheduled backups', () => {
  test('B4: one is taken at once, then every so often; the older ones go', async () => {
    const clock = new ManualClock()
    const backups = new MemoryBackups(clock)
    const schedule = await startSchedule(backups, clock, 'orders', { every: '1d', keep: { last: 3 } })
    await clock.pass(0)
    expect(backups.backups).toHaveLength(1)
    expect(schedule.next).toEqual(new Date(Date.UTC(2026, 0, 2)))
    await clock.pass(5 * DAY)
    const days = backups.backups.map(({ createdAt }) => createdAt.getUTCDate())
    expect(days).toEqual([6, 5, 4])
    await schedule.stop()
    await clock.pass(5 * DAY)
    expect(backups.backups).toHaveLength(3)
    await expect(schedule.run()).rejects.toMatchObject({ code: 'BACKUP.STOPPED' })
  })

  test('B4: days and the last ones, whichever keeps more; backups of other tables stay', async () => {
    const clock = new ManualClock()
    const backups = new MemoryBackups(clock)
    await backups.create('customers')
    const schedule = await startSchedule(backups, clock, 'orders', { every: '12h', keep: { last: 1, days: 2 } })
    await clock.pass(7 * DAY)
    const ages = backups.backups
      .filter(({ table }) => table === 'orders')
      .map(({ createdAt }) => (clock.now() - createdAt.getTime()) / DAY)
    expect(ages).toEqual([0, 0.5, 1, 1.5, 2])
    expect(backups.backups.filter(({ table }) => table === 'customers')).toHaveLength(1)
    await schedule.stop()
  })

  test('B4: nothing is deleted where the new one is not good, or was not taken; the next one is tried all the same', async () => {
    const clock = new ManualClock()
    const backups = new MemoryBackups(clock)
    const errors: unknown[] = []
    const options = { every: '1h', keep: { last: 1 }, onError: (error: unknown) => errors.push(error) } as const
    const schedule = await startSchedule(backups, clock, 'orders', options)
    await clock.pass(0)
    backups.broken = true
    await clock.pass(2 * HOUR)
    expect(backups.backups).toHaveLength(3)
    expect(errors).toMatchObject([{ code: 'BACKUP.DAMAGED' }, { code: 'BACKUP.DAMAGED' }])
    backups.broken = false
    backups.failing = true
    await clock.pass(HOUR)
    expect(backups.backups).toHaveLength(3)
    backups.failing = false
    await clock.pass(HOUR)
    expect(backups.backups).toHaveLength(1)
    await schedule.stop()
  })

  test('B4: a process that starts again goes on from the newest backup', async () => {
    const clock = new ManualClock()
    const backups = new MemoryBackups(clock)
    await backups.create('orders')
    await clock.pass(18 * HOUR)
    const schedule = await startSchedule(backups, clock, 'orders', { every: '1d' })
    await clock.pass(5 * HOUR)
    expect(backups.backups).toHaveLength(1)
    await clock.pass(HOUR)
    expect(backups.backups).toHaveLength(2)
    await schedule.stop()
  })

  test('B4, Z18: times and retentions that cannot be meant are refused', () => {
    expect([everyOf('30m'), everyOf('6h'), everyOf('1w'), everyOf(60_000)]).toEqual([
      1_800_000,
      6 * HOUR,
      7 * DAY,
      60_000,
    ])
    for (const every of [
      '',
      '1',
      'd',
      '1y',
      '0d',
      '-1d',
      '1.5d',
      59_999,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      null,
      {},
    ])
      expect(() => everyOf(every)).toThrow(expect.objectContaining({ code: 'BACKUP.INVALID' }))
    for (const keep of [{}, { last: 0 }, { last: 1.5 }, { days: 0 }, { days: Number.NaN }, { last: '3' as never }])
      expect(() => checkRetention(keep)).toThrow(expect.objectContaining({ code: 'BACKUP.INVALID' }))
  })
})
