import type {
  AttributeDefinition,
  BillingMode,
  ContinuousBackups,
  IndexDescription,
  KeySchemaElement,
  ProvisionedThroughput,
  StreamViewType,
  TableClass,
  TableDescription,
  TableStatus,
} from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { currentConnection } from '../runtime/index.js'
import type { KeyAttribute, Projected } from '../single-table/index.js'
import { checkInput } from './input-rules.js'
import type { TableCallOptions } from './table-options.js'
import { CALL, tableName } from './table-rules.js'
import { readTable } from './table-status.js'
import { readTags } from './table-tags.js'
import { ttlAttribute } from './time-to-live.js'

/** Attributes of a key: one each, or up to four of a multi-attribute index key. */
export interface KeyInfo {
  readonly partition: readonly KeyAttribute[]
  readonly sort: readonly KeyAttribute[]
}

/** Capacity units a second. */
export interface CapacityInfo {
  readonly read: number
  readonly write: number
}

export interface IndexInfo {
  readonly name: string
  /** True for a local secondary index. */
  readonly local: boolean
  readonly key: KeyInfo
  readonly projection: Projected
  readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
  /** True while DynamoDB fills it with the items that are there. */
  readonly backfilling: boolean
  readonly capacity: CapacityInfo | undefined
  /** DynamoDB counts about every six hours. */
  readonly itemCount: number
  readonly sizeBytes: number
}

/** A table as it is. Frozen plain data. */
export interface TableInfo {
  readonly name: string
  readonly arn: string | undefined
  readonly status: TableStatus
  readonly key: KeyInfo
  readonly indexes: readonly IndexInfo[]
  readonly billing: BillingMode
  /** Undefined for on-demand tables. */
  readonly capacity: CapacityInfo | undefined
  /** DynamoDB counts about every six hours. */
  readonly itemCount: number
  readonly sizeBytes: number
  /** Undefined without a stream. */
  readonly stream: { readonly viewType: StreamViewType; readonly arn: string | undefined } | undefined
  readonly tableClass: TableClass
  readonly deletionProtection: boolean
  /** The attribute by which items expire; undefined where none do. */
  readonly ttl: string | undefined
  /** Undefined where it is off. */
  readonly pointInTimeRecovery: RecoveryInfo | undefined
  /** Undefined where the engine has none. */
  readonly tags: Readonly<Record<string, string>> | undefined
  /** In other regions. DynamoDB: "global table". */
  readonly replicas: readonly ReplicaInfo[]
  readonly createdAt: Date | undefined
  /** What the engine does not have, or the credentials may not read: it is undefined above. */
  readonly unsupported: readonly ('ttl' | 'pointInTimeRecovery' | 'tags')[]
}

export interface RecoveryInfo {
  readonly days: number | undefined
  readonly earliest: Date | undefined
  readonly latest: Date | undefined
}

export interface ReplicaInfo {
  readonly region: string
  /** `ACTIVE` when it can be used. DynamoDB: "ReplicaStatus". */
  readonly status: string
}

/**
 * A table with all that is set on it: DescribeTable, DescribeTimeToLive, DescribeContinuousBackups and ListTagsOfResource
 * in one.
 *
 * @param name of the table, or its ARN
 * @returns null where there is no such table
 * @throws TableError `TABLE.INVALID_INPUT`
 */
export async function describeTable(name: string, options: TableCallOptions = {}): Promise<TableInfo | null> {
  checkInput('describeTable', { name, options }, { name: tableName, options: CALL })
  const connection = options.connection ?? currentConnection()
  const table = readTable(connection, name)
  const [description, ttl, recovery, tags] = await Promise.all([
    table,
    ask(() => ttlAttribute(connection, name)),
    ask(() => connection.send('DescribeContinuousBackups', { TableName: name })),
    ask(async () => {
      const arn = (await table)?.TableArn
      return arn === undefined ? undefined : readTags(connection, arn)
    }),
  ])
  if (description === undefined) return null
  const asked = { ttl, pointInTimeRecovery: recovery, tags }
  return frozen({
    ...tableInfo(name, description),
    ttl: ttl.answer,
    pointInTimeRecovery: recoveryInfo(recovery.answer),
    tags: tags.answer,
    unsupported: (['ttl', 'pointInTimeRecovery', 'tags'] as const).filter((each) => !asked[each].supported),
  })
}

/** A table that is being made or deleted has no such settings yet, or no more. */
async function ask<T>(
  request: () => Promise<T>,
): Promise<{ readonly answer: T | undefined; readonly supported: boolean }> {
  try {
    return { answer: await request(), supported: true }
  } catch (error) {
    // Who may make tables need not be allowed to read everything about them.
    if (isDynamoDBToolingError(error, 'DRIVER.UNSUPPORTED') || isDynamoDBToolingError(error, 'SERVICE.ACCESS_DENIED'))
      return { answer: undefined, supported: false }
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return { answer: undefined, supported: true }
    throw error
  }
}

