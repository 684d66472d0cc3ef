import { connect, DynamoDBModel, defineModel, exportTables } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { ModelSpace } from '../../../src/model/index.js'
import { fromCloudFormation, fromTerraform, runCdk } from '../../engines/fixtures/infrastructure.js'

const text = { type: 'string', required: true } as const
class Visit extends DynamoDBModel {
  attributes = { id: text, shopId: text, state: text, at: { type: 'date' }, gone: { type: 'date' } } as const
  static keyPattern = { pk: 'SHOP#{shopId}', sk: 'VISIT#{id}' }
  static ttl = 'gone'
  static indexes = {
    byTime: { sort: ['at'], local: true, projection: 'KEYS_ONLY' },
    byState: { partition: ['state'], sort: ['at'], projection: ['shopId'] },
  }
}
class Shop extends DynamoDBModel {
  attributes = { id: text } as const
}

const SETTINGS = {
  billingMode: 'PROVISIONED',
  readCapacity: 5,
  writeCapacity: 4,
  stream: 'NEW_IMAGE',
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
  deletionProtection: true,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a value that Terraform would take for a template
  tags: { team: '${var.team} %{ if } $$', "it's": '"7"\n' },
  pointInTimeRecovery: { days: 7 },
} as const

const program = (singleTableDesign: object = {}) =>
  connect({
    region: 'us-east-1',
    defaultTableName: 'my-app.v2',
    singleTableDesign,
    schema: false,
    local: { enabled: true },
  })
const exported = (
  format: 'cloudformation' | 'terraform' | 'cdk' | 'json',
  options: object = {},
  design: object = {},
): string => exportTables([Visit, Shop], format, { connection: program(design), ...options })

