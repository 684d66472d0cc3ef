import type {
  AttributeName,
  AttributesOf,
  ChangeInput,
  CreateInput,
  KeyOf,
  Row,
  UpdateInput,
  WhereValue,
} from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { insertRows } from './batch-create.js'
import { BatchingRecord } from './batching-record.js'
import { type BulkOptions, eachRow } from './each-row.js'
import {
  isConditionError,
  isDuplicateKeyError,
  isModelNotFoundError,
  isUniqueConstraintError,
  ModelError,
} from './errors.js'
import { DELETION, UPDATE } from './events.js'
import { fillRecord } from './fill.js'
import { findByKeys, type Key } from './find.js'
import { createOrFirst, firstMatch, firstOrCreate, inModel, updateOrCreate, upsert } from './finders.js'
import { knownRecord } from './known-record.js'
import { bindingOf, type ModelBinding, type ModelClass } from './model-space.js'
import { takeNested } from './nested-change.js'
import type { Attributes } from './record.js'
import { removeRecord, trashRecord } from './remove-row.js'
import { savedStateOf } from './state-for.js'
import { updateRecord } from './update.js'

/** Values that a row is found by, and gets where it is created. */
type Match<T extends ModelClass> = { readonly [N in AttributeName<T>]?: WhereValue<T, N> }
type Values<T extends ModelClass> = UpdateInput<AttributesOf<T>>

/**
 * Writes that are said of a model and not of a record: by key, by values, many at once. Where a key or a unique attribute is
 * among the values, two callers at the same time get one row; by other attributes each may create one.
 */
export abstract class WritingRecord extends BatchingRecord {
  /** The first row with these values, or a record of them that is not saved. */
  static async firstOrNew<T extends ModelClass>(this: T, match: Match<T>, values?: Values<T>): Promise<Row<T>> {
    const found = (await firstMatch(inModel(this), match)) as Row<T> | null
    return found ?? this.make<T>({ ...match, ...values } as unknown as Values<T>)
  }

  /** The first row with these values, or a new one with them and with `values`. @throws as `create` */
  static async firstOrCreate<T extends ModelClass>(
    this: T,
    match: Match<T>,
    values?: Partial<CreateInput<T>>,
  ): Promise<Row<T>> {
    return firstOrCreate(inModel(this), match, { ...values }) as Promise<Row<T>>
  }

  /** The same without a look before: for rows that are mostly new. */
  static async createOrFirst<T extends ModelClass>(
    this: T,
    match: Match<T>,
    values?: Partial<CreateInput<T>>,
  ): Promise<Row<T>> {
    return createOrFirst(inModel(this), match, { ...values }) as Promise<Row<T>>
  }

  /** The first row with these values gets `values`; where there is none it is created with both. @throws as `create`, `update` */
  static async updateOrCreate<T extends ModelClass>(this: T, match: Match<T>, values: Values<T>): Promise<Row<T>> {
    return updateOrCreate(inModel(this), match, values) as Promise<Row<T>>
  }

  /** The row with this key, or an empty record that is not saved. */
  static async findOrNew<T extends ModelClass>(this: T, key: KeyOf<T>): Promise<Row<T>> {
    return (await this.find<T>(key)) ?? this.make<T>()
  }

  /**
   * Creates rows; one whose key is there gets the values that are given. One write for a new row, two for one that is there.
   *
   * @throws as `create`; BatchError where others of a list were written before
   */
  static async upsert<T extends ModelClass>(
    this: T,
    rows: readonly CreateInput<T>[],
    options?: BulkOptions,
  ): Promise<Row<T>[]>
  static async upsert<T extends ModelClass>(this: T, row: CreateInput<T>): Promise<Row<T>>
  static async upsert(
    this: ModelClass,
    given: object,
    options?: BulkOptions,
    ...others: readonly unknown[]
  ): Promise<unknown> {
    if (Array.isArray(options) || typeof options === 'string' || others.length > 0)
      throw new ModelError(
        'MODEL.INVALID_INPUT',
        `${this.name}.upsert takes rows and options, and no lists of names.`,
        {
          hint: 'A row is found by its key, and gets every value that is given; updateOrCreate(match, values) finds it by others.',
        },
      )
    if (!Array.isArray(given)) return upsert(inModel(this), given as Attributes)
    const rows: object[] = []
    const places = (given as readonly Attributes[]).map((values, at) => ({ values, at }))
    await eachRow(
      bindingOf(this),
      places,
      async ({ values, at }) => {
        rows[at] = await upsert(inModel(this), values)
        return true
      },
      options,
    )
    return rows
  }

