import type { AttributeMap } from '../values/index.js'

/** ReturnConsumedCapacity: NONE, TOTAL per table, or INDEXES for a split by index. */
export type ReturnConsumedCapacity = 'NONE' | 'TOTAL' | 'INDEXES'

/** Capacity one request consumed, in capacity units (RCU or WCU). DynamoDB API reference: ConsumedCapacity. */
export interface ConsumedCapacity {
  readonly TableName?: string
  readonly CapacityUnits?: number
  readonly ReadCapacityUnits?: number
  readonly WriteCapacityUnits?: number
  readonly Table?: { readonly CapacityUnits?: number }
  readonly LocalSecondaryIndexes?: { readonly [index: string]: { readonly CapacityUnits?: number } }
  readonly GlobalSecondaryIndexes?: { readonly [index: string]: { readonly CapacityUnits?: number } }
}

interface Expressions {
  readonly ExpressionAttributeNames?: { readonly [placeholder: string]: string }
  readonly ExpressionAttributeValues?: AttributeMap
}

interface Metered {
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

export interface GetItemInput extends Metered {
  readonly TableName: string
  readonly Key: AttributeMap
  readonly ConsistentRead?: boolean
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: { readonly [placeholder: string]: string }
}
export interface GetItemOutput {
  readonly Item?: AttributeMap
  readonly ConsumedCapacity?: ConsumedCapacity
}

interface ConditionalWrite extends Metered, Expressions {
  readonly TableName: string
  readonly ConditionExpression?: string
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE'
  readonly ReturnItemCollectionMetrics?: 'SIZE' | 'NONE'
}
export interface PutItemInput extends ConditionalWrite {
  readonly Item: AttributeMap
  readonly ReturnValues?: 'NONE' | 'ALL_OLD'
}
export interface DeleteItemInput extends ConditionalWrite {
  readonly Key: AttributeMap
  readonly ReturnValues?: 'NONE' | 'ALL_OLD'
}
export interface UpdateItemInput extends ConditionalWrite {
  readonly Key: AttributeMap
  readonly UpdateExpression?: string
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW'
}
export interface WriteOutput {
  readonly Attributes?: AttributeMap
  readonly ConsumedCapacity?: ConsumedCapacity
}

interface ReadMany extends Metered, Expressions {
  readonly TableName: string
  readonly IndexName?: string
  readonly FilterExpression?: string
  readonly ProjectionExpression?: string
  readonly Select?: 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT'
  readonly Limit?: number
  readonly ConsistentRead?: boolean
  readonly ExclusiveStartKey?: AttributeMap
}
export interface QueryInput extends ReadMany {
  readonly KeyConditionExpression: string
  readonly ScanIndexForward?: boolean
}
export interface ScanInput extends ReadMany {
  readonly Segment?: number
  readonly TotalSegments?: number
}
export interface ReadManyOutput {
  readonly Items?: readonly AttributeMap[]
  readonly Count: number
  readonly ScannedCount: number
  readonly LastEvaluatedKey?: AttributeMap
  readonly ConsumedCapacity?: ConsumedCapacity
}

export interface KeysAndAttributes {
  readonly Keys: readonly AttributeMap[]
  readonly ConsistentRead?: boolean
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: { readonly [placeholder: string]: string }
}
export interface BatchGetItemInput extends Metered {
  readonly RequestItems: { readonly [table: string]: KeysAndAttributes }
}
export interface BatchGetItemOutput {
  readonly Responses?: { readonly [table: string]: readonly AttributeMap[] }
  readonly UnprocessedKeys?: { readonly [table: string]: KeysAndAttributes }
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}
export type WriteRequest =
  | { readonly PutRequest: { readonly Item: AttributeMap } }
  | { readonly DeleteRequest: { readonly Key: AttributeMap } }
export interface BatchWriteItemInput extends Metered {
  readonly RequestItems: { readonly [table: string]: readonly WriteRequest[] }
}
export interface BatchWriteItemOutput {
  readonly UnprocessedItems?: { readonly [table: string]: readonly WriteRequest[] }
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

type InTransaction<T> = Omit<T, 'ReturnConsumedCapacity' | 'ReturnValues' | 'ReturnItemCollectionMetrics'>
export type TransactWriteItem =
  | { readonly Put: InTransaction<PutItemInput> }
  | { readonly Update: InTransaction<UpdateItemInput> & { readonly UpdateExpression: string } }
  | { readonly Delete: InTransaction<DeleteItemInput> }
  | { readonly ConditionCheck: InTransaction<DeleteItemInput> & { readonly ConditionExpression: string } }
export interface TransactWriteItemsInput extends Metered {
  readonly TransactItems: readonly TransactWriteItem[]
  readonly ClientRequestToken?: string
}
export interface TransactWriteItemsOutput {
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}
export interface TransactGetItemsInput extends Metered {
  readonly TransactItems: readonly { readonly Get: Omit<GetItemInput, 'ConsistentRead' | 'ReturnConsumedCapacity'> }[]
}
export interface TransactGetItemsOutput {
  readonly Responses?: readonly { readonly Item?: AttributeMap }[]
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

export interface KeySchemaElement {
  readonly AttributeName: string
  readonly KeyType: 'HASH' | 'RANGE'
}
export interface AttributeDefinition {
  readonly AttributeName: string
  readonly AttributeType: 'S' | 'N' | 'B'
}
export interface Projection {
  readonly ProjectionType?: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'
  readonly NonKeyAttributes?: readonly string[]
}
export interface ProvisionedThroughput {
  readonly ReadCapacityUnits: number
  readonly WriteCapacityUnits: number
}
export interface SecondaryIndex {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
  readonly ProvisionedThroughput?: ProvisionedThroughput
}
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES'
export interface StreamSpecification {
  readonly StreamEnabled: boolean
  readonly StreamViewType?: StreamViewType
}
export type TableClass = 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS'
export type BillingMode = 'PAY_PER_REQUEST' | 'PROVISIONED'
export interface Tag {
  readonly Key: string
  readonly Value: string
}
export interface CreateTableInput {
  readonly TableName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly AttributeDefinitions: readonly AttributeDefinition[]
  readonly BillingMode?: BillingMode
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly GlobalSecondaryIndexes?: readonly SecondaryIndex[]
  readonly LocalSecondaryIndexes?: readonly SecondaryIndex[]
  readonly StreamSpecification?: StreamSpecification
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
  readonly Tags?: readonly Tag[]
  readonly SSESpecification?: {
    readonly Enabled?: boolean
    readonly SSEType?: string
    readonly KMSMasterKeyId?: string
  }
}
export interface UpdateTableInput {
  readonly TableName: string
  readonly AttributeDefinitions?: readonly AttributeDefinition[]
  readonly BillingMode?: BillingMode
  readonly ProvisionedThroughput?: ProvisionedThroughput
  /** DynamoDB creates or deletes one index a request. */
  readonly GlobalSecondaryIndexUpdates?: readonly {
    readonly Create?: SecondaryIndex | undefined
    readonly Update?: { readonly IndexName: string; readonly ProvisionedThroughput: ProvisionedThroughput } | undefined
    readonly Delete?: { readonly IndexName: string } | undefined
  }[]
  readonly StreamSpecification?: StreamSpecification
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
  /** One a request. */
  readonly ReplicaUpdates?: readonly {
    readonly Create?: { readonly RegionName: string } | undefined
    readonly Delete?: { readonly RegionName: string } | undefined
  }[]
  readonly [other: string]: unknown
}
export type TableStatus =
  | 'CREATING'
  | 'UPDATING'
  | 'DELETING'
  | 'ACTIVE'
  | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'
  | 'ARCHIVING'
  | 'ARCHIVED'
export interface IndexDescription extends Omit<SecondaryIndex, 'ProvisionedThroughput'> {
  readonly IndexStatus?: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
  readonly Backfilling?: boolean
  readonly ItemCount?: number
  readonly IndexSizeBytes?: number
  readonly ProvisionedThroughput?: ProvisionedThroughput
}
export interface ReplicaDescription {
  readonly RegionName?: string
  readonly ReplicaStatus?: string
  readonly ReplicaStatusDescription?: string
}
export interface TableDescription {
  readonly TableName?: string
  readonly TableStatus?: TableStatus
  readonly KeySchema?: readonly KeySchemaElement[]
  readonly AttributeDefinitions?: readonly AttributeDefinition[]
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[]
  readonly LocalSecondaryIndexes?: readonly IndexDescription[]
  readonly ItemCount?: number
  readonly TableSizeBytes?: number
  readonly TableArn?: string
  readonly LatestStreamArn?: string
  readonly BillingModeSummary?: { readonly BillingMode?: string }
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly StreamSpecification?: StreamSpecification
  readonly TableClassSummary?: { readonly TableClass?: string }
  readonly DeletionProtectionEnabled?: boolean
  readonly GlobalTableVersion?: string
  readonly Replicas?: readonly ReplicaDescription[]
  /** Seconds since the Unix epoch. */
  readonly CreationDateTime?: number
  readonly [other: string]: unknown
}

export interface UpdateTimeToLiveInput {
  readonly TableName: string
  readonly TimeToLiveSpecification: { readonly Enabled: boolean; readonly AttributeName: string }
}

export interface UpdateContinuousBackupsInput {
  readonly TableName: string
  readonly PointInTimeRecoverySpecification: {
    readonly PointInTimeRecoveryEnabled: boolean
    /** 1 to 35. */
    readonly RecoveryPeriodInDays?: number
  }
}
export interface ContinuousBackups {
  readonly ContinuousBackupsDescription?: {
    readonly ContinuousBackupsStatus?: string
    readonly PointInTimeRecoveryDescription?: {
      readonly PointInTimeRecoveryStatus?: string
      readonly RecoveryPeriodInDays?: number
      /** Seconds since the Unix epoch. */
      readonly EarliestRestorableDateTime?: number
      readonly LatestRestorableDateTime?: number
    }
  }
}

/** Any operation this package does not model field by field goes through with its own input and output. */
export interface OpenInput {
  readonly [field: string]: unknown
}

/** Operation name -> [request, answer]. Names are those of the DynamoDB API (`X-Amz-Target` without the prefix). */
export interface Operations {
  GetItem: [GetItemInput, GetItemOutput]
  PutItem: [PutItemInput, WriteOutput]
  UpdateItem: [UpdateItemInput, WriteOutput]
  DeleteItem: [DeleteItemInput, WriteOutput]
  Query: [QueryInput, ReadManyOutput]
  Scan: [ScanInput, ReadManyOutput]
  BatchGetItem: [BatchGetItemInput, BatchGetItemOutput]
  BatchWriteItem: [BatchWriteItemInput, BatchWriteItemOutput]
  TransactWriteItems: [TransactWriteItemsInput, TransactWriteItemsOutput]
  TransactGetItems: [TransactGetItemsInput, TransactGetItemsOutput]
  CreateTable: [CreateTableInput, { readonly TableDescription?: TableDescription }]
  DescribeTable: [{ readonly TableName: string }, { readonly Table?: TableDescription }]
  DeleteTable: [{ readonly TableName: string }, { readonly TableDescription?: TableDescription }]
  ListTables: [
    { readonly Limit?: number; readonly ExclusiveStartTableName?: string },
    { readonly TableNames?: readonly string[]; readonly LastEvaluatedTableName?: string },
  ]
  UpdateTable: [UpdateTableInput, { readonly TableDescription?: TableDescription }]
  UpdateTimeToLive: [UpdateTimeToLiveInput, OpenInput]
  DescribeTimeToLive: [
    { readonly TableName: string },
    { readonly TimeToLiveDescription?: { readonly TimeToLiveStatus?: string; readonly AttributeName?: string } },
  ]
  TagResource: [{ readonly ResourceArn: string; readonly Tags: readonly Tag[] }, OpenInput]
  UntagResource: [{ readonly ResourceArn: string; readonly TagKeys: readonly string[] }, OpenInput]
  ListTagsOfResource: [
    { readonly ResourceArn: string; readonly NextToken?: string },
    { readonly Tags?: readonly Tag[]; readonly NextToken?: string },
  ]
  DescribeLimits: [OpenInput, OpenInput]
  DescribeEndpoints: [OpenInput, OpenInput]
  UpdateContinuousBackups: [UpdateContinuousBackupsInput, ContinuousBackups]
  DescribeContinuousBackups: [{ readonly TableName: string }, ContinuousBackups]
  CreateBackup: [OpenInput, OpenInput]
  DescribeBackup: [OpenInput, OpenInput]
  DeleteBackup: [OpenInput, OpenInput]
  ListBackups: [OpenInput, OpenInput]
  RestoreTableFromBackup: [OpenInput, OpenInput]
  RestoreTableToPointInTime: [OpenInput, OpenInput]
  ExportTableToPointInTime: [OpenInput, OpenInput]
  DescribeExport: [OpenInput, OpenInput]
  ListExports: [OpenInput, OpenInput]
  ImportTable: [OpenInput, OpenInput]
  ExecuteStatement: [OpenInput, OpenInput]
  BatchExecuteStatement: [OpenInput, OpenInput]
  ExecuteTransaction: [OpenInput, OpenInput]
}

export type OperationName = keyof Operations
export type OperationInput<Name extends OperationName> = Operations[Name][0]
export type OperationOutput<Name extends OperationName> = Operations[Name][1]
