import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
/** Bytes. NIST SP 800-38D, 5.2.1.1: 96 bits for the nonce, 128 for the tag. */
const NONCE = 12
const TAG = 16

/** A nonce of its own, the ciphertext, and the tag. */
export function sealBytes(key: Uint8Array, plain: Uint8Array, bound: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(bound)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The bytes again; undefined for those that are not what was sealed, or were bound to something else. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE + TAG) return undefined
  const end = sealed.length - TAG
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(bound)
    .setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(NONCE, end))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}
