import type { ConfigFault } from './config-errors.js'
import { CONFIG_RULES, type Rule } from './config-rules.js'
import { wrongValue } from './config-rules-check.js'

/** What the environment says. Credentials are not here: the driver looks for them when it needs them. */
export interface ConfigEnvironment {
  readonly region: string | undefined
  readonly endpoint: string | undefined
  readonly profile: string | undefined
  readonly useFipsEndpoint: boolean | undefined
  readonly useDualstackEndpoint: boolean | undefined
  readonly maxRetries: number | undefined
  readonly local: boolean | undefined
  readonly localPort: number | undefined
  readonly localPath: string | undefined
}

/**
 * Reads the variables that DynamoDB's own tools know, and DYNAMODB_LOCAL*. An empty variable counts as unset, and so do
 * those of the endpoint while the local engine is on.
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  faults: ConfigFault[],
  localEnabled = false,
): ConfigEnvironment {
  const options = CONFIG_RULES.options
  const local = options.local.kind === 'group' ? (options.local.options as Readonly<Record<string, Rule>>) : {}
  const from = (name: string): string | undefined => env[name] || undefined

  function checked(name: string, rule: unknown): string | undefined {
    const value = from(name)
    const { accepts, allowed } = rule as Rule
    if (value === undefined || accepts(value)) return value
    faults.push(wrongValue(name, allowed, value))
    return undefined
  }
  function flag(name: string): boolean | undefined {
    const value = from(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (value === '1' || value === 'true') return true
    if (value !== '0' && value !== 'false') faults.push(wrongValue(name, '1, true, 0 or false', from(name)))
    return false
  }
  function whole(name: string, rule: unknown, added = 0): number | undefined {
    const value = from(name)
    if (value === undefined) return undefined
    const number = /^\d{1,9}$/.test(value) ? Number(value) + added : Number.NaN
    const { accepts, allowed } = rule as Rule
    if (accepts(number)) return number
    faults.push(wrongValue(name, added === 0 ? allowed : 'a whole number from 1 to 101', value))
    return undefined
  }

  const endpointName =
    from('AWS_ENDPOINT_URL_DYNAMODB') === undefined ? 'AWS_ENDPOINT_URL' : 'AWS_ENDPOINT_URL_DYNAMODB'
  const regionName = from('AWS_REGION') === undefined ? 'AWS_DEFAULT_REGION' : 'AWS_REGION'
  const switched = flag('DYNAMODB_LOCAL')
  return {
    region: checked(regionName, options.region),
    endpoint:
      flag('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') || (switched ?? localEnabled)
        ? undefined
        : checked(endpointName, options.endpoint),
    profile: checked('AWS_PROFILE', options.profile),
    useFipsEndpoint: flag('AWS_USE_FIPS_ENDPOINT'),
    useDualstackEndpoint: flag('AWS_USE_DUALSTACK_ENDPOINT'),
    // The variable counts all attempts, the option those after the first.
    maxRetries: whole('AWS_MAX_ATTEMPTS', options.maxRetries, -1),
    local: switched,
    localPort: whole('DYNAMODB_LOCAL_PORT', local['port']),
    localPath: checked('DYNAMODB_LOCAL_PATH', local['dbPath']),
  }
}
