import { describe, expect, test } from 'vitest'
import {
  type Driver,
  type DriverCapabilities,
  NetworkError,
  type OperationName,
  type RetryPolicy,
  retrying,
  type SendOptions,
  ServiceError,
  ThrottlingError,
  TransactionCanceledError,
} from '../../../src/drivers/index.js'
import { RetryBudget } from '../../../src/drivers/retry-budget.js'

const KEY = { TableName: 'users', Key: { pk: { S: 'a' } } }
const service = (exception: string, statusCode = 400) => ({ exception, statusCode })
const throttled = () => new ThrottlingError('SERVICE.THROTTLED', 'slower', service('ThrottlingException'))
const internal = () => new ServiceError('SERVICE.INTERNAL', 'oops', service('InternalServerError', 500))
const network = (code: 'UNREACHABLE' | 'TIMEOUT' | 'CORRUPT' | 'ABORTED' = 'UNREACHABLE', sent = true) =>
  new NetworkError(`NETWORK.${code}`, 'broken', { sent })
const canceled = (...codes: string[]) =>
  new TransactionCanceledError('canceled', {
    ...service('TransactionCanceledException'),
    reasons: codes.map((Code) => ({ Code })),
  })

/** Time that moves only when somebody sleeps. */
function setUp(failures: (() => unknown)[], policy: Partial<RetryPolicy> = {}, budget?: RetryBudget) {
  const waits: number[] = []
  const seen: SendOptions[] = []
  const clock = {
    time: 0,
    now: () => clock.time,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted()
      waits.push(ms)
      clock.time += ms
    },
  }
  const inner = {
    name: 'inner',
    endpoint: 'memory',
    capabilities: { retries: false } as DriverCapabilities,
    async send(_: OperationName, __: unknown, options: SendOptions) {
      seen.push(options)
      const next = failures.shift()
      if (next !== undefined) throw next()
      return { ok: true }
    },
  } as unknown as Driver
  const driver = retrying(
    inner,
    { maxRetries: 5, baseDelay: 50, maxDelay: 5000, deadline: undefined, ...policy },
    { clock, random: () => 0.5, ...(budget === undefined ? {} : { budget }) },
  )
  return { driver, waits, seen, clock }
}

describe('what is retried', () => {
  test.each([
    ['throttling', throttled],
    ['a 500', internal],
    ['a proxy’s 503', () => new ServiceError('SERVICE.UNKNOWN', 'html', service('HTTP 503', 503))],
    ['a broken connection', () => network()],
    ['a timeout', () => network('TIMEOUT')],
    ['a corrupt answer', () => network('CORRUPT')],
    [
      'a conflict with a transaction',
      () => new ServiceError('SERVICE.TRANSACTION_CONFLICT', 'x', service('TransactionConflictException')),
    ],
    [
      'a transaction canceled by throttling and conflicts alone',
      () => canceled('None', 'TransactionConflict', 'ThrottlingError'),
    ],
  ])('D3: %s is', async (_, error) => {
    const { driver, seen } = setUp([error])
    let attempts = 0
    expect(await driver.send('GetItem', KEY, { onAttempt: (n) => (attempts = n) })).toEqual({ ok: true })
    expect([seen.length, attempts]).toEqual([2, 2])
  })

  test.each([
    ['validation', () => new ServiceError('SERVICE.VALIDATION', 'x', service('ValidationException'))],
    [
      'a condition',
      () => new ServiceError('SERVICE.CONDITION_FAILED', 'x', service('ConditionalCheckFailedException')),
    ],
    ['access', () => new ServiceError('SERVICE.ACCESS_DENIED', 'x', service('AccessDeniedException'))],
    ['an account limit', () => new ServiceError('SERVICE.LIMIT_EXCEEDED', 'x', service('LimitExceededException'))],
    ['an abort', () => network('ABORTED')],
    ['a transaction with a failed condition', () => canceled('TransactionConflict', 'ConditionalCheckFailed')],
    ['a transaction canceled for no stated reason', () => canceled('None')],
    ['a foreign error', () => new TypeError('bug')],
  ])('D3: %s is not', async (_, error) => {
    const { driver, seen } = setUp([error])
    let attempts = 0
    await expect(driver.send('GetItem', KEY, { onAttempt: (n) => (attempts = n) })).rejects.toThrow()
    expect([seen.length, attempts]).toEqual([1, 1])
  })

  test('D3: a transaction without a token is not sent again once it may have taken effect', async () => {
    const request = { TransactItems: [] }
    for (const error of [internal, () => network('TIMEOUT'), () => network('UNREACHABLE', true)]) {
      const { driver, seen } = setUp([error])
      await expect(driver.send('TransactWriteItems', request)).rejects.toThrow()
      expect(seen).toHaveLength(1)
      const withToken = setUp([error])
      await withToken.driver.send('TransactWriteItems', { ...request, ClientRequestToken: 't' })
      expect(withToken.seen).toHaveLength(2)
    }
    for (const error of [throttled, () => network('UNREACHABLE', false)]) {
      const { driver, seen } = setUp([error])
      await driver.send('TransactWriteItems', request)
      expect(seen).toHaveLength(2)
    }
  })
})

