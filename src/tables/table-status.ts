import type { TableDescription, TableStatus } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { TableError } from './errors.js'
import type { TableCallOptions } from './table-options.js'

const POLL_MS = 50
const LONGEST_POLL_MS = 2000

/** What a table that is waited for does now. */
export interface TableProgress {
  /** Undefined where there is no table. DynamoDB: "TableStatus". */
  readonly status: TableStatus | undefined
  /** What is not ready: `table UPDATING`, `index GSI1 CREATING`, `replica eu-west-1 CREATING`. */
  readonly waitingFor: readonly string[]
  /** Milliseconds since the wait began. */
  readonly elapsed: number
}

export interface WaitSettings {
  /** Milliseconds. Default 600 000 (10 minutes); undefined waits as long as it takes where that is said. */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after every look at the table. */
  readonly onProgress?: ((progress: TableProgress) => void) | undefined
}

/** What is asked of a table: the words for what is missing; none when it is as wanted. */
export type Missing = (table: TableDescription | undefined) => readonly string[]

/** The table as DynamoDB describes it; undefined where there is none. */
export async function readTable(
  connection: Connection,
  TableName: string,
  signal?: AbortSignal,
): Promise<TableDescription | undefined> {
  try {
    return (await connection.send('DescribeTable', { TableName }, signal === undefined ? {} : { signal })).Table
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return undefined
    throw error
  }
}

/** The connection and the description of a table that is there. @throws ServiceError `SERVICE.RESOURCE_NOT_FOUND` */
export async function tableToChange(
  name: string,
  options: TableCallOptions,
): Promise<{ readonly connection: Connection; readonly table: TableDescription }> {
  const connection = options.connection ?? currentConnection()
  const { Table = {} } = await connection.send('DescribeTable', { TableName: name })
  return { connection, table: Table }
}

/**
 * Looks at a table until nothing is missing.
 *
 * @throws TableError `TABLE.WAIT_TIMEOUT`; the signal's reason
 */
export async function waitUntil(
  connection: Connection,
  name: string,
  missing: Missing,
  { timeout, signal, onProgress }: WaitSettings,
): Promise<TableDescription | undefined> {
  const { clock } = connection
  const began = clock.now()
  for (let wait = POLL_MS; ; wait = Math.min(wait * 2, LONGEST_POLL_MS)) {
    const table = await readTable(connection, name, signal).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
    const waitingFor = missing(table)
    const elapsed = clock.now() - began
    onProgress?.({ status: table?.TableStatus, waitingFor, elapsed })
    if (waitingFor.length === 0) return table
    const left = timeout === undefined ? wait : timeout - elapsed
    if (left <= 0)
      throw new TableError(
        'TABLE.WAIT_TIMEOUT',
        `${name} is not ready after ${elapsed} ms: ${waitingFor.join(', ')}.`,
        {
          details: { table: name, waitingFor, elapsed },
        },
      )
    await clock.sleep(Math.min(wait, left), signal)
  }
}

/** Resolves when a table and its indexes are ACTIVE and no replica changes. Without a timeout it waits as long as it takes. */
export async function waitUntilActive(
  connection: Connection,
  name: string,
  settings: WaitSettings = {},
): Promise<TableDescription> {
  return (await waitUntil(connection, name, notActive, settings)) as TableDescription
}

/** States of replicas that end by themselves; one that failed stays as it is. */
const PASSING: readonly string[] = ['CREATING', 'UPDATING', 'DELETING']

export const notActive: Missing = (table) => {
  if (table === undefined) return ['table']
  const { TableStatus, GlobalSecondaryIndexes = [], Replicas = [] } = table
  return [
    ...(TableStatus === 'ACTIVE' ? [] : [`table ${TableStatus}`]),
    ...GlobalSecondaryIndexes.filter(({ IndexStatus = 'ACTIVE' }) => IndexStatus !== 'ACTIVE').map(
      ({ IndexName, IndexStatus }) => `index ${IndexName} ${IndexStatus}`,
    ),
    ...Replicas.filter(({ ReplicaStatus = '' }) => PASSING.includes(ReplicaStatus)).map(
      ({ RegionName, ReplicaStatus }) => `replica ${RegionName} ${ReplicaStatus}`,
    ),
  ]
}

export const notDeleted: Missing = (table) => (table === undefined ? [] : [`table ${table.TableStatus}`])
