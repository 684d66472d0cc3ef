import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigFileError } from './errors.js'

/** The names a config file may have. */
export const CONFIG_FILE_NAMES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (extension) => `dynamodb.config.${extension}`,
)

/**
 * The config file nearest to a folder: in it, or in the closest folder above it. Undefined when there is none.
 *
 * @throws ConfigFileError `CONFIG.AMBIGUOUS` when one folder holds two
 */
export function findConfigFile(cwd: string = process.cwd()): string | undefined {
  let folder = resolve(cwd)
  for (;;) {
    const found = CONFIG_FILE_NAMES.map((name) => join(folder, name)).filter((file) => existsSync(file))
    if (found.length > 1) throw ambiguous(folder, found)
    if (found[0] !== undefined) return found[0]
    const above = dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
}

function ambiguous(folder: string, files: readonly string[]): ConfigFileError {
  const names = files.map((file) => basename(file)).join(' and ')
  return new ConfigFileError('CONFIG.AMBIGUOUS', `${folder} holds more than one config: ${names}.`, {
    details: { files },
  })
}
