import { createRequire } from 'node:module'
/** @ts-ignore Programs without faker have no types of it. */
import type { Faker } from '@faker-js/faker'
import { FactoryError } from './errors.js'
import type { Random } from './random.js'

/** What definitions are given: faker, where it is installed. */
export type FakerOf = Faker

const made = new WeakMap<Random, Faker>()

/**
 * Faker that goes by this source's seed. It is loaded when a definition first asks it for something.
 *
 * @throws FactoryError `FACTORY.NO_FAKER`, then, where it is not installed
 */
export function fakerOf(random: Random): Faker {
  return new Proxy({} as Faker, {
    get(_none, member) {
      let faker = made.get(random)
      if (faker === undefined) made.set(random, (faker = loadFaker(random)))
      return Reflect.get(faker, member, faker) as unknown
    },
  })
}

function loadFaker(random: Random): Faker {
  let library: typeof import('@faker-js/faker')
  try {
    library = createRequire(import.meta.url)('@faker-js/faker') as typeof library
  } catch (cause) {
    throw new FactoryError(
      'FACTORY.NO_FAKER',
      'A definition asks faker for a value, and @faker-js/faker cannot be loaded.',
      {
        cause,
      },
    )
  }
  const faker = new library.Faker({ locale: [library.en, library.base], seed: random.int(0, 2 ** 32 - 1) })
  faker.setDefaultRefDate(random.now)
  return faker
}
