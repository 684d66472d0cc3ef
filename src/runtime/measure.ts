import { AsyncLocalStorage } from 'node:async_hooks'
import type { ConsumedCapacity, OperationInput, OperationName, OperationOutput } from '../drivers/index.js'
import type { ConnectionRequest } from './interceptor.js'

/** What requests cost. */
export interface Cost {
  readonly requests: number
  /** Read capacity units, as DynamoDB reports them: 4 KB strongly consistent, 8 KB eventually consistent. */
  readonly readUnits: number
  /** Write capacity units, as DynamoDB reports them: 1 KB, indexes included, twice in a transaction. */
  readonly writeUnits: number
}

/** Requests of one operation, of one model, from one line of the program. */
export interface MeasuredRequests extends Cost {
  /** Undefined for requests of no one model: batches of several, and what the package reads for itself. */
  readonly model: string | undefined
  readonly operation: OperationName
  /** Undefined for requests to several. */
  readonly table: string | undefined
  readonly index: string | undefined
  /** The line that asked: `/app/users.ts:12`; undefined where the stack does not reach it. */
  readonly callSite: string | undefined
}

/** What a block did, and what it cost. Frozen; `String(measurement)` is a table. */
export interface Measurement<R> extends Cost {
  readonly result: R
  /** The dearest first. */
  readonly by: readonly MeasuredRequests[]
  toString(): string
}

/** One measurement under way, and the one around it. */
interface Meter {
  readonly outer: Meter | undefined
  readonly by: Map<string, MeasuredRequests>
}

const meters = new AsyncLocalStorage<Meter>()
/** Measurements under way in the whole process: without any, requests are not looked at. */
let open = 0

/**
 * What `fn` costs: every request that it sends until its promise resolves, on any connection, with the capacity that
 * DynamoDB reports for it (`ReturnConsumedCapacity`, asked for only here). A measurement in another one counts for both;
 * those that run at the same time do not see each other. Requests that failed count, their capacity is not reported.
 *
 * @example
 * const { result, requests, readUnits, by } = await measure(() => User.query().with('posts').get())
 */
export async function measure<R>(fn: () => R | Promise<R>): Promise<Measurement<R>> {
  const meter: Meter = { outer: meters.getStore(), by: new Map() }
  open++
  try {
    const result = await meters.run(meter, async () => fn())
    const by = [...meter.by.values()].sort((a, b) => unitsOf(b) - unitsOf(a) || b.requests - a.requests)
    return Object.freeze({ result, ...totalOf(by), by: Object.freeze(by.map((each) => Object.freeze(each))), toString })
  } finally {
    open--
  }
}

/** True while the code that runs now is measured. */
export function isMeasured(): boolean {
  return open > 0 && meters.getStore() !== undefined
}

/** Sends a request, and notes what it cost in every measurement around it. */
export async function metered<Name extends OperationName>(
  request: ConnectionRequest<Name>,
  send: (input: OperationInput<Name>) => Promise<OperationOutput<Name>>,
): Promise<OperationOutput<Name>> {
  const meter = meters.getStore()
  if (meter === undefined) return send(request.input)
  const { operation } = request
  if (!REPORTED.has(operation)) {
    note(meter, request, [])
    return send(request.input)
  }
  const input = request.input as { readonly ReturnConsumedCapacity?: string }
  const isAsked = input.ReturnConsumedCapacity === 'TOTAL' || input.ReturnConsumedCapacity === 'INDEXES'
  const asked = isAsked ? request.input : { ...request.input, ReturnConsumedCapacity: 'TOTAL' }
  let consumed: readonly ConsumedCapacity[] = []
  try {
    const answer = await send(asked)
    const { ConsumedCapacity: reported, ...rest } = answer as {
      readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[]
    }
    consumed = reported === undefined ? [] : [reported].flat()
    // Whoever did not ask does not see it.
    return isAsked ? answer : rest
  } finally {
    note(meter, request, consumed)
  }
}

/** Operations that report their capacity. */
const REPORTED: ReadonlySet<OperationName> = new Set([
  'GetItem',
  'BatchGetItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
] as const)
const READS: ReadonlySet<OperationName> = new Set([
  'GetItem',
  'BatchGetItem',
  'Query',
  'Scan',
  'TransactGetItems',
] as const)

/** True for operations that read, and for PartiQL that selects: its requests hold reads or writes, never both. */
function isRead({ operation, input }: ConnectionRequest): boolean {
  if (!operation.includes('Execute')) return READS.has(operation)
  return /"Statement":"\s*select\b/i.test(JSON.stringify(input))
}

function note(meter: Meter, request: ConnectionRequest, consumed: readonly ConsumedCapacity[]): void {
  const reading = isRead(request)
  let readUnits = 0
  let writeUnits = 0
  for (const { CapacityUnits = 0, ReadCapacityUnits, WriteCapacityUnits } of consumed) {
    // Only transactions tell reads from writes: one that is sent again reads.
    readUnits += ReadCapacityUnits ?? (reading ? CapacityUnits : 0)
    writeUnits += WriteCapacityUnits ?? (reading || ReadCapacityUnits !== undefined ? 0 : CapacityUnits)
  }
  const { operation, context } = request
  const { TableName, IndexName: index } = request.input as { TableName?: string; IndexName?: string }
  const table = TableName ?? (consumed.length === 1 ? consumed[0]?.TableName : undefined)
  const { model } = context
  // Where in a line a request began depends on how far the line had come.
  const callSite = context.callSite?.replace(/:\d+$/, '')
  const key = JSON.stringify([model, operation, table, index, callSite])
  for (let each: Meter | undefined = meter; each !== undefined; each = each.outer) {
    const before = each.by.get(key) ?? { requests: 0, readUnits: 0, writeUnits: 0 }
    const parts = [before, { requests: 1, readUnits, writeUnits }]
    each.by.set(key, { model, operation, table, index, callSite, ...totalOf(parts) })
  }
}

function totalOf(costs: readonly Cost[]): Cost {
  const total = { requests: 0, readUnits: 0, writeUnits: 0 }
  for (const { requests, readUnits, writeUnits } of costs) {
    total.requests += requests
    total.readUnits += readUnits
    total.writeUnits += writeUnits
  }
  return total
}

const unitsOf = ({ readUnits, writeUnits }: Cost): number => readUnits + writeUnits

function toString(this: Measurement<unknown>): string {
  const rows = this.by.map(({ model = '', operation, table = '', index, callSite, ...cost }) => [
    model,
    operation,
    index === undefined ? table : `${table}, ${index}`,
    costText(cost),
    callSite ?? '',
  ])
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
  return [costText(this), ...lines].join('\n')
}

function costText({ requests, readUnits, writeUnits }: Cost): string {
  const parts = [`${requests} request${requests === 1 ? '' : 's'}`]
  if (readUnits > 0) parts.push(`${readUnits} RCU`)
  if (writeUnits > 0) parts.push(`${writeUnits} WCU`)
  return parts.join(', ')
}
