import { DynamoDBToolingError } from '../kernel/index.js'

export const FACTORY_CODES = {
  'FACTORY.INVALID': "See docs/factories-and-seeders.md: Factory.define('User', { definition: (faker) => ({ … }) }).",
  'FACTORY.UNKNOWN_STATE': 'Name it under `states` of Factory.define, or give values: state({ … }).',
  'FACTORY.UNKNOWN_RELATION': 'Name a relation of the model, or say which: has(factory, name), for(parent, name).',
  'FACTORY.CANNOT_DERIVE': 'Give the attribute a value in Factory.define, in a state, or with override({ … }).',
  'FACTORY.NO_FAKER': 'Run npm install --save-dev @faker-js/faker, or use the helpers of this package.',
  'FACTORY.NOT_SAVED': 'Use create(): rows of `has` need the row they belong to in the table.',
  'FACTORY.INCOMPLETE':
    'error.created has the records of the last rows that were written, error.details.written how many of each model.',
} as const

type Options = {
  readonly hint?: string
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** Made-up rows cannot be made. */
export class FactoryError extends DynamoDBToolingError<keyof typeof FACTORY_CODES> {
  static override readonly nextSteps: typeof FACTORY_CODES = FACTORY_CODES
  /** `FACTORY.INCOMPLETE`: the records that were written, of those that were to be written together. */
  readonly created: readonly object[]

  constructor(
    code: keyof typeof FACTORY_CODES,
    message: string,
    { created = [], ...options }: Options & { readonly created?: readonly object[] } = {},
  ) {
    super(code, message, options)
    this.created = created
  }
}
