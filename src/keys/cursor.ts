import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { KeyError } from './errors.js'

const ALGORITHM = 'aes-256-gcm'
/** The first byte: what the sealed text is. */
const PLAIN = 1
const DEFLATED = 2
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Nobody needs longer ones: a position is at most 100 keys of two times 3 KB. */
const LONGEST = 1024 * 1024
/**
 * Characters from which a position is deflated: many keys of one table have much in common. What they could tell by their
 * length is nothing: they are keys of rows that the query brings.
 */
const DEFLATED_FROM = 1024

/** The key that cursors of one table are sealed with. */
export function cursorKey(secret: Uint8Array | string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'dynamodb-tooling', 'cursor', 32))
}

/**
 * An opaque text for a position in a query. It is encrypted and authenticated (AES-256-GCM), and bound to the query it
 * came from: nobody can read it, change it, or use it for another query or tenant.
 *
 * @param bound what the cursor belongs to; opening it takes the same text
 */
export function sealCursor(key: Uint8Array, bound: string, position: unknown): string {
  const text = JSON.stringify(position)
  const form = text.length < DEFLATED_FROM ? PLAIN : DEFLATED
  const content = form === PLAIN ? Buffer.from(text) : deflateRawSync(text)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce)
  cipher.setAAD(digest(form, bound))
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([Buffer.of(form), nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** The position in a cursor. @throws KeyError `KEY.CURSOR` for one that was changed, or came from another query */
export function openCursor(key: Uint8Array, bound: string, cursor: string): unknown {
  try {
    if (typeof cursor !== 'string' || cursor.length > LONGEST) throw refused()
    const bytes = Buffer.from(cursor, 'base64url')
    // Node ignores what is no base64url: only the text that was handed out is taken.
    const form = bytes[0]
    if (bytes.toString('base64url') !== cursor || (form !== PLAIN && form !== DEFLATED)) throw refused()
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(digest(form, bound))
    decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES))
    const content = Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()])
    return JSON.parse((form === PLAIN ? content : inflateRawSync(content)).toString()) as unknown
  } catch {
    throw refused()
  }
}

const digest = (form: number, bound: string): Buffer => createHash('sha256').update(`${form} ${bound}`).digest()

function refused(): KeyError {
  return new KeyError('KEY.CURSOR', 'The cursor was changed, or belongs to another query.')
}
