import type { OperationInput } from '../drivers/index.js'
import type { MigrationProgress } from '../model/index.js'
import { AS_RECORDS, type Connection, type Pace, patiently, visitByTenant } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { type Checkpoint, clearCheckpoints, readCheckpoints, saveCheckpoint } from './checkpoints.js'
import type { Lease } from './lease.js'

/** Items of a page: a checkpoint is written after each. */
const PAGE = 500
export const SEGMENTS = 4

/** A way through all items of a table. */
export interface Sweep {
  readonly connection: Connection
  /** Checkpoints are kept in its ledger. */
  readonly table: Pick<TableDesign, 'tableName' | 'ledger'>
  readonly lease: Lease
  readonly pace: Pace
  readonly phase: string
  /** Under which name it is resumed; undefined for one that always begins at the start. */
  readonly id?: string | undefined
  readonly total: number
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Looks at the items of a page. @returns how many it wrote */
  visit(items: readonly AttributeMap[]): Promise<number>
}

/**
 * Visits every item of a table, some segments at the same time, a page of each in memory. Broken off, it goes on after the
 * last page that was done; a page may be visited twice.
 *
 * @returns items that it looked at and wrote, those before it was broken off left out
 * @throws the lease's reason where it was lost, or where the caller's signal aborts: after the page at hand
 */
export async function sweep(run: Sweep): Promise<{ readonly scanned: number; readonly written: number }> {
  const { connection, table, lease, id, pace } = run
  const { ledger, tableName } = table
  const states: Checkpoint[] = []
  const known = id === undefined ? [] : await readCheckpoints(connection, ledger, id, SEGMENTS)
  const sum = (name: 'scanned' | 'written'): number => states.reduce((all, state) => all + (state?.[name] ?? 0), 0)
  const stop = new AbortController()
  const segment = async (at: number): Promise<void> => {
    let state = known[at] ?? { after: undefined, scanned: 0, written: 0 }
    states[at] = state
    if (known[at] !== undefined && state.after === undefined) return
    do {
      lease.signal.throwIfAborted()
      stop.signal.throwIfAborted()
      await pace.ready(lease.signal)
      const request: OperationInput<'Scan'> = {
        TableName: tableName,
        Segment: at,
        TotalSegments: SEGMENTS,
        Limit: PAGE,
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
        ...(state.after === undefined ? {} : { ExclusiveStartKey: state.after }),
      }
      const page = await patiently(connection, lease.signal, () =>
        connection.send('Scan', request, undefined, AS_RECORDS),
      )
      pace.spend(page.ConsumedCapacity?.CapacityUnits ?? 0)
      const items = page.Items ?? []
      const written = items.length === 0 ? 0 : await visitByTenant(connection, items, (own) => run.visit(own))
      state = {
        after: page.LastEvaluatedKey,
        scanned: state.scanned + items.length,
        written: state.written + written,
      }
      states[at] = state
      const note = state
      if (id !== undefined)
        await patiently(connection, lease.signal, () => saveCheckpoint(connection, ledger, id, at, note, lease))
      run.onProgress?.({
        table: tableName,
        phase: run.phase,
        scanned: sum('scanned'),
        written: sum('written'),
        total: run.total,
        capacity: pace.spent,
      })
    } while (state.after !== undefined)
  }
  // All segments end before it does, so that nothing is written behind the caller's back.
  await Promise.allSettled(
    Array.from({ length: SEGMENTS }, (_, at) =>
      segment(at).catch((error: unknown) => {
        stop.abort(error)
      }),
    ),
  )
  if (stop.signal.aborted) throw stop.signal.reason
  const before = (name: 'scanned' | 'written'): number => known.reduce((all, state) => all + (state?.[name] ?? 0), 0)
  return { scanned: sum('scanned') - before('scanned'), written: sum('written') - before('written') }
}

/** Forgets how far a sweep came: the next begins at the start. */
export function forgetSweep({ connection, table }: Pick<Sweep, 'connection' | 'table'>, id: string): Promise<void> {
  return clearCheckpoints(connection, table.ledger, id, SEGMENTS)
}
