import { explainMissing } from '../../query/index.js'
import { AS_RECORDS, commonConnection } from '../../runtime/index.js'
import type { KeyOf, Row } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import { isLive, tableKey } from '../find.js'
import { bindingOf, type ModelClass } from '../model-space.js'
import { invalid } from './batch-settings.js'

/** A row of a model that is to be read. */
export interface WantedRow<T extends ModelClass = ModelClass> {
  readonly model: T
  readonly key: KeyOf<T>
}
type Read<W extends readonly WantedRow[]> = {
  readonly [I in keyof W]: (W[I] extends WantedRow<infer T> ? Row<T> : never) | null
}

/** DynamoDB: "Service quotas", actions of a transaction. */
const MOST_READS = 100

/**
 * Up to 100 rows of any models as they are at one moment: one TransactGetItems, at twice the price of strongly consistent
 * reads.
 *
 * @returns the rows in the order asked for, null for those that are not there
 */
export async function transactGet<const W extends readonly WantedRow<any>[]>(wanted: W): Promise<Read<W>> {
  if (!Array.isArray(wanted)) throw invalid(`transactGet takes a list of models and keys, not ${kindOf(wanted)}.`)
  if (wanted.length === 0) return [] as unknown as Read<W>
  if (wanted.length > MOST_READS)
    throw invalid(`transactGet reads ${MOST_READS} rows at most, not ${wanted.length}.`, 'batchGet reads any number.')
  const rows = (wanted as readonly WantedRow[]).map((each) => {
    const binding = bindingOf(each?.model)
    return { binding, Get: { TableName: binding.table.tableName, Key: tableKey(binding, each.key) } }
  })
  const [{ binding: first }] = rows as [(typeof rows)[0]]
  const connection = commonConnection(rows.map(({ binding }) => binding.connection))
  if (connection === undefined) throw invalid('A transaction cannot span two connections.')
  const { Responses = [] } = await connection
    .send('TransactGetItems', { TransactItems: rows.map(({ Get }) => ({ Get })) }, undefined, AS_RECORDS)
    .catch((error: unknown) => explainMissing(error, first))
  const read: (object | null)[] = []
  for (const [i, { binding }] of rows.entries()) {
    const item = Responses[i]?.Item
    const record = item !== undefined && isLive(binding, item) ? binding.hydrate(item) : null
    if (record !== null) await binding.retrieved?.([record])
    read.push(record)
  }
  return read as unknown as Read<W>
}
