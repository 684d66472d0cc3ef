import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../errors.js'

/** The folder in which this user's engines are listed by port, so that another process can find and stop them. */
export function stateFolder(): string {
  const user = process.getuid?.() ?? userInfo().username.replaceAll(/[^\w.-]/g, '_')
  const folder = join(tmpdir(), `dynamodb-tooling-${user}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new EngineError('ENGINE.START_FAILED', `${folder} belongs to somebody else.`, {
      hint: 'Remove it, or point TMPDIR at a folder of your own.',
    })
  }
  return folder
}
