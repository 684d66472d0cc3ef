import { type ResolvedConfig, resolveConfig } from '../runtime/index.js'

/** What the environment variables say, where there is no config file; undefined when they name no DynamoDB. */
export function configOfEnvironment(): ResolvedConfig | undefined {
  const config = resolveConfig({})
  const names = config.local.enabled || config.region !== undefined || config.endpoint !== undefined
  return names ? config : undefined
}
