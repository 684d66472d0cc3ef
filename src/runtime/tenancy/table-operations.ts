import type { OperationName } from '../../drivers/index.js'
import { TenancyError } from './errors.js'

const STATEMENTS: ReadonlySet<OperationName> = new Set([
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
])

/** What a tenant may not do to a table that it shares: it would reach every other one. */
const ON_ALL: ReadonlySet<OperationName> = new Set([
  'DeleteTable',
  'CreateBackup',
  'DeleteBackup',
  'RestoreTableFromBackup',
  'RestoreTableToPointInTime',
  'ExportTableToPointInTime',
  'ImportTable',
])

/** @throws TenancyError for statements, of which nobody knows what they reach */
export function refuseStatement(operation: OperationName): void {
  if (!STATEMENTS.has(operation)) return
  throw new TenancyError('TENANCY.NOT_CHECKABLE', 'Of a PartiQL statement it is not known whose rows it reaches.', {
    hint: 'Use selectFrom(Model), whose statements are made of a checked query, or withoutTenant(fn).',
  })
}

/** @throws TenancyError for what would reach the rows of all tenants of a shared table */
export function refuseTableOperation(operation: OperationName): void {
  if (!ON_ALL.has(operation)) return
  throw new TenancyError('TENANCY.FOREIGN', `${operation} would reach the rows of every tenant of the table.`, {
    hint: 'Call it outside of tenants. Of one tenant alone: TenantManager.delete(id), and exports of models.',
  })
}
