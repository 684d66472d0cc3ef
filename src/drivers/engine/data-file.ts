import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import type { EngineProgram } from './engine-program.js'

/** Refuses a data file the engine would choke on, or silently take over. A file that is not there yet is fine. */
export async function checkDataFile(folder: string, program: EngineProgram): Promise<void> {
  const path = join(folder, program.dataFile)
  let head: Buffer
  try {
    const file = await open(path, 'r')
    try {
      head = Buffer.alloc(100)
      const { bytesRead } = await file.read(head, 0, 100, 0)
      head = head.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (head.length > 0 && !head.toString('latin1').startsWith('SQLite format 3\0')) {
    throw new EngineError('ENGINE.DATA_DAMAGED', `${path} is not a database.`)
  }
}