type Described = Omit<TableInfo, 'ttl' | 'pointInTimeRecovery' | 'tags' | 'unsupported'>

function tableInfo(name: string, table: TableDescription): Described {
  const { AttributeDefinitions = [], StreamSpecification: stream } = table
  const billing = billingOf(table)
  const indexes = (local: boolean) => (index: IndexDescription) =>
    indexInfo(index, local, AttributeDefinitions, billing)
  return {
    name: table.TableName ?? name,
    arn: table.TableArn,
    status: table.TableStatus ?? 'ACTIVE',
    key: keyInfo(table.KeySchema ?? [], AttributeDefinitions),
    indexes: [
      ...(table.LocalSecondaryIndexes ?? []).map(indexes(true)),
      ...(table.GlobalSecondaryIndexes ?? []).map(indexes(false)),
    ],
    billing,
    capacity: capacityInfo(table.ProvisionedThroughput, billing),
    itemCount: table.ItemCount ?? 0,
    sizeBytes: table.TableSizeBytes ?? 0,
    stream:
      stream?.StreamEnabled === true && stream.StreamViewType !== undefined
        ? { viewType: stream.StreamViewType, arn: table.LatestStreamArn }
        : undefined,
    tableClass: tableClassOf(table),
    deletionProtection: table.DeletionProtectionEnabled === true,
    replicas: replicasOf(table),
    createdAt: dateOf(table.CreationDateTime),
  }
}

/** Tables that never were on-demand have no summary of it, and a capacity. */
export function billingOf({ BillingModeSummary, ProvisionedThroughput }: TableDescription): BillingMode {
  const mode = BillingModeSummary?.BillingMode
  if (mode === 'PROVISIONED' || mode === 'PAY_PER_REQUEST') return mode
  return (ProvisionedThroughput?.ReadCapacityUnits ?? 0) > 0 ? 'PROVISIONED' : 'PAY_PER_REQUEST'
}

export function tableClassOf({ TableClassSummary }: TableDescription): TableClass {
  return TableClassSummary?.TableClass === 'STANDARD_INFREQUENT_ACCESS' ? 'STANDARD_INFREQUENT_ACCESS' : 'STANDARD'
}

export function replicasOf({ Replicas = [] }: TableDescription): readonly ReplicaInfo[] {
  return Replicas.map(({ RegionName = '', ReplicaStatus = 'ACTIVE' }) => ({
    region: RegionName,
    status: ReplicaStatus,
  }))
}

function indexInfo(
  index: IndexDescription,
  local: boolean,
  definitions: readonly AttributeDefinition[],
  billing: BillingMode,
): IndexInfo {
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = index.Projection
  return {
    name: index.IndexName,
    local,
    key: keyInfo(index.KeySchema, definitions),
    projection: ProjectionType === 'INCLUDE' ? [...NonKeyAttributes] : ProjectionType,
    status: index.IndexStatus ?? 'ACTIVE',
    backfilling: index.Backfilling === true,
    capacity: local ? undefined : capacityInfo(index.ProvisionedThroughput, billing),
    itemCount: index.ItemCount ?? 0,
    sizeBytes: index.IndexSizeBytes ?? 0,
  }
}

function keyInfo(schema: readonly KeySchemaElement[], definitions: readonly AttributeDefinition[]): KeyInfo {
  const types = new Map(definitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]))
  const side = (type: KeySchemaElement['KeyType']): readonly KeyAttribute[] =>
    schema
      .filter(({ KeyType }) => KeyType === type)
      .map(({ AttributeName }) => ({ name: AttributeName, type: types.get(AttributeName) ?? 'S' }))
  return { partition: side('HASH'), sort: side('RANGE') }
}

function capacityInfo(throughput: ProvisionedThroughput | undefined, billing: BillingMode): CapacityInfo | undefined {
  if (billing !== 'PROVISIONED' || throughput === undefined) return undefined
  return { read: throughput.ReadCapacityUnits, write: throughput.WriteCapacityUnits }
}

/** Undefined where it is off. */
export function recoveryInfo(answer: ContinuousBackups | undefined): RecoveryInfo | undefined {
  const recovery = answer?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription
  if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED') return undefined
  return {
    days: recovery.RecoveryPeriodInDays,
    earliest: dateOf(recovery.EarliestRestorableDateTime),
    latest: dateOf(recovery.LatestRestorableDateTime),
  }
}

function dateOf(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000)
}

function frozen<T extends object>(value: T): T {
  for (const each of Object.values(value)) {
    if (typeof each === 'object' && each !== null && !(each instanceof Date)) frozen(each as object)
  }
  return Object.freeze(value)
}