/** The properties of AWS::DynamoDB::Table that CloudFormation's reference names, and those of the parts that are used. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'AttributeDefinitions',
    'BillingMode',
    'ContributorInsightsSpecification',
    'DeletionProtectionEnabled',
    'GlobalSecondaryIndexes',
    'ImportSourceSpecification',
    'KeySchema',
    'KinesisStreamSpecification',
    'LocalSecondaryIndexes',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'ProvisionedThroughput',
    'ResourcePolicy',
    'SSESpecification',
    'StreamSpecification',
    'TableClass',
    'TableName',
    'Tags',
    'TimeToLiveSpecification',
    'WarmThroughput',
  ],
  AttributeDefinitions: ['AttributeName', 'AttributeType'],
  KeySchema: ['AttributeName', 'KeyType'],
  GlobalSecondaryIndexes: ['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput'],
  LocalSecondaryIndexes: ['IndexName', 'KeySchema', 'Projection'],
  Projection: ['NonKeyAttributes', 'ProjectionType'],
  ProvisionedThroughput: ['ReadCapacityUnits', 'WriteCapacityUnits'],
  StreamSpecification: ['ResourcePolicy', 'StreamViewType'],
  TimeToLiveSpecification: ['AttributeName', 'Enabled'],
  PointInTimeRecoverySpecification: ['PointInTimeRecoveryEnabled', 'RecoveryPeriodInDays'],
  Tags: ['Key', 'Value'],
}

function unknownProperties(value: unknown, part = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => unknownProperties(each, part))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) =>
    PROPERTIES[part]?.includes(name) === true ? unknownProperties(each, name) : [`${part}.${name}`],
  )
}

describe('exportTables', () => {
  test.each([
    ['nothing', {}],
    ['every setting', SETTINGS],
  ])('E11: every format says the same of tables with %s', (_, options) => {
    for (const design of [{}, { enabled: false }, { multiAttributeKeys: true }]) {
      const { tables } = JSON.parse(exported('json', options, design)) as {
        tables: {
          createTable: { Tags?: unknown; TableClass?: unknown; DeletionProtectionEnabled?: unknown } & object
          timeToLive?: { TimeToLiveSpecification: { AttributeName: string } }
        }[]
      }
      const wanted = tables.map(({ createTable, timeToLive }) => ({
        createTable,
        ttl: timeToLive?.TimeToLiveSpecification.AttributeName,
      }))
      expect(wanted.length).toBeGreaterThan(0)
      const template = fromCloudFormation(exported('cloudformation', options, design))
      const days = 'pointInTimeRecovery' in options ? { RecoveryPeriodInDays: 7 } : undefined
      expect(template).toEqual(
        wanted.map(({ createTable, ttl }) => ({
          ttl,
          createTable: {
            ...createTable,
            ...(days && { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, ...days } }),
          },
        })),
      )
      expect(runCdk(exported('cdk', options, design))).toEqual(template)
      expect(fromTerraform(exported('terraform', options, design))).toEqual(
        wanted.map(
          ({ createTable: { Tags: _tags, TableClass: _class, DeletionProtectionEnabled: _on, ...same }, ttl }) => ({
            ttl,
            createTable: same,
          }),
        ),
      )
    }
  })

  test('E11: a template has properties of CloudFormation alone, and tables outlive their stack', () => {
    for (const [options, design] of [
      [{}, {}],
      [SETTINGS, {}],
      [SETTINGS, { enabled: false }],
    ] as const) {
      const { Resources } = JSON.parse(exported('cloudformation', options, design)) as {
        Resources: Record<string, { Properties: object }>
      }
      for (const [id, resource] of Object.entries(Resources)) {
        expect(id).toMatch(/^[A-Za-z0-9]+$/)
        expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
        expect(unknownProperties(resource.Properties)).toEqual([])
      }
    }
  })

  test('E11: Terraform takes texts as they are, and never destroys a table', () => {
    const { terraform, resource } = JSON.parse(exported('terraform', SETTINGS)) as {
      terraform: unknown
      resource: { aws_dynamodb_table: Record<string, unknown> }
    }
    expect(terraform).toEqual({ required_providers: { aws: { source: 'hashicorp/aws', version: '>= 6.0' } } })
    expect(resource.aws_dynamodb_table).toMatchObject({
      my_app_v2: {
        name: 'my-app.v2',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: how Terraform writes it
        tags: { team: '$${var.team} %%{ if } $$', "it's": '"7"\n' },
        stream_enabled: true,
        table_class: 'STANDARD_INFREQUENT_ACCESS',
        deletion_protection_enabled: true,
        point_in_time_recovery: { enabled: true, recovery_period_in_days: 7 },
        lifecycle: { prevent_destroy: true },
      },
    })
    const version = (options: object, design: object): unknown =>
      (
        JSON.parse(exported('terraform', options, design)) as {
          terraform: { required_providers: { aws: { version: string } } }
        }
      ).terraform.required_providers.aws.version
    expect([version({}, {}), version({}, { multiAttributeKeys: true })]).toEqual(['>= 5.0', '>= 6.37'])
  })

  test('E11: names that come to the same in a tool are told apart', () => {
    const attributes = { id: text } as const
    const models = ['my-app', 'my.app', 'MyApp2', '7seas', '---'].map((table, place) =>
      defineModel({ name: `Model${'ABCDE'[place]}`, table, attributes }),
    )
    const connection = program({ enabled: false })
    const { Resources } = JSON.parse(exportTables(models, 'cloudformation', { connection })) as {
      Resources: Record<string, { Properties: { TableName: string } }>
    }
    expect(Object.entries(Resources).map(([id, { Properties }]) => [id, Properties.TableName])).toEqual([
      ['MyAppV2', 'my-app.v2'],
      ['MyApp', 'my-app'],
      ['MyApp2', 'my.app'],
      ['MyApp22', 'MyApp2'],
      ['Table7seas', '7seas'],
      ['Table', '---'],
    ])
    const { resource } = JSON.parse(exportTables(models, 'terraform', { connection })) as {
      resource: { aws_dynamodb_table: Record<string, { name: string }> }
    }
    expect(Object.keys(resource.aws_dynamodb_table)).toEqual([
      'my_app_v2',
      'my_app',
      'my_app2',
      'myapp2',
      'table7seas',
      'table',
    ])
  })

  test('E11: designs are taken as they are', () => {
    const connection = program()
    const designs = connection.run(() => ModelSpace.of(connection).see(Shop).space.designs())
    expect(exportTables(designs, 'json')).toBe(exportTables([Shop], 'json', { connection }))
  })
})
