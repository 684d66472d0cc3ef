import { existsSync } from 'node:fs'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { Seeder, type SeederClass } from '../seeders/index.js'
import { ConfigFileError } from './errors.js'
import { modulesIn, projectRunner } from './run-folder.js'

/**
 * The seeders that the files of a folder and its subfolders export; none where there is no such folder.
 *
 * @throws ConfigFileError `CONFIG.SEEDERS` for a file that cannot be run
 */
export function loadSeeders(folder: string): readonly SeederClass[] {
  return runAll(folder).filter(
    (value): value is SeederClass => typeof value === 'function' && value.prototype instanceof Seeder,
  )
}

/** Runs the files of a folder, which define factories. @throws ConfigFileError `CONFIG.SEEDERS` */
export function loadFactories(folder: string): void {
  runAll(folder)
}

function runAll(folder: string): readonly unknown[] {
  if (!existsSync(folder)) return []
  const run = projectRunner()
  return [...new Set(modulesIn(folder).flatMap((file) => exportsOf(file, run)))]
}

function exportsOf(file: string, run: (file: string) => readonly unknown[]): readonly unknown[] {
  try {
    return run(file)
  } catch (cause) {
    if (isDynamoDBToolingError(cause)) throw cause
    throw new ConfigFileError('CONFIG.SEEDERS', `${file} cannot be run: ${String(cause).slice(0, 300)}`, { cause })
  }
}
