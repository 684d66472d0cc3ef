import { resolve } from 'node:path'
import type { ModelClass } from '../model/index.js'
import { isModelParserError, ModelParser, type ParsedModels } from '../stacks/index.js'
import { ConfigFileError } from './errors.js'

/**
 * The models that the files of a folder (and its subfolders) export, classes and Stacks models: `queryBuilder.modelsPath`.
 *
 * @throws ConfigFileError `CONFIG.MODELS_PATH` when the folder cannot be read, or files in it: all of them are named
 */
export function loadModels(folder: string, root: string): readonly ModelClass[] {
  const { models, faults } = parseModels(folder, root)
  const [first, ...rest] = faults
  if (first !== undefined) {
    const lines = rest.map(({ file, error }) => `\n  - ${file}: ${error.message}`)
    const more =
      lines.length === 0
        ? ''
        : `\nThere ${lines.length === 1 ? 'is 1 other' : `are ${lines.length} others`}:${lines.join('')}`
    const about =
      isModelParserError(first.error) && first.model === undefined ? '' : `The model file ${first.file} has a fault: `
    const { hint } = first.error as { hint?: string }
    throw new ConfigFileError('CONFIG.MODELS_PATH', `${about}${first.error.message}${more}`, {
      cause: first.error.cause ?? first.error,
      hint: hint ?? 'The stack of error.cause names the line.',
    })
  }
  return models.map(({ model }) => model)
}

/** The same with what was not understood, for those who want to see it. */
export function parseModels(folder: string, root: string): ParsedModels {
  const path = resolve(root, folder)
  try {
    return ModelParser.parseDirectory(path)
  } catch (cause) {
    if (!isModelParserError(cause)) throw cause
    throw new ConfigFileError('CONFIG.MODELS_PATH', cause.message, {
      cause: cause.cause,
      hint: 'Set queryBuilder.modelsPath to a folder, relative to the config file.',
    })
  }
}
