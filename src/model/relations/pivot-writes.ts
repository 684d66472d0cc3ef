import { mapConcurrent, uuidOfText } from '../../kernel/index.js'
import { condition, type PivotNarrowing } from '../../query/index.js'
import { BatchError } from '../../runtime/index.js'
import { bindModel } from '../bound-class.js'
import { writeConflict } from '../commit.js'
import { commitAll } from '../commit-together.js'
import { pendingDelete } from '../delete-row.js'
import { DuplicateKeyError, type HookFailedError, ModelNotFoundError } from '../errors.js'
import { deletionEvents } from '../events.js'
import { fillRecord } from '../fill.js'
import { ask, report, withFailures } from '../fire.js'
import { pendingInsert } from '../insert.js'
import { type Attributes, dirtyNames } from '../record.js'
import { markedAt, untrashRecord } from '../remove-row.js'
import type { PendingWrite } from '../row-write.js'
import { savedStateOf, stateFor } from '../state-for.js'
import { MOST_WRITES } from '../transaction-limits.js'
import { pendingUpdate } from '../update.js'
import { writesOf } from '../write-count.js'
import type { PivotKey, PivotValues } from './pivot-keys.js'
import { isPrimaryRead, type PivotModel, pivotModel, pivotQuery } from './pivots.js'
import { narrowed, type RelatedQuery, textOf } from './relation-load.js'
import { keyCondition, keyOf, type RelationOrigin } from './relation-origin.js'

/** Times the pivot rows are read again, where others attach and detach the same ones meanwhile. */
const ATTEMPTS = 8
/** Pivot rows that are looked up at the same time. */
const CONCURRENCY = 16

/** What became of pivot rows: the keys of the rows on the far side. */
export interface PivotChanges {
  readonly attached: readonly unknown[]
  readonly detached: readonly unknown[]
  readonly updated: readonly unknown[]
}

/** How pivot rows shall be: there (with these attributes), or not there. */
export interface PivotTarget extends PivotKey {
  readonly there: boolean
}

/**
 * The pivot rows of a record, by the key of the far row; all of them unless keys are given, or what is asked of them. More
 * than one for a key where others than this package wrote them.
 */
export async function pivotsOf(
  origin: RelationOrigin,
  keys?: readonly PivotKey[],
  narrowing?: PivotNarrowing,
): Promise<ReadonlyMap<string, readonly Attributes[]>> {
  const through = pivotModel(origin.owner, origin.relation, origin.related)
  const mine = narrowed(pivotQuery(through, narrowing), keyCondition(origin, through.model, through.foreignKey), {
    unscoped: 'all',
  })
  const { schema } = through.model
  const of = (query: RelatedQuery, consistent: boolean): Promise<readonly Attributes[]> =>
    query.builder.consistentRead(consistent).withTrashed().get()
  const byKey = (key: PivotKey): RelatedQuery => narrowed(mine, condition(schema, through.relatedKey, '=', key.value))
  const rows =
    // By both keys a row is found in the table itself; the other side has an index, which may lag behind.
    keys !== undefined && isPairKey(through)
      ? (await mapConcurrent(keys, CONCURRENCY, (key) => of(byKey(key), true))).flat()
      : await of(
          keys === undefined
            ? mine
            : narrowed(
                mine,
                condition(
                  schema,
                  through.relatedKey,
                  'in',
                  keys.map(({ value }) => value),
                ),
              ),
          isPrimaryRead(through),
        )
  const found = new Map<string, Attributes[]>()
  for (const row of rows) {
    const text = textOf(through.model, through.relatedKey, row[through.relatedKey])
    found.set(text, [...(found.get(text) ?? []), row])
  }
  return found
}

/** The pivot rows that are not soft-deleted. */
export function attachedIn(rows: readonly Attributes[] = []): readonly Attributes[] {
  return rows.filter((row) => markedAt(savedStateOf(row)) === undefined)
}

/** True where the two keys of a pivot row are its key in the table. */
function isPairKey({ model, foreignKey, relatedKey, typeKey }: PivotModel): boolean {
  const { partition, sort } = model.design.primary
  return [...partition.attributes, ...sort.attributes].every((name) => [foreignKey, relatedKey, typeKey].includes(name))
}

/** A write of a pivot row, and the target that it brings about. */
interface PivotWrite {
  readonly target: PivotTarget
  readonly write: PendingWrite
}

/**
 * Brings pivot rows to where they shall be: up to 100 writes in one transaction, more in several. Rows that others attach
 * or detach meanwhile are read again.
 *
 * @throws BatchError `BATCH.FAILED` with the keys that are left, where a transaction failed after others
 */
