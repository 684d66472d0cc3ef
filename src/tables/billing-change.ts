import type { ProvisionedThroughput, TableDescription } from '../drivers/index.js'
import { suggest } from '../kernel/index.js'
import { billingOf } from './describe-table.js'
import type { Change, TableChanges } from './update-table.js'

/** The request that brings billing mode and capacity to what is wanted, if any is needed, or why there is none. */
export interface BillingChange {
  readonly faults: readonly string[]
  readonly requests: readonly Change[]
}

const nothing: BillingChange = { faults: [], requests: [] }

/** Compares the capacity of a table with what is wanted. DynamoDB takes no change that changes nothing. */
export function billingChange(table: TableDescription, changes: TableChanges): BillingChange {
  const { readCapacity, writeCapacity, indexes = {} } = changes
  const now = billingOf(table)
  const mode = changes.billingMode ?? now
  const isSwitch = mode !== now
  const there = table.GlobalSecondaryIndexes ?? []
  const faults = unknownIndexes(
    Object.keys(indexes),
    there.map(({ IndexName }) => IndexName),
  )
  if (mode === 'PAY_PER_REQUEST') {
    const given = [readCapacity, writeCapacity, ...Object.values(indexes).flatMap(Object.values)]
    if (given.some((value) => value !== undefined))
      return {
        faults: [...faults, 'capacity is for billingMode "PROVISIONED", and the table has PAY_PER_REQUEST'],
        requests: [],
      }
    return faults.length > 0 || !isSwitch ? { ...nothing, faults } : { faults, requests: [{ BillingMode: mode }] }
  }
  const current = (throughput: ProvisionedThroughput | undefined): ProvisionedThroughput | undefined =>
    isSwitch ? undefined : throughput
  const wanted = merged({ readCapacity, writeCapacity }, current(table.ProvisionedThroughput))
  if (wanted === undefined) faults.push('billingMode "PROVISIONED" needs readCapacity and writeCapacity')
  if (wanted === undefined || faults.length > 0) return { faults, requests: [] }
  const Updates = there.flatMap(({ IndexName, ProvisionedThroughput }) => {
    const before = current(ProvisionedThroughput)
    // An index that comes along to another billing mode gets what the table gets.
    const throughput = merged(indexes[IndexName] ?? {}, before ?? wanted) as ProvisionedThroughput
    return same(throughput, before) ? [] : [{ Update: { IndexName, ProvisionedThroughput: throughput } }]
  })
  const ofTable = same(wanted, current(table.ProvisionedThroughput)) ? {} : { ProvisionedThroughput: wanted }
  const request = {
    ...(isSwitch ? { BillingMode: mode } : {}),
    ...ofTable,
    ...(Updates.length === 0 ? {} : { GlobalSecondaryIndexUpdates: Updates }),
  }
  return { faults, requests: Object.keys(request).length === 0 ? [] : [request] }
}

function merged(
  {
    readCapacity,
    writeCapacity,
  }: { readonly readCapacity?: number | undefined; readonly writeCapacity?: number | undefined },
  before: ProvisionedThroughput | undefined,
): ProvisionedThroughput | undefined {
  const ReadCapacityUnits = readCapacity ?? before?.ReadCapacityUnits
  const WriteCapacityUnits = writeCapacity ?? before?.WriteCapacityUnits
  if (ReadCapacityUnits === undefined || WriteCapacityUnits === undefined) return undefined
  return { ReadCapacityUnits, WriteCapacityUnits }
}

function same(one: ProvisionedThroughput, other: ProvisionedThroughput | undefined): boolean {
  return one.ReadCapacityUnits === other?.ReadCapacityUnits && one.WriteCapacityUnits === other.WriteCapacityUnits
}

function unknownIndexes(given: readonly string[], there: readonly string[]): string[] {
  return given
    .filter((name) => !there.includes(name))
    .map((name) => {
      const meant = suggest(name, there)
      return `the table has no global index ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`
    })
}
