import { type TableDescription, type UpdateTableInput, unsupported } from '../drivers/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { type ReplicaInfo, replicasOf } from './describe-table.js'
import { TableError } from './errors.js'
import { checkInput, list, refuse } from './input-rules.js'
import { region, tableName, WAIT } from './table-rules.js'
import { type Missing, notActive, tableToChange, type WaitSettings, waitUntil } from './table-status.js'
import { sendUpdate, streamChanges } from './update-table.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

/** A global table as the region of the connection sees it. */
export interface GlobalTableInfo {
  readonly name: string
  /** `2019.11.21` for a table with replicas; undefined for one without. */
  readonly version: string | undefined
  /** The other regions that have it. */
  readonly replicas: readonly ReplicaInfo[]
}

/**
 * Global tables (version 2019.11.21): replicas of a table in other regions, each of which takes writes. Amazon DynamoDB
 * alone has them; local engines refuse them with `DRIVER.UNSUPPORTED`.
 *
 * @example
 * const globalTables = new GlobalTableManager()
 * await globalTables.create('orders', ['eu-west-1', 'ap-southeast-2'])
 */
export class GlobalTableManager {
  readonly #options: WaitOptions

  /** @param options for all calls: the connection, and how long each waits (10 minutes by default) */
  constructor(options: WaitOptions = {}) {
    checkInput('GlobalTableManager', { options }, { options: WAIT })
    this.#options = options
  }

  /**
   * Gives a table that is there replicas in more regions, one after the other, and waits until they can be used. Its
   * stream is turned on first, as replicas need it.
   *
   * @returns the regions that were added; those that were there already are left as they are
   * @throws TableError `TABLE.REPLICA_FAILED`, `TABLE.DIFFERS` for a stream that holds less, `TABLE.WAIT_TIMEOUT`,
   *   `TABLE.INVALID_INPUT`; DriverError `DRIVER.UNSUPPORTED`
   */
  async create(name: string, regions: readonly string[]): Promise<readonly string[]> {
    checkInput('GlobalTableManager.create', { name, regions }, { name: tableName, regions: list(region, 1, 50) })
    const { connection, table } = await this.#table(name)
    const own = regionOf(table) ?? connection.config.region
    const there = new Set(replicasOf(table).map((replica) => replica.region))
    const added = [...new Set(regions)].filter((each) => each !== own && !there.has(each))
    if (added.length === 0) return []
    const waits = waiting(this.#options)
    for (const change of streamForReplicas(name, table))
      await sendUpdate(connection, { TableName: name, StreamSpecification: change }, waits)
    for (const RegionName of added) {
      await sendUpdate(connection, { TableName: name, ReplicaUpdates: [{ Create: { RegionName } }] }, waits)
      await waitUntil(connection, name, hasReplica(name, RegionName), waits)
    }
    return added
  }

  /**
   * Adds a replica in one more region.
   *
   * @returns false where there is one already
   * @throws as `create`
   */
  async addRegion(name: string, regionName: string): Promise<boolean> {
    return (await this.create(name, [regionName])).length > 0
  }

  /**
   * Removes the replica in a region, with the rows there. Those of other regions stay.
   *
   * @returns false where there is none
   * @throws TableError `TABLE.INVALID_INPUT` for the region of the connection itself, `TABLE.WAIT_TIMEOUT`
   */
  async removeRegion(name: string, regionName: string): Promise<boolean> {
    const what = 'GlobalTableManager.removeRegion'
    checkInput(what, { name, regionName }, { name: tableName, regionName: region })
    const { connection, table } = await this.#table(name)
    refuse(
      what,
      regionName === (regionOf(table) ?? connection.config.region)
        ? [`${regionName} is the region of the connection: remove it from another one, or call deleteTable`]
        : [],
    )
    if (!replicasOf(table).some((replica) => replica.region === regionName)) return false
    const waits: WaitSettings = waiting(this.#options)
    await sendUpdate(connection, { TableName: name, ReplicaUpdates: [{ Delete: { RegionName: regionName } }] }, waits)
    await waitUntil(connection, name, lacksReplica(regionName), waits)
    return true
  }

  /**
   * The replicas of a table.
   *
   * @throws ServiceError `SERVICE.RESOURCE_NOT_FOUND`; DriverError `DRIVER.UNSUPPORTED`
   */
  async describe(name: string): Promise<GlobalTableInfo> {
    checkInput('GlobalTableManager.describe', { name }, { name: tableName })
    const { table } = await this.#table(name)
    const replicas = Object.freeze(replicasOf(table).map((replica) => Object.freeze(replica)))
    return Object.freeze({ name: table.TableName ?? name, version: table.GlobalTableVersion, replicas })
  }

  async #table(name: string): Promise<{ readonly connection: Connection; readonly table: TableDescription }> {
    const { connection = currentConnection() } = this.#options
    await requireAws(connection, 'ReplicaUpdates')
    return tableToChange(name, { connection })
  }
}

/** Refuses (`DRIVER.UNSUPPORTED`) what AWS alone has. */
export async function requireAws(connection: Connection, what: string): Promise<void> {
  const driver = await connection.driver()
  // With the local engine on nothing leaves the machine, whatever the driver could reach.
  if (!driver.capabilities.aws || connection.config.local.enabled) throw unsupported(driver.name, what)
}

/** `arn:aws:dynamodb:eu-west-1:…` */
function regionOf({ TableArn }: TableDescription): string | undefined {
  return TableArn?.split(':')[3]
}

/** A stream that holds less has readers that expect less: nobody turns it off for them unasked. */
function streamForReplicas(
  name: string,
  table: TableDescription,
): readonly NonNullable<UpdateTableInput['StreamSpecification']>[] {
  const changes = streamChanges(table, 'NEW_AND_OLD_IMAGES')
  if (changes.length < 2) return changes
  const fault = `its stream holds ${table.StreamSpecification?.StreamViewType}, and replicas need NEW_AND_OLD_IMAGES`
  throw new TableError('TABLE.DIFFERS', `The table ${name} cannot have replicas: ${fault}.`, {
    faults: [fault],
    hint: `Call updateTable('${name}', { stream: 'NEW_AND_OLD_IMAGES' }) first: readers of the stream begin anew.`,
    details: { table: name },
  })
}

function hasReplica(name: string, regionName: string): Missing {
  return (table) => {
    const replica = table?.Replicas?.find(({ RegionName }) => RegionName === regionName)
    if (replica?.ReplicaStatus === 'CREATION_FAILED') {
      const why = replica.ReplicaStatusDescription ?? 'DynamoDB does not say why'
      throw new TableError('TABLE.REPLICA_FAILED', `The replica of ${name} in ${regionName} failed: ${why}.`, {
        details: { table: name, region: regionName },
      })
    }
    const missing = replica === undefined ? [`replica ${regionName}`] : []
    return [...notActive(table), ...missing]
  }
}

function lacksReplica(regionName: string): Missing {
  return (table) => {
    const missing = notActive(table)
    const isThere = table?.Replicas?.some(({ RegionName }) => RegionName === regionName) === true
    return isThere && missing.length === 0 ? [`replica ${regionName}`] : missing
  }
}
