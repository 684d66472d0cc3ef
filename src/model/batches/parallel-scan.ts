import { planScan, type QueryBuilder, readSegment, stateOf } from '../../query/index.js'
import type { AttributeName, Row, WhereValue } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import { bindingOf, type ModelClass } from '../model-space.js'
import { invalid } from './batch-settings.js'

export interface ParallelScanOptions<T extends ModelClass> {
  readonly model: T
  /** Parts of the table that are read at the same time: 1 to 1,000,000. DynamoDB: TotalSegments. Default 4. */
  readonly segments?: number
  /** Which rows: `{ status: 'active' }`, or `q => q.where('age', '>=', 18)`. */
  readonly filter?:
    | { readonly [N in AttributeName<T>]?: WhereValue<T, N> }
    | ((query: QueryBuilder<T>) => QueryBuilder<T>)
  /** Told of each page's rows as they come; rows that are told need not be kept (`collect: false`). */
  readonly onProgress?: (segment: number, rows: Row<T>[]) => unknown
  /** False gives no rows back: for tables that do not fit into memory. Default true. */
  readonly collect?: boolean
}

/**
 * Every row of a model by a Scan in segments, in no order. The whole table is read and paid for; it is asked for by name,
 * so that `queryBuilder.scans` does not apply.
 */
export async function parallelScan<T extends ModelClass>(options: ParallelScanOptions<T>): Promise<Row<T>[]> {
  if (typeof options !== 'object' || options === null)
    throw invalid(
      `parallelScan takes an object, not ${kindOf(options)}.`,
      'Write parallelScan({ model: User, segments: 4 }).',
    )
  const { model, segments = 4, filter, onProgress, collect = true } = options
  if (!Number.isSafeInteger(segments) || segments < 1 || segments > 1_000_000)
    throw invalid(`parallelScan takes 1 to 1,000,000 segments, not ${String(segments)}.`)
  const binding = bindingOf(model)
  const all = model.query<T>()
  type Where = (conditions: unknown) => QueryBuilder<T>
  const query =
    typeof filter === 'function' ? filter(all) : filter === undefined ? all : (all.where as unknown as Where)(filter)
  const { spec, ...parts } = stateOf(query)
  const { order, limit, offset, rawKey, index } = spec
  const more = parts.relations.length > 0 || (parts.tests ?? parts.aggregates ?? parts.source) !== undefined
  if (more || order.length > 0 || offset > 0 || (limit ?? rawKey ?? index) !== undefined)
    throw invalid(
      'The filter of parallelScan does more than to set conditions.',
      'Segments have no order, no limit and no key, and read no relations.',
    )
  // A condition that a key would serve is a filter here: the segments are of the table.
  const plan = planScan(spec, binding)
  if (plan.operation === 'None') return []
  const rows: Row<T>[] = []
  await Promise.all(
    Array.from({ length: segments }, async (_, segment) => {
      for await (const items of readSegment(plan, binding, segment, segments)) {
        const page = items.flatMap((item) => binding.rowOf(item, spec.select) ?? []) as Row<T>[]
        await binding.retrieved?.(page)
        if (collect) for (const row of page) rows.push(row)
        await onProgress?.(segment, page)
      }
    }),
  )
  return rows
}
