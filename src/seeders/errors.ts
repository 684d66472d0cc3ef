import { DynamoDBToolingError } from '../kernel/index.js'

export const SEEDER_CODES = {
  'SEEDER.INVALID': 'Write `export class UserSeeder extends Seeder { async run(ctx) { … } }`.',
  'SEEDER.UNKNOWN': 'Names are those of the classes; `dbtooling seed --dry-run` lists them.',
  'SEEDER.CYCLE': 'Let one of them not depend on the others.',
  'SEEDER.FAILED':
    'Correct it and run seed again. Seeders with `static once = true` that ran are not run again; others are.',
} as const

/** Seeders cannot be run, or one of them failed. */
export class SeederError extends DynamoDBToolingError<keyof typeof SEEDER_CODES> {
  static override readonly nextSteps: typeof SEEDER_CODES = SEEDER_CODES
}
