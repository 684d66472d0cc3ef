import { existsSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { type DynamoDBConfig, type ResolvedConfig, resolveConfig } from '../runtime/index.js'
import { ConfigFileError } from './errors.js'
import { CONFIG_FILE_NAMES, findConfigFile } from './find-config-file.js'
import { runConfigFile, runConfigFileSync } from './run-config-file.js'

export interface LoadConfigOptions {
  /** Folder to look from, upwards. Default: the working folder. */
  readonly cwd?: string
  /** This file, and no other. Relative to `cwd`. */
  readonly file?: string
  /** The environment of the config that holds. Default: DYNAMODB_ENV. */
  readonly environment?: string | undefined
}

/** What each file said, kept until the file changes. */
const seen = new Map<string, { readonly version: number; readonly config: Promise<unknown> }>()
const seenSync = new Map<string, { readonly version: number; readonly config: unknown }>()
const ran = new Set<string>()

/**
 * Finds, runs and resolves the project's config file: `dynamodb.config.ts` (or .mts, .js, .mjs, .cjs, .json), in the
 * working folder or the nearest above it. It exports a config, or a function (sync or async) that gives one. A file is
 * run once, until it changes. A file that needs time can be used by the default connection after this was awaited.
 *
 * @throws ConfigFileError `CONFIG.NOT_FOUND`, `CONFIG.AMBIGUOUS` (two in one folder), `CONFIG.LOAD_FAILED` (it cannot
 * be run, or has no default export)
 * @throws ConfigError `CONFIG.INVALID` listing every fault with its path
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<ResolvedConfig> {
  const file = locate(options)
  const version = versionOf(file)
  let entry = seen.get(file)
  if (entry?.version !== version) {
    entry = { version, config: run(file, ran.has(file)) }
    seen.set(file, entry)
  }
  try {
    const config = await entry.config
    // From here on the default connection, which cannot wait, has it too.
    seenSync.set(file, { version, config })
    return resolved(config, file, options)
  } catch (error) {
    if (error instanceof ConfigFileError) seen.delete(file)
    throw error
  }
}

/**
 * The same without waiting, for the first use of a connection that nobody configured.
 *
 * @throws as `loadConfig`; `CONFIG.LOAD_FAILED` too for a file with a top-level await or an async function
 */
export function loadConfigSync(options: LoadConfigOptions = {}): ResolvedConfig {
  const file = locate(options)
  const version = versionOf(file)
  let entry = seenSync.get(file)
  if (entry?.version !== version) {
    entry = { version, config: runSync(file, ran.has(file)) }
    seenSync.set(file, entry)
  }
  return resolved(entry.config, file, options)
}

function locate({ cwd = process.cwd(), file }: LoadConfigOptions): string {
  if (file === undefined) {
    const found = findConfigFile(cwd)
    if (found !== undefined) return found
    throw new ConfigFileError('CONFIG.NOT_FOUND', `There is no dynamodb.config.ts in ${resolve(cwd)} or above it.`, {
      hint: `Write one (${CONFIG_FILE_NAMES.join(', ')}), or call configure() with a config.`,
    })
  }
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    throw new ConfigFileError('CONFIG.NOT_FOUND', `The config file ${path} does not exist.`, {
      hint: 'Relative paths start from the working folder.',
    })
  }
  if (!CONFIG_FILE_NAMES.some((name) => extname(name) === extname(path))) {
    throw new ConfigFileError('CONFIG.LOAD_FAILED', `${path} is not a kind of file a config can be.`, {
      hint: `Use one of ${CONFIG_FILE_NAMES.map((name) => extname(name)).join(', ')}.`,
    })
  }
  return path
}

const versionOf = (file: string): number => statSync(file).mtimeMs

async function run(file: string, again: boolean): Promise<unknown> {
  ran.add(file)
  try {
    const config = defaultExport(await runConfigFile(file, again), file)
    return typeof config === 'function' ? ((await config()) as unknown) : config
  } catch (error) {
    throw failed(file, error)
  }
}

function runSync(file: string, again: boolean): unknown {
  ran.add(file)
  let config: unknown
  try {
    config = defaultExport(runConfigFileSync(file, again), file)
    if (typeof config === 'function') config = config()
  } catch (error) {
    throw failed(file, error)
  }
  if (!(config instanceof Promise)) return config
  // Nobody will wait for it, and its rejection must not end the program.
  config.catch(() => undefined)
  throw asynchronous(file)
}

/** The config among a file's exports, through the layers that CommonJS and transpilers put around a default export. */
function defaultExport(exported: unknown, file: string): unknown {
  let value = exported
  while (isModule(value)) {
    if (!('default' in value)) {
      const names = Object.keys(value).join(', ') || 'nothing'
      throw new ConfigFileError('CONFIG.LOAD_FAILED', `${file} has no default export; it exports ${names}.`, {
        hint: 'Write `export default { … } satisfies DynamoDBConfig`.',
      })
    }
    value = value.default
  }
  return value
}

function isModule(value: unknown): value is { readonly default?: unknown } {
  if (typeof value !== 'object' || value === null) return false
  if (Reflect.get(value, Symbol.toStringTag) === 'Module' || Reflect.get(value, '__esModule') === true) return true
  return Object.keys(value).length === 1 && 'default' in value
}

function resolved(config: unknown, file: string, { environment }: LoadConfigOptions): ResolvedConfig {
  return resolveConfig(config as DynamoDBConfig, { root: dirname(file), file, environment })
}

function failed(file: string, error: unknown): ConfigFileError {
  if (error instanceof ConfigFileError) return error
  const reason = String(error).replace(/\s+/g, ' ').slice(0, 300)
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === 'ERR_REQUIRE_ASYNC_MODULE' || reason.includes('await is only valid')) return asynchronous(file, error)
  return new ConfigFileError('CONFIG.LOAD_FAILED', `${file} cannot be run: ${reason}`, {
    cause: error,
    hint: 'The stack of error.cause names the line.',
  })
}

function asynchronous(file: string, cause?: unknown): ConfigFileError {
  return new ConfigFileError(
    'CONFIG.LOAD_FAILED',
    `${file} needs time: it has a top-level await or an async function.`,
    {
      cause,
      hint: 'Put `await loadConfig()` before the first query, or make the file synchronous.',
    },
  )
}
