import { batchGetItems, type Connection } from '../runtime/index.js'
import { keyText } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'

/** One item that is waited for. */
interface Wanted {
  readonly key: AttributeMap
  readonly item: Promise<AttributeMap | undefined>
  readonly resolve: (item: AttributeMap | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Items of one table that are asked for within one turn of the event loop. */
type Turn = Map<string, Wanted>
const turns = new WeakMap<Connection, Map<string, Turn>>()

/**
 * Reads an item together with all others that are asked for in the same turn of the event loop: one BatchGetItem for each
 * 100 keys, an item that is asked for twice once. One alone is a GetItem.
 */
export function readTogether(
  binding: ModelBinding,
  key: AttributeMap,
  consistentRead: boolean,
): Promise<AttributeMap | undefined> {
  const { connection, table } = binding
  const open = turns.get(connection) ?? new Map<string, Turn>()
  turns.set(connection, open)
  const name = `${table.tableName} ${String(consistentRead)}`
  let turn = open.get(name)
  if (turn === undefined) {
    const begun: Turn = new Map()
    turn = begun
    open.set(name, begun)
    setImmediate(() => {
      open.delete(name)
      void send(binding, begun, consistentRead)
    })
  }
  const text = keyText(table, key)
  const known = turn.get(text)
  if (known !== undefined) return known.item
  const wanted = waiting(key)
  turn.set(text, wanted)
  return wanted.item
}

function waiting(key: AttributeMap): Wanted {
  let resolve: Wanted['resolve'] = () => undefined
  let reject: Wanted['reject'] = () => undefined
  const item = new Promise<AttributeMap | undefined>((done, failed) => {
    resolve = done
    reject = failed
  })
  return { key, item, resolve, reject }
}

async function send({ connection, table, context }: ModelBinding, turn: Turn, consistentRead: boolean): Promise<void> {
  const wanted = [...turn.values()]
  try {
    const [only] = wanted
    if (only !== undefined && wanted.length === 1) {
      const input = { TableName: table.tableName, Key: only.key, ...(consistentRead ? { ConsistentRead: true } : {}) }
      only.resolve((await connection.send('GetItem', input, undefined, context)).Item)
      return
    }
    const keys = wanted.map(({ key }) => key)
    const items = await batchGetItems(connection, table.tableName, keys, { consistentRead })
    const found = new Map(items.map((item) => [keyText(table, item), item]))
    for (const [text, each] of turn) each.resolve(found.get(text))
  } catch (error) {
    for (const { reject } of wanted) reject(error)
  }
}
