import { currentConnection } from '../runtime/index.js'
import { requireAws } from './global-table-manager.js'
import { checkInput, optional, options, type Rule, refuse, rule } from './input-rules.js'
import { withService } from './service-client.js'
import type { TableCallOptions } from './table-options.js'
import { callOptions, indexName, newTableName } from './table-rules.js'

/** Which time, and in which steps. */
export interface MetricsRange {
  readonly from: Date
  /** Default: now. */
  readonly to?: Date
  /** Seconds each value stands for: a multiple of 60. Default 300. CloudWatch: "Period". */
  readonly period?: number
  /** A global index, in place of the table. */
  readonly index?: string
}

/** The value of one period. */
export interface MetricPoint {
  /** When the period begins. */
  readonly at: Date
  readonly value: number
}

/** By name, in the order of time; a period without a value has no point. */
export interface TableMetrics {
  /** Capacity units of the whole period. */
  readonly consumedRead: readonly MetricPoint[]
  readonly consumedWrite: readonly MetricPoint[]
  /** Capacity units a second; empty for on-demand tables. */
  readonly provisionedRead: readonly MetricPoint[]
  readonly provisionedWrite: readonly MetricPoint[]
  /** Requests, or parts of them, that were over the rate. */
  readonly throttledReads: readonly MetricPoint[]
  readonly throttledWrites: readonly MetricPoint[]
}

/** What is used of `CloudWatch` of `@aws-sdk/client-cloudwatch`. */
export interface MetricsClient {
  getMetricData(input: {
    StartTime: Date
    EndTime: Date
    ScanBy: 'TimestampAscending'
    MetricDataQueries: {
      Id: string
      MetricStat: {
        Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: string }[] }
        Period: number
        Stat: string
      }
    }[]
    NextToken?: string
  }): Promise<{
    readonly MetricDataResults?:
      | readonly {
          readonly Id?: string | undefined
          readonly Timestamps?: readonly Date[] | undefined
          readonly Values?: readonly number[] | undefined
        }[]
      | undefined
    readonly NextToken?: string | undefined
  }>
}

/** DynamoDB's metrics, and how the values of a period become one. */
const METRICS: Readonly<Record<keyof TableMetrics, readonly [metric: string, statistic: 'Sum' | 'Average']>> = {
  consumedRead: ['ConsumedReadCapacityUnits', 'Sum'],
  consumedWrite: ['ConsumedWriteCapacityUnits', 'Sum'],
  provisionedRead: ['ProvisionedReadCapacityUnits', 'Average'],
  provisionedWrite: ['ProvisionedWriteCapacityUnits', 'Average'],
  throttledReads: ['ReadThrottleEvents', 'Sum'],
  throttledWrites: ['WriteThrottleEvents', 'Sum'],
}
const NAMES = Object.keys(METRICS) as (keyof TableMetrics)[]

const date: Rule = rule('a date', (value) => value instanceof Date && !Number.isNaN(value.getTime()))
const client: Rule = rule(
  'a CloudWatch of @aws-sdk/client-cloudwatch',
  (value) => typeof (value as Partial<MetricsClient> | null)?.getMetricData === 'function',
)
const RANGE: Rule = options({
  from: date,
  to: optional(date),
  period: optional(
    rule(
      'a multiple of 60 seconds',
      (value) => Number.isSafeInteger(value) && Number(value) > 0 && Number(value) % 60 === 0,
    ),
  ),
  index: optional(indexName),
})

/**
 * What a table was used for: capacity consumed and provisioned, and throttled requests, as CloudWatch has them.
 *
 * @param settings `client` is used as it is; without one the package is loaded, which must be installed
 * @throws TableError `TABLE.CLIENT_MISSING`, `TABLE.INVALID_INPUT`; DriverError `DRIVER.UNSUPPORTED` on local engines
 */
export async function getTableMetrics(
  name: string,
  range: MetricsRange,
  settings: TableCallOptions & { readonly client?: MetricsClient } = {},
): Promise<TableMetrics> {
  const what = 'getTableMetrics'
  const rules = { name: newTableName, range: RANGE, settings: callOptions({ client: optional(client) }) }
  checkInput(what, { name, range, settings }, rules)
  const connection = settings.connection ?? currentConnection()
  const { from, to = new Date(connection.clock.now()) } = range
  refuse(what, from < to ? [] : ['range.from is not before range.to'])
  await requireAws(connection, 'CloudWatch')
  const service = { name: '@aws-sdk/client-cloudwatch', client: 'CloudWatch' }
  return withService<MetricsClient, TableMetrics>(service, connection, settings.client, (watch) =>
    read(watch, name, { ...range, to }),
  )
}

async function read(
  watch: MetricsClient,
  name: string,
  { from, to, period = 300, index }: MetricsRange & { readonly to: Date },
): Promise<TableMetrics> {
  const Dimensions = [
    { Name: 'TableName', Value: name },
    ...(index === undefined ? [] : [{ Name: 'GlobalSecondaryIndexName', Value: index }]),
  ]
  const points = new Map<string, MetricPoint[]>(NAMES.map((each) => [each, []]))
  let next: string | undefined
  do {
    const page = await watch.getMetricData({
      StartTime: from,
      EndTime: to,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: NAMES.map((Id) => ({
        Id,
        MetricStat: {
          Metric: { Namespace: 'AWS/DynamoDB', MetricName: METRICS[Id][0], Dimensions },
          Period: period,
          Stat: METRICS[Id][1],
        },
      })),
      ...(next === undefined ? {} : { NextToken: next }),
    })
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? [])
      points.get(Id)?.push(...Timestamps.map((at, place) => ({ at, value: Values[place] ?? 0 })))
    next = page.NextToken
  } while (next !== undefined)
  return Object.fromEntries(points) as unknown as TableMetrics
}
