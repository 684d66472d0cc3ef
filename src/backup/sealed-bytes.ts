import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { BackupError } from './errors.js'

/** Bytes of one sealed part. */
const PART = 64 * 1024
const TAG = 16
const SALT = 32
const MAGIC: Buffer = Buffer.from('DDBT-SEALED-1\n')

/** How files of a backup are encrypted: AES-256-GCM. */
export interface BackupEncryption {
  /** 32 bytes, or as many in base64 or hexadecimal digits. Without it nobody can restore the backup. */
  readonly key: Uint8Array | string
}

/** @throws BackupError `BACKUP.INVALID` */
export function keyOf({ key }: BackupEncryption): Uint8Array {
  const bytes = typeof key === 'string' ? bytesOf(key.trim()) : key
  if (bytes instanceof Uint8Array && bytes.length === 32) return bytes
  throw new BackupError(
    'BACKUP.INVALID',
    'The key of a backup is 32 bytes, or as many in base64 or hexadecimal digits.',
  )
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64')
}

/** A keyed digest of a text, which nobody makes who has not the key. */
export function keyedDigest(key: Uint8Array, text: string): string {
  return createHmac('sha256', derived(key, Buffer.alloc(0), 'manifest'))
    .update(text)
    .digest('hex')
}

/**
 * Seals bytes part by part: each has a key of the file, a number that rises, and a mark of the last one, so that parts cannot be
 * swapped, left out or cut off, nor a file take another one's place.
 *
 * @param name of the file: it opens under no other one
 */
export async function* seal(
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  name: string,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(SALT)
  const fileKey = derived(key, salt, name)
  yield Buffer.concat([MAGIC, salt])
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    let at = 0
    for (; rest.length - at > PART; at += PART) yield sealed(fileKey, number++, false, rest.subarray(at, at + PART))
    rest = rest.subarray(at)
  }
  yield sealed(fileKey, number, true, rest)
}

/** @throws BackupError `BACKUP.KEY` where the key is another one, or the file was changed */
export async function* unseal(
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  name: string,
): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  let fileKey: Uint8Array | undefined
  let number = 0
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    if (fileKey === undefined) {
      if (rest.length < MAGIC.length + SALT) continue
      if (!rest.subarray(0, MAGIC.length).equals(MAGIC)) throw refused(name)
      fileKey = derived(key, rest.subarray(MAGIC.length, MAGIC.length + SALT), name)
      rest = rest.subarray(MAGIC.length + SALT)
    }
    let at = 0
    for (; rest.length - at > PART + TAG; at += PART + TAG)
      yield opened(fileKey, number++, false, rest.subarray(at, at + PART + TAG), name)
    rest = rest.subarray(at)
  }
  if (fileKey === undefined || rest.length < TAG) throw refused(name)
  yield opened(fileKey, number, true, rest, name)
}

function sealed(key: Uint8Array, number: number, last: boolean, part: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(number, last))
  return Buffer.concat([cipher.update(part), cipher.final(), cipher.getAuthTag()])
}

function opened(key: Uint8Array, number: number, last: boolean, part: Buffer, name: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(number, last), { authTagLength: TAG })
  decipher.setAuthTag(part.subarray(part.length - TAG))
  try {
    return Buffer.concat([decipher.update(part.subarray(0, part.length - TAG)), decipher.final()])
  } catch (cause) {
    throw refused(name, cause)
  }
}

function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(number, 7)
  bytes[11] = last ? 1 : 0
  return bytes
}

function derived(key: Uint8Array, salt: Uint8Array, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, `dynamodb-tooling backup ${name}`, 32))
}

function refused(name: string, cause?: unknown): BackupError {
  return new BackupError('BACKUP.KEY', `${name} does not open with this key, or was changed.`, { cause })
}
