import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import type { EngineProgram } from './engine-program.js'
import { SqliteDamage, SqliteFile } from './sqlite-file.js'

/** Pages read before a start: 32 MB of a file with pages of 4 KB. */
const BUDGET = 8192

/**
 * Refuses a data file that the engine would choke on, run on though it is damaged, or silently take over though it
 * belongs to another program. A file that is not there yet, or is empty, is fine.
 */
export async function checkDataFile(folder: string, program: EngineProgram): Promise<void> {
  const path = join(folder, program.dataFile)
  // A rollback journal left by a kill: the engine undoes the half-made change when it opens the file.
  if (await isFilled(`${path}-journal`)) return
  try {
    const file = new SqliteFile(path)
    try {
      const tables = file.schema()
      const foreign = program.dataTables.find((name) => !tables.has(name))
      if (tables.size > 0 && foreign !== undefined) throw new SqliteDamage('it belongs to another program')
      file.checkTrees(BUDGET)
    } finally {
      file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new EngineError(
      'ENGINE.DATA_DAMAGED',
      `The local engine's data file cannot be used: ${error instanceof SqliteDamage ? error.what : String(error)}. (${path})`,
      {
        hint: 'Restore it from a copy, or move it away (with its -wal and -shm files) to start empty.',
        cause: error instanceof SqliteDamage ? undefined : error,
        details: { path },
      },
    )
  }
}

async function isFilled(path: string): Promise<boolean> {
  return await stat(path).then(
    ({ size }) => size > 0,
    () => false,
  )
}
