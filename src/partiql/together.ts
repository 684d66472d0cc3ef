import { randomUUID } from 'node:crypto'
import { requireCapability, type SendOptions, type ServiceError } from '../drivers/index.js'
import { currentConnection } from '../runtime/index.js'
import { type AttributeMap, unmarshall } from '../values/index.js'
import { PartiqlError } from './errors.js'
import type { Row } from './select-statement.js'
import { executeAll, requestOf } from './send-statements.js'
import type { Statement } from './statement-text.js'
import {
  checkWrite,
  DeleteStatement,
  InsertStatement,
  UpdateStatement,
  type WriteStatement,
} from './write-statements.js'

/** A builder or a template, or what its `toStatement()` gave. */
export type AnyStatement = Statement | { toStatement(): Statement }

/** What became of one statement of a batch. */
export interface StatementResult {
  /** The item that was read, or that RETURNING asked for. */
  readonly row: Row | null
  readonly error?: ServiceError
}

/** Some statements of a batch were refused; the others took effect. */
export class PartiqlBatchError extends PartiqlError {
  /** In the order of the statements. */
  readonly results: readonly StatementResult[]

  constructor(message: string, results: readonly StatementResult[]) {
    super('PARTIQL.BATCH_FAILED', message, { cause: results.find(({ error }) => error !== undefined)?.error })
    this.results = results
    // Rows may hold what nobody should read in a log.
    Object.defineProperty(this, 'results', { enumerable: false })
  }
}

/** DynamoDB: "ExecuteTransaction". */
const MOST_IN_TRANSACTION = 100

/**
 * Statements of any number, each of one item, each by itself, in chunks of 25. DynamoDB takes reads and writes apart: they are sent so,
 * the reads first. What is refused for a reason that passes is sent again.
 *
 * @returns what each read, in their order
 * @throws PartiqlBatchError with what became of each, where one was refused
 */
export async function executeBatch(
  given: readonly AnyStatement[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly StatementResult[]> {
  const connection = currentConnection()
  const statements = await checked(given)
  const results: StatementResult[] = []
  for (const wantsReads of [true, false]) {
    const places = statements.flatMap((statement, at) => (isRead(statement) === wantsReads ? [at] : []))
    const answers = await executeAll(
      connection,
      places.map((at) => statements[at] as Statement),
      sends(options),
    )
    for (const [i, at] of places.entries()) {
      const { item, error } = answers[i] ?? {}
      results[at] = { row: item === undefined ? null : unmarshall(item), ...(error === undefined ? {} : { error }) }
    }
  }
  const failed = results.filter(({ error }) => error !== undefined)
  if (failed.length === 0) return results
  const [first] = failed
  throw new PartiqlBatchError(
    `${failed.length} of ${results.length} statements were refused: ${first?.error?.message}`,
    results,
  )
}

/**
 * Up to 100 statements, each of one item: all take effect, or none. Either reads or writes.
 *
 * @param options.token makes it the same transaction when it is sent again within ten minutes. DynamoDB: "ClientRequestToken"
 * @returns what each read
 * @throws TransactionCanceledError with the reason of each; PartiqlError `PARTIQL.INVALID`
 */
export async function executeTransaction(
  given: readonly AnyStatement[],
  options: { readonly token?: string; readonly signal?: AbortSignal } = {},
): Promise<readonly (Row | null)[]> {
  const connection = currentConnection()
  const statements = await checked(given)
  if (statements.length === 0) return []
  if (statements.length > MOST_IN_TRANSACTION)
    throw new PartiqlError(
      'PARTIQL.INVALID',
      `A transaction has ${MOST_IN_TRANSACTION} statements at most, not ${statements.length}.`,
      {
        hint: 'executeBatch takes any number, each by itself.',
      },
    )
  const reads = statements.filter(isRead).length
  if (reads !== 0 && reads !== statements.length)
    throw new PartiqlError('PARTIQL.INVALID', 'A transaction reads, or it writes.', {
      hint: 'Put what must hold into the where of the writes.',
    })
  requireCapability(await connection.driver(), 'ExecuteTransaction')
  const { token = randomUUID() } = options
  const { Responses = [] } = await connection.send(
    'ExecuteTransaction',
    {
      TransactStatements: statements.map((statement) => requestOf(statement)),
      // A token is for writes.
      ...(reads === 0 ? { ClientRequestToken: token } : {}),
    },
    sends(options),
  )
  const answers = Responses as readonly { readonly Item?: AttributeMap }[]
  return statements.map((_, at) => {
    const item = answers[at]?.Item
    return item === undefined ? null : unmarshall(item)
  })
}

async function checked(given: readonly AnyStatement[]): Promise<readonly Statement[]> {
  const connection = currentConnection()
  const statements: Statement[] = []
  for (const each of given) {
    if (isWrite(each)) await checkWrite(connection, each)
    statements.push(statementOf(each))
  }
  return statements
}

function isWrite(statement: unknown): statement is WriteStatement {
  return [InsertStatement, UpdateStatement, DeleteStatement].some((type) => statement instanceof type)
}

function statementOf(given: AnyStatement): Statement {
  const statement = typeof given === 'object' && given !== null && 'toStatement' in given ? given.toStatement() : given
  if (typeof statement?.statement === 'string' && Array.isArray(statement.parameters)) return statement
  throw new PartiqlError('PARTIQL.INVALID', 'A statement is a builder, a template, or { statement, parameters }.')
}

function isRead({ statement }: Statement): boolean {
  return /^\s*(?:select|exists)\b/i.test(statement)
}

function sends({ signal }: { readonly signal?: AbortSignal }): SendOptions {
  return signal === undefined ? {} : { signal }
}
