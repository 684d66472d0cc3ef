import { DynamoDBToolingError } from '../../kernel/index.js'

export const ENCRYPTION_CODES = {
  'ENCRYPTION.NOT_CONFIGURED':
    'Say where keys come from: `encryption: { keys: localKeyRing(…) }` in the config, or kmsKeys(…) in production.',
  'ENCRYPTION.TAMPERED':
    'What is stored is not what was written there. Find out who wrote the row; a backup from before has the value.',
  'ENCRYPTION.PLAINTEXT':
    'The row was written without encryption. While such rows are changed over, set `encryption.allowPlaintext`, and run reencrypt(Model).',
  'ENCRYPTION.UNKNOWN_KEY': 'Give the key provider the key that the value was written with: old keys stay in it.',
  'ENCRYPTION.KEYS_UNAVAILABLE':
    'Nothing was read or written. Try again when the key provider answers; error.cause is what it said.',
  'ENCRYPTION.INVALID_KEYS': 'A key is 32 random bytes: `openssl rand -base64 32` makes one.',
  'ENCRYPTION.ROW_UNKNOWN': 'Read the row with its key: a value is bound to the row it is in.',
} as const

/** A value that cannot be encrypted or decrypted. Neither values nor keys are in it. */
export class EncryptionError extends DynamoDBToolingError<keyof typeof ENCRYPTION_CODES> {
  static override readonly nextSteps: typeof ENCRYPTION_CODES = ENCRYPTION_CODES
}
