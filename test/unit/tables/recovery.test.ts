import {
  createTable,
  describeTable,
  disablePointInTimeRecovery,
  enablePointInTimeRecovery,
  updateTable,
} from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import type { ContinuousBackups, OperationInput } from '../../../src/drivers/index.js'
import { refusal, type StubAws, stubAws } from './stub-aws.js'

/** A table with point-in-time recovery as DynamoDB keeps it; it cannot be turned on for the first `unready` times. */
function table(unready = 0): StubAws {
  let recovery: NonNullable<ContinuousBackups['ContinuousBackupsDescription']>['PointInTimeRecoveryDescription'] = {
    PointInTimeRecoveryStatus: 'DISABLED',
  }
  let left = unready
  return stubAws((operation, input) => {
    if (operation === 'DescribeTable') return { Table: { TableName: 'orders', TableStatus: 'ACTIVE' } }
    if (operation === 'DescribeContinuousBackups')
      return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: recovery } }
    if (operation !== 'UpdateContinuousBackups') return {}
    if (left-- > 0) throw refusal('SERVICE.UNKNOWN', 'ContinuousBackupsUnavailableException')
    const { PointInTimeRecoverySpecification: wanted } = input as OperationInput<'UpdateContinuousBackups'>
    recovery = wanted.PointInTimeRecoveryEnabled
      ? {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: wanted.RecoveryPeriodInDays ?? 35,
          EarliestRestorableDateTime: 1_700_000_000,
          LatestRestorableDateTime: 1_700_000_300.5,
        }
      : { PointInTimeRecoveryStatus: 'DISABLED' }
    return {}
  })
}

const sends = (PointInTimeRecoverySpecification: object): unknown => [
  'UpdateContinuousBackups',
  { TableName: 'orders', PointInTimeRecoverySpecification },
]

describe('point-in-time recovery', () => {
  test('B3: is turned on, changed and turned off once', async () => {
    const { connection, sent } = table()
    expect(await enablePointInTimeRecovery('orders', { connection })).toBe(true)
    expect(await enablePointInTimeRecovery('orders', { connection })).toBe(false)
    expect(await enablePointInTimeRecovery('orders', { connection, days: 35 })).toBe(false)
    expect(await enablePointInTimeRecovery('orders', { connection, days: 7 })).toBe(true)
    expect(await enablePointInTimeRecovery('orders', { connection })).toBe(false)
    expect(await describeTable('orders', { connection })).toMatchObject({
      pointInTimeRecovery: { days: 7, earliest: new Date(1_700_000_000_000), latest: new Date(1_700_000_300_500) },
      unsupported: [],
    })
    expect(await disablePointInTimeRecovery('orders', { connection })).toBe(true)
    expect(await disablePointInTimeRecovery('orders', { connection })).toBe(false)
    expect(sent).toEqual([
      sends({ PointInTimeRecoveryEnabled: true }),
      sends({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 }),
      sends({ PointInTimeRecoveryEnabled: false }),
    ])
    expect(await describeTable('orders', { connection })).toMatchObject({ pointInTimeRecovery: undefined })
  })

  test('B3: a table that was just made is asked again until it can, or the time is up', async () => {
    const patient = table(3)
    await createTable(
      { tableName: 'orders', partitionKey: { name: 'id', type: 'S' }, pointInTimeRecovery: { days: 14 } },
      { connection: patient.connection },
    )
    const asked = sends({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 14 })
    expect(patient.sent.slice(1)).toEqual([asked, asked, asked, asked])
    expect(patient.slept).toEqual([2000, 2000, 2000])
    const { connection } = table(100)
    await expect(enablePointInTimeRecovery('orders', { connection, timeout: 5000 })).rejects.toMatchObject({
      code: 'TABLE.WAIT_TIMEOUT',
      cause: { exception: 'ContinuousBackupsUnavailableException' },
    })
  })

  test('B3: updateTable knows it too', async () => {
    const { connection, sent } = table()
    const changed = ['pointInTimeRecovery']
    expect(await updateTable('orders', { pointInTimeRecovery: true }, { connection })).toEqual(changed)
    expect(await updateTable('orders', { pointInTimeRecovery: true }, { connection })).toEqual([])
    expect(await updateTable('orders', { pointInTimeRecovery: false }, { connection })).toEqual(changed)
    expect(sent).toHaveLength(2)
  })

  test('B3: days that cannot be are refused', async () => {
    const { connection, sent } = table()
    for (const days of [0, 36, 1.5])
      await expect(enablePointInTimeRecovery('orders', { connection, days })).rejects.toMatchObject({
        code: 'TABLE.INVALID_INPUT',
        faults: [`settings.days is ${days}, and must be a whole number from 1 to 35`],
      })
    expect(sent).toEqual([])
  })
})
