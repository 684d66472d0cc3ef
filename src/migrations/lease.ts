import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { isTransactionCanceledError } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { MigrationError } from './errors.js'

const LEASE_KEY = 'DYNAMODB-TOOLING#lease'
/** Type attribute of the item. */
const LEASE_TYPE = 'migration lease'
/** Its holder says as often that it lives. */
const BEAT_MS = 5000
/** A holder of which nothing was heard for as long is dead. Each process measures it by its own clock, from what it saw. */
const DEAD_MS = 3 * BEAT_MS
const POLL_MS = 1000

/** Who may change the tables of a ledger, as the ledger says it. */
export interface LeaseHolder {
  /** Host and process. */
  readonly holder: string
  /** When it began, by its own clock. */
  readonly since: string
  /** Rises with every holder. */
  readonly token: string
}

/** The right to change tables: one process has it at a time. */
export interface Lease {
  /** Rises with every holder: what an older one still writes is refused by it ("fencing token"). */
  readonly token: string
  /** Aborts when the lease was lost: to another process that took it for dead, or by `migrate:unlock`. */
  readonly signal: AbortSignal
  /** A condition for transactions of the holder. DynamoDB: "ConditionCheck". */
  readonly check: {
    readonly ConditionCheck: {
      readonly TableName: string
      readonly Key: AttributeMap
      readonly ConditionExpression: string
      readonly ExpressionAttributeNames: Readonly<Record<string, string>>
      readonly ExpressionAttributeValues: AttributeMap
    }
  }
}

export interface LeaseOptions {
  /** Milliseconds to wait for a holder that lives. Default: as long as it takes. */
  readonly wait?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told once of each holder that is waited for. */
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined
}

/**
 * Calls a function while this process, and no other, may change the tables of a ledger. A holder that died is waited out for
 * 15 seconds.
 *
 * @throws MigrationError `MIGRATION.LEASE_HELD` after `wait`, `MIGRATION.LEASE_LOST` where it was taken meanwhile
 */
export async function withLease<T>(
  connection: Connection,
  ledger: LedgerDesign,
  work: (lease: Lease) => Promise<T>,
  options: LeaseOptions = {},
): Promise<T> {
  const token = await acquire(connection, ledger, options)
  const lost = new AbortController()
  const stop = new AbortController()
  const beating = beat(connection, ledger, token, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) lost.abort(error)
  })
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([lost.signal, options.signal])
  // Every row that waits for its turn listens, and Node warns of more than ten.
  setMaxListeners(0, signal)
  try {
    return await work({ token, signal, check: { ConditionCheck: { ...place(ledger), ...ofToken(token) } } })
  } catch (error) {
    // Requests that it broke off say so in their own words.
    lost.signal.throwIfAborted()
    // A note that was refused, before the next beat said so.
    if (!isTransactionCanceledError(error) || (await leaseHolder(connection, ledger))?.token === token) throw error
    throw lostToAnother(error)
  } finally {
    stop.abort()
    await beating
    // A lease that cannot be given back is taken by the next, who waits for it.
    await free(connection, ledger, token).catch(() => false)
  }
}

/** Who holds the lease; undefined where nobody does. */
export async function leaseHolder(connection: Connection, ledger: LedgerDesign): Promise<LeaseHolder | undefined> {
  const item = await readItem(connection, ledger)
  return item && holderIn(item)
}

/**
 * Takes the lease from whoever holds it: it is told before its next step.
 *
 * @returns who held it; undefined where nobody did
 */
export async function breakLease(connection: Connection, ledger: LedgerDesign): Promise<LeaseHolder | undefined> {
  const held = await leaseHolder(connection, ledger)
  return held !== undefined && (await free(connection, ledger, held.token)) ? held : undefined
}

async function acquire(connection: Connection, ledger: LedgerDesign, options: LeaseOptions): Promise<string> {
  const { clock } = connection
  const began = clock.now()
  let seen: { readonly text: string; readonly at: number } | undefined
  let told: string | undefined
  for (;;) {
    options.signal?.throwIfAborted()
    const item = await readItem(connection, ledger)
    const held = item && holderIn(item)
    const text = JSON.stringify([item?.['token'], item?.['beat'], held?.holder])
    if (seen?.text !== text) seen = { text, at: clock.now() }
    if (held === undefined || clock.now() - seen.at >= DEAD_MS) {
      const token = await take(connection, ledger, item)
      if (token !== undefined) return token
      continue
    }
    if (told !== held.token) options.onWait?.(held)
    told = held.token
    if (options.wait !== undefined && clock.now() - began >= options.wait)
      throw new MigrationError('MIGRATION.LEASE_HELD', `${held.holder} changes the tables since ${held.since}.`, {
        details: { holder: held.holder, since: held.since },
      })
    await clock.sleep(POLL_MS, options.signal)
  }
}

