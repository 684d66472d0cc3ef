export { type Clock, systemClock } from './clock.js'
export { DynamoDBToolingError, type ErrorOptions, InternalError, isDynamoDBToolingError, KERNEL_CODES } from './errors.js'
