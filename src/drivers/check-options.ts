import { suggest } from '../kernel/index.js'
import { kindOf } from '../values/index.js'
import { DriverError } from './errors.js'

/** What each option may be: a type of `typeof`, or several. */
export type OptionTypes<Options> = { readonly [Name in keyof Required<Options>]: readonly OptionType[] }
type OptionType = 'string' | 'number' | 'boolean' | 'object' | 'function'

/** Refuses (`DRIVER.INVALID`) an option that does not exist, naming the one that was meant, or has a wrong type. */
export function checkOptions<Options extends object>(what: string, given: Options, types: OptionTypes<Options>): void {
  if (typeof given !== 'object' || given === null)
    throw new DriverError('DRIVER.INVALID', `${what} takes an object of options, not ${kindOf(given)}.`)
  const known: Readonly<Record<string, readonly OptionType[]>> = types
  for (const [name, value] of Object.entries(given)) {
    const allowed = Object.hasOwn(known, name) ? known[name] : undefined
    if (allowed === undefined) {
      const meant = suggest(name, Object.keys(known))
      throw new DriverError('DRIVER.INVALID', `${what} has no option "${name}".`, {
        hint: meant === undefined ? `Options are ${Object.keys(known).join(', ')}.` : `Did you mean "${meant}"?`,
      })
    }
    if (value === undefined || (allowed as readonly string[]).includes(typeof value)) continue
    throw new DriverError(
      'DRIVER.INVALID',
      `The option "${name}" of ${what} must be a ${allowed.join(' or ')}, not ${kindOf(value)}.`,
    )
  }
}
