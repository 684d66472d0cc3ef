import { DynamoDBToolingError } from '../kernel/index.js'

export const SECURITY_CODES = {
  'SECURITY.INVALID': 'See docs/security.md for what can be asked for.',
} as const

/** What cannot be said in a policy. */
export class SecurityError extends DynamoDBToolingError<keyof typeof SECURITY_CODES> {
  static override readonly nextSteps: typeof SECURITY_CODES = SECURITY_CODES
}
