import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Unready } from '../query/index.js'
import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { keyLine, type RecordedKeys, readRecordedKeys, uniqueLine } from './recorded-keys.js'

/** While something is not ready, it is asked again as often, in milliseconds. */
const AGAIN_MS = 10_000

/** What readiness needs to know of the models of a connection. */
interface Models {
  readonly connection: Connection
  tableOf(model: string): TableDesign
}

/**
 * Which indexes and unique attributes of models do not have all rows yet: those that the ledger does not record. Queries go
 * other ways until then.
 */
export class Readiness {
  readonly #models: Models
  #record: Promise<RecordedKeys> | undefined
  #readAt = 0
  /** Models of which everything is ready. */
  readonly #ready = new Set<string>()
  readonly #unready = new Map<string, Unready>()

  constructor(models: Models) {
    this.#models = models
  }

  /** What the ledger records, read once for all who ask. */
  recorded(table: TableDesign): Promise<RecordedKeys> {
    if (this.#record === undefined) {
      this.#readAt = this.#models.connection.clock.now()
      this.#record = readRecordedKeys(this.#models.connection, table.ledger)
      this.#record.catch(() => {
        this.#record = undefined
      })
    }
    return this.#record
  }

  /** The ledger may say something else when it is asked again; what is known holds until then. */
  askAgain(): void {
    this.#record = undefined
  }

  /** These models were just migrated: all of theirs is ready. */
  pass(models: readonly string[]): void {
    for (const model of models) {
      this.#unready.delete(model)
      this.#ready.add(model)
    }
  }

  /** What was known of the ledger is out of date. */
  forget(): void {
    this.#record = undefined
    this.#ready.clear()
    this.#unready.clear()
  }

  /** What is known not to be ready; nothing was asked. */
  of(model: string): Unready | undefined {
    return this.#unready.get(model)
  }

  /** Asks what is ready, where that is not known or may have changed; undefined where everything is. */
  settle(model: string): Promise<void> | undefined {
    const { connection } = this.#models
    if (this.#ready.has(model) || connection.config.queryBuilder.designCheck === 'off') return undefined
    if (this.#unready.has(model)) {
      if (connection.clock.now() - this.#readAt < AGAIN_MS) return undefined
      this.#record = undefined
    }
    return this.#ask(model)
  }

  async #ask(model: string): Promise<void> {
    const table = this.#models.tableOf(model)
    const entity = table.entities.get(model)
    let record: RecordedKeys
    try {
      record = await this.recorded(table)
    } catch (error) {
      // The request itself will say what is wrong, and who may not read the ledger reads on without it.
      if (!isDynamoDBToolingError(error)) throw error
      this.#ready.add(model)
      return
    }
    const lines = record.models.get(model)
    // A table that this package did not migrate says nothing of its keys.
    const paths = lines === undefined ? [] : (entity?.secondary ?? []).filter((path) => !lines.includes(keyLine(path)))
    const unique =
      lines === undefined || entity === undefined
        ? []
        : entity.schema.attributes.filter(
            ({ name, unique: is }) => is && name !== entity.schema.primaryKey && !lines.includes(uniqueLine(name)),
          )
    if (paths.length === 0 && unique.length === 0) {
      this.#unready.delete(model)
      this.#ready.add(model)
      return
    }
    this.#unready.set(model, {
      paths: new Set(paths),
      unique: new Set(unique.map(({ name }) => name)),
    })
  }
}
