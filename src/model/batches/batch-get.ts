import { and, ExpressionCompiler, rootsIn } from '../../expressions/index.js'
import { explainMissing } from '../../query/index.js'
import { batchGetTables, commonConnection, currentConnection, type WantedItems } from '../../runtime/index.js'
import type { AttributeName, KeyOf, Row } from '../../schema/index.js'
import { keyText } from '../../single-table/index.js'
import { type AttributeMap, kindOf, marshall, unmarshall } from '../../values/index.js'
import { attributeNamed } from '../attribute-names.js'
import { isLive, type Key, tableKey } from '../find.js'
import { scopeCondition } from '../global-scopes.js'
import { bindingOf, type ModelBinding, type ModelClass } from '../model-space.js'
import { type BatchSettings, batchOptions, invalid, type Metered, withCapacity } from './batch-settings.js'

export interface BatchGetSettings extends BatchSettings {
  /** See every write that was acknowledged before; twice the price. */
  readonly consistentRead?: boolean
  /** Only these attributes (and the key) are read. DynamoDB charges for the whole items all the same. */
  readonly projection?: readonly string[]
}

/** Rows of one model that are wanted. */
export interface WantedRows<T extends ModelClass = ModelClass> {
  readonly model: T
  readonly keys: readonly KeyOf<T>[]
  readonly consistentRead?: boolean
  readonly projection?: readonly AttributeName<T>[]
}

/** Rows of several models, one list for each, in the order of its keys; also by the names of their tables. */
export type BatchRows<W extends readonly WantedRows[]> = {
  readonly [I in keyof W]: W[I] extends WantedRows<infer T> ? Row<T>[] : never
} & Readonly<Record<string, any>>

/**
 * Rows of several models at once: their keys share BatchGetItem requests of 100, which are tried again until none is left
 * unprocessed. Missing rows are left out, each row comes once.
 *
 * @returns a list for each entry, and the same lists by the models' table names: `const [users, posts] = …`, `….users`
 * @throws BatchError `BATCH.UNPROCESSED` with what could not be read
 */
export function batchGet<const W extends readonly WantedRows<any>[]>(
  wanted: W,
  settings?: BatchGetSettings,
): Promise<Metered<BatchRows<W>>>
/** Items of a table as plain objects, by keys as plain objects. The rows of models are better read by models. */
export function batchGet(
  table: string,
  keys: readonly Readonly<Record<string, unknown>>[],
  settings?: BatchGetSettings,
): Promise<Metered<Record<string, unknown>[]>>
export async function batchGet(first: unknown, ...rest: readonly unknown[]): Promise<unknown> {
  if (typeof first === 'string') return batchGetOfTable(first, rest[0], rest[1] as BatchGetSettings | undefined)
  if (!Array.isArray(first))
    throw invalid(`batchGet takes a list of models and keys, not ${kindOf(first)}.`, 'Write [{ model: User, keys }].')
  const settings = (rest[0] ?? {}) as BatchGetSettings
  const wanted = first as readonly WantedRows[]
  const bindings = wanted.map((each) => bindingOf(each?.model))
  const lists = await readRows(
    bindings.map((binding, i) => ({ binding, ...settings, ...(wanted[i] as WantedRows) })),
    settings,
  )
  const result: unknown[] = [...lists.rows]
  for (const [i, { schema }] of bindings.entries())
    if (!(schema.table in result))
      Object.defineProperty(result, schema.table, { value: lists.rows[i], enumerable: false })
  return withCapacity(result, lists.consumed)
}

/** `Model.batchGet`. */
export async function batchGetRows(
  binding: ModelBinding,
  keys: readonly Key[],
  settings: BatchGetSettings = {},
): Promise<Metered<object[]>> {
  if (!Array.isArray(keys)) throw invalid(`batchGet takes a list of keys, not ${kindOf(keys)}.`)
  const { rows, consumed } = await readRows([{ binding, keys, ...settings }], settings)
  return withCapacity(rows[0] ?? [], consumed)
}

interface Wanted {
  readonly binding: ModelBinding
  readonly keys: readonly Key[]
  readonly consistentRead?: boolean
  readonly projection?: readonly string[]
}

