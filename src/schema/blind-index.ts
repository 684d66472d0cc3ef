import { createHmac, hkdfSync } from 'node:crypto'
import type { AttributeValue } from '../values/index.js'
import type { EntitySchema } from './entity-schema.js'

/** A keyed hash of an encrypted attribute, in an attribute of its own. */
export interface BlindIndex {
  readonly name: string
  /** Undefined for values that are not there, or null. */
  readonly hash: (value: AttributeValue | undefined) => AttributeValue | undefined
}

/** Bytes of a hash: so many that two values never have the same. */
const LENGTH = 24

/** HMAC-SHA256 of each value, under a key for each attribute that HKDF (RFC 5869) makes of the one that was given. */
export function blindIndexesOf(schema: EntitySchema, key: Uint8Array | undefined): ReadonlyMap<string, BlindIndex> {
  const indexes = new Map<string, BlindIndex>()
  for (const { name, blindIndexOf } of schema.attributes) {
    if (blindIndexOf === undefined || key === undefined) continue
    const info = JSON.stringify(['dynamodb-tooling', 'blind-index', schema.name, blindIndexOf])
    const own = Buffer.from(hkdfSync('sha256', key, '', info, 32))
    indexes.set(blindIndexOf, {
      name,
      hash(value) {
        if (value === undefined || 'NULL' in value) return undefined
        const digest = createHmac('sha256', own).update(JSON.stringify(value)).digest()
        return { S: digest.subarray(0, LENGTH).toString('base64url') }
      },
    })
  }
  return indexes
}
