import type { OperationInput, OperationName } from '../../drivers/index.js'
import { callSite } from '../../kernel/index.js'
import type { TenancyStrategy } from '../config.js'
import type { Connection } from '../connection.js'
import type { ConnectionRequest, Interceptor, RequestContext } from '../interceptor.js'
import { attributeRules } from './attribute-rules.js'
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
  attribute: attributeRules,
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

const READS: ReadonlySet<OperationName> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

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
      checkUnscopedKeys(connection, request, scoped)
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

/** A request on rows of all tenants. What tells whose each row is comes along in answers. */
function unscoped<Name extends OperationName>(
  { config }: Connection,
  request: ConnectionRequest<Name>,
  scoped: string | null | undefined,
): ConnectionRequest<Name> {
  const { operation, input, context } = request
  const { model = 'A model' } = context
  const { tenancy, singleTableDesign } = config
  const details = { model }
  if (scoped !== null)
    throw new TenancyError('TENANCY.NO_TENANT', `${model} holds rows of tenants, and none was named.`, { details })
  if (tenancy?.strategy === 'table')
    throw new TenancyError('TENANCY.NO_TENANT', `Each tenant has a table of its own, with its rows of ${model}.`, {
      hint: 'Go through the tenants: tenants.forEach(fn), with new TenantManager().',
      details,
    })
  const isByKey = tenancy?.strategy === 'attribute'
  if (!(operation === 'Scan' || (isByKey && READS.has(operation))))
    throw new TenancyError('TENANCY.NO_TENANT', `${operation} of ${model} is possible for a tenant only.`, {
      hint: 'Records that were read know their tenant and can be saved; everything else is written in withTenant(id, fn).',
      details,
    })
  tenancy?.onWithoutTenant?.({ operation, model, callSite: callSite() })
  const name = isByKey ? tenancy.attribute : singleTableDesign.partitionKeyName
  const along = (asked: Projected): Projected =>
    asked.ProjectionExpression === undefined
      ? asked
      : {
          ...asked,
          ProjectionExpression: `${asked.ProjectionExpression}, ${KEY_NAME}`,
          ExpressionAttributeNames: { ...asked.ExpressionAttributeNames, [KEY_NAME]: name },
        }
  if (operation !== 'BatchGetItem') return { ...request, input: along(input as Projected) as OperationInput<Name> }
  const { RequestItems } = input as OperationInput<'BatchGetItem'>
  const asked = Object.entries(RequestItems).map(([table, wanted]) => [table, along(wanted)])
  return { ...request, input: { ...input, RequestItems: Object.fromEntries(asked) } }
}

interface Projected {
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
}

/**
 * Whatever names no tenant has no row of one in its hands: a row whose key tells neither that it is shared nor whose it is
 * would be no tenant's, and nobody would find it.
 */
function checkUnscopedKeys(
  connection: Connection,
  { operation, input }: ConnectionRequest,
  scoped: string | null | undefined,
): void {
  if (!BY_KEY.has(operation)) return
  const { defaultTableName, tablePrefix, tableSuffix, singleTableDesign, tenancy } = connection.config
  const { partitionKeyName, keyDelimiter } = singleTableDesign
  const models = `${tablePrefix}${defaultTableName}${tableSuffix}`
  // Where an attribute tells, it is found with the row.
  if (scoped === null && tenancy?.strategy === 'attribute' && READS.has(operation)) return
  const shared = sharedRowsOf(connection)
  mapParts(operation, input, (_, part) => {
    const key = part.Key ?? part.Item
    const isModels = part.TableName === models || shared.partitionKeys.has(part.TableName)
    if (!isModels || key === undefined || shared.tables.has(part.TableName)) return part
    const value = key[partitionKeyName]
    const told =
      tenancy?.strategy === 'prefix' && value !== undefined && 'S' in value && value.S.startsWith(TENANT_MARK)
    if (told || isShared(shared, part.TableName, key, partitionKeyName, keyDelimiter)) return part
    throw new TenancyError('TENANCY.NO_TENANT', 'A row of a tenant was asked for or written, and no tenant was named.')
  })
}
