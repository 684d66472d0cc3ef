import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { DynamoDBModel, type ModelClass } from '../model/index.js'
import { ConfigFileError } from './errors.js'

const MODEL_FILE = /(?<!\.d)\.(?:ts|mts|js|mjs|cjs)$/

/**
 * The model classes that the files of a folder (and its subfolders) export: `queryBuilder.modelsPath`.
 *
 * @throws ConfigFileError `CONFIG.MODELS_PATH` when the folder cannot be read or a file in it cannot be run
 */
export function loadModels(folder: string, root: string): readonly ModelClass[] {
  const path = resolve(root, folder)
  let files: string[]
  try {
    files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
      (file) => MODEL_FILE.test(file) && !file.includes('node_modules'),
    )
  } catch (cause) {
    throw new ConfigFileError('CONFIG.MODELS_PATH', `The models folder ${path} cannot be read.`, {
      cause,
      hint: 'Set queryBuilder.modelsPath to a folder, relative to the config file.',
    })
  }
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  // One loader for the whole folder: files that import each other must see the same classes.
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    nativeModules: ['dynamodb-tooling'],
  })
  return files.sort().flatMap((file) => modelsOf(join(path, file), jiti))
}

function modelsOf(file: string, run: (file: string) => unknown): ModelClass[] {
  let exported: unknown
  try {
    exported = run(file)
  } catch (cause) {
    throw new ConfigFileError(
      'CONFIG.MODELS_PATH',
      `The model file ${file} cannot be run: ${String(cause).slice(0, 300)}`,
      { cause, hint: 'The stack of error.cause names the line.' },
    )
  }
  const values = typeof exported === 'object' && exported !== null ? Object.values(exported) : [exported]
  return [...new Set(values)].filter(
    (value): value is ModelClass => typeof value === 'function' && value.prototype instanceof DynamoDBModel,
  )
}
