import type { AttributeValue } from '../../values/index.js'
import { envelopeOf } from './envelope.js'
import type { EncryptionError } from './errors.js'

/** What is known of a value in memory that is stored encrypted. */
export interface SecretNote {
  readonly model: string
  readonly attribute: string
  /**
   * What is stored of it, by the place it is bound to. It is sent again as it is, so that conditions meet it, and a request
   * that is sent twice is the same one.
   */
  readonly stored: Map<string, AttributeValue>
  /** Why it cannot be read. It is thrown where it is used, so that one bad row of a list is one bad row. */
  readonly error?: EncryptionError | undefined
}

/** Values in memory are plain; what they are stored as is known by their objects. */
const notes = new WeakMap<AttributeValue, SecretNote>()

export function secretNoteOf(value: AttributeValue): SecretNote | undefined {
  return notes.get(value)
}

/** Says that a value is encrypted where it is stored. NULL is not: that there is no value can be seen. */
export function secretValue(value: AttributeValue, note: Pick<SecretNote, 'model' | 'attribute'>): AttributeValue {
  if ('NULL' in value) return value
  const { model, attribute } = note
  return noted({ ...value }, { model, attribute, stored: new Map() })
}

/** @internal */
export function noted(value: AttributeValue, note: SecretNote): AttributeValue {
  notes.set(value, note)
  return value
}

/**
 * A value that was read, as it is to be encrypted anew; undefined for one that needs it not, or cannot be decrypted.
 *
 * @param keyId the key that it should be under
 */
export function rotated(
  value: AttributeValue,
  keyId: string,
): { readonly value?: AttributeValue; readonly error?: EncryptionError } {
  const note = notes.get(value)
  if (note === undefined) return {}
  if (note.error !== undefined) return { error: note.error }
  const [stored] = note.stored.values()
  const isCurrent = stored !== undefined && 'B' in stored && envelopeOf(stored.B)?.keyId === keyId
  return isCurrent ? {} : { value: secretValue(value, note) }
}

/** @throws EncryptionError for a value that was read, and could not be decrypted */
export function checkReadable(value: AttributeValue): void {
  const error = notes.get(value)?.error
  if (error !== undefined) throw error
}
