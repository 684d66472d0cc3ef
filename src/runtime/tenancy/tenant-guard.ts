import type { OperationInput, OperationName } from '../../drivers/index.js'
import { callSite } from '../../kernel/index.js'
import type { TenancyStrategy } from '../config.js'
import type { Connection } from '../connection.js'
import type { ConnectionRequest, Interceptor, RequestContext } from '../interceptor.js'
import { TenancyError } from './errors.js'
import { KEY_NAME } from './expression-tokens.js'
import { prefixRules } from './prefix-rules.js'
import { mapParts } from './request-parts.js'
import { isShared, sharedRowsOf } from './shared-rows.js'
import { tableRules } from './table-rules.js'
import { TENANT_MARK } from './tenant-id.js'
import { scopedTenant } from './tenant-scope.js'
import { checkTenantStatus } from './tenant-status.js'

/** Sends a request of a tenant so that it reaches rows of that tenant, and of none else. @throws TenancyError */
export type TenantRules = (tenant: string) => Interceptor

const RULES: Readonly<Record<TenancyStrategy, (connection: Connection) => TenantRules>> = {
  prefix: prefixRules,
  table: tableRules,
}

/** On requests that were checked before they became statements. Nothing outside of the package has it. */
export const CHECKED: unique symbol = Symbol('checked')

const BY_KEY: ReadonlySet<OperationName> = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchGetItem',
  'BatchWriteItem',
  'TransactGetItems',
  'TransactWriteItems',
])

/** How models read the rows of all tenants. */
const UNSCOPED: ReadonlySet<OperationName> = new Set(['Scan'])

/**
 * The outermost interceptor of a connection with tenants: every request of the package comes through it, whoever made it.
 * One of a tenant is kept to the tenant's rows; one on rows of tenants that names none is refused, or told of.
 */
export function tenantGuard(connection: Connection): Interceptor {
  const { config } = connection
  const rules = RULES[config.tenancy?.strategy ?? 'prefix'](connection)
  return async (request, next) => {
    if (CHECKED in request.context) return next(request)
    const scoped = scopedTenant(config)
    const tenant = tenantOfRequest(request.context, scoped)
    if (typeof tenant !== 'string') {
      checkUnscopedKeys(connection, request)
      return next(tenant === null ? unscoped(connection, request, scoped) : request)
    }
    if (config.tenancy?.registered === true) await checkTenantStatus(connection, tenant)
    return rules(tenant)({ ...request, context: { ...request.context, tenant } }, next)
  }
}

/** Whose request it is; null for one on tenants' rows that names no tenant, undefined for one that is none of theirs. */
function tenantOfRequest(
  { tenant: marked, model }: RequestContext,
  scoped: string | null | undefined,
): string | null | undefined {
  if (typeof marked === 'string') {
    if (typeof scoped === 'string' && marked !== scoped)
      throw new TenancyError('TENANCY.FOREIGN', 'A record or a query of one tenant is used inside another.', {
        hint: 'Read it again where it is used, or call withTenant with the tenant it is of.',
      })
    return marked
  }
  if (marked === null && typeof scoped === 'string')
    throw new TenancyError('TENANCY.NO_TENANT', `A query of ${model} that was made for no tenant is run for one.`, {
      hint: 'Make the query inside of withTenant(id, fn) too.',
    })
  return typeof scoped === 'string' ? scoped : marked
}

/** A request on rows of all tenants. The key comes along in answers, which tells whose each row is. */
function unscoped<Name extends OperationName>(
  { config }: Connection,
  request: ConnectionRequest<Name>,
  scoped: string | null | undefined,
): ConnectionRequest<Name> {
  const { operation, input, context } = request
  const { model = 'A model' } = context
  const details = { model }
  if (scoped !== null)
    throw new TenancyError('TENANCY.NO_TENANT', `${model} holds rows of tenants, and none was named.`, { details })
  if (config.tenancy?.strategy === 'table')
    throw new TenancyError('TENANCY.NO_TENANT', `Each tenant has a table of its own, with its rows of ${model}.`, {
      hint: 'Go through the tenants: tenants.forEach(fn), with new TenantManager().',
      details,
    })
  if (!UNSCOPED.has(operation))
    throw new TenancyError('TENANCY.NO_TENANT', `${operation} of ${model} is possible for a tenant only.`, {
      hint: 'Records that were read know their tenant and can be saved; everything else is written in withTenant(id, fn).',
      details,
    })
  config.tenancy?.onWithoutTenant?.({ operation, model, callSite: callSite() })
  const { ProjectionExpression, ExpressionAttributeNames } = input as OperationInput<'Scan'>
  if (ProjectionExpression === undefined) return request
  const asked = {
    ...input,
    ProjectionExpression: `${ProjectionExpression}, ${KEY_NAME}`,
    ExpressionAttributeNames: { ...ExpressionAttributeNames, [KEY_NAME]: config.singleTableDesign.partitionKeyName },
  }
  return { ...request, input: asked }
}

/**
 * Whatever names no tenant has no row of one in its hands: a row whose key tells neither that it is shared nor whose it is
 * would be no tenant's, and nobody would find it.
 */
function checkUnscopedKeys(connection: Connection, { operation, input }: ConnectionRequest): void {
  if (!BY_KEY.has(operation)) return
  const { defaultTableName, tablePrefix, tableSuffix, singleTableDesign, tenancy } = connection.config
  const { partitionKeyName, keyDelimiter } = singleTableDesign
  const models = `${tablePrefix}${defaultTableName}${tableSuffix}`
  const shared = sharedRowsOf(connection)
  mapParts(operation, input, (_, part) => {
    const key = part.Key ?? part.Item
    if (part.TableName !== models || key === undefined || shared.tables.has(models)) return part
    const value = key[partitionKeyName]
    const told =
      tenancy?.strategy === 'prefix' && value !== undefined && 'S' in value && value.S.startsWith(TENANT_MARK)
    if (told || isShared(shared, key, partitionKeyName, keyDelimiter)) return part
    throw new TenancyError('TENANCY.NO_TENANT', 'A row of a tenant was asked for or written, and no tenant was named.')
  })
}
