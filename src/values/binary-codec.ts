import { types } from 'node:util'
import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther } from './codec.js'
import { ValueError } from './errors.js'

export const binaryCodec: Codec = codec('binary', encodeBinary, decodeBinary)

function encodeBinary(value: unknown, path: string): AttributeValue {
  const text = base64Of(value)
  return text === undefined ? encodeOther(value, path, 'a Uint8Array, Buffer or ArrayBuffer') : { B: text }
}

/** Base64 of a Uint8Array (a Buffer is one) or ArrayBuffer; undefined for anything else. */
export function base64Of(value: unknown): string | undefined {
  if (types.isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  return types.isAnyArrayBuffer(value) ? Buffer.from(value).toString('base64') : undefined
}

function decodeBinary(value: AttributeValue, path: string): Uint8Array | null {
  const text = (value as { B?: string }).B
  return text === undefined ? decodeOther(value, path, 'binary', 'B') : bytesOf(text, path)
}

/** A plain Uint8Array with memory of its own: a Buffer would share a pool with others, and compare unequal in tests. */
export function bytesOf(base64: string, path: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== base64Size(base64))
    throw new ValueError('VALUE.INVALID_BINARY', path, 'is stored as text that is not base64')
  return new Uint8Array(bytes)
}

/** Bytes that a base64 text stands for. */
export function base64Size(base64: string): number {
  let length = base64.length
  while (length > 0 && base64.charCodeAt(length - 1) === 61) length--
  return Math.floor((length * 3) / 4)
}
