import { isDynamoDBToolingError } from '../kernel/index.js'
import { type ResolvedConfig, resolveConfig } from '../runtime/index.js'
import type { CommandContext } from './context.js'

/** What the config says of the local engine; the defaults where there is no config, for an engine needs none. */
export async function localSettings(context: CommandContext): Promise<ResolvedConfig['local']> {
  try {
    return (await context.config()).local
  } catch (error) {
    if (context.global.config !== undefined || !isDynamoDBToolingError(error, 'CONFIG.NOT_FOUND')) throw error
    return resolveConfig({}).local
  }
}
