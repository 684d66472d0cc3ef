import { and, type Condition, ExpressionCompiler } from '../expressions/index.js'
import { storedKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { commit } from './commit.js'
import { companionsOf, linkedNames, tracedIn } from './companions.js'
import { deletionEvents } from './events.js'
import { toldAfter } from './fire.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { exists, isAbsent, refuseOther, unchanged } from './row-conditions.js'
import { refuseStale, type VersionStep, versionConditions, versionStep } from './row-version.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { gone, NO_CHANGE, readStored, takeOver } from './stored-row.js'
import type { UpdateOptions } from './update.js'

/**
 * Deletes the row of a record and frees its unique values.
 *
 * @throws ModelNotFoundError when the row is gone, ModelError `MODEL.WRITE_CONFLICT` when other writers were always faster
 */
export function deleteRecord(record: Attributes, state: RecordState, options?: DeleteOptions): Promise<void> {
  return commit(pendingDelete(record, state, options))
}

/** The deletion of a record's row, which hooks were asked about. */
export function pendingDelete(
  record: Attributes,
  state: RecordState,
  { still, anyVersion = false }: DeleteOptions = {},
): PendingWrite {
  const version = versionStep(record, state, anyVersion)
  const { binding } = state
  return {
    binding,
    build: () => buildDelete(record, state, version, still),
    ...toldAfter(binding, record, deletionEvents(binding.schema)),
  }
}

/** On which conditions a row is deleted. */
export type DeleteOptions = Pick<UpdateOptions, 'still' | 'anyVersion'>

async function buildDelete(
  record: Attributes,
  state: RecordState,
  version: VersionStep | undefined,
  still: Condition | undefined,
): Promise<RowWrite> {
  const { binding } = state
  const linked = linkedNames(binding)
  if (state.partial && (linked.length > 0 || binding.schema.audit)) await readStored(record, state, NO_CHANGE)
  const stored = state.stored as AttributeMap
  const key = storedKeyOf(binding.table, binding.design, stored)
  const compiler = new ExpressionCompiler()
  const ConditionExpression = compiler.condition(
    and(
      exists(binding, state),
      ...versionConditions(version),
      ...(still === undefined ? [] : [still]),
      ...linked.map((name) => unchanged(name, stored)),
    ),
  )
  return {
    binding,
    main: {
      Delete: {
        TableName: binding.table.tableName,
        Key: key,
        ConditionExpression,
        ...compiler.attributes(),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    companions: companionsOf(state, { item: stored, key }, undefined),
    row: undefined,
    traced: tracedIn(binding, stored, undefined),
    succeeded() {
      state.stored = undefined
    },
    refused(conflict) {
      const { item, retried } = conflict
      // Gone after a retry: our own first attempt deleted it.
      if (retried && item === undefined) return 'done'
      if (isAbsent(item, state)) throw gone(binding, 'cannot be deleted: the row is not there')
      refuseStale(binding, version, conflict)
      refuseOther(binding, still, conflict)
      takeOver(record, state, item, NO_CHANGE)
      return 'again'
    },
  }
}
