import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
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

/** Milliseconds; a living keeper touches its files every few seconds. */
const FORGOTTEN = 86_400_000

/** Deletes what engines of long ago left in the state folder. */
export function sweepStateFolder(): void {
  const folder = stateFolder()
  for (const file of readdirSync(folder)) {
    const path = join(folder, file)
    try {
      if (file.startsWith('port-') && Date.now() - statSync(path).mtimeMs > FORGOTTEN) rmSync(path)
    } catch {
      // Another process swept it.
    }
  }
}
