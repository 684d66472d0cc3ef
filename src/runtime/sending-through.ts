import type { OperationInput, OperationName, OperationOutput, SendOptions } from '../drivers/index.js'
import type { Connection } from './connection.js'
import type { RequestContext } from './interceptor.js'

/** Sends a request instead of a connection. */
export type Send = <Name extends OperationName>(
  operation: Name,
  input: OperationInput<Name>,
  options?: SendOptions,
  context?: RequestContext,
) => Promise<OperationOutput<Name>>

/** The same connection, but that its requests are sent by a function: for one query, where an interceptor would see all. */
export function sendingThrough(connection: Connection, send: Send): Connection {
  return Object.create(connection, { send: { value: send } }) as Connection
}
