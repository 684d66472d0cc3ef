import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createFaultDriver,
  type Driver,
  FAULTS,
  type FaultPlan,
  type OperationName,
  type WriteRequest,
} from '../../../src/drivers/index.js'

const KEY = { TableName: 'users', Key: { pk: { S: 'a' } } }

function setUp(plan: FaultPlan) {
  const received: [OperationName, unknown][] = []
  const inner = {
    name: 'inner',
    endpoint: 'memory',
    send: async (operation: OperationName, input: unknown) => {
      received.push([operation, input])
      return operation === 'BatchWriteItem' ? { UnprocessedItems: {} } : { Item: KEY.Key }
    },
  } as unknown as Driver
  const waits: number[] = []
  const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) }
  return { driver: createFaultDriver(inner, { clock, ...plan }), received, waits }
}

describe('faults by script', () => {
  test.each([
    ['drop-reply', 1, { code: 'NETWORK.UNREACHABLE', sent: true }],
    ['refuse', 0, { code: 'NETWORK.UNREACHABLE', sent: false }],
    ['reset', 0, { code: 'NETWORK.UNREACHABLE', sent: true }],
    ['throttle', 0, { code: 'SERVICE.THROTTLED' }],
    ['internal', 0, { code: 'SERVICE.INTERNAL', statusCode: 500 }],
  ] as const)('Z19: %s lets %i requests through and fails', async (fault, reached, error) => {
    const { driver, received } = setUp({ script: [undefined, fault] })
    await driver.send('GetItem', KEY)
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject(error)
    expect(received).toHaveLength(1 + reached)
    await driver.send('GetItem', KEY)
    expect(driver.records.map((record) => record.fault)).toEqual([undefined, fault, undefined])
  })

  test('Z19: slow answers late, or too late', async () => {
    const { driver, received, waits } = setUp({ script: ['slow', 'slow'], delay: 300 })
    expect(await driver.send('GetItem', KEY)).toEqual({ Item: KEY.Key })
    await expect(driver.send('GetItem', KEY, { timeout: 200 })).rejects.toMatchObject({
      code: 'NETWORK.TIMEOUT',
      sent: true,
    })
    expect(received).toHaveLength(2)
    expect(waits).toEqual([300, 200])
  })

  test('Z19: only the operations of the plan count', async () => {
    const { driver } = setUp({ script: ['throttle'], operations: ['PutItem'] })
    await driver.send('GetItem', KEY)
    await expect(driver.send('PutItem', { TableName: 'users', Item: {} })).rejects.toMatchObject({
      code: 'SERVICE.THROTTLED',
    })
  })
})

test('Z19: a partial batch is cut in two without loss, whatever its shape', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 }), { minKeys: 1 }),
      fc.integer(),
      async (tables, seed) => {
        const RequestItems: Record<string, WriteRequest[]> = Object.fromEntries(
          Object.entries(tables).map(([table, count]) => [
            table,
            Array.from({ length: count }, (_, n) => ({ PutRequest: { Item: { pk: { S: `${table}${n}` } } } })),
          ]),
        )
        const { driver, received } = setUp({ script: ['partial-batch'], seed })
        const answer = await driver.send('BatchWriteItem', { RequestItems })
        const flat = (items: unknown) =>
          Object.entries(items as typeof RequestItems).flatMap(([table, entries]) =>
            entries.map((entry) => JSON.stringify([table, entry])),
          )
        const sent = flat((received[0]?.[1] as { RequestItems: unknown } | undefined)?.RequestItems ?? {})
        const left = flat(answer.UnprocessedItems)
        expect([...sent, ...left].sort()).toEqual(flat(RequestItems).sort())
        expect(sent.length).toBeGreaterThan(0)
        if (flat(RequestItems).length > 1) expect(left.length).toBeGreaterThan(0)
      },
    ),
  )
})

test('Z19: keys of a partial read keep their table’s projection', async () => {
  const { driver, received } = setUp({ script: ['partial-batch'] })
  const keys = Array.from({ length: 6 }, (_, n) => ({ pk: { S: String(n) } }))
  const answer = await driver.send('BatchGetItem', {
    RequestItems: { users: { Keys: keys, ProjectionExpression: 'a' } },
  })
  const sent = (received[0]?.[1] as { RequestItems: { users: { Keys: unknown[] } } } | undefined)?.RequestItems.users
  const left = answer.UnprocessedKeys?.['users']
  expect(left?.ProjectionExpression).toBe('a')
  expect([...(sent?.Keys ?? []), ...(left?.Keys ?? [])]).toHaveLength(6)
})

test('Z19: the same seed does the same, another one does not', async () => {
  const run = async (seed: number) => {
    const { driver } = setUp({ seed, rates: { throttle: 0.2, refuse: 0.2, slow: 0.1 } })
    for (let n = 0; n < 200; n++) await driver.send('GetItem', KEY).catch(() => undefined)
    return driver.records.map(({ fault }) => fault)
  }
  const first = await run(42)
  expect(await run(42)).toEqual(first)
  expect(await run(43)).not.toEqual(first)
  // The rates are about what was asked: 100 of 200 in expectation, six standard deviations of leeway.
  const faults = first.filter((fault) => fault !== undefined).length
  expect(faults).toBeGreaterThan(57)
  expect(faults).toBeLessThan(143)
})

test('Z19: a plan that makes no sense is refused', () => {
  const bad: FaultPlan[] = [
    { rates: { throttle: 0.7, refuse: 0.7 } },
    { rates: { throttle: -1 } },
    { script: ['explode' as never] },
  ]
  for (const plan of bad) expect(() => setUp(plan)).toThrow(expect.objectContaining({ code: 'DRIVER.INVALID' }))
  expect(() => setUp({ rates: Object.fromEntries(FAULTS.map((fault) => [fault, 1 / FAULTS.length])) })).not.toThrow()
})
