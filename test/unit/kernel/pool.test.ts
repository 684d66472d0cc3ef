import { describe, expect, it } from 'vitest'
import { mapConcurrent } from '../../../src/kernel/index.js'

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

describe('mapConcurrent', () => {
  it('keeps the order and never runs more than allowed', async () => {
    let running = 0
    let most = 0
    const results = await mapConcurrent(new Set([5, 4, 3, 2, 1]), 2, async (item, index) => {
      most = Math.max(most, ++running)
      for (let i = 0; i < item; i++) await turn()
      running--
      return [item, index]
    })
    expect(results).toEqual([
      [5, 0],
      [4, 1],
      [3, 2],
      [2, 3],
      [1, 4],
    ])
    expect(most).toBe(2)
  })

  it('after a failure begins nothing, awaits what runs, and throws the first error', async () => {
    const begun: number[] = []
    let finished = false
    const work = mapConcurrent([0, 1, 2, 3], 2, async (item) => {
      begun.push(item)
      if (item === 0) throw new RangeError('first')
      await turn()
      finished = true
      throw new TypeError('second')
    })
    await expect(work).rejects.toThrow('first')
    expect(begun).toEqual([0, 1])
    expect(finished).toBe(true)
  })

  it('stops with the reason of its signal', async () => {
    const controller = new AbortController()
    const begun: number[] = []
    const work = mapConcurrent(
      [0, 1, 2],
      1,
      async (item) => {
        begun.push(item)
        controller.abort(new RangeError('stop'))
      },
      controller.signal,
    )
    await expect(work).rejects.toThrow('stop')
    expect(begun).toEqual([0])
  })

  it('works with nothing to do, and with a concurrency that makes no sense', async () => {
    expect(await mapConcurrent([], 4, async () => 1)).toEqual([])
    for (const concurrency of [0, -1, Number.NaN])
      expect(await mapConcurrent([1, 2], concurrency, async (n) => n)).toEqual([1, 2])
  })
})
