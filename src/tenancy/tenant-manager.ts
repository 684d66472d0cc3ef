import { isConditionalCheckFailedError, type OperationInput } from '../drivers/index.js'
import { isDynamoDBToolingError, mapConcurrent } from '../kernel/index.js'
import { ModelSpace } from '../model/index.js'
import {
  BELIEVED_MS,
  batchWriteItems,
  type Connection,
  checkTenantId,
  currentConnection,
  forgetTenantStatus,
  outsideTenants,
  packageContext,
  SEEDERS_KEY,
  TENANT_TYPE,
  TENANTS_KEY,
  TenantConnection,
  type TenantStatus,
  tenantEntry,
  tenantPrefix,
  tenantTableSuffix,
  withTenant,
} from '../runtime/index.js'
import { type AttributeMap, marshall, unmarshall } from '../values/index.js'
import { TenantError } from './errors.js'

/** A tenant that was made known. Frozen. */
export interface Tenant {
  readonly id: string
  readonly status: TenantStatus
  readonly createdAt: Date
  /** What the program keeps with it. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What was deleted with a tenant. */
export interface DeletedTenant {
  /** Rows, the package's own ones such as unique guards among them. 0 where tables were deleted. */
  readonly rows: number
  readonly tables: readonly string[]
}

export interface DeleteTenantOptions {
  /** Told after each page, of rows deleted so far. */
  readonly onProgress?: ((rows: number) => void) | undefined
  /** Ends it after the page at hand; called again, it goes on. */
  readonly signal?: AbortSignal | undefined
}

const SEGMENTS = 4

/**
 * Makes tenants known, and ends them. With `tenancy.registered` only those that are known and active may read and write;
 * other processes believe what they read of a tenant for 15 seconds.
 *
 * @example
 * const tenants = new TenantManager()
 * await tenants.create('acme', { plan: 'small' })
 * await tenants.forEach(async ({ id }) => report(id, await Order.count()))
 */
export class TenantManager {
  readonly #connection: Connection

  /** @throws TenantError `TENANTS.NOT_CONFIGURED` */
  constructor(connection: Connection = currentConnection()) {
    this.#connection = connection instanceof TenantConnection ? connection.base : connection
    if (connection.config.tenancy === undefined)
      throw new TenantError('TENANTS.NOT_CONFIGURED', 'The config says nothing of tenants.')
  }

