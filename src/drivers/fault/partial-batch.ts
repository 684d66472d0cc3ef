import type { KeysAndAttributes, OperationName, WriteRequest } from '../operations.js'

type Tables = Readonly<Record<string, KeysAndAttributes | readonly WriteRequest[]>>

/** A batch cut in two: what is really sent, and what is reported as unprocessed. */
export interface BatchSplit {
  readonly sent: { readonly RequestItems: Tables }
  /** Adds the unprocessed part to what the engine itself left over. */
  complete(answer: object): object
}

/** Cuts a batch at random; undefined when the operation is no batch or has a single entry. */
export function splitBatch(operation: OperationName, input: object, random: () => number): BatchSplit | undefined {
  const field =
    operation === 'BatchGetItem' ? 'UnprocessedKeys' : operation === 'BatchWriteItem' ? 'UnprocessedItems' : undefined
  if (field === undefined) return undefined
  const entries = Object.entries((input as { RequestItems: Tables }).RequestItems).flatMap(([table, request]) =>
    entriesOf(request).map((entry) => ({ table, request, entry, keep: random() < 0.5 })),
  )
  const [first, second] = entries
  if (first === undefined || second === undefined) return undefined
  // DynamoDB processes at least one entry, and this fault at least leaves one.
  if (entries.every(({ keep }) => keep)) first.keep = false
  if (entries.every(({ keep }) => !keep)) second.keep = true
  const gather = (keep: boolean): Tables => {
    const tables = new Map<string, { request: KeysAndAttributes | readonly WriteRequest[]; entries: unknown[] }>()
    for (const { table, request, entry, keep: kept } of entries) {
      if (kept !== keep) continue
      const into = tables.get(table) ?? { request, entries: [] }
      into.entries.push(entry)
      tables.set(table, into)
    }
    return Object.fromEntries(
      [...tables].map(([table, { request, entries }]) => [table, withEntries(request, entries)]),
    )
  }
  const left = gather(false)
  return {
    sent: { ...input, RequestItems: gather(true) },
    complete(answer) {
      const merged = { ...(answer as Record<string, Tables | undefined>)[field] }
      for (const [table, request] of Object.entries(left)) {
        const others = merged[table]
        merged[table] =
          others === undefined ? request : withEntries(request, [...entriesOf(others), ...entriesOf(request)])
      }
      return { ...answer, [field]: merged }
    },
  }
}

function isWrites(request: KeysAndAttributes | readonly WriteRequest[]): request is readonly WriteRequest[] {
  return Array.isArray(request)
}

function entriesOf(request: KeysAndAttributes | readonly WriteRequest[]): readonly unknown[] {
  return isWrites(request) ? request : request.Keys
}

function withEntries(
  request: KeysAndAttributes | readonly WriteRequest[],
  entries: readonly unknown[],
): Tables[string] {
  return isWrites(request)
    ? (entries as readonly WriteRequest[])
    : { ...request, Keys: entries as KeysAndAttributes['Keys'] }
}
