import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BackupStore } from './backup-store.js'
import { BackupError } from './errors.js'

/**
 * Backups in a folder, which is made where it is not there.
 *
 * @example
 * const backups = new BackupManager({ store: folderStore('backups') })
 * @throws BackupError `BACKUP.INVALID`; its functions throw `BACKUP.STORE`
 */
export function folderStore(path: string): BackupStore {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw new BackupError('BACKUP.INVALID', 'A folder of backups needs a path.')
  const root = resolve(path)
  const at = (inside: string): string => {
    const file = resolve(root, ...inside.split('/'))
    if (file === root || file.startsWith(root + sep)) return file
    throw new BackupError('BACKUP.INVALID', `${inside} is outside of ${root}.`)
  }
  const done = async <T>(inside: string, work: (file: string) => Promise<T>): Promise<T> => {
    const file = at(inside)
    try {
      return await work(file)
    } catch (cause) {
      throw storeError(file, cause)
    }
  }
  return {
    name: root,
    async write(inside, bytes) {
      const file = at(inside)
      const part = partOf(file)
      let fault: unknown
      const watched = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* bytes
        } catch (error) {
          fault = error
          throw error
        }
      }
      try {
        await makeFolder(dirname(file))
        await pipeline(watched, createWriteStream(part))
        await flush(part)
        await rename(part, file)
      } catch (cause) {
        await rm(part, { force: true }).catch(() => undefined)
        // What gave the bytes failed, and not the folder.
        throw fault ?? storeError(file, cause)
      }
    },
    claim: (inside, bytes) =>
      done(inside, async (file) => {
        const part = partOf(file)
        await makeFolder(dirname(file))
        try {
          await writeFile(part, bytes, { flush: true })
          await link(part, file)
          return true
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
          throw error
        } finally {
          await rm(part, { force: true }).catch(() => undefined)
        }
      }),
    read: (inside) =>
      done(inside, async (file) => {
        const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
          throw error
        })
        return handle && read(file, createReadStream(file, { fd: handle }))
      }),
    async *list(folder) {
      const found = await done(folder, (file) =>
        readdir(file, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return []
          throw error
        }),
      )
      for (const entry of found) {
        if (entry.isDirectory() || entry.name.endsWith(PART)) continue
        yield join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .split(sep)
          .join('/')
      }
    },
    remove: (inside) =>
      done(inside, async (file) => {
        await rm(file, { force: true })
        // Folders that are empty now.
        for (let folder = dirname(file); folder.startsWith(root + sep); folder = dirname(folder))
          if (
            !(await rmdir(folder).then(
              () => true,
              () => false,
            ))
          )
            break
      }),
  }
}

const PART = '.part'

/** Of two processes that write the same file each has its own. */
function partOf(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}${PART}`
}

/** A folder, and those around it. Where a file system makes none (`/proc`), Node's own `recursive` asks it again for ever. */
async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path)
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await isFolder(path))) return
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error
    await makeFolder(parent)
    await makeFolder(path)
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** So that a name never stands for a file whose bytes a power failure took. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* read(file: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (cause) {
    throw storeError(file, cause)
  }
}

function storeError(file: string, cause: unknown): BackupError {
  if (cause instanceof BackupError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new BackupError('BACKUP.STORE', `${file} cannot be used: ${why}.`, { cause, details: { file } })
}
