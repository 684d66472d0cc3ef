import type { Clock } from '../../kernel/index.js'
import { DriverError } from '../errors.js'
import type { AwsCredentials, AwsCredentialsProvider, DriverSettings } from '../settings.js'

/** Milliseconds before expiry from which new credentials are fetched, and from which requests wait for them. */
const REFRESH_BEFORE = 5 * 60_000
const WAIT_BEFORE = 30_000
/** Milliseconds between background fetches while they fail. */
const REFETCH_AFTER = 10_000

/** DynamoDB Local takes letters and digits only. */
const LOOPBACK: AwsCredentials = Object.freeze({ accessKeyId: 'local', secretAccessKey: 'local' })

/** Where a driver's credentials come from. The same object is returned while they last, so signers may compare by it. */
export interface CredentialSource {
  get(): AwsCredentials | Promise<AwsCredentials>
  /** Forgets what the server refused. False when asking again would give the same. */
  refresh(refused: AwsCredentials): boolean
}

type Settings = Pick<DriverSettings, 'credentials' | 'profile' | 'region'>
/** Loads the default chain of AWS (environment, SSO, profile files, process, web identity, container, instance). */
export type LoadChain = (settings: Settings) => Promise<AwsCredentialsProvider>

export interface CredentialTools {
  /** The endpoint is on this machine: without credentials of the user's, nothing is looked up. */
  readonly loopback: boolean
  readonly clock: Clock
  readonly env?: NodeJS.ProcessEnv
  readonly loadChain?: LoadChain
}

export function createCredentialSource(settings: Settings, tools: CredentialTools): CredentialSource {
  const { credentials } = settings
  if (typeof credentials === 'function') return expiring(() => fromProvider(credentials), tools.clock)
  if (credentials !== undefined) return fixed(checked(credentials, '`credentials`'))
  if (tools.loopback) return fixed(LOOPBACK)
  const env = tools.env ?? process.env
  const profile = settings.profile ?? env['AWS_PROFILE']
  const accessKeyId = env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']
  if ((profile === undefined || profile === '') && accessKeyId && secretAccessKey) {
    const sessionToken = env['AWS_SESSION_TOKEN'] || undefined
    return fixed(checked({ accessKeyId, secretAccessKey, sessionToken }, 'the AWS_* environment variables'))
  }
  return expiring(fromChain(settings, tools.loadChain ?? loadDefaultChain), tools.clock)
}

function fixed(credentials: AwsCredentials): CredentialSource {
  return { get: () => credentials, refresh: () => false }
}

function expiring(fetch: () => Promise<AwsCredentials>, clock: Clock): CredentialSource {
  let current: AwsCredentials | undefined
  let refreshAt = 0
  let fetching: Promise<AwsCredentials> | undefined
  const start = (): Promise<AwsCredentials> => {
    fetching ??= fetch()
      .then((fetched) => {
        current = fetched
        const expires = fetched.expiration?.getTime() ?? Number.POSITIVE_INFINITY
        // Credentials that come with less than five minutes left are not asked for again on every request.
        refreshAt = Math.max(expires - REFRESH_BEFORE, clock.now() + REFETCH_AFTER)
        return fetched
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  return {
    get() {
      const now = clock.now()
      if (current === undefined) return start()
      if (now < refreshAt) return current
      const left = (current.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now
      if (left <= WAIT_BEFORE) return start().catch((error: unknown) => stillValid(current, clock, error))
      refreshAt = now + REFETCH_AFTER
      // Those at hand are good for a while yet; a failure shows when they no longer are.
      start().catch(() => undefined)
      return current
    },
    refresh(refused) {
      if (current === refused) current = undefined
      return true
    },
  }
}

function stillValid(current: AwsCredentials | undefined, clock: Clock, error: unknown): AwsCredentials {
  if (current?.expiration !== undefined && current.expiration.getTime() > clock.now()) return current
  throw error
}

async function fromProvider(provider: AwsCredentialsProvider): Promise<AwsCredentials> {
  let given: AwsCredentials
  try {
    given = await provider()
  } catch (cause) {
    throw new DriverError('CREDENTIALS.INVALID', `The function given as \`credentials\` failed: ${reason(cause)}`, {
      cause,
    })
  }
  return checked(given, 'what the `credentials` function returned')
}

function fromChain(settings: Settings, load: LoadChain): () => Promise<AwsCredentials> {
  let chain: Promise<AwsCredentialsProvider> | undefined
  return async () => {
    chain ??= load(settings)
    const provider = await chain
    let found: AwsCredentials
    try {
      found = await provider()
    } catch (cause) {
      const profile = settings.profile === undefined ? '' : ` in profile "${settings.profile}"`
      throw new DriverError('CREDENTIALS.MISSING', `No AWS credentials were found${profile}: ${reason(cause)}`, {
        cause,
        hint: 'Give `credentials: { accessKeyId, secretAccessKey }` or `profile` in the config, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, log in with `aws sso login`, or run where a role is attached. To work without AWS: `local: { enabled: true }`.',
      })
    }
    return checked(found, 'what the default credential chain found')
  }
}

const loadDefaultChain: LoadChain = async ({ profile, region }) => {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  return defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { parentClientConfig: { region } }),
  })
}

/** Refuses what could not sign a request, such as a secret with the line break of the file it was read from. */
function checked(credentials: AwsCredentials, from: string): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? {}
  const wrong =
    !printable(accessKeyId) || /[\s,/]/.test(accessKeyId)
      ? 'accessKeyId'
      : !printable(secretAccessKey)
        ? 'secretAccessKey'
        : sessionToken !== undefined && !printable(sessionToken)
          ? 'sessionToken'
          : undefined
  if (wrong === undefined) return credentials
  throw new DriverError(
    'CREDENTIALS.INVALID',
    `In ${from}, ${wrong} is empty, no text, or holds white space or control characters.`,
    {
      hint: 'Copy it again without line breaks or quotes around it.',
      details: { field: wrong },
    },
  )
}

function printable(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
