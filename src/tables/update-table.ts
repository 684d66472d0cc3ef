import { requireCapability, type TableDescription, type UpdateTableInput } from '../drivers/index.js'
import { updateStatement } from '../model/index.js'
import type { UpdateStatement } from '../partiql/index.js'
import type { Connection } from '../runtime/index.js'
import { billingChange } from './billing-change.js'
import { tableClassOf } from './describe-table.js'
import { checkInput, optional, options, type Rule, record, refuse, where } from './input-rules.js'
import { setRecovery } from './point-in-time-recovery.js'
import type { TableSettings } from './table-options.js'
import { recoverySpecification, streamSpecification } from './table-requests.js'
import { attributeName, capacity, indexName, SETTINGS, tableName, WAIT } from './table-rules.js'
import { tableToChange, type WaitSettings, waitUntilActive } from './table-status.js'
import { setTags } from './table-tags.js'
import { turnTtlOff, turnTtlOn } from './time-to-live.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

/** What is to be changed; everything else stays as it is. */
export interface TableChanges extends TableSettings {
  /** Capacity of global indexes by name, for `PROVISIONED`. */
  readonly indexes?: Readonly<Record<string, { readonly readCapacity?: number; readonly writeCapacity?: number }>>
  /** The attribute by which items expire; false: they do not. */
  readonly ttl?: string | false
}

/** What can be changed of a table. `billing` is the billing mode and all capacity. */
export type TableAspect =
  | 'billing'
  | 'tableClass'
  | 'deletionProtection'
  | 'stream'
  | 'tags'
  | 'ttl'
  | 'pointInTimeRecovery'

/** One UpdateTable request, of whatever table. */
export type Change = Omit<UpdateTableInput, 'TableName'>

const isFalse = (value: unknown): boolean => value === false
const CHANGES: Rule = options({
  ...SETTINGS,
  indexes: optional(
    record(indexName, options({ readCapacity: optional(capacity), writeCapacity: optional(capacity) }), 20),
  ),
  ttl: optional(where(isFalse, () => [], attributeName)),
})

/**
 * Changes what differs and nothing else, one request after the other, each when the last is through.
 *
 * @returns what was changed; empty where all was so already
 * @throws TableError `TABLE.INVALID_INPUT`, `TABLE.TTL_DIFFERS`, `TABLE.WAIT_TIMEOUT`; DriverError `DRIVER.UNSUPPORTED`
 *   before anything is changed; ServiceError `SERVICE.RESOURCE_NOT_FOUND`
 *
 * @example
 * await updateTable('orders', { billingMode: 'PROVISIONED', readCapacity: 10, writeCapacity: 5, stream: 'NEW_IMAGE' })
 */
export function updateTable(
  name: string,
  changes: TableChanges,
  settings?: WaitOptions,
): Promise<readonly TableAspect[]>
/**
 * With a name alone it is the PartiQL builder, and changes one item: nothing is sent before `execute()`.
 *
 * @example
 * await updateTable('orders').set('status', 'paid').where({ pk: 'USER#1', sk: 'ORDER#1' }).returning('ALL NEW').execute()
 */
export function updateTable(name: string): UpdateStatement
export function updateTable(
  ...given: readonly [name: string, changes?: TableChanges, settings?: WaitOptions]
): UpdateStatement | Promise<readonly TableAspect[]> {
  const [name, changes, settings] = given
  return given.length === 1 ? updateStatement(name) : changeTable(name, changes as TableChanges, settings)
}

async function changeTable(
  name: string,
  changes: TableChanges,
  settings: WaitOptions = {},
): Promise<readonly TableAspect[]> {
  checkInput('updateTable', { name, changes, settings }, { name: tableName, changes: CHANGES, settings: WAIT })
  const waits = waiting(settings)
  const { connection, table } = await tableToChange(name, settings)
  await requireSupport(connection, changes)
  const billing = billingChange(table, changes)
  refuse('updateTable', billing.faults)
  const requests: readonly [TableAspect, Change][] = [
    ...billing.requests.map((request): [TableAspect, Change] => ['billing', request]),
    ...settingChanges(table, changes),
  ]
  const changed = new Set<TableAspect>()
  for (const [aspect, request] of requests) {
    await sendUpdate(connection, { ...request, TableName: name }, waits)
    changed.add(aspect)
  }
  const { tags, ttl, pointInTimeRecovery: recovery } = changes
  if (tags !== undefined && (await setTags(connection, table.TableArn ?? name, tags))) changed.add('tags')
  if (ttl !== undefined && (await (ttl === false ? turnTtlOff(connection, name) : turnTtlOn(connection, name, ttl))))
    changed.add('ttl')
  if (recovery !== undefined && (await setRecovery(connection, name, recoverySpecification(recovery), waits)))
    changed.add('pointInTimeRecovery')
  return [...changed]
}

/**
 * Looks through changes without sending anything.
 *
 * @throws TableError `TABLE.INVALID_INPUT`
 */
export function checkTableChanges(name: string, changes: TableChanges): void {
  checkInput('updateTable', { name, changes }, { name: tableName, changes: CHANGES })
}

/** Sends a change when the table is ready for one, and waits until it is through. */
export async function sendUpdate(
  connection: Connection,
  request: UpdateTableInput,
  waits: WaitSettings,
): Promise<void> {
  await waitUntilActive(connection, request.TableName, waits)
  await connection.send('UpdateTable', request, { signal: waits.signal })
  await waitUntilActive(connection, request.TableName, waits)
}

function settingChanges(
  table: TableDescription,
  { tableClass, deletionProtection, stream }: TableChanges,
): readonly [TableAspect, Change][] {
  return [
    ...(tableClass === undefined || tableClass === tableClassOf(table)
      ? []
      : [['tableClass', { TableClass: tableClass }] as [TableAspect, Change]]),
    ...(deletionProtection === undefined || deletionProtection === (table.DeletionProtectionEnabled === true)
      ? []
      : [['deletionProtection', { DeletionProtectionEnabled: deletionProtection }] as [TableAspect, Change]]),
    ...(stream === undefined ? [] : streamChanges(table, stream)).map((change): [TableAspect, Change] => [
      'stream',
      { StreamSpecification: change },
    ]),
  ]
}

/** What a stream holds is said when it is turned on: to change it, it is turned off first. */
export function streamChanges(
  { StreamSpecification: now }: TableDescription,
  stream: NonNullable<TableSettings['stream']>,
): readonly NonNullable<UpdateTableInput['StreamSpecification']>[] {
  const wanted = streamSpecification(stream)
  const isOn = now?.StreamEnabled === true
  if (!wanted.StreamEnabled) return isOn ? [wanted] : []
  if (!isOn) return [wanted]
  return now.StreamViewType === wanted.StreamViewType ? [] : [{ StreamEnabled: false }, wanted]
}

async function requireSupport(connection: Connection, { tags, ttl, pointInTimeRecovery }: TableChanges): Promise<void> {
  const driver = await connection.driver()
  if (tags !== undefined) requireCapability(driver, 'TagResource')
  if (ttl !== undefined) requireCapability(driver, 'UpdateTimeToLive')
  if (pointInTimeRecovery !== undefined) requireCapability(driver, 'UpdateContinuousBackups')
}
