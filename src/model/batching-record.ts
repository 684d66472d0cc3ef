import type { AttributeName, AttributesOf, CreateInput, KeyOf, Row, UpdateInput } from '../schema/index.js'
import { batchCreateRecords } from './batch-create.js'
import { type BatchGetSettings, batchGetRows } from './batches/batch-get.js'
import type { BatchSettings, Metered } from './batches/batch-settings.js'
import { type BatchResult, batchDeleteRows, batchUpdateRows } from './batches/batch-write.js'
import { bindingOf, type ModelClass } from './model-space.js'
import { RelatingRecord } from './relating-record.js'

/** Many rows of one model at once. */
export abstract class BatchingRecord extends RelatingRecord {
  /**
   * The rows with these keys in the order given, each once; missing ones are left out: `findMany` with settings. One
   * BatchGetItem for each 100, tried again until none is left unprocessed.
   *
   * @throws BatchError `BATCH.UNPROCESSED` with the keys that could not be read
   */
  static async batchGet<T extends ModelClass>(
    this: T,
    keys: readonly KeyOf<T>[],
    settings?: BatchGetSettings & { readonly projection?: readonly AttributeName<T>[] },
  ): Promise<Metered<Row<T>[]>> {
    return batchGetRows(bindingOf(this), keys, settings) as Promise<Metered<Row<T>[]>>
  }

  /**
   * Writes many new rows in BatchWriteItem requests of 25, until none is left unprocessed. Everything is validated
   * first. BatchWriteItem knows no conditions: a row whose key is taken is replaced. Models with unique attributes or
   * counters are written row by row, in transactions.
   *
   * @throws BatchError with what was not written in `remaining`
   */
  static async batchCreate<T extends ModelClass>(
    this: T,
    rows: readonly CreateInput<T>[],
    settings?: BatchSettings,
  ): Promise<Metered<Row<T>[]>> {
    return batchCreateRecords(bindingOf(this), rows, settings) as Promise<Metered<Row<T>[]>>
  }

  /**
   * Changes many rows by key, each on condition that it is there: `[{ id: '1', status: 'active' }, …]`. An UpdateItem for
   * each, a bounded number at a time.
   *
   * @throws BatchError with the rows that were not written in `remaining`
   */
  static async batchUpdate<T extends ModelClass>(
    this: T,
    rows: readonly UpdateInput<AttributesOf<T>>[],
    settings?: BatchSettings,
  ): Promise<Metered<BatchResult>> {
    return batchUpdateRows(bindingOf(this), rows, settings)
  }

  /**
   * Deletes the rows with these keys; those that are not there are no error. Of a model with soft deletes they are marked.
   *
   * @throws BatchError with the keys that were not deleted in `remaining`
   */
  static async batchDelete<T extends ModelClass>(
    this: T,
    keys: readonly KeyOf<T>[],
    settings?: BatchSettings,
  ): Promise<Metered<BatchResult>> {
    return batchDeleteRows(bindingOf(this), keys, settings)
  }
}
