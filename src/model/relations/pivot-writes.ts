import { condition } from '../../query/index.js'
import { writeConflict } from '../commit.js'
import { commitAll } from '../commit-together.js'
import { pendingDelete } from '../delete-row.js'
import { DuplicateKeyError, type HookFailedError, ModelNotFoundError } from '../errors.js'
import { deletionEvents } from '../events.js'
import { fillRecord } from '../fill.js'
import { ask, report } from '../fire.js'
import { pendingInsert } from '../insert.js'
import { type Attributes, dirtyNames } from '../record.js'
import type { PendingWrite } from '../row-write.js'
import { savedStateOf, stateFor } from '../state-for.js'
import { MOST_WRITES } from '../transaction-limits.js'
import { pendingUpdate } from '../update.js'
import { writesOf } from '../write-count.js'
import type { PivotKey, PivotValues } from './pivot-keys.js'
import { type PivotModel, pivotModel, pivotQuery } from './pivots.js'
import { narrowed, textOf } from './relation-load.js'
import { keyCondition, keyOf, type RelationOrigin } from './relation-origin.js'

/** Times the pivot rows are read again, where others attach and detach the same ones meanwhile. */
const ATTEMPTS = 8

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

/** The pivot rows of a record, by the key of the far row; all of them unless keys are given. */
export async function pivotsOf(
  origin: RelationOrigin,
  keys?: readonly PivotKey[],
): Promise<ReadonlyMap<string, Attributes>> {
  if (keys?.length === 0) return new Map()
  const through = pivotModel(origin.owner, origin.relation, origin.related)
  const mine = narrowed(pivotQuery(through), keyCondition(origin, through.model, through.foreignKey), {
    unscoped: 'all',
  })
  const values = keys?.map(({ value }) => value)
  const asked =
    values === undefined ? mine : narrowed(mine, condition(through.model.schema, through.relatedKey, 'in', values))
  const rows = await asked.builder.consistentRead(isPrimaryRead(through)).withTrashed().get()
  return new Map(rows.map((row) => [textOf(through.model, through.relatedKey, row[through.relatedKey]), row]))
}

/** True where the rows are found by the key of the table, which can be read with strong consistency. */
function isPrimaryRead({ model, foreignKey }: PivotModel): boolean {
  return model.design.primary.partition.attributes.includes(foreignKey)
}

/**
 * Brings pivot rows to where they shall be: up to 100 writes in one transaction, more in several. Rows that others attach
 * or detach meanwhile are read again.
 */
export async function changePivots(origin: RelationOrigin, targets: readonly PivotTarget[]): Promise<PivotChanges> {
  let changes: PivotChanges | undefined
  const failures: HookFailedError[] = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const there = await pivotsOf(origin, targets)
    const planned = await planChanges(origin, targets, there)
    changes ??= planned.changes
    try {
      for (const part of parts(origin, planned.pending)) failures.push(...(await commitAll(part)))
    } catch (error) {
      if (!(error instanceof DuplicateKeyError) && !(error instanceof ModelNotFoundError)) throw error
      continue
    }
    report(failures)
    return changes
  }
  throw writeConflict(pivotModel(origin.owner, origin.relation, origin.related).model)
}

async function planChanges(
  origin: RelationOrigin,
  targets: readonly PivotTarget[],
  there: ReadonlyMap<string, Attributes>,
): Promise<{ readonly pending: readonly PendingWrite[]; readonly changes: PivotChanges }> {
  const pending: PendingWrite[] = []
  const changes = { attached: [] as unknown[], detached: [] as unknown[], updated: [] as unknown[] }
  for (const target of targets) {
    const row = there.get(target.text)
    if (!target.there) {
      if (row === undefined) continue
      const state = savedStateOf(row)
      await ask(state.binding, row, deletionEvents(state.binding.schema))
      pending.push(pendingDelete(row, state))
      changes.detached.push(target.value)
    } else if (row === undefined) {
      pending.push(await pendingPivot(origin, target.value, target.pivot))
      changes.attached.push(target.value)
    } else if (target.pivot !== undefined) {
      const state = savedStateOf(row)
      fillRecord(state.binding, row, target.pivot, true)
      if (dirtyNames(row, state).length === 0) continue
      const update = await pendingUpdate(row, state)
      if (update === undefined) continue
      pending.push(update)
      changes.updated.push(target.value)
    }
  }
  return { pending, changes }
}

/** A pivot row that is to be put. */
export function pendingPivot(
  origin: RelationOrigin,
  key: unknown,
  values: PivotValues | undefined,
): Promise<PendingWrite> {
  const { record, owner, relation, related } = origin
  const { model, foreignKey, relatedKey, typeKey, kind } = pivotModel(owner, relation, related)
  const row = model.model.make() as unknown as Attributes
  fillRecord(model, row, values ?? {}, true)
  row[foreignKey] = keyOf(record, owner, relation)
  row[relatedKey] = key
  if (typeKey !== undefined) row[typeKey] = kind
  return pendingInsert(row, stateFor(row))
}

/** Writes in parts that fit into a transaction each. */
function* parts(origin: RelationOrigin, pending: readonly PendingWrite[]): Generator<readonly PendingWrite[]> {
  const each = Math.max(1, Math.floor(MOST_WRITES / (pending[0] === undefined ? 1 : writesOf(pending[0].binding))))
  if (pending.length > each) {
    const { owner, relation } = origin
    process.emitWarning(
      `${owner.schema.name}.${relation.name}: ${pending.length} pivot rows do not fit into one transaction and are written in several.`,
      { type: 'ModelWarning', code: 'MODEL.NOT_ATOMIC' },
    )
  }
  for (let at = 0; at < pending.length; at += each) yield pending.slice(at, at + each)
}
