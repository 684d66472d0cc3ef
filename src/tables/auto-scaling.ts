import { currentConnection } from '../runtime/index.js'
import { billingOf } from './describe-table.js'
import { requireAws } from './global-table-manager.js'
import {
  checkInput,
  type Fields,
  isPlain,
  optional,
  options,
  type Rule,
  record,
  refuse,
  rule,
  wholeNumber,
} from './input-rules.js'
import { withService } from './service-client.js'
import type { TableCallOptions } from './table-options.js'
import { callOptions, indexName, newTableName } from './table-rules.js'
import { tableToChange } from './table-status.js'

/** Between how many capacity units a second DynamoDB may choose, and how much of them should be in use. */
export interface ScalingRange {
  readonly min: number
  readonly max: number
  /** Percent of the capacity, 20 to 90. Default 70. */
  readonly target?: number
  /** Seconds between two changes downwards and two upwards. Default 60 each. */
  readonly scaleInCooldown?: number
  readonly scaleOutCooldown?: number
}

export interface ScalingOptions {
  readonly read?: ScalingRange
  readonly write?: ScalingRange
}

export interface AutoScalingOptions extends ScalingOptions {
  /** Global indexes by name: each has a capacity of its own. */
  readonly indexes?: Readonly<Record<string, ScalingOptions>>
}

/** What is used of `ApplicationAutoScaling` of `@aws-sdk/client-application-auto-scaling`. */
export interface AutoScalingClient {
  registerScalableTarget(input: ScalableTarget & { MinCapacity: number; MaxCapacity: number }): Promise<unknown>
  putScalingPolicy(
    input: ScalableTarget & {
      PolicyName: string
      PolicyType: 'TargetTrackingScaling'
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: number
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'DynamoDBReadCapacityUtilization' | 'DynamoDBWriteCapacityUtilization'
        }
        ScaleInCooldown: number
        ScaleOutCooldown: number
      }
    },
  ): Promise<unknown>
}

interface ScalableTarget {
  ServiceNamespace: 'dynamodb'
  ResourceId: string
  ScalableDimension: `dynamodb:${'table' | 'index'}:${'Read' | 'Write'}CapacityUnits`
}

const RANGE: Rule = (value, at) => {
  const faults = options({
    min: wholeNumber(1),
    max: wholeNumber(1),
    target: optional(
      rule('a number from 20 to 90', (percent) => typeof percent === 'number' && percent >= 20 && percent <= 90),
    ),
    scaleInCooldown: optional(wholeNumber(0)),
    scaleOutCooldown: optional(wholeNumber(0)),
  })(value, at)
  if (faults.length > 0 || !isPlain(value) || Number(value['min']) <= Number(value['max'])) return faults
  return [`${at}.min is greater than ${at}.max`]
}
const SIDES: Fields = { read: optional(RANGE), write: optional(RANGE) }
const SCALING: Rule = options({ ...SIDES, indexes: optional(record(indexName, options(SIDES), 20)) })
const client: Rule = rule(
  'an ApplicationAutoScaling of @aws-sdk/client-application-auto-scaling',
  (value) => typeof (value as Partial<AutoScalingClient> | null)?.registerScalableTarget === 'function',
)

/**
 * Lets AWS change the capacity of a `PROVISIONED` table, and of its global indexes, with what is used of it. "Target
 * tracking" of Application Auto Scaling: called again it replaces what was said before.
 *
 * @param settings `client` is used as it is; without one the package is loaded, which must be installed
 * @throws TableError `TABLE.CLIENT_MISSING`, `TABLE.INVALID_INPUT` (on-demand tables and unknown indexes, too);
 *   DriverError `DRIVER.UNSUPPORTED` on local engines
 *
 * @example
 * await configureAutoScaling('orders', { read: { min: 5, max: 500 }, write: { min: 5, max: 100, target: 60 } })
 */
export async function configureAutoScaling(
  name: string,
  scaling: AutoScalingOptions,
  settings: TableCallOptions & { readonly client?: AutoScalingClient } = {},
): Promise<void> {
  const what = 'configureAutoScaling'
  const rules = { name: newTableName, scaling: SCALING, settings: callOptions({ client: optional(client) }) }
  checkInput(what, { name, scaling, settings }, rules)
  const connection = settings.connection ?? currentConnection()
  await requireAws(connection, 'Application Auto Scaling')
  const { table } = await tableToChange(name, { connection })
  const targets = targetsOf(name, scaling)
  const there = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName)
  const unknown = Object.keys(scaling.indexes ?? {}).filter((index) => !there.includes(index))
  refuse(what, [
    ...(targets.length === 0 ? ['neither read nor write is there'] : []),
    ...(billingOf(table) === 'PROVISIONED'
      ? []
      : [`${name} has billingMode "PAY_PER_REQUEST", which scales by itself`]),
    ...unknown.map((index) => `${name} has no global index ${index}`),
  ])
  const service = { name: '@aws-sdk/client-application-auto-scaling', client: 'ApplicationAutoScaling' }
  await withService<AutoScalingClient, void>(service, connection, settings.client, async (scaler) => {
    for (const target of targets) await scale(scaler, target)
  })
}

interface Target {
  readonly resource: string
  readonly kind: 'table' | 'index'
  readonly side: 'Read' | 'Write'
  readonly range: ScalingRange
}

function targetsOf(name: string, { read, write, indexes = {} }: AutoScalingOptions): readonly Target[] {
  const sides = (resource: string, kind: Target['kind'], given: ScalingOptions): readonly Target[] => [
    ...(given.read === undefined ? [] : [{ resource, kind, side: 'Read' as const, range: given.read }]),
    ...(given.write === undefined ? [] : [{ resource, kind, side: 'Write' as const, range: given.write }]),
  ]
  const ofTable = { ...(read === undefined ? {} : { read }), ...(write === undefined ? {} : { write }) }
  return [
    ...sides(`table/${name}`, 'table', ofTable),
    ...Object.entries(indexes).flatMap(([index, given]) => sides(`table/${name}/index/${index}`, 'index', given)),
  ]
}

async function scale(scaler: AutoScalingClient, { resource, kind, side, range }: Target): Promise<void> {
  const target: ScalableTarget = {
    ServiceNamespace: 'dynamodb',
    ResourceId: resource,
    ScalableDimension: `dynamodb:${kind}:${side}CapacityUnits`,
  }
  await scaler.registerScalableTarget({ ...target, MinCapacity: range.min, MaxCapacity: range.max })
  await scaler.putScalingPolicy({
    ...target,
    PolicyName: `DynamoDB${side}CapacityUtilization:${resource}`,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: range.target ?? 70,
      PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${side}CapacityUtilization` },
      ScaleInCooldown: range.scaleInCooldown ?? 60,
      ScaleOutCooldown: range.scaleOutCooldown ?? 60,
    },
  })
}
