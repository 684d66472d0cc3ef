import { DynamoDBToolingError } from '../kernel/index.js'

export const KEY_CODES = {
  'KEY.EMPTY': 'DynamoDB has no empty key values: give the attributes of the key a value.',
  'KEY.TOO_LONG': 'Shorten the attributes of its key template.',
  'KEY.TYPE': 'Keys are made of strings, numbers, booleans, dates and binary values.',
  'KEY.DELIMITER': 'Put the attribute last in the template, or let values in keys be escaped.',
  'KEY.TEMPLATE': 'A template looks like "ORDER#{createdAt}#{id}".',
  'KEY.CURSOR': 'Use the nextCursor and prevCursor of this very query, as they are.',
} as const

/** A key cannot be built: an empty or too long value, a type that cannot be part of a key, a template with a fault. */
export class KeyError extends DynamoDBToolingError<keyof typeof KEY_CODES> {
  static override readonly nextSteps: typeof KEY_CODES = KEY_CODES
}