async function readRows(wanted: readonly Wanted[], settings: BatchGetSettings) {
  const { options, consumed } = batchOptions(settings)
  const [first] = wanted
  if (first === undefined) return { rows: [], consumed: consumed() }
  const connection = commonConnection(wanted.map(({ binding }) => binding.connection))
  if (connection === undefined) throw invalid('A batch cannot span two connections.')
  const asked = wanted.map(({ binding, keys }) => {
    if (!Array.isArray(keys))
      throw invalid(`batchGet takes a list of keys, not ${kindOf(keys)}.`, 'Write [{ model: User, keys }].')
    const byText = new Map<string, AttributeMap>()
    for (const key of keys as readonly Key[]) {
      const each = tableKey(binding, key)
      byText.set(keyText(binding.table, each), each)
    }
    return byText
  })
  const tables = wanted.map(
    (each, i): WantedItems => ({
      table: each.binding.table.tableName,
      keys: [...(asked[i] as ReadonlyMap<string, AttributeMap>).values()],
      ...(each.consistentRead ? { consistentRead: true } : {}),
      ...projectionOf(each),
    }),
  )
  const context = wanted.length === 1 ? { context: first.binding.context } : {}
  const found = await batchGetTables(connection, tables, { ...options, ...context }).catch((error: unknown) =>
    explainMissing(error, first.binding),
  )
  const rows = wanted.map(({ binding, projection }, i) => {
    const items = new Map((found[i] ?? []).map((item) => [keyText(binding.table, item), item]))
    return [...(asked[i] as ReadonlyMap<string, AttributeMap>).keys()].flatMap((text) => {
      const item = items.get(text)
      if (item === undefined || !isLive(binding, item)) return []
      return binding.rowOf(item, projection === undefined ? undefined : namesOf(binding, projection)) ?? []
    })
  })
  for (const [i, { binding }] of wanted.entries()) await binding.retrieved?.(rows[i] ?? [])
  return { rows, consumed: consumed() }
}

function namesOf(binding: ModelBinding, projection: readonly string[]): readonly string[] {
  const { schema, design } = binding
  const { partition, sort } = design.primary
  const names = projection.map((name) => attributeNamed(schema, name))
  return [...new Set([schema.primaryKey, ...partition.attributes, ...sort.attributes, ...names])]
}

/** The attributes asked for, and those that tell what a row is. */
function projectionOf({ binding, projection }: Wanted): Pick<WantedItems, 'projection'> {
  if (projection === undefined || binding.design.recognition.kind === 'function') return {}
  const { table, schema } = binding
  const names = new Set([
    ...namesOf(binding, projection),
    ...table.key.names,
    table.entityTypeAttribute,
    ...(schema.softDeletes ? [schema.deletedAt] : []),
    ...(schema.ttl === undefined ? [] : [schema.ttl]),
    ...rootsIn(scopeCondition(binding) ?? and()),
  ])
  const compiler = new ExpressionCompiler()
  const ProjectionExpression = compiler.projection([...names].map((name) => [name]))
  return { projection: { ProjectionExpression, ...compiler.attributes() } }
}

async function batchGetOfTable(
  table: string,
  keys: unknown,
  settings: BatchGetSettings = {},
): Promise<Metered<Record<string, unknown>[]>> {
  if (!Array.isArray(keys)) throw invalid(`batchGet takes a list of keys, not ${kindOf(keys)}.`)
  const { options, consumed } = batchOptions(settings)
  const compiler = new ExpressionCompiler()
  const projection =
    settings.projection === undefined
      ? undefined
      : {
          ProjectionExpression: compiler.projection(settings.projection.map((name) => [name])),
          ...compiler.attributes(),
        }
  const wanted = new Map(
    (keys as readonly Record<string, unknown>[]).map((key) => {
      const stored = marshall(key)
      return [JSON.stringify(stored), stored]
    }),
  )
  const [items = []] = await batchGetTables(
    currentConnection(),
    [{ table, keys: [...wanted.values()], consistentRead: settings.consistentRead, projection }],
    options,
  )
  return withCapacity(
    items.map((item) => unmarshall(item)),
    consumed(),
  )
}
