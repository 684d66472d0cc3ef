import { randomBytes } from 'node:crypto'
import { openBytes, sealBytes } from './aes-gcm.js'
import { EncryptionError } from './errors.js'
import type { KeyContext, KeyProvider } from './key-provider.js'

export interface LocalKeyRingOptions {
  /** The id of the key for new values. */
  readonly current: string
  /** All keys by id, old ones too: 32 bytes each, or their base64. */
  readonly keys: Readonly<Record<string, string | Uint8Array>>
}

/**
 * Keys that the program has itself: for development and tests, or from a store of secrets. Data keys are wrapped with
 * AES-256-GCM.
 *
 * @throws EncryptionError `ENCRYPTION.INVALID_KEYS`
 * @example
 * encryption: { keys: localKeyRing({ current: '2026', keys: { '2026': process.env.FIELD_KEY } }) }
 */
export function localKeyRing({ current, keys }: LocalKeyRingOptions): KeyProvider {
  const ring = new Map(Object.entries(keys ?? {}).map(([id, key]) => [id, checkedKey(id, key)]))
  const first = ring.get(current)
  if (first === undefined)
    throw new EncryptionError('ENCRYPTION.INVALID_KEYS', 'The current key of the key ring is not among its keys.')
  return {
    currentKeyId: current,
    async generateDataKey(context) {
      const plaintext = randomBytes(32)
      return { keyId: current, plaintext, wrapped: sealBytes(first, plaintext, bound(current, context)) }
    },
    async unwrapDataKey(wrapped, keyId, context) {
      const key = ring.get(keyId)
      if (key === undefined)
        throw new EncryptionError('ENCRYPTION.UNKNOWN_KEY', 'The key ring has no key of the id that a value names.')
      const plaintext = openBytes(key, wrapped, bound(keyId, context))
      if (plaintext === undefined)
        throw new EncryptionError('ENCRYPTION.TAMPERED', 'A data key was not wrapped for the model and table it is in.')
      return plaintext
    },
  }
}

const bound = (keyId: string, { table, model }: KeyContext): Buffer =>
  Buffer.from(JSON.stringify(['data-key', keyId, table, model]), 'utf8')

function checkedKey(id: string, given: string | Uint8Array): Buffer {
  const key = typeof given === 'string' ? Buffer.from(given, 'base64') : given instanceof Uint8Array ? given : undefined
  const idLength = Buffer.byteLength(id, 'utf8')
  if (key?.length === 32 && idLength > 0 && idLength < 256) return Buffer.from(key)
  throw new EncryptionError('ENCRYPTION.INVALID_KEYS', 'A key of the key ring is not 32 bytes, or its id not 1 to 255.')
}
