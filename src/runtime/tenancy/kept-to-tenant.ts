import type { OperationInput, OperationName, OperationOutput, SendOptions } from '../../drivers/index.js'
import type { Connection } from '../connection.js'
import type { RequestContext } from '../interceptor.js'
import { TenantConnection } from './tenant-connection.js'
import { CHECKED, tenantGuard } from './tenant-guard.js'

/** For requests of the package on rows of tenants as they are stored. Nothing outside of the package has it. */
export const packageContext: RequestContext = Object.freeze({ [CHECKED]: true } as RequestContext)

interface Request<Name extends OperationName> {
  readonly operation: Name
  readonly input: OperationInput<Name>
  readonly options?: SendOptions | undefined
  readonly context?: RequestContext | undefined
}

/**
 * A request that is sent in another form, such as a statement: it is kept to its tenant in the form it has now, and what
 * `next` sends of it is not looked at again.
 */
export function keptToTenant<Name extends OperationName>(
  connection: Connection,
  { operation, input, options = {}, context = {} }: Request<Name>,
  next: (request: Request<OperationName>) => Promise<unknown>,
): Promise<OperationOutput<Name>> {
  const send = (request: Request<OperationName>): Promise<never> => next(request) as Promise<never>
  if (connection.config.tenancy === undefined) return send({ operation, input, options, context })
  const isTenants = connection instanceof TenantConnection
  const guard = tenantGuard(isTenants ? connection.base : connection)
  return guard(
    {
      operation,
      input,
      options,
      context: isTenants ? { ...context, tenant: connection.tenant } : context,
    },
    (request) => send({ ...request, context: { ...request.context, [CHECKED]: true } as RequestContext }),
  )
}
