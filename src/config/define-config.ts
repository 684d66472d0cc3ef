import type { DynamoDBConfig } from '../runtime/index.js'

/**
 * Gives back the config it is given; there for editors, which complete and check names inside the call.
 *
 * @example
 * export default defineConfig({ region: 'eu-central-1', local: { enabled: true } })
 */
export function defineConfig<const Config extends DynamoDBConfig>(config: Config): Config {
  return config
}
