export { withArticle } from './article.js'
export { fullJitter } from './backoff.js'
export { callSite, ToldSites } from './call-site.js'
export { type Clock, systemClock } from './clock.js'
export {
  DynamoDBToolingError,
  type ErrorOptions,
  InternalError,
  isDynamoDBToolingError,
  KERNEL_CODES,
} from './errors.js'
export { ulid, uuidOfText, uuidv4, uuidv7 } from './ids.js'
export { mapConcurrent } from './pool.js'
export { redact } from './redaction.js'
export { suggest } from './suggest.js'