  /** @throws TenantError `TENANTS.EXISTS`; TenancyError `TENANCY.INVALID_TENANT` */
  async create(id: string, metadata: Readonly<Record<string, unknown>> = {}): Promise<Tenant> {
    const createdAt = new Date(this.#connection.clock.now())
    const { TableName, Key } = this.#entry(id)
    const Item: AttributeMap = {
      ...Key,
      [this.#connection.config.singleTableDesign.entityTypeAttribute]: { S: TENANT_TYPE },
      status: { S: 'active' },
      createdAt: { S: createdAt.toISOString() },
      metadata: { M: marshall(metadata) },
    }
    try {
      await this.#send('PutItem', { TableName, Item, ...this.#condition('attribute_not_exists') })
    } catch (error) {
      if (!isConditionalCheckFailedError(error)) throw error
      throw new TenantError('TENANTS.EXISTS', 'The tenant is known already.', { cause: error })
    }
    forgetTenantStatus(this.#connection, id)
    return tenantOfItem(id, Item)
  }

  async get(id: string): Promise<Tenant | undefined> {
    const { Item } = await this.#send('GetItem', { ...this.#entry(id), ConsistentRead: true })
    return Item === undefined ? undefined : tenantOfItem(id, Item)
  }

  /** All that are known, in the order of their ids, a page in memory. */
  async *list(): AsyncGenerator<Tenant, void, undefined> {
    const { partitionKeyName, sortKeyName } = this.#connection.config.singleTableDesign
    let start: AttributeMap | undefined
    do {
      const page = await this.#send('Query', {
        TableName: this.#entry('any').TableName,
        KeyConditionExpression: '#pk = :tenants',
        ExpressionAttributeNames: { '#pk': partitionKeyName },
        ExpressionAttributeValues: { ':tenants': { S: TENANTS_KEY } },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      })
      for (const item of page.Items ?? []) {
        const id = item[sortKeyName]
        if (id !== undefined && 'S' in id) yield tenantOfItem(id.S, item)
      }
      start = page.LastEvaluatedKey
    } while (start !== undefined)
  }

  /** Calls a function for every active tenant, inside of `withTenant`. @throws what the function throws */
  async forEach(
    fn: (tenant: Tenant) => unknown,
    { concurrency = 1 }: { readonly concurrency?: number } = {},
  ): Promise<number> {
    const tenants: Tenant[] = []
    for await (const tenant of this.list()) if (tenant.status === 'active') tenants.push(tenant)
    await mapConcurrent(tenants, concurrency, async (tenant) => withTenant(tenant.id, async () => fn(tenant)))
    return tenants.length
  }

  /** Its rows stay; with `tenancy.registered` it may not read or write. @throws TenantError `TENANTS.UNKNOWN` */
  suspend(id: string): Promise<void> {
    return this.#mark(id, 'suspended')
  }

  /** @throws TenantError `TENANTS.UNKNOWN` */
  resume(id: string): Promise<void> {
    return this.#mark(id, 'active')
  }

  /**
   * Deletes a tenant with all its rows, unique guards and pivots (or its tables), and what is noted of it last: called again
   * after a failure it goes on. Where tenants share tables it reads the whole table. Without `tenancy.registered` nothing
   * keeps programs from writing rows of the tenant meanwhile.
   *
   * @throws TenantError `TENANTS.UNKNOWN`
   */
  async delete(id: string, { onProgress, signal }: DeleteTenantOptions = {}): Promise<DeletedTenant> {
    const { clock, config } = this.#connection
    await this.#mark(id, 'deleting')
    // Until then other processes may write for it.
    if (config.tenancy?.registered === true) await clock.sleep(BELIEVED_MS)
    const tables: string[] = []
    let rows = 0
    for (const [table, keys] of this.#tables()) {
      signal?.throwIfAborted()
      if (config.tenancy?.strategy === 'table') tables.push(...(await this.#deleteTable(table, id)))
      else {
        const before = rows
        const deleted = await this.#deleteRows(table, keys, id, signal, (done) => onProgress?.(before + done))
        rows += deleted
      }
    }
    await this.#forgetSeeders(id)
    await this.#send('DeleteItem', this.#entry(id))
    forgetTenantStatus(this.#connection, id)
    return Object.freeze({ rows, tables: Object.freeze(tables) })
  }

  /** The notes on which seeders ran for it. */
  async #forgetSeeders(id: string): Promise<void> {
    const { partitionKeyName, sortKeyName } = this.#connection.config.singleTableDesign
    const { TableName } = this.#entry(id)
    let start: AttributeMap | undefined
    do {
      const page = await this.#send('Query', {
        TableName,
        KeyConditionExpression: '#pk = :seeders AND begins_with(#sk, :own)',
        ExpressionAttributeNames: { '#pk': partitionKeyName, '#sk': sortKeyName },
        ExpressionAttributeValues: { ':seeders': { S: SEEDERS_KEY }, ':own': { S: tenantPrefix(id, '#') } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      })
      for (const item of page.Items ?? []) {
        const [pk, sk] = [item[partitionKeyName], item[sortKeyName]]
        if (pk !== undefined && sk !== undefined)
          await this.#send('DeleteItem', { TableName, Key: { [partitionKeyName]: pk, [sortKeyName]: sk } })
      }
      start = page.LastEvaluatedKey
    } while (start !== undefined)
  }

  /** The tables of models and of the package's notes, with the names of their keys. */
  #tables(): ReadonlyMap<string, readonly string[]> {
    const designs = ModelSpace.of(this.#connection).designs()
    return new Map([
      ...designs.map(({ ledger }) => [ledger.tableName, [ledger.partitionKey, ledger.sortKey]] as const),
      ...designs.map(({ tableName, key }) => [tableName, key.names] as const),
    ])
  }

  async #deleteTable(tableName: string, id: string): Promise<readonly string[]> {
    const TableName = `${tableName}${tenantTableSuffix(id)}`
    try {
      await this.#send('DeleteTable', { TableName })
      return [TableName]
    } catch (error) {
      if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return []
      throw error
    }
  }

  /** @returns how many */
  async #deleteRows(
    TableName: string,
    keys: readonly string[],
    id: string,
    signal: AbortSignal | undefined,
    onProgress: (rows: number) => void,
  ): Promise<number> {
    const { tenancy, singleTableDesign } = this.#connection.config
    const whose =
      tenancy?.strategy === 'attribute'
        ? { FilterExpression: '#t = :t', name: tenancy.attribute, value: id }
        : {
            FilterExpression: 'begins_with(#t, :t)',
            name: singleTableDesign.partitionKeyName,
            value: tenantPrefix(id, singleTableDesign.keyDelimiter),
          }
    const request: OperationInput<'Scan'> = {
      TableName,
      FilterExpression: whose.FilterExpression,
      ExpressionAttributeNames: { '#t': whose.name },
      ExpressionAttributeValues: { ':t': { S: whose.value } },
      ConsistentRead: true,
      TotalSegments: SEGMENTS,
    }
    const keyOf = (item: AttributeMap): AttributeMap =>
      Object.fromEntries(keys.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))
    let rows = 0
    const segment = async (Segment: number): Promise<void> => {
      let start: AttributeMap | undefined
      do {
        signal?.throwIfAborted()
        const page = await this.#send('Scan', {
          ...request,
          Segment,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        })
        const writes = (page.Items ?? []).map((item) => ({ DeleteRequest: { Key: keyOf(item) } }))
        await outsideTenants(() => batchWriteItems(this.#connection, TableName, writes, { context: packageContext }))
        rows += writes.length
        onProgress(rows)
        start = page.LastEvaluatedKey
      } while (start !== undefined)
    }
    // All segments end before it does, so that nothing is deleted behind the caller's back.
    const ended = await Promise.allSettled(Array.from({ length: SEGMENTS }, (_, at) => segment(at)))
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return rows
  }

