import type { OperationInput } from '../drivers/index.js'
import type { Connection } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'

export interface ScanOptions {
  /** DynamoDB: "Parallel scan". */
  readonly segments: number
  readonly filter?: Pick<
    OperationInput<'Scan'>,
    'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >
  /** Capacity units a second. */
  readonly pace: { ready(signal?: AbortSignal): Promise<void>; spend(units: number): void }
  readonly signal?: AbortSignal | undefined
}

/** Every item of a table, strongly consistent, some segments at the same time, a page of each in memory. */
export async function* scanItems(
  connection: Connection,
  TableName: string,
  { segments, filter, pace, signal }: ScanOptions,
): AsyncGenerator<readonly AttributeMap[]> {
  const read = async (Segment: number, after: AttributeMap | undefined): Promise<Page> => {
    signal?.throwIfAborted()
    await pace.ready(signal)
    const page = await connection.send('Scan', {
      TableName,
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
      ...filter,
      ...(segments === 1 ? {} : { Segment, TotalSegments: segments }),
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    })
    pace.spend(page.ConsumedCapacity?.CapacityUnits ?? 0)
    return { segment: Segment, items: page.Items ?? [], after: page.LastEvaluatedKey }
  }
  const running = new Map(Array.from({ length: segments }, (_, at) => [at, read(at, undefined)]))
  try {
    while (running.size > 0) {
      const { segment, items, after } = await Promise.race(running.values())
      // The next page is read while these are worked on.
      if (after === undefined) running.delete(segment)
      else running.set(segment, read(segment, after))
      if (items.length > 0) yield items
    }
  } finally {
    // Nobody waits for pages that were asked for when the reader stopped.
    await Promise.allSettled(running.values())
  }
}

interface Page {
  readonly segment: number
  readonly items: readonly AttributeMap[]
  readonly after: AttributeMap | undefined
}
