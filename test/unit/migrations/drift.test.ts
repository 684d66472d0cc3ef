import { expect, test } from 'vitest'
import type { OperationName, TableDescription } from '../../../src/drivers/index.js'
import { correct, differencesOf } from '../../../src/migrations/drift.js'
import type { PlacedFile } from '../../../src/migrations/migration.js'
import type { TableDesign } from '../../../src/single-table/index.js'
import type { TableChanges } from '../../../src/tables/index.js'
import { refusal, stubAws } from '../tables/stub-aws.js'

// Point-in-time recovery, table classes and limited credentials are AWS's own: no engine here has them.

const table = 'app'
const designs = [{ tableName: table, indexes: [] } as unknown as TableDesign]
const changing = (name: string, to: TableChanges): PlacedFile => ({
  name,
  checksum: name,
  migration: { operations: [{ type: 'change-table', table, from: {}, to }] },
})
const ran = (files: readonly PlacedFile[]) =>
  files.map(({ name, checksum }) => ({ name, checksum, appliedAt: '2026-01-01', batch: 1 }))
const lease = { signal: new AbortController().signal } as never

interface Aws {
  readonly Table?: TableDescription
  /** Days that are kept; undefined where recovery is off. */
  readonly days?: number
  readonly refuse?: OperationName
}

function aws({ Table = {}, days, refuse }: Aws) {
  return stubAws((operation) => {
    if (operation === refuse) throw refusal('SERVICE.ACCESS_DENIED', 'AccessDeniedException')
    if (operation === 'DescribeTable')
      return { Table: { TableName: table, TableStatus: 'ACTIVE', TableArn: 'arn:app', ...Table } }
    if (operation === 'ListTagsOfResource') return { Tags: [{ Key: 'team', Value: 'b' }] }
    if (operation === 'DescribeContinuousBackups')
      return {
        ContinuousBackupsDescription: {
          PointInTimeRecoveryDescription: {
            PointInTimeRecoveryStatus: days === undefined ? 'DISABLED' : 'ENABLED',
            RecoveryPeriodInDays: days,
          },
        },
      }
    return {}
  })
}

test('G12: point-in-time recovery that was turned off is turned on again', async () => {
  const files = [changing('1', { pointInTimeRecovery: { days: 14 } })]
  const { connection, sent } = aws({})
  const differences = await differencesOf(connection, designs, files, ran(files))
  const off = { what: 'pointInTimeRecovery', is: 'off', should: 'on for 14 days', by: '1', remedy: 'migrate' }
  expect(differences).toMatchObject([off])
  expect(sent).toEqual([])
  expect(await correct(connection, designs, files, ran(files), lease)).toEqual([differences[0]?.text])
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 14 }
  expect(sent).toEqual([['UpdateContinuousBackups', { TableName: table, PointInTimeRecoverySpecification }]])
})

test('G12: backups that are there, classes and billing are named and left', async () => {
  const files = [
    changing('1', { pointInTimeRecovery: { days: 7 }, tableClass: 'STANDARD' }),
    changing('2', { billingMode: 'PAY_PER_REQUEST', deletionProtection: false }),
  ]
  const { connection, sent } = aws({
    days: 35,
    Table: {
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      BillingModeSummary: { BillingMode: 'PROVISIONED' },
      DeletionProtectionEnabled: true,
    },
  })
  const differences = await differencesOf(connection, designs, files, ran(files))
  expect(differences.map(({ what, is, should, by, remedy }) => [what, is, should, by, remedy])).toEqual([
    ['tableClass', 'STANDARD_INFREQUENT_ACCESS', 'STANDARD', '1', 'step'],
    ['pointInTimeRecovery', 'on for 35 days', 'on for 7 days', '1', 'step'],
    ['billing', 'PROVISIONED', 'PAY_PER_REQUEST', '2', 'step'],
    ['deletionProtection', 'on', 'off', '2', 'step'],
  ])
  expect(await correct(connection, designs, files, ran(files), lease)).toEqual([])
  expect(sent).toEqual([])
})

test('G12: tags of several migrations are one table’s, and those of others stay', async () => {
  const files = [changing('1', { tags: { team: 'a', cost: 'x' } }), changing('2', { tags: { team: 'b' } })]
  const { connection, sent } = aws({})
  expect(await differencesOf(connection, designs, files, ran(files))).toMatchObject([
    { what: 'tags', is: 'cost=(none)', should: 'cost=x', by: '2' },
  ])
  await correct(connection, designs, files, ran(files), lease)
  expect(sent).toEqual([['TagResource', { ResourceArn: 'arn:app', Tags: [{ Key: 'cost', Value: 'x' }] }]])
})

test('G12: what the credentials may not read, and migrations that did not end, make no difference', async () => {
  const files = [changing('1', { tags: { cost: 'x' } }), changing('2', { stream: true })]
  const { connection, sent } = aws({ refuse: 'ListTagsOfResource' })
  const applied = ran(files).map((each) => (each.name === '2' ? { ...each, appliedAt: null } : each))
  expect(await differencesOf(connection, designs, files, applied)).toEqual([])
  expect(await correct(connection, designs, files, applied, lease)).toEqual([])
  expect(sent).toEqual([])
})
