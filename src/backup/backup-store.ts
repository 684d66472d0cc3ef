/**
 * Where backups are kept: a folder, a bucket. Paths have `/` between their parts. What is written is there whole or not at all.
 *
 * @see folderStore
 */
export interface BackupStore {
  /** For messages: the folder's path, the bucket's address. */
  readonly name: string
  /** Replaces what is there. */
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /** Writes where nothing is; false where something is. Of two at the same time one gets true. */
  claim(path: string, bytes: Uint8Array): Promise<boolean>
  /** Undefined where nothing is. */
  read(path: string): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Paths of all that is in a folder and in its folders, in any order; none where it is not there. */
  list(folder: string): AsyncIterable<string>
  /** Nothing happens where nothing is. */
  remove(path: string): Promise<void>
}

/** All bytes of a file that is small; undefined where it is not there. */
export async function readWhole(
  store: BackupStore,
  path: string,
  most: number = 256 * 1024 * 1024,
): Promise<Buffer | undefined> {
  const stream = await store.read(path)
  if (stream === undefined) return undefined
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of stream) {
    size += part.length
    if (size > most) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

export async function writeText(store: BackupStore, path: string, text: string): Promise<void> {
  await store.write(path, one(Buffer.from(text)))
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
