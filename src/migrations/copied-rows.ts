import type { TableDescription } from '../drivers/index.js'
import type { ModelBinding } from '../model/index.js'
import { addKeys, GUARD_TYPE, recognizes, type TableDesign } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'

/** Keys of the package's own notes begin so. */
const NOTES = 'DYNAMODB-TOOLING#'
/** Notes that a table has of its own. */
const OWN_NOTES: readonly string[] = ['lease', 'checkpoint', 'patterns', 'copy']

/** An item of the old table as it is to be in the new one. */
export interface CopiedRow {
  readonly item: AttributeMap
  /** Undefined for what is a row of no model, and for the package's notes. */
  readonly binding: ModelBinding | undefined
  readonly isNote: boolean
}

/** How items of an old table become those of a new one. */
export class RowCopier {
  readonly #to: TableDesign
  readonly #bindings: readonly ModelBinding[]
  /** Key attributes of the old table and its indexes: none of a model's own. */
  readonly #keys: readonly string[]
  readonly #indexKeys: readonly string[]

  constructor(from: TableDescription, to: TableDesign, bindings: readonly ModelBinding[]) {
    const { KeySchema = [], GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = from
    const indexes = [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].flatMap((index) => index.KeySchema)
    this.#to = to
    this.#bindings = bindings
    this.#keys = KeySchema.map(({ AttributeName }) => AttributeName)
    this.#indexKeys = indexes.map(({ AttributeName }) => AttributeName)
  }

  /**
   * The item in the new table; undefined for notes that each table has of its own, and for unique guards, which come with
   * their rows.
   *
   * @throws KeyError for a row that cannot have the key
   */
  copy(item: AttributeMap): CopiedRow | undefined {
    const place = textIn(item[this.#keys[0] ?? ''])
    const isNote = place?.startsWith(NOTES) === true
    if (isNote && OWN_NOTES.some((name) => place?.startsWith(`${NOTES}${name}`))) return undefined
    if (textIn(item[this.#to.entityTypeAttribute]) === GUARD_TYPE) return undefined
    const binding = isNote ? undefined : this.#bindings.find(({ design }) => recognizes(design, item))
    if (binding === undefined) return { item: this.#renamed(item), binding, isNote }
    const own = new Set(binding.schema.attributes.map(({ name }) => name))
    const copied: Record<string, AttributeValue> = { ...item }
    for (const name of [...this.#keys, ...this.#indexKeys]) if (!own.has(name)) delete copied[name]
    addKeys(binding.design, copied)
    return { item: copied, binding, isNote }
  }

  /** What no model knows keeps its key, under the names that the new table has for it. */
  #renamed(item: AttributeMap): AttributeMap {
    const copied: Record<string, AttributeValue> = { ...item }
    for (const name of this.#keys) delete copied[name]
    for (const [i, name] of this.#to.key.names.entries()) {
      const value = item[this.#keys[i] ?? name]
      if (value !== undefined) copied[name] = value
    }
    return copied
  }

  /** True for an item of the new table that is to be as in the old one. */
  isRow(item: AttributeMap): boolean {
    if (textIn(item[this.#to.key.names[0] ?? ''])?.startsWith(NOTES) === true) return false
    return textIn(item[this.#to.entityTypeAttribute]) !== GUARD_TYPE
  }
}

function textIn(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && 'S' in value ? value.S : undefined
}
