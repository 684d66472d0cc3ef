import type { Connection } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { Lease } from './lease.js'

const CHECKPOINT_KEY = 'DYNAMODB-TOOLING#checkpoint'
/** Type attribute of the items. */
const CHECKPOINT_TYPE = 'migration checkpoint'

/** How far a segment of a sweep came. */
export interface Checkpoint {
  /** Where it goes on; undefined at its end. DynamoDB: LastEvaluatedKey. */
  readonly after: AttributeMap | undefined
  /** Items that it looked at, and wrote. */
  readonly scanned: number
  readonly written: number
}

/** How far the segments of a sweep came; undefined for those that have not begun. */
export async function readCheckpoints(
  connection: Connection,
  ledger: LedgerDesign,
  id: string,
  segments: number,
): Promise<readonly (Checkpoint | undefined)[]> {
  return Promise.all(
    Array.from({ length: segments }, async (_, segment) => {
      const { Item } = await connection.send('GetItem', {
        TableName: ledger.tableName,
        Key: keyOf(ledger, id, segment),
        ConsistentRead: true,
      })
      if (Item === undefined) return undefined
      const { after } = Item
      return {
        after: after !== undefined && 'M' in after ? after.M : undefined,
        scanned: countIn(Item['scanned']),
        written: countIn(Item['written']),
      }
    }),
  )
}

/** Notes how far a segment came, as long as this process may change the tables. */
export async function saveCheckpoint(
  connection: Connection,
  ledger: LedgerDesign,
  id: string,
  segment: number,
  { after, scanned, written }: Checkpoint,
  { check }: Lease,
): Promise<void> {
  await connection.send('TransactWriteItems', {
    TransactItems: [
      check,
      {
        Put: {
          TableName: ledger.tableName,
          Item: {
            ...keyOf(ledger, id, segment),
            [ledger.entityTypeAttribute]: { S: CHECKPOINT_TYPE },
            scanned: { N: String(scanned) },
            written: { N: String(written) },
            ...(after === undefined ? {} : { after: { M: after } }),
          },
        },
      },
    ],
  })
}

/** Forgets a sweep that is done. */
export async function clearCheckpoints(
  connection: Connection,
  ledger: LedgerDesign,
  id: string,
  segments: number,
): Promise<void> {
  for (let segment = 0; segment < segments; segment++)
    await connection.send('DeleteItem', { TableName: ledger.tableName, Key: keyOf(ledger, id, segment) })
}

function keyOf({ partitionKey, sortKey }: LedgerDesign, id: string, segment: number): AttributeMap {
  return { [partitionKey]: { S: `${CHECKPOINT_KEY}#${id}` }, [sortKey]: { S: String(segment) } }
}

function countIn(value: AttributeValue | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : 0
}
