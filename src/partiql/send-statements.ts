import {
  type Driver,
  isCountingStatement,
  requireCapability,
  type SendOptions,
  ServiceError,
} from '../drivers/index.js'
import { fullJitter } from '../kernel/index.js'
import type { Connection, RequestContext } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'
import type { Statement } from './statement-text.js'

/** Statements of one BatchExecuteStatement. */
export const READS_PER_BATCH = 25

/** A statement that is sent. */
export interface SentStatement extends Statement {
  readonly consistent?: boolean | undefined
}

/** False for an engine whose PartiQL lacks functions and orders. */
export function hasAll({ capabilities }: Pick<Driver, 'capabilities'>): boolean {
  return capabilities.partiql !== 'basic'
}

/** True where the engine sorts, and not a page at a time. */
export function sorts({ capabilities }: Pick<Driver, 'capabilities'>): boolean {
  return capabilities.partiql === true
}

export interface ExecuteSettings {
  readonly consistent?: boolean | undefined
  readonly token?: string | undefined
  /** Items to look at. */
  readonly limit?: number | undefined
  readonly options?: SendOptions | undefined
  readonly context?: RequestContext | undefined
}

/** One page of a statement. */
export async function executeStatement(
  connection: Connection,
  statement: Statement,
  { consistent, token, limit, options, context }: ExecuteSettings = {},
): Promise<{ readonly items: readonly AttributeMap[]; readonly next: string | undefined }> {
  requireCapability(await connection.driver(), 'ExecuteStatement')
  const answer = await connection.send(
    'ExecuteStatement',
    {
      ...requestOf({ ...statement, consistent }),
      ...(limit === undefined ? {} : { Limit: limit }),
      ...(token === undefined ? {} : { NextToken: token }),
    },
    options,
    context,
  )
  return {
    items: (answer['Items'] ?? []) as readonly AttributeMap[],
    next: answer['NextToken'] as string | undefined,
  }
}

export function requestOf({ statement, parameters, consistent = false }: SentStatement): {
  readonly Statement: string
  readonly [more: string]: unknown
} {
  return {
    Statement: statement,
    // DynamoDB refuses a list of none.
    ...(parameters.length === 0 ? {} : { Parameters: parameters }),
    ...(consistent ? { ConsistentRead: true } : {}),
  }
}

/** What became of one statement of a batch. */
export interface BatchAnswer {
  readonly item: AttributeMap | undefined
  readonly error: ServiceError | undefined
  /** True where it may be tried again. */
  readonly passing: boolean
}

interface BatchResponse {
  readonly Item?: AttributeMap
  readonly Error?: { readonly Code?: string; readonly Message?: string; readonly Item?: AttributeMap }
}

/** DynamoDB: "BatchStatementError", codes that pass. */
const PASSING: ReadonlySet<string> = new Set([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionConflict',
])
const CODES: Readonly<Record<string, ServiceError['code']>> = {
  ConditionalCheckFailed: 'SERVICE.CONDITION_FAILED',
  DuplicateItem: 'SERVICE.CONDITION_FAILED',
  ValidationError: 'SERVICE.VALIDATION',
  ResourceNotFound: 'SERVICE.RESOURCE_NOT_FOUND',
  AccessDenied: 'SERVICE.ACCESS_DENIED',
}

/** One BatchExecuteStatement. */
export async function executeChunk(
  connection: Connection,
  statements: readonly SentStatement[],
  options?: SendOptions,
  context?: RequestContext,
): Promise<readonly BatchAnswer[]> {
  requireCapability(await connection.driver(), 'BatchExecuteStatement')
  const Statements = statements.map(requestOf)
  const { Responses = [] } = await connection.send('BatchExecuteStatement', { Statements }, options, context)
  return statements.map(({ statement }, at) => {
    const { Item: item, Error: failed } = (Responses as readonly BatchResponse[])[at] ?? {}
    if (failed === undefined) return { item, error: undefined, passing: false }
    const { Code = '', Message = Code } = failed
    const error = new ServiceError(CODES[Code] ?? 'SERVICE.UNKNOWN', `BatchExecuteStatement: ${Message}`, {
      exception: Code,
      statusCode: 400,
    })
    // What failed inside may have taken effect: it would count twice.
    const isUnclear = Code === 'InternalServerError' && isCountingStatement(statement)
    return { item, error, passing: PASSING.has(Code) && !isUnclear }
  })
}

const ROUNDS = 10

/** Statements of any number, in chunks of 25; those that were refused for a reason that passes are sent again. */
export async function executeAll(
  connection: Connection,
  statements: readonly SentStatement[],
  options?: SendOptions,
): Promise<readonly BatchAnswer[]> {
  const answers: BatchAnswer[] = []
  answers.length = statements.length
  let open = statements.map((_, at) => at)
  const { baseDelay, maxDelay } = connection.config.retries
  for (let round = 1; open.length > 0; round++) {
    for (let from = 0; from < open.length; from += READS_PER_BATCH) {
      const chunk = open.slice(from, from + READS_PER_BATCH)
      const now = await executeChunk(
        connection,
        chunk.map((at) => statements[at] as SentStatement),
        options,
      )
      for (const [i, at] of chunk.entries()) answers[at] = now[i] as BatchAnswer
    }
    open = open.filter((at) => answers[at]?.passing === true)
    if (open.length === 0 || round > ROUNDS) break
    await connection.clock.sleep(fullJitter(round, baseDelay, maxDelay), options?.signal)
  }
  return answers
}