  /** A new row, as `create`, or several, as `insertMany`. */
  static async insert<T extends ModelClass>(this: T, rows: readonly CreateInput<T>[]): Promise<Row<T>[]>
  static async insert<T extends ModelClass>(this: T, row: CreateInput<T>): Promise<Row<T>>
  static async insert(this: ModelClass, given: object): Promise<unknown> {
    return Array.isArray(given) ? this.insertMany(given as never) : this.create(given)
  }

  /**
   * New rows, none over one that is there: in BatchWriteItem requests of 25 where their keys are generated, else one by one on
   * condition that the key is free. Everything is validated first.
   *
   * @throws BatchError with what was not written in `remaining`
   */
  static async insertMany<T extends ModelClass>(this: T, rows: readonly CreateInput<T>[]): Promise<Row<T>[]> {
    checkList(this, 'insertMany', rows)
    return insertRows(bindingOf(this), rows) as Promise<Row<T>[]>
  }

  /** New rows where neither key nor unique values are taken; the others are left out. @returns how many were written */
  static async insertOrIgnore<T extends ModelClass>(
    this: T,
    given: CreateInput<T> | readonly CreateInput<T>[],
    options?: BulkOptions,
  ): Promise<number> {
    const rows = (Array.isArray(given) ? given : [given]) as readonly CreateInput<T>[]
    const insert = (row: CreateInput<T>): Promise<boolean> =>
      this.create<T>(row).then(
        () => true,
        (error: unknown) => {
          if (isDuplicateKeyError(error) || isUniqueConstraintError(error)) return false
          throw error
        },
      )
    return eachRow(bindingOf(this), rows, insert, options)
  }

  /**
   * Writes values into the row with this key, without reading it unless index keys or unique values need that.
   *
   * @throws ModelNotFoundError, ValidationError; nothing was written then
   */
  static async update<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    values: ChangeInput<AttributesOf<T>>,
  ): Promise<void> {
    await updateByKey(bindingOf(this), key, values)
  }

  /** Deletes the row with this key; of a model with soft deletes it is marked and stays. @returns false where there is none */
  static async delete<T extends ModelClass>(this: T, key: KeyOf<T>): Promise<boolean> {
    return deleteByKey(bindingOf(this), key, false)
  }

  /** Deletes the row with this key for good. @returns false where there is none */
  static async forceDelete<T extends ModelClass>(this: T, key: KeyOf<T>): Promise<boolean> {
    return deleteByKey(bindingOf(this), key, true)
  }

  /** Reads the rows with these keys and deletes each, as `delete()` of a record does. @returns how many there were */
  static async destroy<T extends ModelClass>(
    this: T,
    ...keys: readonly KeyOf<T>[] | readonly [readonly KeyOf<T>[]]
  ): Promise<number> {
    const binding = bindingOf(this)
    const rows = (await findByKeys(binding, keys.flat() as readonly Key[])) as Attributes[]
    const { softDeletes } = binding.schema
    return eachRow(binding, rows, (row) =>
      unlessGone(() => (softDeletes ? trashRecord : removeRecord)(row, savedStateOf(row))),
    )
  }
}

async function updateByKey(binding: ModelBinding, key: Key, values: Attributes): Promise<void> {
  const record = await knownRecord(binding, key, UPDATE)
  const { plain, nested } = takeNested(binding.schema, values)
  fillRecord(binding, record, plain, false)
  await updateRecord(record, savedStateOf(record), { nested })
}

async function deleteByKey(binding: ModelBinding, key: Key, force: boolean): Promise<boolean> {
  const soft = !force && binding.schema.softDeletes
  return unlessGone(async () => {
    const record = await knownRecord(binding, key, DELETION)
    const state = savedStateOf(record)
    return soft ? trashRecord(record, state) : removeRecord(record, state)
  })
}

/** False for a row that is not there, or that is deleted already. */
function unlessGone(write: () => Promise<void | boolean>): Promise<boolean> {
  return write().then(
    (written) => written !== false,
    (error: unknown) => {
      if (isModelNotFoundError(error) || isConditionError(error)) return false
      throw error
    },
  )
}

function checkList(model: ModelClass, method: string, given: unknown): void {
  if (Array.isArray(given)) return
  throw new ModelError('MODEL.INVALID_INPUT', `${model.name}.${method} takes a list, not ${kindOf(given)}.`)
}
