import { BatchError, type Connection, connect, DynamoDBModel, registerModels, StaleRecordError } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Task extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  static version = true
  static indexes = { byRank: { partition: ['board'], sort: ['rank'] } }
  attributes = {
    id: { type: 'string', required: true },
    board: { type: 'string', required: true },
    rank: { type: 'number', default: 0 },
    state: { type: 'string', index: true },
    code: { type: 'string', unique: true },
    points: { type: 'number', max: 1000 },
    text: { type: 'string' },
  } as const
}

class Mark extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, kind: { type: 'string', index: true } } as const
}

describeEngines('bulk writes', (lane) => {
  let connection: Connection
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await connection.run(async () => {
      registerModels(Task, Mark)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())
  const boards = (board: string, count: number): Promise<readonly Task[]> =>
    Promise.all(Array.from({ length: count }, (_, rank) => Task.create({ board, rank, state: 'open', points: rank })))

  inside('Q28: update writes every row of every page, index keys included', async () => {
    await boards('all', 230)
    const query = Task.where('board', 'all').where('points', '<', 200)
    const told: number[] = []
    expect(
      await query.update({ state: 'done', text: 'x'.repeat(6000) }, { onProgress: (done) => told.push(done) }),
    ).toBe(200)
    expect([told.length, told.at(-1)]).toEqual([200, 200])
    expect(await Task.where('state', 'done').count()).toBe(200)
    expect(await Task.where('state', 'open').where('board', 'all').count()).toBe(30)
    // More than 1 MB: several pages.
    expect(await Task.where('board', 'all').where('state', 'done').update({ text: undefined, state: undefined })).toBe(
      200,
    )
    expect(await Task.where('state', 'done').count()).toBe(0)
    expect((await Task.where('board', 'all').where('points', '<', 200).first())?.version).toBe(3)
  })

  inside('Q28: a row that a write moves forward in the index that is read is written once', async () => {
    await boards('halloween', 120)
    expect(await Task.where('board', 'halloween').increment('rank', 1000)).toBe(120)
    expect(await Task.where('board', 'halloween').orderBy('rank').decrement('points', 1)).toBe(120)
    const ranks = (await Task.where('board', 'halloween').orderBy('rank').get()).map(({ rank }) => rank)
    expect(ranks).toEqual(Array.from({ length: 120 }, (_, i) => 1000 + i))
    expect(await Task.where('board', 'halloween').sum('points')).toBe((119 * 120) / 2 - 120)
  })

  inside('Q28: only rows that still match are written, and none that others wrote is lost', async () => {
    await boards('race', 40)
    const counts = await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        Task.where('board', 'race')
          .where('state', 'open')
          .update({ state: `by-${i}` }),
      ),
    )
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(40)
    const rows = await Task.where('board', 'race').get()
    expect(rows.every(({ version }) => version === 2)).toBe(true)
  })

  inside('Q28: M24: M25: delete, restore and forceDelete', async () => {
    const made = await boards('bin', 12)
    const [first] = made
    const bin = Task.where('board', 'bin')
    expect(await bin.where('rank', '<', 5).delete()).toBe(5)
    expect(await bin.delete()).toBe(7)
    expect([await bin.count(), await bin.onlyTrashed().count(), await bin.delete()]).toEqual([0, 12, 0])
    expect(await bin.where('rank', '>=', 10).restore()).toBe(2)
    expect([await bin.count(), await bin.restore(), await bin.count()]).toEqual([2, 10, 12])
    expect(first).toBeDefined()
    expect(await bin.where('rank', 0).forceDelete()).toBe(1)
    expect(await bin.withTrashed().forceDelete()).toBe(11)
    expect(await bin.withTrashed().count()).toBe(0)
    await Mark.insertMany(Array.from({ length: 30 }, () => ({ kind: 'm' })))
    expect(await Mark.where('kind', 'm').limit(10).delete()).toBe(10)
    expect([await Mark.where('kind', 'm').delete(), await Mark.where('kind', 'm').count()]).toEqual([20, 0])
  })

  inside('Q31: expectVersion', async () => {
    const [task] = await boards('version', 1)
    const query = Task.where('id', (task as Task & { id: string }).id)
    await expect(query.expectVersion(2).update({ text: 'a' })).rejects.toBeInstanceOf(StaleRecordError)
    expect(await query.expectVersion(1).update({ text: 'a' })).toBe(1)
    await expect(query.expectVersion(1).delete()).rejects.toBeInstanceOf(StaleRecordError)
    await expect(query.expectVersion(1).increment('points')).rejects.toBeInstanceOf(StaleRecordError)
    expect(await query.expectVersion(2).increment('points')).toBe(1)
    expect(await query.expectVersion(3).delete()).toBe(1)
    expect(() => Mark.query().expectVersion(1)).toThrow(/Mark cannot expect/)
  })

  inside('Q28: what fails half way says how far it came, and goes on when it is run again', async () => {
    await boards('half', 30)
    await Task.where('board', 'half').where('rank', 20).update({ points: 998 })
    const error = await Task.where('board', 'half')
      .orderBy('rank')
      .increment('points', 5, { concurrency: 1, atLeastOnce: true })
      .catch((each: unknown) => each)
    expect(error).toBeInstanceOf(BatchError)
    expect(error).toMatchObject({ code: 'BATCH.FAILED', done: 20, cause: { code: 'VALIDATION.FAILED' } })
    expect((error as BatchError<{ rank: number }>).remaining.map(({ rank }) => rank)).toEqual([
      20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    ])
    await expect(Task.where('board', 'half').update({ points: 5000 })).rejects.toMatchObject({
      code: 'VALIDATION.FAILED',
    })
    await expect(Task.where('board', 'half').update({ nobody: 1 } as never)).rejects.toMatchObject({
      code: 'MODEL.UNKNOWN_ATTRIBUTE',
    })
    const stop = new AbortController()
    const aborted = await Task.where('board', 'half')
      .update(
        { text: 'stop' },
        { signal: stop.signal, concurrency: 2, onProgress: (done) => done === 6 && stop.abort() },
      )
      .catch((each: unknown) => each)
    expect(aborted).toMatchObject({ code: 'BATCH.FAILED', cause: { name: 'AbortError' } })
    const done = await Task.where('board', 'half').where('text', 'stop').count()
    expect(done).toBe((aborted as BatchError).done)
    expect(done).toBeLessThan(30)
    expect(await Task.where('board', 'half').whereNull('text').update({ text: 'stop' })).toBe(30 - done)
  })
})
