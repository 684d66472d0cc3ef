/** What a data key is for. A provider binds the key to it: with AWS KMS it is the encryption context. */
export interface KeyContext {
  readonly table: string
  readonly model: string
}

/** A new data key: itself, and as it is stored beside what it encrypts. */
export interface GeneratedDataKey {
  /** Which of the provider's keys wraps it: 1 to 255 bytes in UTF-8. */
  readonly keyId: string
  /** 32 bytes, for AES-256. */
  readonly plaintext: Uint8Array
  readonly wrapped: Uint8Array
}

/**
 * Where keys come from. Envelope encryption: values are encrypted with data keys, and those are wrapped with a key that
 * the provider keeps.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#enveloping
 */
export interface KeyProvider {
  /** The key that new data keys are wrapped with. Values under another are those that `reencrypt` writes anew. */
  readonly currentKeyId: string
  generateDataKey(context: KeyContext): Promise<GeneratedDataKey>
  /**
   * @returns 32 bytes
   * @throws EncryptionError `ENCRYPTION.UNKNOWN_KEY`, and `ENCRYPTION.TAMPERED` for a data key that was not wrapped for the
   * context; anything else means that it is not known now
   */
  unwrapDataKey(wrapped: Uint8Array, keyId: string, context: KeyContext): Promise<Uint8Array>
}