describe('how often and how long', () => {
  test.each([
    'ADD #n :v',
    'SET #a = :a ADD #n :v',
    'SET #n = #n + :v',
    'SET #n = if_not_exists(#n, :zero) - :v',
    'SET #l = list_append(#l, :v)',
  ])('Z2: a lost answer to UpdateItem with %s is not followed by a second one', async (UpdateExpression) => {
    const { driver, seen } = setUp([network])
    await expect(driver.send('UpdateItem', { ...KEY, UpdateExpression })).rejects.toMatchObject({
      sent: true,
      attempts: 1,
    })
    expect(seen).toHaveLength(1)
    for (const harmless of [throttled, () => network('UNREACHABLE', false)]) {
      const later = setUp([harmless])
      await later.driver.send('UpdateItem', { ...KEY, UpdateExpression })
      expect(later.seen).toHaveLength(2)
    }
    const allowed = setUp([network])
    await allowed.driver.send('UpdateItem', { ...KEY, UpdateExpression }, { atLeastOnce: true })
    expect(allowed.seen).toHaveLength(2)
  })

  test.each([
    ['ExecuteStatement', { Statement: 'UPDATE "t" SET "n" = "n" + ? WHERE "pk" = ?' }, 1],
    ['ExecuteStatement', { Statement: 'UPDATE "t" SET "l" = list_append("l", ?) WHERE "pk" = ?' }, 1],
    ['ExecuteStatement', { Statement: 'UPDATE "t" SET "n" = ? WHERE "pk" = ?' }, 2],
    ['ExecuteStatement', { Statement: 'SELECT * FROM "t" WHERE "a" = ?' }, 2],
    ['ExecuteStatement', { Statement: 'INSERT INTO "t" VALUE {\'pk\': ?}' }, 2],
    ['BatchExecuteStatement', { Statements: [{ Statement: 'UPDATE "t" SET "n" = "n" - ? WHERE "pk" = ?' }] }, 1],
    ['BatchExecuteStatement', { Statements: [{ Statement: 'DELETE FROM "t" WHERE "pk" = ?' }] }, 2],
    ['ExecuteTransaction', { TransactStatements: [{ Statement: 'SELECT * FROM "t" WHERE "pk" = ?' }] }, 2],
    ['ExecuteTransaction', { TransactStatements: [{ Statement: 'DELETE FROM "t" WHERE "pk" = ?' }] }, 1],
    ['ExecuteTransaction', { ClientRequestToken: 'x', TransactStatements: [{ Statement: 'DELETE FROM "t"' }] }, 2],
  ] as const)('Z2: after a lost answer to %s with %j it is sent %i times', async (operation, input, times) => {
    const { driver, seen } = setUp([network])
    await driver.send(operation, input as never).catch(() => undefined)
    expect(seen).toHaveLength(times)
  })

  test('Z2: an UpdateItem that sets values is sent again', async () => {
    const { driver, seen } = setUp([network])
    await driver.send('UpdateItem', { ...KEY, UpdateExpression: 'SET #address = :v REMOVE #x' })
    expect(seen).toHaveLength(2)
  })

  test('D3: waits double up to the longest one, with jitter, and the error tells the attempts', async () => {
    const { driver, waits } = setUp(
      Array.from({ length: 9 }, () => throttled),
      { maxRetries: 8, maxDelay: 1000 },
    )
    const error = await driver.send('GetItem', KEY).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SERVICE.THROTTLED', attempts: 9 })
    expect(waits).toEqual([25, 50, 100, 200, 400, 500, 500, 500])
  })

  test('D3: an error says whether an attempt before it may have taken effect', async () => {
    const condition = () =>
      new ServiceError('SERVICE.CONDITION_FAILED', 'x', service('ConditionalCheckFailedException'))
    for (const [before, uncertain] of [
      [[], false],
      [[throttled], false],
      [[() => network('UNREACHABLE', false)], false],
      [[network], true],
      [[internal], true],
      [[network, throttled], true],
    ] as const) {
      const { driver } = setUp([...before, condition])
      await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ attempts: before.length + 1, uncertain })
    }
  })

  test('D3: maxRetries 0 is one attempt', async () => {
    const { driver, seen } = setUp([throttled], { maxRetries: 0 })
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ attempts: 1 })
    expect(seen).toHaveLength(1)
  })

  test('D3: the deadline ends the call, names the last error, and shortens each attempt', async () => {
    const { driver, seen, clock } = setUp(
      Array.from({ length: 9 }, () => internal),
      { deadline: 200 },
    )
    const error = await driver.send('GetItem', KEY).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'NETWORK.TIMEOUT', attempts: 4, cause: { code: 'SERVICE.INTERNAL' } })
    expect(seen.map(({ deadline }) => deadline)).toEqual([200, 175, 125, 25])
    expect(clock.time).toBeLessThan(200)
  })

  test('D3: a caller’s deadline goes before the config’s', async () => {
    const { driver } = setUp([internal, internal], { deadline: 10_000 })
    await expect(driver.send('GetItem', KEY, { deadline: 20 })).rejects.toMatchObject({
      code: 'NETWORK.TIMEOUT',
      attempts: 1,
    })
  })

  test('D3: an abort while waiting ends the call and says whether anything may have taken effect', async () => {
    const controller = new AbortController()
    const abortThen = (error: () => unknown) => () => {
      controller.abort(new RangeError('enough'))
      return error()
    }
    const { driver } = setUp([abortThen(internal)])
    await expect(driver.send('GetItem', KEY, { signal: controller.signal })).rejects.toMatchObject({
      code: 'NETWORK.ABORTED',
      sent: true,
      cause: expect.any(RangeError),
      details: { lastError: { code: 'SERVICE.INTERNAL' } },
    })
  })
})

describe('the budget', () => {
  test('D3: spent, lets failures through at once and throttled work go on slowly', async () => {
    const spent = new RetryBudget(0)
    const failing = setUp([internal], {}, spent)
    await expect(failing.driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'SERVICE.INTERNAL', attempts: 1 })
    const slow = setUp([throttled], { maxDelay: 1000 }, new RetryBudget(0))
    await slow.driver.send('GetItem', KEY)
    expect(slow.waits).toEqual([750])
  })

  test('D3: is paid by retries and refilled by successes', async () => {
    const budget = new RetryBudget(10)
    const { driver } = setUp([internal, internal, internal], {}, budget)
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ attempts: 3 })
    for (let n = 0; n < 4; n++) await driver.send('GetItem', KEY)
    expect([budget.take(5), budget.take(4)]).toEqual([false, true])
  })
})

test('D5: a retrying driver says that it retries, and passes the rest on', () => {
  const { driver } = setUp([])
  expect(driver.capabilities.retries).toBe(true)
  expect([driver.name, driver.endpoint]).toEqual(['inner', 'memory'])
})
