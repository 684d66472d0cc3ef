import type { AttributeValue } from '../values/index.js'
import { PartiqlError } from './errors.js'

/** A statement as ExecuteStatement takes it: values are parameters, never text. Frozen plain data. */
export interface Statement {
  /** With `?` for each parameter. DynamoDB: "Statement". */
  readonly statement: string
  /** In the order of the `?`. DynamoDB: "Parameters". */
  readonly parameters: readonly AttributeValue[]
}

/** Characters that DynamoDB takes. */
const LONGEST = 8192

/** Text that is being written, and the values that belong to its `?`. */
export class StatementText {
  readonly #parameters: AttributeValue[] = []

  /** A value: its place in the text. */
  value(value: AttributeValue): string {
    this.#parameters.push(value)
    return '?'
  }

  /** @throws PartiqlError `PARTIQL.TOO_LARGE` */
  finish(statement: string): Statement {
    if (Buffer.byteLength(statement) > LONGEST)
      throw new PartiqlError('PARTIQL.TOO_LARGE', `The statement has ${Buffer.byteLength(statement)} bytes.`)
    return Object.freeze({ statement, parameters: Object.freeze([...this.#parameters]) })
  }
}

/** A name as an identifier: in double quotes, those in it doubled. @throws PartiqlError `PARTIQL.INVALID` */
export function quoted(name: string): string {
  return `"${checkName(name).replaceAll('"', '""')}"`
}

/** A name as a member of a struct: in single quotes, those in it doubled. */
export function memberName(name: string): string {
  return `'${checkName(name).replaceAll("'", "''")}'`
}

/** A place in an item: `"address"."city"`, `"tags"[0]`. */
export function quotedPath(path: readonly (string | number)[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${quoted(step)}`))
    .join('')
}

/** DynamoDB's rules for names of tables and indexes. */
const TABLE_NAME = /^[\w.-]{3,255}$/

/** `"orders"`, or `"orders"."byStatus"`. @throws PartiqlError `PARTIQL.INVALID` */
export function quotedTable(table: string, index?: string): string {
  for (const name of index === undefined ? [table] : [table, index])
    if (typeof name !== 'string' || !TABLE_NAME.test(name))
      throw new PartiqlError('PARTIQL.INVALID', `${JSON.stringify(name)} is no name of a table or an index.`, {
        hint: 'They have 3 to 255 characters of a-z, A-Z, 0-9, _, - and .',
      })
  return index === undefined ? quoted(table) : `${quoted(table)}.${quoted(index)}`
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && !name.includes('\0')) return name
  throw new PartiqlError('PARTIQL.INVALID', `${JSON.stringify(name)} is no name of an attribute.`)
}
