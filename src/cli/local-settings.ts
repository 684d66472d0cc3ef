import type { LaunchOptions } from '../drivers/index.js'
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

/** What `start` takes in place of the config's words. */
export interface LocalFlags {
  readonly port?: number
  readonly dbPath?: string
  readonly inMemory?: boolean
  readonly sharedDb?: boolean
  readonly cors?: string
  readonly engine?: 'auto' | 'dynoxide' | 'dynamodb-local'
}

/** The engine to start. */
export async function launchOptions(context: CommandContext, flags: LocalFlags): Promise<LaunchOptions> {
  const { port, engine, inMemory, dbPath } = await localSettings(context)
  const memory = flags.inMemory ?? (inMemory && flags.dbPath === undefined)
  return {
    port: flags.port ?? port,
    engine: flags.engine ?? engine,
    ...(memory ? { inMemory: true } : { dbPath: flags.dbPath ?? dbPath }),
    ...(flags.sharedDb === undefined ? {} : { sharedDb: flags.sharedDb }),
    ...(flags.cors === undefined ? {} : { cors: flags.cors }),
  }
}
