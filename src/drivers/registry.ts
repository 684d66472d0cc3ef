import { resolve } from 'node:path'
import { suggest } from '../kernel/index.js'
import type { Driver } from './driver.js'
import type { EngineDriverSettings } from './engine/engine-driver.js'
import { DriverError } from './errors.js'
import type { DriverContext } from './settings.js'

/** Makes a driver from the connection's settings. It need not touch the network: `connect` and `send` do. */
export type DriverFactory = (context: DriverContext) => Driver | Promise<Driver>

/** Loaded when they are first asked for, so that this door costs nothing to import. */
const factories: Map<string, DriverFactory> = new Map<string, DriverFactory>([
  ['http', async (context) => (await import('./http/http-driver.js')).createHttpDriver(context)],
  ['aws-sdk', async (context) => (await import('./aws-sdk/aws-sdk-driver.js')).createAwsSdkDriver(context)],
  ['embedded', async (context) => (await import('./embedded/embedded-driver.js')).createEmbeddedDriver(local(context))],
  [
    'dynamodb-local',
    async (context) =>
      (await import('./dynamodb-local/dynamodb-local-driver.js')).createDynamoDBLocalDriver(local(context)),
  ],
])

/** The local engine's settings; its folder, and the project whose packages count, are those of the config file. */
function local({ local, root, region, httpOptions, driverOptions }: DriverContext): EngineDriverSettings {
  return { ...driverOptions, ...local, root, dbPath: resolve(root, local.dbPath), region, httpOptions }
}

/**
 * Makes a driver known under a name, for `driver: '<name>'` in the config. A name registered before is replaced, the
 * built-in ones too; connections that are open keep the driver they have.
 *
 * @example
 * registerDriver('recording', (context) => new RecordingDriver(context.region))
 */
export function registerDriver(name: string, factory: DriverFactory): void {
  if (typeof name !== 'string' || name === '') {
    throw new DriverError('DRIVER.INVALID', 'A driver needs a name: registerDriver(name, factory).')
  }
  if (typeof factory !== 'function') {
    throw new DriverError(
      'DRIVER.INVALID',
      `The factory of driver "${name}" must be a function, not ${typeof factory}.`,
      {
        hint: "Pass a function that returns the driver: registerDriver('mine', (context) => new MyDriver(context)).",
      },
    )
  }
  factories.set(name, factory)
}

/** The names `createDriver` knows, in alphabetical order. */
export function driverNames(): string[] {
  return [...factories.keys()].sort()
}

/** Makes the driver of that name. Throws `DRIVER.UNKNOWN`, or `DRIVER.INVALID` when what its factory made is no driver. */
export async function createDriver(name: string, context: DriverContext): Promise<Driver> {
  const factory = factories.get(name)
  if (factory === undefined) {
    const meant = suggest(name, driverNames())
    throw new DriverError('DRIVER.UNKNOWN', `There is no driver "${name}".`, {
      hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Known drivers: ${driverNames().join(', ')}. Add your own with registerDriver(name, factory).`,
      details: { name, ...(meant === undefined ? {} : { suggestion: meant }) },
    })
  }
  const driver: unknown = await factory(context)
  assertDriver(driver, `driver "${name}"`)
  return driver
}

const METHODS = ['connect', 'send', 'healthCheck', 'close'] as const

/** Refuses (`DRIVER.INVALID`) an object that lacks parts of the Driver contract, naming them. */
export function assertDriver(value: unknown, label = 'the driver'): asserts value is Driver {
  const driver = (
    typeof value === 'object' || typeof value === 'function' ? value : undefined
  ) as Partial<Driver> | null
  const missing: string[] = METHODS.filter((method) => typeof driver?.[method] !== 'function').map(
    (name) => `${name}()`,
  )
  if (typeof driver?.name !== 'string') missing.push('name')
  if (typeof driver?.endpoint !== 'string') missing.push('endpoint')
  if (typeof driver?.capabilities !== 'object' || driver.capabilities === null) missing.push('capabilities')
  if (missing.length > 0) {
    throw new DriverError('DRIVER.INVALID', `${label} is not a Driver: it lacks ${missing.join(', ')}.`, {
      hint: 'Implement the Driver interface of dynamodb-tooling; driverContract() of dynamodb-tooling/testing checks the rest.',
      details: { missing },
    })
  }
}
