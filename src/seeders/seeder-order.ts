import { suggest } from '../kernel/index.js'
import { SeederError } from './errors.js'
import { Seeder, type SeederClass } from './seeder.js'

/**
 * Seeders in the order they run: dependencies first, then by `order`, then by name.
 *
 * @throws SeederError `SEEDER.INVALID`, `SEEDER.CYCLE`
 */
export function seederOrder(seeders: readonly SeederClass[]): readonly SeederClass[] {
  const all = new Map<string, SeederClass>()
  const add = (seeder: SeederClass, from: readonly string[]): void => {
    checkSeeder(seeder)
    const { name } = seeder
    if (from.includes(name))
      throw new SeederError('SEEDER.CYCLE', `Seeders depend on each other: ${[...from, name].join(' → ')}.`)
    const known = all.get(name)
    if (known !== undefined && known !== seeder)
      throw new SeederError('SEEDER.INVALID', `Two seeders are called ${name}.`, { details: { seeder: name } })
    for (const dependency of seeder.dependencies ?? []) add(dependency, [...from, name])
    all.set(name, seeder)
  }
  for (const seeder of seeders) add(seeder, [])
  const ordered: SeederClass[] = []
  const place = (seeder: SeederClass): void => {
    if (ordered.includes(seeder)) return
    for (const dependency of inOrder(seeder.dependencies ?? [])) place(dependency)
    ordered.push(seeder)
  }
  for (const seeder of inOrder([...all.values()])) place(seeder)
  return ordered
}

function inOrder(seeders: readonly SeederClass[]): readonly SeederClass[] {
  return [...seeders].sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.name < b.name ? -1 : 1))
}

/** Those that are asked for and what they depend on, without those that are not wanted. @throws SeederError `SEEDER.UNKNOWN` */
export function chosenSeeders(
  seeders: readonly SeederClass[],
  only: readonly string[] | undefined,
  skip: readonly string[] = [],
): readonly SeederClass[] {
  const ordered = seederOrder(seeders)
  const named = (name: string): SeederClass => {
    const found = ordered.find((seeder) => seeder.name === name || seeder.name === `${name}Seeder`)
    if (found !== undefined) return found
    const names = ordered.map((seeder) => seeder.name)
    const meant = suggest(name, names)
    throw new SeederError('SEEDER.UNKNOWN', `There is no seeder ${name}.`, {
      hint: meant === undefined ? `There are ${names.join(', ') || 'none'}.` : `Did you mean ${meant}?`,
      details: { seeder: name, suggestion: meant },
    })
  }
  const left = skip.map(named)
  const wanted = only === undefined ? ordered : seederOrder(only.map(named))
  return wanted.filter((seeder) => !left.includes(seeder))
}

/** @throws SeederError `SEEDER.INVALID` */
function checkSeeder(seeder: unknown): asserts seeder is SeederClass {
  if (typeof seeder !== 'function' || !(seeder.prototype instanceof Seeder))
    throw new SeederError('SEEDER.INVALID', `${nameOf(seeder)} is no class that extends Seeder.`)
  const { name } = seeder
  const { order = 0, dependencies = [], once = false } = seeder as unknown as Readonly<Record<string, unknown>>
  const faults = [
    name === '' && 'A seeder has no name.',
    !Number.isFinite(order) && `${name}.order is no number.`,
    !Array.isArray(dependencies) && `${name}.dependencies is no list of seeders.`,
    typeof once !== 'boolean' && `${name}.once is neither true nor false.`,
  ]
  const fault = faults.find((each) => each !== false)
  if (fault !== undefined) throw new SeederError('SEEDER.INVALID', fault)
}

function nameOf(value: unknown): string {
  return typeof value === 'function' && value.name !== '' ? value.name : String(value)
}
