import { EncryptionError, type KeyContext, type KeyProvider } from '../runtime/index.js'

/** What `new KMS({})` of `@aws-sdk/client-kms` has. AWS KMS: "GenerateDataKey" and "Decrypt". */
export interface KmsClient {
  generateDataKey(input: {
    KeyId: string
    KeySpec: 'AES_256'
    EncryptionContext: Record<string, string>
  }): Promise<{ readonly Plaintext?: Uint8Array | undefined; readonly CiphertextBlob?: Uint8Array | undefined }>
  decrypt(input: {
    KeyId: string
    CiphertextBlob: Uint8Array
    EncryptionContext: Record<string, string>
  }): Promise<{ readonly Plaintext?: Uint8Array | undefined }>
}

export interface KmsKeysOptions {
  /** `new KMS({ region })`. */
  readonly kms: KmsClient
  /** The key for new values: its id, ARN or alias. It stands beside each value; an alias may come to mean another key. */
  readonly keyId: string
  /** Keys that older values are under. */
  readonly oldKeyIds?: readonly string[]
}

/** KMS says so of a data key that was changed, or wrapped for another context or with another key. */
const REFUSED = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])

/**
 * Keys of AWS KMS. Table and model are the encryption context, so that CloudTrail shows what each data key was for, and a
 * key policy can tell them apart (`kms:EncryptionContext:model`).
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
 * @throws EncryptionError `ENCRYPTION.INVALID_KEYS` for ids that are none
 * @example
 * encryption: { keys: kmsKeys({ kms: new KMS({}), keyId: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-…' }) }
 */
export function kmsKeys({ kms, keyId, oldKeyIds = [] }: KmsKeysOptions): KeyProvider {
  const known = new Set([keyId, ...oldKeyIds])
  for (const id of known)
    if (typeof id !== 'string' || id === '' || Buffer.byteLength(id, 'utf8') > 255)
      throw new EncryptionError('ENCRYPTION.INVALID_KEYS', 'The id of a KMS key is text of 1 to 255 bytes.', {
        hint: 'Give the id, ARN or alias of the key.',
      })
  return {
    currentKeyId: keyId,
    async generateDataKey(context) {
      const { Plaintext, CiphertextBlob } = await kms.generateDataKey({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: bound(context),
      })
      if (Plaintext === undefined || CiphertextBlob === undefined) throw noKey()
      return { keyId, plaintext: Plaintext, wrapped: CiphertextBlob }
    },
    async unwrapDataKey(wrapped, id, context) {
      // What stands in a row is no reason to use any key that the program may use.
      if (!known.has(id))
        throw new EncryptionError('ENCRYPTION.UNKNOWN_KEY', 'A value names a KMS key that was not given.', {
          hint: 'Add the id to oldKeyIds, where it is one of yours.',
        })
      const request = { KeyId: id, CiphertextBlob: wrapped, EncryptionContext: bound(context) }
      const { Plaintext } = await kms.decrypt(request).catch((error: unknown) => {
        if (error instanceof Error && REFUSED.has(error.name))
          throw new EncryptionError(
            'ENCRYPTION.TAMPERED',
            'AWS KMS refused a data key for the model and table it is in.',
            {
              cause: error,
            },
          )
        throw error
      })
      if (Plaintext === undefined) throw noKey()
      return Plaintext
    },
  }
}

const bound = ({ table, model }: KeyContext): Record<string, string> => ({
  package: 'dynamodb-tooling',
  table,
  model,
})

const noKey = (): EncryptionError =>
  new EncryptionError('ENCRYPTION.KEYS_UNAVAILABLE', 'AWS KMS answered without a data key.')
