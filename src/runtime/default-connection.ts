import { isDynamoDBToolingError } from '../kernel/index.js'
import type { DynamoDBConfig, ResolvedConfig } from './config.js'
import { Connection } from './connection.js'
import { ConnectionError } from './errors.js'
import { resolveConfig } from './resolve-config.js'

// The only state of the process: which connection is used where none is named.
let current: Connection | undefined
/** True once `configure` was called: without a connection its config was dropped. */
let configured = false
let source: (() => ResolvedConfig) | undefined

/** Says where the default connection's config comes from when nobody called `configure`. */
export function setConfigSource(load: () => ResolvedConfig): void {
  source = load
}

/** The connection that models use: that of `connection.run`, else the default one, made from the config on first use. */
export function currentConnection(): Connection {
  const scoped = Connection.current()
  if (scoped !== undefined) return scoped
  current ??= new Connection(loadConfig())
  return current
}

function loadConfig(): ResolvedConfig {
  if (source === undefined) return resolveConfig({})
  try {
    return source()
  } catch (error) {
    // Who calls configure() has no file, and would look for the fault there.
    if (!configured || !isDynamoDBToolingError(error, 'CONFIG.NOT_FOUND')) throw error
    throw new ConnectionError('CONNECTION.CLOSED', 'The connection of configure() was closed by resetConfig().', {
      cause: error,
    })
  }
}

/** The default connection, if something has used it already. */
export function madeDefaultConnection(): Connection | undefined {
  return current
}

/**
 * Sets the config of the default connection, in place of a config file. An earlier default connection is closed.
 *
 * @throws ConfigError `CONFIG.INVALID` listing every fault with its path
 */
export function configure(config: DynamoDBConfig): Connection {
  const next = new Connection(resolveConfig(config))
  resetConfig().catch((error: unknown) => {
    process.emitWarning(`The connection before configure() did not close: ${String(error)}`)
  })
  current = next
  configured = true
  return next
}

/** The same as `configure`. */
export const setConfig: typeof configure = configure

/** A connection of its own, with its own driver, models and design. The caller closes it. */
export function connect(config: DynamoDBConfig): Connection {
  return new Connection(resolveConfig(config))
}

/** The config of the connection in use, with every default filled in. */
export function getConfig(): ResolvedConfig {
  return currentConnection().config
}

/** Forgets the default connection and closes it; the next use reads the config again. */
export async function resetConfig(): Promise<void> {
  const old = current
  current = undefined
  await old?.close()
}
