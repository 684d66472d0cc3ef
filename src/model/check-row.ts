import { and, type Condition, ExpressionCompiler, simplify } from '../expressions/index.js'
import {
  EMPTY_SPEC,
  encodeWhere,
  type Query,
  QueryBuilder,
  stateOf as queryStateOf,
  scopedSpec,
  withScopes,
} from '../query/index.js'
import type { AttributeName, ModelType, WhereValue } from '../schema/index.js'
import { storedKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { DeleteOptions } from './delete-row.js'
import { ConditionError, ModelError } from './errors.js'
import { existingRow } from './existing-row.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { exists, isAbsent } from './row-conditions.js'
import { refuseStale, type VersionStep, versionConditions, versionStep } from './row-version.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { gone } from './stored-row.js'

/** What must hold of a row: `{ status: 'open' }`, or `q => q.where('age', '>=', 18)`. */
export type RowCondition<T extends ModelType = ModelType> =
  | { readonly [N in AttributeName<T>]?: WhereValue<T, N> }
  | ((query: Query<T>) => QueryBuilder<T>)

/** A transaction's check that a row is there and that a condition holds of it. DynamoDB: "ConditionCheck". */
export function pendingCheck(state: RecordState, given: RowCondition | undefined): PendingWrite {
  const { binding } = state
  const asked = given === undefined ? undefined : simplify(conditionOf(binding, given))
  if (asked?.kind === 'constant' && !asked.value)
    throw new ModelError('MODEL.INVALID_INPUT', `The check of ${binding.schema.name} holds of no row.`)
  return checkOf(state, undefined, asked?.kind === 'constant' ? undefined : asked)
}

/** The check that the row of a record is there, of the version that the record goes by. */
export function pendingSame(
  record: Attributes,
  state: RecordState,
  { still, anyVersion }: DeleteOptions,
): PendingWrite {
  return checkOf(state, versionStep(record, state, anyVersion), still)
}

function checkOf(state: RecordState, version: VersionStep | undefined, still: Condition | undefined): PendingWrite {
  const { binding } = state
  const compiler = new ExpressionCompiler()
  const write: RowWrite = {
    binding,
    main: {
      ConditionCheck: {
        TableName: binding.table.tableName,
        Key: storedKeyOf(binding.table, binding.design, state.stored as AttributeMap),
        ConditionExpression: compiler.condition(
          and(exists(binding, state), ...versionConditions(version), ...(still === undefined ? [] : [still])),
        ),
        ...compiler.attributes(),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    companions: [],
    row: undefined,
    succeeded: () => undefined,
    refused(conflict) {
      const { item, cause } = conflict
      if (isAbsent(item, state)) throw gone(binding, 'was checked and is not there')
      refuseStale(binding, version, conflict)
      const { name } = binding.schema
      throw new ConditionError(name, `A condition that was checked does not hold of the ${name}.`, {
        cause,
        existing: existingRow(binding, item),
      })
    },
  }
  return { binding, build: () => write }
}

/** The condition in DynamoDB's terms. */
export function conditionOf(binding: ModelBinding, given: RowCondition): ReturnType<typeof encodeWhere> {
  const Builder = withScopes(QueryBuilder<ModelType>, binding.schema)
  const query = new Builder({
    schema: binding.schema,
    bind: () => binding,
    spec: EMPTY_SPEC,
    relations: [],
  })
  const asked = (query as unknown as { where(given: RowCondition): QueryBuilder<ModelType> }).where(given)
  return encodeWhere(scopedSpec({ ...queryStateOf(asked).spec, unscoped: 'all' }, binding).where, binding)
}
