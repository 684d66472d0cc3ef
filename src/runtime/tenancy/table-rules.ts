import type { Connection } from '../connection.js'
import { mapAnswer, mapParts } from './request-parts.js'
import { isOfSharedModel, sharedRowsOf } from './shared-rows.js'
import { refuseStatement } from './table-operations.js'
import type { TenantRules } from './tenant-guard.js'
import { tenantTableSuffix } from './tenant-id.js'

/** Fields of requests on tables that name one, and of their answers. */
const NAMES = ['TableName', 'TargetTableName', 'SourceTableName'] as const
const DESCRIPTIONS = ['Table', 'TableDescription'] as const

/**
 * Tables for each tenant: in requests of a tenant the names of tables end with the tenant's id, in answers they do not.
 * Rows that tenants share are in the tables without; the package's notes on a
 * table are in it.
 */
export function tableRules(connection: Connection): TenantRules {
  const { partitionKeyName } = connection.config.singleTableDesign
  return (tenant) => {
    const suffix = tenantTableSuffix(tenant)
    const own = (name: string): string =>
      name.startsWith('arn:') ? name.replace(/(?<=\/)[^/]+$/, (last) => `${last}${suffix}`) : `${name}${suffix}`
    const table = (name: string): string => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name)
    return async ({ operation, input, options, context }, next) => {
      refuseStatement(operation)
      const shared = sharedRowsOf(connection)
      const sent = mapParts(operation, input, (_, part) => {
        const key = part.Key ?? part.Item
        const isOthers =
          shared.tables.has(part.TableName) ||
          (key === undefined
            ? shared.models.has(context.model ?? '')
            : isOfSharedModel(shared, part.TableName, key, partitionKeyName))
        return isOthers ? part : { ...part, TableName: own(part.TableName) }
      })
      if (sent !== undefined) {
        const answer = await next({ operation, input: sent, options, context })
        return mapAnswer(operation, answer, { table, item: (item) => item })
      }
      const asked: Record<string, unknown> = { ...input }
      for (const name of NAMES) {
        const given = asked[name]
        if (typeof given === 'string' && !shared.tables.has(given)) asked[name] = own(given)
      }
      const answer: Record<string, unknown> = {
        ...((await next({ operation, input: asked, options, context })) as object),
      }
      for (const name of DESCRIPTIONS) {
        const description = answer[name] as { readonly TableName?: string } | undefined
        if (description?.TableName !== undefined)
          answer[name] = { ...description, TableName: table(description.TableName) }
      }
      if (operation === 'ListTables')
        answer['TableNames'] = ((answer['TableNames'] ?? []) as readonly string[])
          .filter((name) => name.endsWith(suffix))
          .map(table)
      return answer
    }
  }
}
