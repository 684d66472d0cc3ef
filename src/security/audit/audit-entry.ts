import { createHash, createHmac } from 'node:crypto'
import { DynamoDBModel } from '../../model/index.js'
import type { Row } from '../../schema/index.js'

/** What one write did to one row. It is written with it, and never changed. */
export class AuditEntry extends DynamoDBModel {
  static readonly modelName = 'AuditEntry'
  static readonly timestamps = false
  static readonly indexes = {
    byModel: { partition: ['model'], sort: ['at'] },
    byActor: { partition: ['actor'], sort: ['at'] },
    bySubject: { partition: ['subject'], sort: ['at'] },
  } as const
  readonly attributes = {
    /** The chain, and the place in it: `3.000000000042`. */
    id: { type: 'string', required: true },
    at: { type: 'date', required: true },
    /** Who it was, by `actingAs`; `unknown` where nobody said. */
    actor: { type: 'string', required: true },
    action: { type: 'string', required: true, enum: ['created', 'updated', 'trashed', 'restored', 'deleted'] },
    model: { type: 'string', required: true },
    /** The row: `User#u1`. */
    subject: { type: 'string', required: true },
    /** What changed: `{ name: { old, new } }`. Of hidden and encrypted attributes it says that they changed, and no values. */
    changes: { type: 'json', required: true },
    /** The hash of the entry before it in the chain; empty for the first. */
    previous: { type: 'string' },
    hash: { type: 'string', required: true },
  } as const
}

/** An entry as it is read. */
export type AuditRecord = Row<typeof AuditEntry>

/** The end of a chain of entries. */
export class AuditChain extends DynamoDBModel {
  static readonly modelName = 'AuditChain'
  static readonly timestamps = false
  readonly attributes = {
    id: { type: 'string', required: true },
    entries: { type: 'number', required: true },
    hash: { type: 'string', required: true },
  } as const
}

/** What an entry says. */
export interface AuditFacts {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly model: string
  readonly subject: string
  readonly changes: unknown
  readonly previous: string
}

/** The hash that an entry must have: SHA-256, with a key HMAC-SHA256. */
export function hashOf(entry: AuditFacts, key: Uint8Array | undefined): string {
  const { id, at, actor, action, model, subject, changes, previous } = entry
  const said = JSON.stringify([previous, id, at.toISOString(), actor, action, model, subject, changes])
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  return hash.update(said).digest('base64url')
}

/** The id of an entry by its place in a chain, counted from 1. */
export const entryId = (chain: string, place: number): string => `${chain}.${String(place).padStart(12, '0')}`
