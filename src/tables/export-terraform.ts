import type { KeySchemaElement, ProvisionedThroughput, SecondaryIndex } from '../drivers/index.js'
import { resourceNames } from './resource-names.js'
import type { TableRequests } from './table-requests.js'

/** Versions of the provider that know what is written: days of recovery and index keys of several attributes came later. */
const PROVIDER = '>= 5.0'
const PROVIDER_RECOVERY_DAYS = '>= 6.0'
const PROVIDER_MULTI_ATTRIBUTE = '>= 6.37'

/** Terraform's JSON syntax: a block is an object, several of one kind are a list. */
export interface TerraformConfiguration {
  readonly terraform: {
    readonly required_providers: { readonly aws: { readonly source: string; readonly version: string } }
  }
  readonly resource: { readonly aws_dynamodb_table: Readonly<Record<string, TerraformTable>> }
}
type TerraformTable = Readonly<Record<string, unknown>>

export function terraformConfiguration(tables: readonly TableRequests[]): TerraformConfiguration {
  const names = resourceNames(
    tables.map(({ createTable }) => createTable.TableName),
    (words) => words.join('_').toLowerCase(),
  )
  return {
    terraform: {
      required_providers: {
        aws: { source: 'hashicorp/aws', version: providerFor(tables) },
      },
    },
    resource: {
      aws_dynamodb_table: Object.fromEntries(
        tables.map((table) => [
          names.get(table.createTable.TableName) as string,
          literal(terraformTable(table)) as TerraformTable,
        ]),
      ),
    },
  }
}

function providerFor(tables: readonly TableRequests[]): string {
  const indexes = tables.flatMap(({ createTable }) => createTable.GlobalSecondaryIndexes ?? [])
  if (indexes.some(({ KeySchema }) => hasSeveral(KeySchema))) return PROVIDER_MULTI_ATTRIBUTE
  const days = tables.map((each) => each.pointInTimeRecovery?.PointInTimeRecoverySpecification.RecoveryPeriodInDays)
  return days.some((each) => each !== undefined) ? PROVIDER_RECOVERY_DAYS : PROVIDER
}

function terraformTable({ createTable, timeToLive, pointInTimeRecovery }: TableRequests): TerraformTable {
  const { StreamSpecification: stream, Tags: tags = [] } = createTable
  const recovery = pointInTimeRecovery?.PointInTimeRecoverySpecification
  return given({
    name: createTable.TableName,
    billing_mode: createTable.BillingMode,
    ...capacity(createTable.ProvisionedThroughput),
    ...singleKey(createTable.KeySchema),
    attribute: createTable.AttributeDefinitions.map(({ AttributeName, AttributeType }) => ({
      name: AttributeName,
      type: AttributeType,
    })),
    global_secondary_index: createTable.GlobalSecondaryIndexes?.map((index) => ({
      ...terraformIndex(index),
      ...(hasSeveral(index.KeySchema)
        ? { key_schema: index.KeySchema.map((key) => ({ attribute_name: key.AttributeName, key_type: key.KeyType })) }
        : singleKey(index.KeySchema)),
      ...capacity(index.ProvisionedThroughput),
    })),
    local_secondary_index: createTable.LocalSecondaryIndexes?.map((index) => ({
      ...terraformIndex(index),
      range_key: singleKey(index.KeySchema)['range_key'],
    })),
    stream_enabled: stream?.StreamEnabled,
    stream_view_type: stream?.StreamViewType,
    table_class: createTable.TableClass,
    deletion_protection_enabled: createTable.DeletionProtectionEnabled,
    tags: tags.length === 0 ? undefined : Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    ttl:
      timeToLive === undefined
        ? undefined
        : { attribute_name: timeToLive.TimeToLiveSpecification.AttributeName, enabled: true },
    point_in_time_recovery:
      recovery === undefined
        ? undefined
        : given({ enabled: true, recovery_period_in_days: recovery.RecoveryPeriodInDays }),
    // Rows must not go because a resource left the configuration.
    lifecycle: { prevent_destroy: true },
  })
}

function terraformIndex({ IndexName, Projection }: SecondaryIndex): TerraformTable {
  return given({
    name: IndexName,
    projection_type: Projection.ProjectionType,
    non_key_attributes: Projection.NonKeyAttributes,
  })
}

function singleKey(schema: readonly KeySchemaElement[]): TerraformTable {
  const named = (type: string): string | undefined => schema.find(({ KeyType }) => KeyType === type)?.AttributeName
  return given({ hash_key: named('HASH'), range_key: named('RANGE') })
}

function hasSeveral(schema: readonly KeySchemaElement[]): boolean {
  return new Set(schema.map(({ KeyType }) => KeyType)).size < schema.length
}

function capacity(throughput: ProvisionedThroughput | undefined): TerraformTable {
  return given({ read_capacity: throughput?.ReadCapacityUnits, write_capacity: throughput?.WriteCapacityUnits })
}

function given(block: TerraformTable): TerraformTable {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined))
}

/** Terraform reads texts as templates, names of tags too: `${` and `%{` stand for themselves when doubled. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${').replaceAll('%{', '%%{')
  if (Array.isArray(value)) return value.map(literal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [literal(name), literal(each)]))
}
