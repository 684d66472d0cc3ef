import {
  DeleteStatement,
  InsertStatement,
  PartiqlError,
  SelectStatement,
  throughStatements,
  UpdateStatement,
} from '../partiql/index.js'
import { type Query, sortKeyOf, throughConnection } from '../query/index.js'
import type { ModelClass } from './model-space.js'

/**
 * Reads by PartiQL. Of a table it gives rows as plain values; of a model a query as `Model.query()` gives, whose reads are sent as
 * statements: same plan, same keys, same records.
 *
 * @example
 * await selectFrom('orders').where('pk', 'USER#1').orderBy('sk', 'desc').limit(10).execute()
 * await selectFrom(User).where('email', 'ada@example.org').get()
 * @throws PartiqlError `PARTIQL.INVALID`
 */
export function selectFrom(table: string, index?: string): SelectStatement
export function selectFrom<T extends ModelClass>(model: T): Query<T>
export function selectFrom(from: string | ModelClass, index?: string): unknown {
  if (typeof from === 'string') return new SelectStatement(from, index)
  if (typeof from !== 'function' || typeof from.query !== 'function')
    throw new PartiqlError('PARTIQL.INVALID', 'selectFrom takes the name of a table, or a model.')
  return throughConnection(from.query(), (connection, table) =>
    throughStatements(connection, (_, index) => sortKeyOf(table, index)),
  )
}

/**
 * Puts an item into a table by PartiQL, where none has its key.
 *
 * @example
 * await insertInto('orders').values({ pk: 'USER#1', sk: 'ORDER#1', total: 9.5 }).execute()
 * @throws PartiqlError `PARTIQL.UNSUPPORTED` for models: their rows are written by `create`
 */
export function insertInto(table: string): InsertStatement {
  return new InsertStatement(tableOf(table, 'create({ … })'))
}

/** Changes one item of a table by PartiQL: `updateTable(name)`. */
export function updateStatement(table: string): UpdateStatement {
  return new UpdateStatement(tableOf(table, 'update({ … })'))
}

/**
 * Deletes one item of a table by PartiQL.
 *
 * @example
 * await deleteFrom('orders').where({ pk: 'USER#1', sk: 'ORDER#1' }).returning('ALL OLD').execute()
 * @throws PartiqlError `PARTIQL.UNSUPPORTED` for models
 */
export function deleteFrom(table: string): DeleteStatement {
  return new DeleteStatement(tableOf(table, 'delete()'))
}

/** Rows of models have derived keys, guards of unique values, counters, versions and hooks, which no single statement keeps. */
function tableOf(table: unknown, way: string): string {
  if (typeof table === 'string') return table
  const name = typeof table === 'function' ? (table as ModelClass).name : undefined
  if (name === undefined) throw new PartiqlError('PARTIQL.INVALID', 'The name of a table is text.')
  throw new PartiqlError(
    'PARTIQL.UNSUPPORTED',
    `A single statement does not keep the keys, unique values and counters of ${name}.`,
    {
      hint: `Write ${name}.${way}; to write an item as it is, name the table.`,
    },
  )
}
