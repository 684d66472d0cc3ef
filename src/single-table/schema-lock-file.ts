import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DesignError } from './errors.js'
import { EMPTY_LOCK, formatSchemaLock, readSchemaLock, type SchemaLock } from './schema-lock.js'

/** A schema lock and where it is from. */
export interface LoadedLock {
  readonly lock: SchemaLock
  /** The file it can be written to; undefined for a lock that the config itself holds, or none. */
  readonly file: string | undefined
  /** What the file said; undefined when it was not there. */
  readonly text: string | undefined
}

/**
 * Reads the lock that a config names. A file that is not there is an empty lock.
 *
 * @throws DesignError `DESIGN.LOCK_INVALID` or `DESIGN.LOCK_CONFLICT`
 */
export function loadSchemaLock({
  file,
  given,
}: {
  readonly file: string | undefined
  readonly given: unknown
}): LoadedLock {
  if (given !== undefined)
    return { lock: readSchemaLock(given, 'schema of the config'), file: undefined, text: undefined }
  const text = file === undefined ? undefined : textOf(file)
  if (file === undefined || text === undefined) return { lock: EMPTY_LOCK, file, text }
  if (/^(?:<{7}|>{7}|={7})/m.test(text)) {
    throw new DesignError('DESIGN.LOCK_CONFLICT', `${file} has the marks of a merge that nobody finished.`, {
      hint: 'Keep the lines of both sides where they differ in model or access; of two that name the same place, keep the one that is deployed.',
      details: { file },
    })
  }
  try {
    return { lock: readSchemaLock(JSON.parse(text), file), file, text }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DesignError('DESIGN.LOCK_INVALID', `${file} is not JSON: ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * Writes a lock over the one that was loaded: whole or not at all.
 *
 * @throws DesignError `DESIGN.LOCK_CHANGED` when somebody else wrote another one meanwhile, `DESIGN.LOCK_NOT_WRITTEN`
 */
export function saveSchemaLock({ file, text }: LoadedLock, lock: SchemaLock): void {
  if (file === undefined) return
  const now = formatSchemaLock(lock)
  const there = textOf(file)
  // Another process of the same models was quicker.
  if (there === now) return
  if (there !== text) {
    throw new DesignError('DESIGN.LOCK_CHANGED', `${file} was changed by somebody else since this program read it.`, {
      details: { file },
    })
  }
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, now)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new DesignError('DESIGN.LOCK_NOT_WRITTEN', `${file} cannot be written: ${(error as Error).message}`, {
      cause: error,
      details: { file },
    })
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DesignError('DESIGN.LOCK_INVALID', `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
