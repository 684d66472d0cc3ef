import { openBytes, sealBytes } from './aes-gcm.js'

/**
 * An encrypted value as it is stored, in a binary attribute:
 *
 *     "dte" 1 | length of the key's id (1 byte), id | length of the wrapped data key (2 bytes), it | nonce, ciphertext, tag
 */
export interface Envelope {
  readonly keyId: string
  readonly wrapped: Buffer
  /** All that stands before the nonce: the tag is over it too. */
  readonly header: Buffer
  readonly sealed: Buffer
}

const START = Buffer.from([0x64, 0x74, 0x65, 1])

/** The envelope in text of base64; undefined for text that is none. */
export function envelopeOf(base64: string): Envelope | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length < START.length + 1 || !bytes.subarray(0, START.length).equals(START)) return undefined
  const idEnd = START.length + 1 + bytes.readUInt8(START.length)
  if (bytes.length < idEnd + 2) return undefined
  const end = idEnd + 2 + bytes.readUInt16BE(idEnd)
  if (bytes.length < end) return undefined
  return {
    keyId: bytes.toString('utf8', START.length + 1, idEnd),
    wrapped: bytes.subarray(idEnd + 2, end),
    header: bytes.subarray(0, end),
    sealed: bytes.subarray(end),
  }
}

/** What the values under one data key begin with. */
export function headerOf(keyId: string, wrapped: Uint8Array): Buffer {
  const id = Buffer.from(keyId, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(wrapped.length)
  return Buffer.concat([START, Buffer.from([id.length]), id, length, wrapped])
}

/** @param place what the value is bound to: the row and the attribute */
export function sealEnvelope(key: Uint8Array, header: Buffer, plain: string, place: string): string {
  const sealed = sealBytes(key, Buffer.from(plain, 'utf8'), boundTo(header, place))
  return Buffer.concat([header, sealed]).toString('base64')
}

/** The text again; undefined where it was changed, or is not in its place. */
export function openEnvelope(key: Uint8Array, { header, sealed }: Envelope, place: string): string | undefined {
  return openBytes(key, sealed, boundTo(header, place))?.toString('utf8')
}

const boundTo = (header: Buffer, place: string): Buffer => Buffer.concat([header, Buffer.from(place, 'utf8')])
