import { DynamoDBToolingError } from '../kernel/index.js'

export const KEY_CODES = ['KEY.EMPTY', 'KEY.TOO_LONG', 'KEY.TYPE', 'KEY.TEMPLATE', 'KEY.CURSOR'] as const

/** A key cannot be built: an empty or too long value, a type that cannot be part of a key, a template with a fault. */
export class KeyError extends DynamoDBToolingError<(typeof KEY_CODES)[number]> {}
