import { suggest } from '../kernel/index.js'
import type { DynamoDBConfig, EnvironmentConfig } from './config.js'
import type { ConfigFault } from './config-errors.js'
import { CONFIG_RULES } from './config-rules.js'

/**
 * The config as it is in an environment: what that says comes over the rest, option by option. Undefined when there is
 * no such environment; then there is a fault that names the one that was probably meant.
 *
 * @param source where the name is from, for the message: `DYNAMODB_ENV`
 */
export function configInEnvironment(
  config: DynamoDBConfig,
  name: string,
  source: string,
  faults: ConfigFault[],
): EnvironmentConfig | undefined {
  const { environments = {}, ...base } = config
  if (!Object.hasOwn(environments, name)) {
    faults.push(unknownEnvironment(name, source, Object.keys(environments)))
    return undefined
  }
  const merged: Record<string, unknown> = { ...base }
  for (const [option, value] of Object.entries(environments[name] as EnvironmentConfig)) {
    if (value === undefined) continue
    const isGroup = Reflect.get(CONFIG_RULES.options, option)?.kind === 'group'
    merged[option] = isGroup ? { ...(merged[option] as object), ...given(value as object) } : value
  }
  return merged
}

/** The options that have a value. */
function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function unknownEnvironment(name: string, source: string, known: readonly string[]): ConfigFault {
  const suggestion = suggest(name, known)
  const allowed = known.length === 0 ? 'nothing: the config has no environments' : `one of ${known.join(', ')}`
  const advice = suggestion === undefined ? `it must be ${allowed}` : `did you mean ${suggestion}?`
  const fault = {
    path: source,
    message: `${source} is "${name}", which is no environment; ${advice}`,
    allowed,
    given: name,
  }
  return suggestion === undefined ? fault : { ...fault, suggestion }
}
