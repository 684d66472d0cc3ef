import { and, ExpressionCompiler, simplify } from '../expressions/index.js'
import {
  EMPTY_SPEC,
  encodeWhere,
  type Query,
  QueryBuilder,
  stateOf as queryStateOf,
  withScopes,
} from '../query/index.js'
import type { AttributeName, ModelType, WhereValue } from '../schema/index.js'
import { storedKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { ConditionError, ModelError } from './errors.js'
import { existingRow } from './existing-row.js'
import type { ModelBinding } from './model-space.js'
import type { RecordState } from './record-state.js'
import { exists } from './row-conditions.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { gone } from './stored-row.js'

/** What must hold of a row: `{ status: 'open' }`, or `q => q.where('age', '>=', 18)`. */
export type RowCondition<T extends ModelType = ModelType> =
  | { readonly [N in AttributeName<T>]?: WhereValue<T, N> }
  | ((query: Query<T>) => QueryBuilder<T>)

/** A transaction's check that a row is there and that a condition holds of it. DynamoDB: "ConditionCheck". */
export function pendingCheck(state: RecordState, given: RowCondition | undefined): PendingWrite {
  const { binding } = state
  const condition = simplify(and(exists(binding), ...(given === undefined ? [] : [conditionOf(binding, given)])))
  if (condition.kind === 'constant')
    throw new ModelError('MODEL.INVALID_INPUT', `The check of ${binding.schema.name} holds of no row.`)
  const compiler = new ExpressionCompiler()
  const write: RowWrite = {
    binding,
    main: {
      ConditionCheck: {
        TableName: binding.table.tableName,
        Key: storedKeyOf(binding.table, binding.design, state.stored as AttributeMap),
        ConditionExpression: compiler.condition(condition),
        ...compiler.attributes(),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    companions: [],
    row: undefined,
    succeeded: () => undefined,
    refused({ item, cause }) {
      if (item === undefined) throw gone(binding, 'was checked and is not there')
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
  return encodeWhere(queryStateOf(asked).spec.where, binding)
}
