import { currentConnection } from '../runtime/index.js'
import { checkInput, optional, rule, wholeNumber } from './input-rules.js'
import type { TableCallOptions } from './table-options.js'
import { callOptions } from './table-rules.js'

export interface ListTablesOptions extends TableCallOptions {
  /** Only names that begin with it. */
  readonly prefix?: string
  /** The most names. Default: all. */
  readonly limit?: number
}

/**
 * The names of the tables, all pages of them, in DynamoDB's order.
 *
 * @throws TableError `TABLE.INVALID_INPUT`
 */
export async function listTables(options: ListTablesOptions = {}): Promise<readonly string[]> {
  const text = rule('text', (value) => typeof value === 'string')
  checkInput(
    'listTables',
    { options },
    { options: callOptions({ prefix: optional(text), limit: optional(wholeNumber(1)) }) },
  )
  const { connection = currentConnection(), prefix = '', limit = Number.POSITIVE_INFINITY } = options
  const names: string[] = []
  let start: string | undefined
  do {
    const page = await connection.send('ListTables', start === undefined ? {} : { ExclusiveStartTableName: start })
    names.push(...(page.TableNames ?? []).filter((name) => name.startsWith(prefix)))
    start = page.LastEvaluatedTableName
  } while (start !== undefined && names.length < limit)
  return names.slice(0, limit)
}
