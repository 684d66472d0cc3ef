import type { OperationInput, OperationName, OperationOutput, SendOptions } from '../drivers/index.js'

/** One request on its way through a connection. */
export interface ConnectionRequest<Name extends OperationName = OperationName> {
  readonly operation: Name
  readonly input: OperationInput<Name>
  readonly options: SendOptions
  /** What the request is for: the model, and the kind of plan. For logs, metrics and reports. */
  readonly context: RequestContext
}

export interface RequestContext {
  readonly model?: string
  readonly purpose?: string
  /** Whose rows it is on; null for rows of tenants, of which it names none. Only where the config has tenancy. */
  readonly tenant?: string | null
  /** True for rows of several models, as their records have them: encrypted attributes are decrypted and encrypted. */
  readonly asRecords?: boolean
  /** The line of the program that asked; known while it is measured. */
  readonly callSite?: string | undefined
}

/** What requests on rows of several models say of themselves, and those that move rows. */
export const AS_RECORDS: RequestContext = Object.freeze({ asRecords: true })

/** Sends the request on: to the next interceptor, and in the end to the driver. */
export type Next = <Name extends OperationName>(request: ConnectionRequest<Name>) => Promise<OperationOutput<Name>>

/**
 * Wraps every request of a connection. It sees the request and the answer, and may change either, refuse (throw), or
 * answer by itself. The first one added is the outermost.
 */
export type Interceptor = <Name extends OperationName>(
  request: ConnectionRequest<Name>,
  next: Next,
) => Promise<OperationOutput<Name>>
