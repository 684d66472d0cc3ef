import type {
  CreateTableInput,
  ProvisionedThroughput,
  SecondaryIndex,
  StreamSpecification,
  UpdateContinuousBackupsInput,
  UpdateTimeToLiveInput,
} from '../drivers/index.js'
import { createTableInput, type KeyAttribute, type KeyShape, type TableDesign } from '../single-table/index.js'
import { isPlain } from './input-rules.js'
import type { CreateTableOptions, TableKey, TableSettings } from './table-options.js'

/** The requests that make one table, in their order. Frozen plain data in DynamoDB's own words. */
export interface TableRequests {
  readonly createTable: CreateTableInput
  readonly timeToLive: UpdateTimeToLiveInput | undefined
  readonly pointInTimeRecovery: UpdateContinuousBackupsInput | undefined
}

/** What makes the table of `createTable(options)`. The options were checked by their rules. */
export function requestsOfOptions(options: CreateTableOptions): TableRequests {
  const { tableName, partitionKey, sortKey, gsis = [], lsis = [], ttl } = options
  const key = keyShape(partitionKey, sortKey)
  const layout = {
    tableName,
    key,
    indexes: [
      ...lsis.map(({ name, sortKey: sort, projection = 'ALL' }) => ({
        kind: 'index-design' as const,
        name,
        local: true,
        key: keyShape(partitionKey, sort),
        projection,
      })),
      ...gsis.map(({ name, partitionKey: partition, sortKey: sort, projection = 'ALL' }) => ({
        kind: 'index-design' as const,
        name,
        local: false,
        key: keyShape(partition, sort),
        projection,
      })),
    ],
  }
  const capacities = new Map(gsis.map((index) => [index.name, index]))
  return withSettings(createTableInput(layout), options, ttl, (name, table) => ({
    ReadCapacityUnits: capacities.get(name)?.readCapacity ?? table.ReadCapacityUnits,
    WriteCapacityUnits: capacities.get(name)?.writeCapacity ?? table.WriteCapacityUnits,
  }))
}

/** What makes the table of a design: as migrations make it, and with these settings. */
export function requestsOfDesign(design: TableDesign, settings: TableSettings = {}): TableRequests {
  return withSettings(createTableInput(design), settings, design.expiry, (_, table) => table)
}

function withSettings(
  input: CreateTableInput,
  settings: TableSettings,
  ttl: string | undefined,
  capacityOf: (index: string, table: ProvisionedThroughput) => ProvisionedThroughput,
): TableRequests {
  const { billingMode = 'PAY_PER_REQUEST', readCapacity, writeCapacity, tags = {} } = settings
  const { stream = false, tableClass, deletionProtection = false, pointInTimeRecovery = false } = settings
  const { TableName } = input
  const table: ProvisionedThroughput | undefined =
    billingMode === 'PROVISIONED'
      ? { ReadCapacityUnits: readCapacity as number, WriteCapacityUnits: writeCapacity as number }
      : undefined
  const provisioned = (index: SecondaryIndex): SecondaryIndex =>
    table === undefined ? index : { ...index, ProvisionedThroughput: capacityOf(index.IndexName, table) }
  const { GlobalSecondaryIndexes: global } = input
  return {
    createTable: {
      ...input,
      BillingMode: billingMode,
      ...(table === undefined ? {} : { ProvisionedThroughput: table }),
      ...(global === undefined ? {} : { GlobalSecondaryIndexes: global.map(provisioned) }),
      ...(stream === false ? {} : { StreamSpecification: streamSpecification(stream) }),
      ...(tableClass === undefined ? {} : { TableClass: tableClass }),
      ...(deletionProtection ? { DeletionProtectionEnabled: true } : {}),
      ...(Object.keys(tags).length === 0 ? {} : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    },
    timeToLive:
      ttl === undefined ? undefined : { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: ttl } },
    pointInTimeRecovery:
      pointInTimeRecovery === false
        ? undefined
        : { TableName, PointInTimeRecoverySpecification: recoverySpecification(pointInTimeRecovery) },
  }
}

export function streamSpecification(stream: NonNullable<TableSettings['stream']>): StreamSpecification {
  if (stream === false) return { StreamEnabled: false }
  return { StreamEnabled: true, StreamViewType: stream === true ? 'NEW_AND_OLD_IMAGES' : stream }
}

export function recoverySpecification(
  recovery: NonNullable<TableSettings['pointInTimeRecovery']>,
): UpdateContinuousBackupsInput['PointInTimeRecoverySpecification'] {
  const days = isPlain(recovery) ? recovery.days : undefined
  return {
    PointInTimeRecoveryEnabled: recovery !== false,
    ...(days === undefined ? {} : { RecoveryPeriodInDays: days }),
  }
}

function keyShape(partition: TableKey | readonly TableKey[], sort: TableKey | readonly TableKey[] = []): KeyShape {
  const attributes = (key: TableKey | readonly TableKey[]): readonly KeyAttribute[] =>
    [key].flat().map(({ name, type }) => ({ name, type: typeLetter(type) }))
  const shape = { partition: attributes(partition), sort: attributes(sort) }
  return { ...shape, names: [...shape.partition, ...shape.sort].map(({ name }) => name) }
}

const LETTERS = { string: 'S', number: 'N', binary: 'B' } as const

export function typeLetter(type: TableKey['type']): KeyAttribute['type'] {
  return type === 'string' || type === 'number' || type === 'binary' ? LETTERS[type] : type
}
