import { InternalError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import { TableError } from './errors.js'

/** A package of AWS that is loaded when it is used, and the client in it. */
export interface ServicePackage {
  readonly name: string
  /** The class with a method for each operation. */
  readonly client: string
}

/** Tests say how packages are loaded. */
export type Load = (name: string) => Promise<unknown>
const load: Load = (name) => import(name)

type Service = new (settings: object) => { destroy(): void }

/**
 * Calls a function with a client of a service, in the region and with the credentials of the connection; it is closed
 * afterwards. A client that was given is used as it is, and left open.
 *
 * @throws TableError `TABLE.CLIENT_MISSING`
 */
export async function withService<Client extends object, T>(
  { name, client: className }: ServicePackage,
  { config }: Connection,
  given: Client | undefined,
  work: (client: Client) => Promise<T>,
  loadPackage: Load = load,
): Promise<T> {
  if (given !== undefined) return work(given)
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = (await loadPackage(name)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw new TableError('TABLE.CLIENT_MISSING', `This needs the package ${name}, which is not installed.`, {
      cause,
      hint: `npm install ${name}`,
      details: { package: name },
    })
  }
  const Maker = exported[className]
  if (typeof Maker !== 'function') throw new InternalError(`${name} has no ${className}`)
  const { region, credentials, profile, useFipsEndpoint, useDualstackEndpoint } = config
  const client = new (Maker as Service)({
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
    useFipsEndpoint,
    useDualstackEndpoint,
  })
  try {
    return await work(client as unknown as Client)
  } finally {
    client.destroy()
  }
}
