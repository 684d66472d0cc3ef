import type { CreateTableInput } from '../drivers/index.js'
import { pascalWords, resourceNames } from './resource-names.js'
import type { TableRequests } from './table-requests.js'

/** Properties of AWS::DynamoDB::Table: those of CreateTable, and what is said of a table afterwards. */
export interface TableProperties extends Omit<CreateTableInput, 'StreamSpecification' | 'SSESpecification'> {
  readonly StreamSpecification?: { readonly StreamViewType: string }
  readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean }
  readonly PointInTimeRecoverySpecification?: {
    readonly PointInTimeRecoveryEnabled: boolean
    readonly RecoveryPeriodInDays?: number
  }
}

export interface CloudFormationTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09'
  readonly Description: string
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: 'AWS::DynamoDB::Table'
        readonly DeletionPolicy: 'Retain'
        readonly UpdateReplacePolicy: 'Retain'
        readonly Properties: TableProperties
      }
    >
  >
}

export function cloudFormationTemplate(tables: readonly TableRequests[]): CloudFormationTemplate {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'DynamoDB tables of the models, written by dynamodb-tooling',
    Resources: Object.fromEntries(
      namedProperties(tables).map(([name, properties]) => [
        name,
        {
          Type: 'AWS::DynamoDB::Table',
          // A stack that goes must not take the rows with it.
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
          Properties: properties,
        },
      ]),
    ),
  }
}

/** Logical ids and properties of tables. */
export function namedProperties(tables: readonly TableRequests[]): readonly (readonly [string, TableProperties])[] {
  const names = resourceNames(
    tables.map(({ createTable }) => createTable.TableName),
    pascalWords,
  )
  return tables.map((table) => [names.get(table.createTable.TableName) as string, tableProperties(table)])
}

function tableProperties({ createTable, timeToLive, pointInTimeRecovery }: TableRequests): TableProperties {
  const { StreamSpecification: stream, SSESpecification: _, ...same } = createTable
  return {
    ...same,
    ...(stream?.StreamViewType === undefined ? {} : { StreamSpecification: { StreamViewType: stream.StreamViewType } }),
    ...(timeToLive === undefined ? {} : { TimeToLiveSpecification: timeToLive.TimeToLiveSpecification }),
    ...(pointInTimeRecovery === undefined
      ? {}
      : { PointInTimeRecoverySpecification: pointInTimeRecovery.PointInTimeRecoverySpecification }),
  }
}
