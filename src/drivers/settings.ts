import type { RetryPolicy } from './retry.js'

/** Keys that sign requests. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly expiration?: Date | undefined
}
export type AwsCredentialsProvider = () => Promise<AwsCredentials>

/**
 * What a driver may need to know to reach its engine: a part of the connection's resolved config, said here because a
 * driver knows nothing of the rooms above it. Times are milliseconds.
 */
export interface DriverSettings {
  readonly region: string | undefined
  /** Where requests go instead of the region's endpoint of AWS. */
  readonly endpoint: string | undefined
  readonly useFipsEndpoint: boolean
  readonly useDualstackEndpoint: boolean
  readonly credentials: AwsCredentials | AwsCredentialsProvider | undefined
  readonly profile: string | undefined
  readonly local: {
    readonly enabled: boolean
    readonly port: number
    readonly engine: 'auto' | 'dynoxide' | 'dynamodb-local'
    readonly inMemory: boolean
    readonly dbPath: string
  }
  readonly httpOptions: {
    readonly connectTimeout: number
    readonly timeout: number
    readonly maxSockets: number
    readonly keepAlive: boolean
  }
  readonly retries: RetryPolicy
  /** The user's own options for this driver. */
  readonly driverOptions: Readonly<Record<string, unknown>>
  /** Folder that relative paths start from. */
  readonly root: string
}

/** What a driver's factory is given. */
export type DriverContext = DriverSettings

/** Settings of which some are left to their defaults. */
export type PartialDriverSettings = { readonly [Name in keyof DriverSettings]?: DriverSettings[Name] | undefined }

/** The settings a program leaves out, filled in with the defaults of the config. Reads no environment. */
export function driverSettings(given: PartialDriverSettings = {}): DriverSettings {
  return {
    region: given.region,
    endpoint: given.endpoint,
    useFipsEndpoint: given.useFipsEndpoint ?? false,
    useDualstackEndpoint: given.useDualstackEndpoint ?? false,
    credentials: given.credentials,
    profile: given.profile,
    local: given.local ?? { enabled: false, port: 8000, engine: 'auto', inMemory: false, dbPath: '.dynamodb' },
    httpOptions: given.httpOptions ?? { connectTimeout: 2000, timeout: 5000, maxSockets: 128, keepAlive: true },
    retries: given.retries ?? { maxRetries: 5, baseDelay: 50, maxDelay: 5000, deadline: undefined },
    driverOptions: given.driverOptions ?? {},
    root: given.root ?? process.cwd(),
  }
}
