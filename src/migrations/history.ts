import type { Connection } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { Lease } from './lease.js'

const HISTORY_KEY = 'DYNAMODB-TOOLING#migrations'
/** Type attribute of the items. */
const HISTORY_TYPE = 'migration'

/** A migration that was run, as the table says it. */
export interface AppliedMigration {
  readonly name: string
  /** SHA-256 of its file as it was run. */
  readonly checksum: string
  /** When it ended; null for one that was begun and did not end. */
  readonly appliedAt: string | null
  /** Migrations that were run together. They are rolled back together. */
  readonly batch: number
  /** Of one that was begun: which way, and an id of its own, under which its code goes on: `up:01J…`. */
  readonly run?: string | undefined
}

/** What was run, in the order of names. */
export async function readHistory(connection: Connection, ledger: LedgerDesign): Promise<readonly AppliedMigration[]> {
  const applied: AppliedMigration[] = []
  let start: AttributeMap | undefined
  do {
    const page = await connection.send('Query', {
      TableName: ledger.tableName,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': ledger.partitionKey },
      ExpressionAttributeValues: { ':pk': { S: HISTORY_KEY } },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? [])
      applied.push({
        name: textIn(item[ledger.sortKey]) ?? '',
        checksum: textIn(item['checksum']) ?? '',
        appliedAt: textIn(item['appliedAt']) ?? null,
        batch: Number(item['batch'] !== undefined && 'N' in item['batch'] ? item['batch'].N : 0),
        run: textIn(item['run']),
      })
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return applied
}

/** Notes a migration, as long as this process may change the tables. */
export async function writeHistory(
  connection: Connection,
  ledger: LedgerDesign,
  { name, checksum, appliedAt, batch, run }: AppliedMigration,
  { check }: Lease,
): Promise<void> {
  const Item: AttributeMap = {
    ...keyOf(ledger, name),
    [ledger.entityTypeAttribute]: { S: HISTORY_TYPE },
    checksum: { S: checksum },
    batch: { N: String(batch) },
    ...(appliedAt === null ? {} : { appliedAt: { S: appliedAt } }),
    ...(appliedAt !== null || run === undefined ? {} : { run: { S: run } }),
  }
  await connection.send('TransactWriteItems', {
    TransactItems: [check, { Put: { TableName: ledger.tableName, Item } }],
  })
}

/** Forgets a migration that was rolled back. */
export async function eraseHistory(
  connection: Connection,
  ledger: LedgerDesign,
  name: string,
  { check }: Lease,
): Promise<void> {
  await connection.send('TransactWriteItems', {
    TransactItems: [check, { Delete: { TableName: ledger.tableName, Key: keyOf(ledger, name) } }],
  })
}

function keyOf({ partitionKey, sortKey }: LedgerDesign, name: string): AttributeMap {
  return { [partitionKey]: { S: HISTORY_KEY }, [sortKey]: { S: name } }
}

function textIn(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && 'S' in value ? value.S : undefined
}
