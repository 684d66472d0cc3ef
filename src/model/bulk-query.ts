import { and, asSent, type Condition, simplify } from '../expressions/index.js'
import { changed, encodeWhere, QueryBuilder, stateOf as queryStateOf, scopedSpec, trashFilter } from '../query/index.js'
import type { AttributeName, AttributesOf, ChangeInput, ModelType } from '../schema/index.js'
import { keyText, storedKeyOf } from '../single-table/index.js'
import { increase } from './atomic-change.js'
import { type AtomicOptions, changeAtomically } from './atomic-update.js'
import { type BulkOptions, eachRow } from './each-row.js'
import { isConditionError, isModelNotFoundError, ModelError } from './errors.js'
import { fillRecord } from './fill.js'
import type { ModelBinding } from './model-space.js'
import { takeNested } from './nested-change.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { removeRecord, trashRecord, untrashRecord } from './remove-row.js'
import { savedStateOf } from './state-for.js'
import { updateRecord } from './update.js'

declare module '../query/query-builder.js' {
  interface QueryBuilder<T extends ModelType, R> {
    /**
     * Writes values into every row of the query: the rows are read, and each is written by itself if it still matches, with
     * its index keys and unique values. No transaction over all of them.
     *
     * @returns how many rows were written
     * @throws BatchError `BATCH.FAILED` with the number that were, where a later one could not be; the error itself where the
     * first could not. Run again, it goes on with what still matches.
     */
    update(values: ChangeInput<AttributesOf<T>>, options?: BulkOptions): Promise<number>
    /** Deletes every row of the query, as `delete()` of a record does. @returns how many @throws as `update` */
    delete(options?: BulkOptions): Promise<number>
    /** Deletes every row of the query for good. @returns how many @throws as `update` */
    forceDelete(options?: BulkOptions): Promise<number>
    /** Takes back the soft delete of the deleted rows that match. @returns how many @throws as `update` */
    restore(options?: BulkOptions): Promise<number>
    /** Adds to a number of every row of the query, as `increment` of a record does. @returns how many rows */
    increment(
      attribute: AttributeName<T>,
      by?: number | bigint | string,
      options?: BulkOptions & AtomicOptions,
    ): Promise<number>
    /** Subtracts from a number of every row of the query. @returns how many rows */
    decrement(
      attribute: AttributeName<T>,
      by?: number | bigint | string,
      options?: BulkOptions & AtomicOptions,
    ): Promise<number>
    /** The version that rows must have to be written (`static version`); StaleRecordError for another. */
    expectVersion(version: number): this
  }
}

/** What is done with one row of a query. */
interface RowWork {
  readonly record: Attributes
  readonly state: RecordState
  /** What must still hold of the row. */
  readonly still: Condition | undefined
  readonly anyVersion: boolean
}

type Query = QueryBuilder<ModelType>
const bulk: ThisType<Query> & Record<string, (this: Query, ...given: any[]) => unknown> = {
  update(values: Attributes, options?: BulkOptions) {
    return writeRows(this, options, ({ record, state, ...conditions }) => {
      const { plain, nested } = takeNested(state.binding.schema, values)
      fillRecord(state.binding, record, plain, false)
      return updateRecord(record, state, { ...conditions, nested })
    })
  },
  delete(options?: BulkOptions) {
    return writeRows(this, options, ({ record, state, ...conditions }) =>
      (state.binding.schema.softDeletes ? trashRecord : removeRecord)(record, state, conditions),
    )
  },
  forceDelete(options?: BulkOptions) {
    return writeRows(this, options, ({ record, state, ...conditions }) => removeRecord(record, state, conditions))
  },
  restore(options?: BulkOptions) {
    return writeRows(this.onlyTrashed(), options, ({ record, state, ...conditions }) =>
      untrashRecord(record, state, conditions),
    )
  },
  increment(attribute: string, by: unknown = 1, options?: BulkOptions & AtomicOptions) {
    return count(this, attribute, by, 1, options)
  },
  decrement(attribute: string, by: unknown = 1, options?: BulkOptions & AtomicOptions) {
    return count(this, attribute, by, -1, options)
  },
  expectVersion(expectedVersion: number) {
    const { schema } = queryStateOf(this)
    if (schema.version === undefined || !Number.isSafeInteger(expectedVersion))
      throw new ModelError(
        'MODEL.INVALID_INPUT',
        `${schema.name} cannot expect the version ${String(expectedVersion)}.`,
        {
          hint: 'Set `static version = true` on the model, and give a whole number.',
        },
      )
    return changed(this, { expectedVersion })
  },
}
// Models are above queries, which therefore cannot know how rows are written.
Object.assign(QueryBuilder.prototype, bulk)

function count(
  query: Query,
  attribute: string,
  by: unknown,
  sign: 1 | -1,
  options?: BulkOptions & AtomicOptions,
): Promise<number> {
  return writeRows(query, options, ({ record, state, still }) =>
    changeAtomically(record, state, [increase(state.binding, attribute, by, sign)], { ...options, still }),
  )
}

/** Reads the rows of a query, whole, and writes each that still matches. */
async function writeRows(
  query: Query,
  options: BulkOptions | undefined,
  write: (row: RowWork) => Promise<unknown>,
): Promise<number> {
  const { spec, bind, expectedVersion } = queryStateOf(query)
  const binding = bind() as ModelBinding
  const still = conditionOf(query, binding)
  const whole = changed(query, {
    spec: Object.freeze({ ...spec, select: undefined, projected: false }),
    relations: [],
    aggregates: [],
  })
  return eachRow(
    binding,
    once(whole, binding),
    async (row) => {
      const record = row as unknown as Attributes
      const { version } = binding.schema
      if (expectedVersion !== undefined && version !== undefined) record[version] = expectedVersion
      try {
        const state = savedStateOf(record)
        const asked = still && asSent(still, state.stored ?? {})
        return (await write({ record, state, still: asked, anyVersion: expectedVersion === undefined })) !== false
      } catch (error) {
        // Others changed or deleted it after it was read: it is no row of the query any more.
        if (isConditionError(error) || isModelNotFoundError(error)) return false
        throw error
      }
    },
    options,
  )
}

/** What a row must still fulfil when it is written; undefined for anything. */
function conditionOf(query: Query, binding: ModelBinding): Condition | undefined {
  const { spec } = queryStateOf(query)
  const { where } = scopedSpec(spec, binding)
  const condition = simplify(and(encodeWhere(where, binding), ...trashFilter(spec, binding)))
  return condition.kind === 'constant' ? undefined : condition
}

/** Each row once: a write may move a row in the index that is read to where it would be met again. */
async function* once(query: Query, { table, design }: ModelBinding): AsyncGenerator<object> {
  const seen = query.explain().operation === 'Scan' ? undefined : new Set<string>()
  for await (const row of query) {
    const text = seen && keyText(table, storedKeyOf(table, design, savedStateOf(row).stored ?? {}))
    if (text !== undefined && seen?.has(text)) continue
    if (text !== undefined) seen?.add(text)
    yield row
  }
}
