import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import type { AttributeMap } from '../values/index.js'
import type { BackupStore } from './backup-store.js'
import { BackupError } from './errors.js'
import { parsedJson } from './export-layout.js'
import type { FileSeal } from './integrity.js'
import { seal, unseal } from './sealed-bytes.js'

/** Characters of the longest line: an item has 400 KB, and text of it may be escaped. */
const LONGEST_LINE = 8 * 1024 * 1024

/** A file that was written, with what DynamoDB's manifest says of it. */
export interface WrittenFile extends FileSeal {
  /** Base64. */
  readonly md5: string
}

/** Writes pages of items as DynamoDB's exports have them: gzip, a line `{"Item":{…}}` for each. */
export async function writeDataFile(
  store: BackupStore,
  path: string,
  pages: AsyncIterable<readonly AttributeMap[]>,
  key: Uint8Array | undefined,
): Promise<WrittenFile> {
  let items = 0
  let bytes = 0
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  const text = async function* (): AsyncGenerator<string> {
    for await (const page of pages) {
      items += page.length
      yield page.map((Item) => `${JSON.stringify({ Item })}\n`).join('')
    }
  }
  const compressed = zipped(text())
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of source) {
      sha256.update(part)
      md5.update(part)
      bytes += part.length
      yield part
    }
  }
  await store.write(path, counted(key === undefined ? compressed : seal(compressed, key, path)))
  return { path, bytes, items, sha256: sha256.digest('hex'), md5: md5.digest('base64') }
}

async function* zipped(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  // The fastest level: of DynamoDB JSON it leaves about a tenth more than the best one does.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED })
  let fault: unknown
  const done = pipeline(Readable.from(text, { objectMode: true }), gzip).catch((error: unknown) => {
    fault = error
  })
  try {
    for await (const part of gzip as AsyncIterable<Uint8Array>) yield part
  } catch (error) {
    await done
    throw fault ?? error
  }
  await done
  if (fault !== undefined) throw fault
}

/** What is read beside the items. */
export interface FileCheck {
  readonly sha256: Hash
  readonly md5: Hash
  bytes: number
}

export function newCheck(): FileCheck {
  return { sha256: createHash('sha256'), md5: createHash('md5'), bytes: 0 }
}

/**
 * The items of a file, some at a time.
 *
 * @throws BackupError `BACKUP.DAMAGED`, `BACKUP.KEY`, `BACKUP.STORE`
 */
export async function* readDataFile(
  store: BackupStore,
  path: string,
  key: Uint8Array | undefined,
  check: FileCheck = newCheck(),
): AsyncGenerator<readonly AttributeMap[]> {
  const source = await store.read(path)
  if (source === undefined) throw damaged(path, 'it is not there')
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of source) {
      check.sha256.update(part)
      check.md5.update(part)
      check.bytes += part.length
      yield part
    }
  }
  let rest = ''
  for await (const text of unzipped(key === undefined ? watched() : unseal(watched(), key, path), path)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) throw damaged(path, 'a line of it is too long')
    const items = lines.filter((line) => line !== '').map((line) => itemOf(line, path))
    if (items.length > 0) yield items
  }
  if (rest !== '') yield [itemOf(rest, path)]
}

async function* unzipped(bytes: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<string> {
  const gunzip = createGunzip()
  let fault: unknown
  const done = pipeline(Readable.from(bytes, { objectMode: true }), gunzip).catch((error: unknown) => {
    fault = error
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const part of gunzip as AsyncIterable<Uint8Array>) yield decoder.decode(part, { stream: true })
    yield decoder.decode()
  } catch (error) {
    await done
    const cause = fault ?? error
    if (cause instanceof BackupError) throw cause
    throw damaged(path, cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    gunzip.destroy()
    await done
  }
}

function itemOf(line: string, path: string): AttributeMap {
  const item = (parsedJson(line) as { Item?: unknown } | null | undefined)?.Item
  if (typeof item === 'object' && item !== null && Object.values(item).every(isAttributeValue))
    return item as AttributeMap
  throw damaged(path, 'a line of it is no item in DynamoDB JSON')
}

const TYPES: ReadonlySet<string> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS'])

function isAttributeValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const [type, ...more] = Object.keys(value)
  return more.length === 0 && type !== undefined && TYPES.has(type)
}

export function damaged(path: string, fault: string, cause?: unknown): BackupError {
  return new BackupError('BACKUP.DAMAGED', `${path} is damaged: ${fault}.`, {
    cause,
    details: { faults: [`${path}: ${fault}`] },
  })
}
