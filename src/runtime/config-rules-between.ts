import type { ResolvedConfig } from './config.js'
import type { ConfigFault } from './config-errors.js'

/** Faults between options that are each right alone. */
export function faultsBetween(config: ResolvedConfig): readonly ConfigFault[] {
  return [
    ...tableNameFaults(config),
    ...keyNameFaults(config),
    ...endpointFaults(config),
    ...retryFaults(config),
    ...tenancyFaults(config),
    ...encryptionFaults(config),
  ]
}

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/

function tableNameFaults(config: ResolvedConfig): readonly ConfigFault[] {
  if (!config.singleTableDesign.enabled) return []
  const name = `${config.tablePrefix}${config.defaultTableName}${config.tableSuffix}`
  if (NAME.test(name)) return []
  const message = `defaultTableName with tablePrefix and tableSuffix is "${shorten(name)}", ${name.length} characters; DynamoDB allows 3 to 255`
  return [{ path: 'defaultTableName', message, given: shorten(name), allowed: '3 to 255 characters' }]
}

/** Two keys of one name, or an index name DynamoDB would refuse, once {n} is counted out. */
function keyNameFaults(config: ResolvedConfig): readonly ConfigFault[] {
  const design = config.singleTableDesign
  const faults: ConfigFault[] = []
  const owners = new Map<string, string>()
  const claim = (name: string, option: string): void => {
    const path = `singleTableDesign.${option}`
    const owner = owners.get(name)
    if (owner === undefined) owners.set(name, path)
    else if (!faults.some((fault) => fault.path === path)) {
      const message = `${path} gives the attribute name "${shorten(name)}", which ${owner} already has`
      faults.push({ path, message, given: shorten(name), allowed: 'a name no other key has' })
    }
  }
  claim(design.partitionKeyName, 'partitionKeyName')
  claim(design.sortKeyName, 'sortKeyName')
  claim(design.entityTypeAttribute, 'entityTypeAttribute')
  if (!design.enabled && Object.keys(design.indexes).length > 0) {
    const path = 'singleTableDesign.indexes'
    const message = `${path} are those of the table that models share, and each has its own; name them in the models: static indexes`
    faults.push({ path, message, allowed: 'nothing while singleTableDesign.enabled is false' })
  }
  for (let n = 1; n <= design.gsiCount; n++) {
    claim(numbered(design.gsiPartitionKeyName, n), 'gsiPartitionKeyName')
    claim(numbered(design.gsiSortKeyName, n), 'gsiSortKeyName')
    const index = numbered(design.gsiName, n)
    const path = 'singleTableDesign.gsiName'
    if (!NAME.test(index) && !faults.some((fault) => fault.path === path)) {
      const message = `${path} gives the index name "${shorten(index)}"; DynamoDB allows 3 to 255 characters of a-z, A-Z, 0-9, _, - and .`
      faults.push({ path, message, given: shorten(index), allowed: '3 to 255 characters of a-z, A-Z, 0-9, _, - and .' })
    }
  }
  return faults
}

/** Options of encryption without the one that says where keys come from. */
function encryptionFaults({ encryption }: ResolvedConfig): readonly ConfigFault[] {
  if (encryption === undefined || (encryption.keys as unknown) !== undefined) return []
  const path = 'encryption.keys'
  return [{ path, message: `${path} is missing`, allowed: 'a key provider: localKeyRing(…) or kmsKeys(…)' }]
}

/** Attributes of the package's own items, which an attribute of tenants would overwrite. */
const OF_GUARDS: ReadonlySet<string> = new Set(['owner', 'model', 'attribute'])

function tenancyFaults({ tenancy, singleTableDesign: design }: ResolvedConfig): readonly ConfigFault[] {
  if (tenancy === undefined) return []
  const { strategy, attribute } = tenancy
  const faults: ConfigFault[] = []
  const refuse = (path: string, message: string, allowed: string): void => {
    faults.push({ path, message, allowed })
  }
  if (strategy === 'prefix') {
    const others = '"table" or "attribute"'
    const path = 'tenancy.strategy'
    const why = 'keeps tenants apart by the partition keys that the package makes'
    if (!design.enabled) refuse(path, `${path} "prefix" ${why}, and singleTableDesign.enabled is false`, others)
    else if (design.multiAttributeKeys || Object.keys(design.indexes).length > 0)
      refuse(path, `${path} "prefix" ${why}, and singleTableDesign has keys that others make`, others)
  }
  if (strategy === 'attribute') {
    const keys = Array.from({ length: design.gsiCount }, (_, i) => [
      numbered(design.gsiPartitionKeyName, i + 1),
      numbered(design.gsiSortKeyName, i + 1),
    ]).flat()
    const taken = [design.partitionKeyName, design.sortKeyName, design.entityTypeAttribute, ...keys]
    if (taken.includes(attribute) || OF_GUARDS.has(attribute)) {
      const path = 'tenancy.attribute'
      refuse(path, `${path} is "${attribute}", which items of the package have for something else`, 'another name')
    }
  }
  return faults
}

function endpointFaults(config: ResolvedConfig): readonly ConfigFault[] {
  const { local, driver } = config
  if (local.enabled) {
    // With port 0 the engine's port is known when it runs: only a driver that starts it learns the port.
    if (local.port !== 0 || typeof driver !== 'string' || STARTS_ENGINE.has(driver)) return []
    const message = `local.port is 0 (any free port), which the driver "${driver}" cannot find out; name the port`
    return [{ path: 'local.port', message, given: '0', allowed: 'a whole number from 1 to 65535' }]
  }
  if (config.endpoint === undefined) return []
  return (['useFipsEndpoint', 'useDualstackEndpoint'] as const)
    .filter((option) => config[option])
    .map((option) => ({
      path: option,
      message: `${option} chooses an endpoint of AWS, but an endpoint is given (by \`endpoint\` or AWS_ENDPOINT_URL); keep one of them`,
      given: 'true',
      allowed: 'false when an endpoint is given',
    }))
}

const STARTS_ENGINE = new Set(['embedded', 'dynamodb-local'])

function retryFaults({ retries }: ResolvedConfig): readonly ConfigFault[] {
  if (retries.baseDelay <= retries.maxDelay) return []
  const message = `retries.baseDelay is ${retries.baseDelay} ms, longer than retries.maxDelay, ${retries.maxDelay} ms`
  return [{ path: 'retries.baseDelay', message, given: String(retries.baseDelay), allowed: 'at most retries.maxDelay' }]
}

/** The name with the number of an index in it: `gsi{n}pk` and 1 give `gsi1pk`. */
function numbered(name: string, n: number): string {
  return name.replaceAll('{n}', String(n))
}

const shorten = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name)
