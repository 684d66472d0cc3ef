import { BackupManager } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { refusal, type StubAws, stubAws } from '../tables/stub-aws.js'

const ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/01489602797149-73d8d5bc'
const DETAILS = {
  BackupArn: ARN,
  BackupName: 'nightly',
  BackupStatus: 'AVAILABLE',
  BackupType: 'USER',
  BackupSizeBytes: 4096,
  BackupCreationDateTime: 1_489_602_797.149,
}
const SOURCE = {
  TableName: 'orders',
  TableId: 'a3ec0bb2-4bd1-4d80-a4fb-70fdd6e5ce2c',
  TableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  TableCreationDateTime: 1_489_600_000,
  ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  ItemCount: 12,
  BillingMode: 'PROVISIONED',
}

/** DynamoDB's backups, in the answers that its reference shows. */
function dynamodb(): StubAws & { readonly looks: [string, unknown][] } {
  const looks: [string, unknown][] = []
  let creating = 2
  let restoring = 2
  const stub = stubAws((operation, input) => {
    if (/^(?:Describe|List)/.test(operation)) looks.push([operation, input])
    switch (operation) {
      case 'CreateBackup':
        return { BackupDetails: { ...DETAILS, BackupStatus: 'CREATING' } }
      case 'DescribeBackup':
        return {
          BackupDescription: {
            BackupDetails: creating-- > 1 ? { ...DETAILS, BackupStatus: 'CREATING' } : DETAILS,
            SourceTableDetails: SOURCE,
          },
        }
      case 'ListBackups':
        return (input as { ExclusiveStartBackupArn?: string }).ExclusiveStartBackupArn === undefined
          ? { BackupSummaries: [{ ...DETAILS, TableName: 'orders' }], LastEvaluatedBackupArn: ARN }
          : {
              BackupSummaries: [
                { ...DETAILS, TableName: 'orders', BackupArn: `${ARN}2`, BackupCreationDateTime: 1_500_000_000 },
              ],
            }
      case 'DeleteBackup':
        return { BackupDescription: { BackupDetails: { ...DETAILS, BackupStatus: 'DELETED' } } }
      case 'RestoreTableFromBackup':
      case 'RestoreTableToPointInTime':
        return { TableDescription: { TableName: 'orders-2', TableStatus: 'CREATING' } }
      case 'DescribeTable':
        return {
          Table: {
            TableName: 'orders-2',
            TableStatus: restoring-- > 1 ? 'CREATING' : 'ACTIVE',
            RestoreSummary: { SourceBackupArn: ARN, RestoreDateTime: 1, RestoreInProgress: restoring > -1 },
          },
        }
      case 'DescribeContinuousBackups':
        return {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: 'ENABLED',
            PointInTimeRecoveryDescription: {
              PointInTimeRecoveryStatus: 'ENABLED',
              RecoveryPeriodInDays: 35,
              EarliestRestorableDateTime: 1_700_000_000,
              LatestRestorableDateTime: 1_700_000_300.5,
            },
          },
        }
      default:
        throw refusal('SERVICE.UNKNOWN', operation)
    }
  })
  return { ...stub, looks }
}

const managerOf = ({ connection }: StubAws): BackupManager => connection.run(() => new BackupManager())

describe("DynamoDB's own backups", () => {
  test('B1: a backup is asked for by name, and waited for', async () => {
    const aws = dynamodb()
    const backup = await managerOf(aws).createBackup({ table: 'orders', name: 'nightly' })
    expect(aws.sent).toEqual([['CreateBackup', { TableName: 'orders', BackupName: 'nightly' }]])
    expect(aws.looks).toEqual([
      ['DescribeBackup', { BackupArn: ARN }],
      ['DescribeBackup', { BackupArn: ARN }],
    ])
    expect(backup).toEqual({
      id: ARN,
      kind: 'aws',
      status: 'complete',
      table: 'orders',
      name: 'nightly',
      createdAt: new Date(1_489_602_797_149),
      items: undefined,
      bytes: 4096,
      encrypted: true,
    })
    await managerOf(aws).createBackup({ table: 'orders' })
    expect(aws.sent[1]).toEqual(['CreateBackup', { TableName: 'orders', BackupName: 'orders-20260101-000004' }])
    await expect(managerOf(aws).createBackup({ table: 'orders', name: 'a b' })).rejects.toMatchObject({
      code: 'BACKUP.INVALID',
    })
  })

  test('B1: all pages are listed, the newest first; one is described, one deleted', async () => {
    const aws = dynamodb()
    const backups = managerOf(aws)
    expect((await backups.listBackups({ table: 'orders' })).map(({ id }) => id)).toEqual([`${ARN}2`, ARN])
    expect(aws.looks).toEqual([
      ['ListBackups', { BackupType: 'ALL', TableName: 'orders' }],
      ['ListBackups', { BackupType: 'ALL', TableName: 'orders', ExclusiveStartBackupArn: ARN }],
    ])
    await backups.describeBackup(ARN)
    expect(await backups.describeBackup(ARN)).toMatchObject({ status: 'complete', table: 'orders', items: 12 })
    await backups.deleteBackup(ARN)
    expect(aws.sent).toEqual([['DeleteBackup', { BackupArn: ARN }]])
    for (const wrong of ['', 'orders', '01489602797149-73d8d5bc', 7 as never])
      await expect(backups.deleteBackup(wrong)).rejects.toMatchObject({ code: 'BACKUP.INVALID' })
    await expect(backups.verifyBackup(ARN)).rejects.toMatchObject({ code: 'BACKUP.INVALID' })
  })

  test('B2: a table is restored from a backup, and waited for until all of it is there', async () => {
    const aws = dynamodb()
    const did = await managerOf(aws).restoreFromBackup(ARN, { table: 'orders-2' })
    expect(aws.sent).toEqual([['RestoreTableFromBackup', { TargetTableName: 'orders-2', BackupArn: ARN }]])
    expect(did).toMatchObject({ table: 'orders-2', created: true, items: undefined })
    expect(did.notRestored).toContain('ttl')
    expect(aws.looks.filter(([operation]) => operation === 'DescribeTable').length).toBeGreaterThan(2)
  })

  test('B2: a table is restored as it was at a moment, or as late as can be', async () => {
    const aws = dynamodb()
    const backups = managerOf(aws)
    await backups.restoreToPointInTime('orders', { table: 'orders-2', at: new Date('2026-01-02T03:04:05.500Z') })
    await backups.restoreToPointInTime('orders', { table: 'orders-2' })
    const request = { SourceTableName: 'orders', TargetTableName: 'orders-2' }
    expect(aws.sent).toEqual([
      ['RestoreTableToPointInTime', { ...request, RestoreDateTime: Date.UTC(2026, 0, 2, 3, 4, 5, 500) / 1000 }],
      ['RestoreTableToPointInTime', { ...request, UseLatestRestorableTime: true }],
    ])
    for (const options of [{ table: 'orders' }, { table: '' }, { table: 'x', at: new Date(Number.NaN) }])
      await expect(backups.restoreToPointInTime('orders', options)).rejects.toMatchObject({ code: 'BACKUP.INVALID' })
  })

  test('B3: from when to when a table can be restored', async () => {
    expect(await managerOf(dynamodb()).describePointInTimeRecovery('orders')).toEqual({
      days: 35,
      earliest: new Date(1_700_000_000_000),
      latest: new Date(1_700_000_300_500),
    })
  })
})
