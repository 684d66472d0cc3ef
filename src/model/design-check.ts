import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Connection, Interceptor } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { ModelError } from './errors.js'
import type { Readiness } from './readiness.js'
import { keyLines, type RecordedKeys } from './recorded-keys.js'

/** What a design check needs to know of the models of a connection. */
export interface CheckedModels {
  readonly connection: Connection
  /** All that are known now. */
  readonly models: readonly unknown[]
  tableOf(model: string): TableDesign
  readonly readiness: Readiness
}

/**
 * On the first request of each model, compares the keys it writes with those its table was migrated to. A program whose
 * design differs would read indexes that are not filled, or write rows that others do not find.
 *
 * @throws ModelError `MODEL.DESIGN_DIFFERS` from the request, where `queryBuilder.designCheck` is `error`
 */
export class DesignCheck {
  readonly #models: CheckedModels
  readonly #done = new Set<string>()
  #watching = false

  constructor(models: CheckedModels) {
    this.#models = models
  }

  /** A model came that is to be checked. */
  watch(): void {
    const { connection } = this.#models
    if (this.#watching || connection.config.queryBuilder.designCheck === 'off') return
    this.#watching = true
    connection.use(this.#intercept)
  }

  /** The tables were just migrated to the models' keys: there is nothing left to check. */
  pass(models: readonly string[]): void {
    this.#models.readiness.pass(models)
    for (const model of models) this.#done.add(model)
    this.#rest()
  }

  /** Steps out of the way of requests once every model was checked. */
  #rest(): void {
    if (!this.#watching || this.#done.size < this.#models.models.length) return
    this.#watching = false
    this.#models.connection.drop(this.#intercept)
  }

  readonly #intercept: Interceptor = async (request, next) => {
    const { model } = request.context
    if (model === undefined || this.#done.has(model)) return next(request)
    if (this.#models.connection.config.queryBuilder.designCheck === 'error') await this.#check(model)
    else {
      this.#done.add(model)
      this.#rest()
      this.#check(model).catch((error: unknown) => {
        if (error instanceof ModelError)
          process.emitWarning(`${error.message} ${error.hint ?? ''}`, { type: 'DesignWarning', code: error.code })
      })
    }
    return next(request)
  }

  async #check(model: string): Promise<void> {
    const table = this.#models.tableOf(model)
    const entity = table.entities.get(model)
    let record: RecordedKeys
    try {
      record = await this.#models.readiness.recorded(table)
    } catch (error) {
      // The request itself will say that the table is missing.
      if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return
      throw error
    }
    const recorded = record.models.get(model)
    // A table that was never migrated by this package says nothing of its keys.
    if (record.stored === undefined || entity === undefined) return
    const now = keyLines(entity)
    const difference =
      recorded === undefined
        ? // A model with a key and nothing else needs nothing of the table.
          now.length > 1
          ? `was not migrated to ${model}`
          : undefined
        : differenceOf(
            now.filter((line) => !recorded.includes(line)),
            recorded.filter((line) => !now.includes(line)),
          )
    if (difference === undefined) {
      this.#done.add(model)
      this.#rest()
      return
    }
    this.#models.readiness.askAgain()
    throw new ModelError('MODEL.DESIGN_DIFFERS', `The table ${table.tableName} ${difference} (${model}).`, {
      hint: 'Register every model that writes the table and run migrate(), or start the version it was migrated for.',
      details: { model, table: table.tableName },
    })
  }
}

function differenceOf(added: readonly string[], gone: readonly string[]): string | undefined {
  const parts = [
    ...(added.length === 0 ? [] : [`holds rows without "${added.join('", "')}", which this program uses`]),
    ...(gone.length === 0 ? [] : [`expects "${gone.join('", "')}", which this program does not write`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', and ')
}