export async function changePivots(origin: RelationOrigin, targets: readonly PivotTarget[]): Promise<PivotChanges> {
  let changes: PivotChanges | undefined
  const failures: HookFailedError[] = []
  const progress: Progress = { written: 0, left: new Set(targets) }
  for (let attempt = 1; ; attempt++) {
    try {
      const there = targets.length === 0 ? new Map<string, never>() : await pivotsOf(origin, targets)
      const planned = await planChanges(origin, targets, there, progress)
      changes ??= planned.changes
      progress.left = new Set(planned.writes.map(({ target }) => target))
      for (const part of parts(origin, planned.writes)) {
        failures.push(...(await commitAll(part.map(({ write }) => write))))
        for (const { target } of part) progress.left.delete(target)
        progress.written += part.length
      }
    } catch (error) {
      const isStale = error instanceof DuplicateKeyError || error instanceof ModelNotFoundError
      if (isStale && attempt < ATTEMPTS) continue
      const cause = isStale ? writeConflict(pivotModel(origin.owner, origin.relation, origin.related).model) : error
      const { written, left } = progress
      if (written === 0) throw cause
      const { owner, relation } = origin
      const how = `${written} pivot rows of ${owner.schema.name}.${relation.name} were written, and then it failed.`
      const keys = [...left].map(({ value }) => value)
      throw new BatchError('BATCH.FAILED', how, keys, withFailures(cause, failures), written)
    }
    report(failures)
    return changes
  }
}

/** How far the writes came. */
interface Progress {
  written: number
  left: Set<PivotTarget>
}

async function planChanges(
  origin: RelationOrigin,
  targets: readonly PivotTarget[],
  there: ReadonlyMap<string, readonly Attributes[]>,
  progress: Progress,
): Promise<{ readonly writes: readonly PivotWrite[]; readonly changes: PivotChanges }> {
  const writes: PivotWrite[] = []
  const changes = { attached: [] as unknown[], detached: [] as unknown[], updated: [] as unknown[] }
  for (const target of targets) {
    const rows = there.get(target.text) ?? []
    const [row] = [...attachedIn(rows), ...rows]
    if (!target.there) {
      for (const each of rows) {
        const state = savedStateOf(each)
        await ask(state.binding, each, deletionEvents(state.binding.schema))
        writes.push({ target, write: pendingDelete(each, state) })
      }
      if (row !== undefined) changes.detached.push(target.value)
      continue
    }
    if (row === undefined) {
      writes.push({ target, write: await pendingPivot(origin, target.value, target.pivot) })
      changes.attached.push(target.value)
      continue
    }
    const state = savedStateOf(row)
    if (markedAt(state) !== undefined) {
      // It comes back before it gets what it carries now: one write each.
      await untrashRecord(row, state)
      progress.written++
      if (target.pivot === undefined) progress.left.delete(target)
      changes.attached.push(target.value)
    }
    if (target.pivot === undefined) continue
    fillRecord(state.binding, row, target.pivot, true)
    const write = dirtyNames(row, state).length === 0 ? undefined : await pendingUpdate(row, state)
    if (write === undefined) continue
    writes.push({ target, write })
    if (!changes.attached.includes(target.value)) changes.updated.push(target.value)
  }
  return { writes, changes }
}

/** A pivot row that is to be put. */
export function pendingPivot(
  origin: RelationOrigin,
  key: unknown,
  values: PivotValues | undefined,
): Promise<PendingWrite> {
  const { record, owner, relation, related } = origin
  const { model, foreignKey, relatedKey, typeKey, kind } = pivotModel(owner, relation, related)
  const row = bindModel(model.model, model.connection).make() as unknown as Attributes
  fillRecord(model, row, values ?? {}, true)
  row[foreignKey] = keyOf(record, owner, relation)
  row[relatedKey] = key
  if (typeKey !== undefined) row[typeKey] = kind
  const { primaryKey } = model.schema
  const own = model.schema.attribute.get(primaryKey)
  // Two that attach the same pair at the same time make one row.
  if (row[primaryKey] === undefined && own?.type === 'string' && own.options.default === undefined)
    row[primaryKey] = uuidOfText(
      JSON.stringify([foreignKey, relatedKey].sort().map((name) => [name, textOf(model, name, row[name]), kind ?? ''])),
    )
  return pendingInsert(row, stateFor(row))
}

/** Writes in parts that fit into a transaction each. */
function* parts(origin: RelationOrigin, pending: readonly PivotWrite[]): Generator<readonly PivotWrite[]> {
  const each = Math.max(
    1,
    Math.floor(MOST_WRITES / (pending[0] === undefined ? 1 : writesOf(pending[0].write.binding))),
  )
  if (pending.length > each) {
    const { owner, relation } = origin
    process.emitWarning(
      `${owner.schema.name}.${relation.name}: ${pending.length} pivot rows do not fit into one transaction and are written in several.`,
      { type: 'ModelWarning', code: 'MODEL.NOT_ATOMIC' },
    )
  }
  for (let at = 0; at < pending.length; at += each) yield pending.slice(at, at + each)
}
