import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { TransferError } from './errors.js'

/** How far an import came, as a file beside its source says it. */
export interface ImportProgress {
  /** Tells the source from others: its size, and a digest of its beginning and end. */
  readonly source: string
  /** Of this import: keys that it makes up are made of it. */
  readonly id: string
  readonly startedAt: number
  /** Rows that are done, from the first on. */
  readonly done: number
  readonly written: number
  readonly same: number
  readonly skipped: number
  readonly rejected: number
  /** Bytes of the file of rejected rows. */
  readonly rejectedBytes: number
}

const PART = 65_536

/** Of an import of which nothing is done. */
export function newProgress(source: string, startedAt: number): ImportProgress {
  const none = { done: 0, written: 0, same: 0, skipped: 0, rejected: 0, rejectedBytes: 0 }
  return { source, id: randomBytes(16).toString('hex'), startedAt, ...none }
}

export function progressFileOf(file: string): string {
  return `${file}.progress.json`
}

/**
 * How far an import of this file came; a new one where none was begun.
 *
 * @throws TransferError `TRANSFER.CHANGED` where another file was begun under this name, `TRANSFER.FILE`
 */
export function progressOf(file: string, restart: boolean, now: number): ImportProgress {
  const source = fingerprint(file)
  const path = progressFileOf(file)
  if (restart || !existsSync(path)) return newProgress(source, now)
  let known: ImportProgress
  try {
    known = JSON.parse(readFileSync(path, 'utf8')) as ImportProgress
  } catch (cause) {
    throw new TransferError('TRANSFER.FILE', `${path} cannot be read.`, {
      cause,
      hint: 'Delete it, or begin anew (restart: true, --restart).',
      details: { file: path },
    })
  }
  if (known.source === source) return known
  throw new TransferError('TRANSFER.CHANGED', `${file} is another file than the one whose import was begun.`, {
    details: { file, done: known.done },
  })
}

/** In one step, so that it is whole whenever this process ends. */
export function keepProgress(file: string, progress: ImportProgress): void {
  const path = progressFileOf(file)
  try {
    writeFileSync(`${path}.part`, JSON.stringify(progress))
    renameSync(`${path}.part`, path)
  } catch (cause) {
    throw new TransferError('TRANSFER.FILE', `${path} cannot be written.`, { cause, details: { file: path } })
  }
}

export function forgetProgress(file: string): void {
  rmSync(progressFileOf(file), { force: true })
}

function fingerprint(file: string): string {
  try {
    const { size } = statSync(file)
    const hash = createHash('sha256').update(String(size))
    const handle = openSync(file, 'r')
    try {
      for (const at of [0, Math.max(0, size - PART)]) {
        const bytes = Buffer.alloc(PART)
        hash.update(bytes.subarray(0, readSync(handle, bytes, 0, PART, at)))
      }
    } finally {
      closeSync(handle)
    }
    return hash.digest('hex')
  } catch (cause) {
    throw new TransferError('TRANSFER.FILE', `${file} cannot be read.`, { cause, details: { file } })
  }
}
