import {
  type Connection,
  connect,
  DynamoDBModel,
  type RoleAssumer,
  registerModels,
  tenantCredentials,
} from 'dynamodb-tooling'
import { expect, test } from 'vitest'

class Thing extends DynamoDBModel {
  static readonly indexes = { byKind: { partition: ['kind'] } }
  attributes = { id: { type: 'string', required: true }, kind: { type: 'string' } } as const
}

function worldOf(tenancy: object | undefined): Connection {
  const connection = connect({ region: 'eu-central-1', ...(tenancy === undefined ? {} : { tenancy }) })
  connection.run(() => {
    registerModels(Thing)
  })
  return connection
}

type Input = Parameters<RoleAssumer['assumeRole']>[0]
const roleArn = 'arn:aws:iam::123456789012:role/app'

test('T1, Z13: credentials of a tenant are those of a role, narrowed to the tenant’s keys', async () => {
  const asked: Input[] = []
  const expiration = new Date('2030-01-01')
  const sts: RoleAssumer = {
    assumeRole: async (input) => {
      asked.push(input)
      return {
        Credentials: { AccessKeyId: 'A', SecretAccessKey: 'S', SessionToken: 'T', Expiration: expiration },
      }
    },
  }
  const provider = tenantCredentials(
    { tenant: 'a*c?m$e #1 é', sts, roleArn, durationSeconds: 900, account: '123456789012' },
    worldOf({}),
  )
  expect(asked).toEqual([])
  expect(await provider()).toEqual({ accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T', expiration })
  const [{ Policy, RoleSessionName, ...rest }] = asked as [Input]
  expect(rest).toEqual({ RoleArn: roleArn, DurationSeconds: 900 })
  expect(RoleSessionName).toMatch(/^[\w+=,.@-]{2,64}$/)
  const { Statement } = JSON.parse(Policy) as { Statement: readonly any[] }
  const writes = Statement.find(({ Sid }) => Sid === 'WriteRows')
  expect(writes.Condition).toEqual({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['@a${*}c${?}m%24e%20%231%20é#*'] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  })
  for (const { Action, Condition } of Statement) {
    expect(Action).not.toContain('dynamodb:Scan')
    expect(Condition.Null).toEqual({ 'dynamodb:LeadingKeys': 'false' })
  }
})

test('T1: what cannot be narrowed, or is no answer of AWS, is told', async () => {
  const sts: RoleAssumer = { assumeRole: async () => ({}) }
  const refused: unknown = expect.objectContaining({ code: 'SECURITY.INVALID' })
  for (const tenancy of [undefined, { strategy: 'table' }, { strategy: 'attribute' }])
    expect(() => tenantCredentials({ tenant: 'a', sts, roleArn }, worldOf(tenancy))).toThrow(refused)
  expect(() => tenantCredentials({ tenant: 'é'.repeat(128), sts, roleArn, account: '1' }, worldOf({}))).toThrow(refused)
  await expect(tenantCredentials({ tenant: 'a', sts, roleArn }, worldOf({}))()).rejects.toThrow(refused)
})
