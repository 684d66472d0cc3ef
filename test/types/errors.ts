import {
  type ConditionalCheckFailedError,
  type DuplicateKeyError,
  isConditionalCheckFailedError,
  isDuplicateKeyError,
  isDynamoDBToolingError,
  isModelNotFoundError,
  isNetworkError,
  isResourceNotFoundError,
  isThrottlingError,
  isTransactionCanceledError,
  isUniqueConstraintError,
  isValidationError,
  type ThrottlingError,
} from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'

/** Guards narrow what was caught. */
export function read(error: unknown): unknown {
  // @ts-expect-error: anything can be thrown
  error.code
  if (isThrottlingError(error)) {
    type _ = [Expect<Equal<typeof error, ThrottlingError>>, Expect<Equal<typeof error.code, 'SERVICE.THROTTLED'>>]
    // @ts-expect-error: a throttled request has no reasons
    error.reasons
    return error.statusCode.toFixed()
  }
  if (isConditionalCheckFailedError(error)) {
    type _ = Expect<Equal<typeof error, ConditionalCheckFailedError>>
    // @ts-expect-error: the item is there only when it was asked for
    error.item['pk']
    return error.item?.['pk']
  }
  if (isTransactionCanceledError(error)) return error.reasons.map((reason) => reason.Code?.trim())
  if (isResourceNotFoundError(error)) return error.exception.trim()
  if (isNetworkError(error)) return error.sent ? error.attempts : undefined
  if (isDuplicateKeyError(error)) {
    type _ = Expect<Equal<typeof error, DuplicateKeyError>>
    return error.message
  }
  if (isUniqueConstraintError(error)) return error.attribute.trim()
  if (isModelNotFoundError(error)) return error.code.trim()
  if (isValidationError(error)) return error.violations.map((violation) => violation.attribute.trim())
  if (isDynamoDBToolingError(error)) return error.hint?.trim()
  // @ts-expect-error: nothing is known of it still
  return error.code
}