/** Takes a lease that is as it was seen. @returns the token; undefined where another was faster */
async function take(
  connection: Connection,
  ledger: LedgerDesign,
  seen: AttributeMap | undefined,
): Promise<string | undefined> {
  const before = seen?.['token']
  const token = String(BigInt(before !== undefined && 'N' in before ? before.N : 0) + 1n)
  const { TableName, Key } = place(ledger)
  const beats = seen?.['beat']
  try {
    await connection.send('PutItem', {
      TableName,
      Item: {
        ...Key,
        [ledger.entityTypeAttribute]: { S: LEASE_TYPE },
        token: { N: token },
        holder: { S: `${hostname()}:${process.pid}` },
        since: { S: new Date(connection.clock.now()).toISOString() },
        beat: { N: '0' },
      },
      ...(before === undefined
        ? { ConditionExpression: 'attribute_not_exists(#token)', ExpressionAttributeNames: { '#token': 'token' } }
        : {
            ConditionExpression: `#token = :token AND ${beats === undefined ? 'attribute_not_exists(#beat)' : '#beat = :beat'}`,
            ExpressionAttributeNames: { '#token': 'token', '#beat': 'beat' },
            ExpressionAttributeValues: { ':token': before, ...(beats === undefined ? {} : { ':beat': beats }) },
          }),
    })
    return token
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.CONDITION_FAILED')) return undefined
    throw error
  }
}

/** Says that the holder lives, until it ends or lost the lease. A request that fails is no loss while others still wait. */
async function beat(connection: Connection, ledger: LedgerDesign, token: string, signal: AbortSignal): Promise<never> {
  const { clock } = connection
  let heard = clock.now()
  for (;;) {
    await clock.sleep(BEAT_MS, signal)
    const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = ofToken(token)
    try {
      await connection.send('UpdateItem', {
        ...place(ledger),
        UpdateExpression: 'ADD #beat :one',
        ConditionExpression,
        ExpressionAttributeNames: { ...ExpressionAttributeNames, '#beat': 'beat' },
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':one': { N: '1' } },
      })
      heard = clock.now()
    } catch (error) {
      const taken = isDynamoDBToolingError(error, 'SERVICE.CONDITION_FAILED')
      if (!taken && clock.now() - heard < DEAD_MS) continue
      if (taken) throw lostToAnother(error)
      throw new MigrationError('MIGRATION.LEASE_LOST', 'The lease could not be kept: this process stops.', {
        cause: error,
      })
    }
  }
}

function lostToAnother(cause: unknown): MigrationError {
  return new MigrationError('MIGRATION.LEASE_LOST', 'Another process took the lease: this process stops.', { cause })
}

/** Gives the lease back; its token stays, so that the next is greater. @returns false where it was lost */
async function free(connection: Connection, ledger: LedgerDesign, token: string): Promise<boolean> {
  const condition = ofToken(token)
  try {
    await connection.send('UpdateItem', {
      ...place(ledger),
      UpdateExpression: 'REMOVE #holder, #beat',
      ...condition,
      ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, '#beat': 'beat' },
    })
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.CONDITION_FAILED')) return false
    throw error
  }
}

async function readItem(connection: Connection, ledger: LedgerDesign): Promise<AttributeMap | undefined> {
  return (await connection.send('GetItem', { ...place(ledger), ConsistentRead: true })).Item
}

function holderIn({ holder, since, token }: AttributeMap): LeaseHolder | undefined {
  if (holder === undefined || !('S' in holder) || token === undefined || !('N' in token)) return undefined
  return { holder: holder.S, since: since !== undefined && 'S' in since ? since.S : '', token: token.N }
}

function place({ tableName, partitionKey, sortKey }: LedgerDesign): { TableName: string; Key: AttributeMap } {
  return { TableName: tableName, Key: { [partitionKey]: { S: LEASE_KEY }, [sortKey]: { S: LEASE_KEY } } }
}

/** The holder is still the one with this token. */
function ofToken(token: string): {
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues: AttributeMap
} {
  return {
    ConditionExpression: '#token = :token AND attribute_exists(#holder)',
    ExpressionAttributeNames: { '#token': 'token', '#holder': 'holder' },
    ExpressionAttributeValues: { ':token': { N: token } },
  }
}