  async #mark(id: string, status: TenantStatus): Promise<void> {
    try {
      const { ExpressionAttributeNames, ...condition } = this.#condition('attribute_exists')
      await this.#send('UpdateItem', {
        ...this.#entry(id),
        ...condition,
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { ...ExpressionAttributeNames, '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: status } },
      })
    } catch (error) {
      if (!isConditionalCheckFailedError(error)) throw error
      throw new TenantError('TENANTS.UNKNOWN', 'No such tenant was created.', { cause: error })
    }
    forgetTenantStatus(this.#connection, id)
  }

  #condition(is: 'attribute_exists' | 'attribute_not_exists') {
    const { partitionKeyName } = this.#connection.config.singleTableDesign
    return { ConditionExpression: `${is}(#pk)`, ExpressionAttributeNames: { '#pk': partitionKeyName } }
  }

  #entry(id: string): { readonly TableName: string; readonly Key: AttributeMap } {
    checkTenantId(id)
    return tenantEntry(this.#connection.config, id)
  }

  readonly #send: Connection['send'] = (operation, input) =>
    outsideTenants(() => this.#connection.send(operation, input, undefined, packageContext))
}

function tenantOfItem(id: string, item: AttributeMap): Tenant {
  const { status, createdAt, metadata } = unmarshall(item) as Readonly<Record<string, unknown>>
  return Object.freeze({
    id,
    status: status as TenantStatus,
    createdAt: new Date(String(createdAt)),
    metadata: Object.freeze({ ...(metadata as object) }),
  })
}
