import { currentConnection } from '../runtime/index.js'
import { unmarshall } from '../values/index.js'
import { PartiqlError } from './errors.js'
import type { Row, StatementPage } from './select-statement.js'
import { executeStatement } from './send-statements.js'
import { quoted, quotedTable, type Statement, StatementText } from './statement-text.js'
import { valueOf } from './where-text.js'

/** A name in a template: of a table, an index, an attribute. */
export interface Identifier {
  readonly kind: 'identifier'
  /** Quoted. */
  readonly text: string
}

/** A statement that was written by hand: its values are parameters. */
export class TemplateStatement implements AsyncIterable<Row> {
  readonly #statement: Statement

  /** @internal made by `partiql` */
  constructor(statement: Statement) {
    this.#statement = statement
  }

  toStatement(): Statement {
    return this.#statement
  }

  /** Every row: all pages are read. */
  async execute(): Promise<Row[]> {
    const rows: Row[] = []
    for await (const row of this) rows.push(row)
    return rows
  }

  async page(nextToken?: string): Promise<StatementPage> {
    const { items, next } = await executeStatement(currentConnection(), this.#statement, { token: nextToken })
    return { rows: items.map(unmarshall), nextToken: next }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    const connection = currentConnection()
    let token: string | undefined
    do {
      const page = await executeStatement(connection, this.#statement, { token })
      for (const item of page.items) yield unmarshall(item)
      token = page.next
    } while (token !== undefined)
  }
}

const IDENTIFIERS = new WeakSet<object>()

/**
 * A name in a template: `identifier('orders')`, `identifier('orders', 'byStatus')` for an index, `identifier('odd name')` for an attribute.
 *
 * @throws PartiqlError `PARTIQL.INVALID`
 */
export function identifier(name: string, index?: string): Identifier {
  const made = Object.freeze({
    kind: 'identifier' as const,
    text: index === undefined ? quoted(name) : quotedTable(name, index),
  })
  IDENTIFIERS.add(made)
  return made
}

/**
 * A statement, every value of which is a parameter:
 *
 * @example
 * const rows = await partiql`SELECT * FROM ${identifier('orders')} WHERE pk = ${'USER#1'} AND total > ${100}`.execute()
 * @throws PartiqlError `PARTIQL.INVALID` for values inside quotes, `?` of one's own, several statements
 */
export function partiql(strings: TemplateStringsArray, ...values: readonly unknown[]): TemplateStatement {
  const text = new StatementText()
  let statement = ''
  for (const [at, part] of strings.entries()) {
    statement += part
    if (at === values.length) continue
    const value = values[at]
    const isName = typeof value === 'object' && value !== null && IDENTIFIERS.has(value)
    // What is open so far is a text or a name: a parameter in it would be a part of it.
    if (scan(statement).open)
      throw new PartiqlError('PARTIQL.INVALID', 'A value stands inside quotes.', {
        hint: 'Leave the quotes out: it is a parameter.',
      })
    statement += isName ? (value as Identifier).text : text.value(valueOf(value, `value ${at + 1}`))
  }
  const { open, marks, ends } = scan(statement)
  if (open) throw new PartiqlError('PARTIQL.INVALID', 'A quote is not closed.')
  if (marks !== values.filter((value) => !IDENTIFIERS.has(Object(value))).length)
    throw new PartiqlError('PARTIQL.INVALID', 'A template has no ? of its own.', {
      hint: 'Write ${value} where the value belongs.',
    })
  if (ends) throw new PartiqlError('PARTIQL.INVALID', 'A template is one statement, without semicolons.')
  return new TemplateStatement(text.finish(statement.trim()))
}

/** What stands outside of quotes: marks for parameters, semicolons; and whether a quote is open. */
function scan(text: string): { readonly open: boolean; readonly marks: number; readonly ends: boolean } {
  let quote = ''
  let marks = 0
  let ends = false
  for (const char of text) {
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'" || char === '`') quote = char
    else if (char === '?') marks++
    else if (char === ';') ends = true
  }
  return { open: quote !== '', marks, ends }
}
