import type { Factory } from '../factories/index.js'
import type { ModelClass } from '../model/index.js'
import type { Connection } from '../runtime/index.js'

/** A class of seeders. */
export interface SeederClass {
  new (): Seeder
  readonly name: string
  /** Those with lower numbers run first. Default 0. */
  readonly order?: number
  /** Seeders that run before this one, whatever the order says. */
  readonly dependencies?: readonly SeederClass[]
  /** True: runs once for a table, which keeps a note of it. Default false. */
  readonly once?: boolean
}

/** What a seeder works with. */
export interface SeedContext {
  /** A factory of a model, by class or name: `ctx.factory('User').count(10).create()`. */
  readonly factory: {
    <T extends ModelClass>(model: T): Factory<T>
    (model: string): Factory
  }
  /** Runs other seeders now, one after the other. In one run each runs once, whoever asks for it. */
  readonly call: (...seeders: readonly SeederClass[] | readonly [readonly SeederClass[]]) => Promise<void>
  readonly connection: Connection
  /** Aborts when the run is to end. */
  readonly signal: AbortSignal
}

/**
 * Puts rows into tables: those that every environment needs, or made-up ones to work with.
 *
 * @example
 * export class UserSeeder extends Seeder {
 *   static order = 1
 *   async run(ctx: SeedContext) {
 *     await ctx.factory('User').count(50).has('posts', 3).create()
 *   }
 * }
 */
export abstract class Seeder {
  abstract run(ctx: SeedContext): unknown
}
