import type { BatchGetItemOutput, KeysAndAttributes } from '../drivers/index.js'
import { mapConcurrent } from '../kernel/index.js'
import type { AttributeMap } from '../values/index.js'
import { BATCH_CONCURRENCY, type BatchOptions, isHopeless, metered, pause } from './batch-options.js'
import type { Connection } from './connection.js'
import { BatchError } from './errors.js'

/** Keys of one BatchGetItem request. DynamoDB: "BatchGetItem", up to 100 items and 16 MB. */
const KEYS_PER_REQUEST = 100

/** How items of one table are read. */
export interface ReadSettings {
  readonly consistentRead?: boolean | undefined
  readonly projection?: Pick<KeysAndAttributes, 'ProjectionExpression' | 'ExpressionAttributeNames'> | undefined
}
export interface BatchGetOptions extends BatchOptions, ReadSettings {}

/** Items of one table that are wanted. */
export interface WantedItems extends ReadSettings {
  readonly table: string
  /** Distinct keys. */
  readonly keys: readonly AttributeMap[]
}

/**
 * Reads any number of items by key, in chunks of 100, until DynamoDB left none unprocessed. Items come in no order,
 * missing ones are left out. Keys must be distinct.
 *
 * @throws BatchError `BATCH.UNPROCESSED` with the keys that could not be read
 */
export async function batchGetItems(
  connection: Connection,
  table: string,
  keys: readonly AttributeMap[],
  options: BatchGetOptions = {},
): Promise<AttributeMap[]> {
  const { consistentRead, projection } = options
  const [items = []] = await batchGetTables(connection, [{ table, keys, consistentRead, projection }], options)
  return items
}

/** The same for several tables at once: requests are shared. @returns the items of each of the wanted */
export async function batchGetTables(
  connection: Connection,
  wanted: readonly WantedItems[],
  options: BatchOptions = {},
): Promise<AttributeMap[][]> {
  const total = wanted.reduce((sum, { keys }) => sum + keys.length, 0)
  let done = 0
  const found = await mapConcurrent(chunksOf(wanted), options.concurrency ?? BATCH_CONCURRENCY, async (chunk) => {
    const items = await readChunk(connection, chunk, wanted, options)
    done += chunk.size
    options.onProgress?.(done, total)
    return items
  })
  const only = found[0]
  if (only !== undefined && found.length === 1 && wanted.length === 1) return [only.get(0) as AttributeMap[]]
  return wanted.map((_, i) => found.flatMap((items) => items.get(i) ?? []))
}

/** Keys of one request, by the place of what is wanted. */
interface Chunk {
  readonly keys: ReadonlyMap<number, readonly AttributeMap[]>
  readonly size: number
}

/** Full requests; one names a table once (DynamoDB: "BatchGetItem", RequestItems). */
function chunksOf(wanted: readonly WantedItems[]): readonly Chunk[] {
  const chunks: Chunk[] = []
  let keys = new Map<number, readonly AttributeMap[]>()
  let size = 0
  const close = (): void => {
    if (size > 0) chunks.push({ keys, size })
    keys = new Map()
    size = 0
  }
  for (const [i, { table, keys: all }] of wanted.entries()) {
    if ([...keys.keys()].some((other) => wanted[other]?.table === table)) close()
    for (let at = 0; at < all.length; ) {
      if (size === KEYS_PER_REQUEST) close()
      const part = all.slice(at, at + KEYS_PER_REQUEST - size)
      keys.set(i, part)
      size += part.length
      at += part.length
    }
  }
  close()
  return chunks
}

async function readChunk(
  connection: Connection,
  { keys, size }: Chunk,
  wanted: readonly WantedItems[],
  options: BatchOptions,
): Promise<ReadonlyMap<number, readonly AttributeMap[]>> {
  const items = new Map<number, AttributeMap[]>([...keys.keys()].map((i) => [i, []]))
  let pending = keys
  let left = size
  let fruitless = 0
  for (;;) {
    const answer: BatchGetItemOutput = await connection.send(
      'BatchGetItem',
      {
        RequestItems: Object.fromEntries(
          [...pending].map(([i, Keys]) => {
            const { table, consistentRead, projection } = wanted[i] as WantedItems
            return [table, { Keys, ...(consistentRead ? { ConsistentRead: true } : {}), ...projection }]
          }),
        ),
        ...metered(options),
      },
      options.send,
      options.context,
    )
    options.capacity?.add(answer.ConsumedCapacity)
    const unprocessed = new Map<number, readonly AttributeMap[]>()
    let remaining = 0
    for (const i of pending.keys()) {
      const { table } = wanted[i] as WantedItems
      for (const item of answer.Responses?.[table] ?? []) items.get(i)?.push(item)
      const Keys = answer.UnprocessedKeys?.[table]?.Keys ?? []
      if (Keys.length > 0) unprocessed.set(i, Keys)
      remaining += Keys.length
    }
    if (remaining === 0) return items
    fruitless = remaining === left ? fruitless + 1 : 0
    if (isHopeless(fruitless, options))
      throw new BatchError(
        'BATCH.UNPROCESSED',
        `${remaining} of ${size} items could not be read: the table refuses more reads.`,
        [...unprocessed.values()].flat(),
      )
    pending = unprocessed
    left = remaining
    // An abort while waiting is what the next request is refused with.
    await pause(connection, fruitless, options).catch(() => undefined)
  }
}
