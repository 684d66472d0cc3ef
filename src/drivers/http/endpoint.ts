import { DriverError } from '../errors.js'
import { profileRegion } from './profile-region.js'

/** Where requests go and what their signature says about it. */
export interface Endpoint {
  /** For people, without a trailing slash: `https://dynamodb.eu-west-1.amazonaws.com`. */
  readonly url: string
  readonly secure: boolean
  /** For the socket: no brackets around an IPv6 address. */
  readonly hostname: string
  readonly port: number
  /** The Host header: with the port where it is not the protocol's own. */
  readonly host: string
  readonly path: string
  /** The region the signature names. */
  readonly region: string
  /** True when nothing sent there leaves this machine. */
  readonly loopback: boolean
}

export interface EndpointSettings {
  readonly region: string | undefined
  readonly endpoint: string | undefined
  readonly useFipsEndpoint: boolean
  readonly useDualstackEndpoint: boolean
  readonly profile: string | undefined
  readonly driverOptions: Readonly<Record<string, unknown>>
}

/** Partitions of AWS other than the main one: what their regions begin with, DNS suffix, and that of dual-stack hosts. */
const PARTITIONS: readonly (readonly [prefix: string, suffix: string, dualStackSuffix: string])[] = [
  ['cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  ['eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'],
]

/** Throws `ENDPOINT.INVALID`, `ENDPOINT.INSECURE` or `ENDPOINT.REGION_MISSING`. */
export function resolveEndpoint(settings: EndpointSettings): Endpoint {
  if (settings.endpoint !== undefined) return customEndpoint(settings.endpoint, settings)
  const region = settings.region ?? profileRegion(settings.profile)
  if (region === undefined) throw regionMissing('')
  checkRegion(region)
  return customEndpoint(`https://${awsHost(region, settings)}`, { ...settings, region })
}

function awsHost(region: string, { useFipsEndpoint: fips, useDualstackEndpoint: dualStack }: EndpointSettings): string {
  const partition = PARTITIONS.find(([prefix]) => region.startsWith(prefix))
  const suffix = dualStack ? (partition?.[2] ?? 'api.aws') : (partition?.[1] ?? 'amazonaws.com')
  // GovCloud's ordinary endpoint is its FIPS endpoint; only the dual-stack one has a name of its own.
  const service = fips && !(region.startsWith('us-gov-') && !dualStack) ? 'dynamodb-fips' : 'dynamodb'
  return `${service}.${region}.${suffix}`
}

function customEndpoint(text: string, settings: EndpointSettings): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const reason =
    url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === ''
      ? 'it is not a URL such as http://127.0.0.1:8000'
      : url.username !== '' || url.password !== ''
        ? 'it carries a user name or password; credentials go into `credentials`'
        : url.search !== '' || url.hash !== '' || !/^(\/[\w.~-]+)*\/?$/.test(url.pathname)
          ? 'only a plain path may follow the host'
          : undefined
  if (url === undefined || reason !== undefined) {
    const shown = url === undefined ? text : `${url.protocol}//${url.host}`
    throw new DriverError('ENDPOINT.INVALID', `The endpoint "${shown}" cannot be used: ${reason}.`, {
      hint: 'Give protocol, host and port, or leave `endpoint` out to use the region’s endpoint of AWS.',
    })
  }
  const secure = url.protocol === 'https:'
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const loopback = isLoopback(hostname)
  if (!secure && !loopback && settings.driverOptions['allowInsecure'] !== true) {
    throw new DriverError(
      'ENDPOINT.INSECURE',
      `The endpoint "${url.origin}" would carry items and signatures over the network in plain text.`,
      { hint: 'Use https://, or set `driverOptions: { allowInsecure: true }` when the network itself is protected.' },
    )
  }
  const region = settings.region ?? regionInHost(hostname) ?? (loopback ? 'us-east-1' : profileRegion(settings.profile))
  if (region === undefined) throw regionMissing(` to sign requests to "${url.origin}"`)
  checkRegion(region)
  const path = url.pathname === '/' ? '/' : url.pathname.replace(/\/$/, '')
  return Object.freeze({
    url: path === '/' ? url.origin : url.origin + path,
    secure,
    hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    path,
    region,
    loopback,
  })
}

/** True for the names and addresses of this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '::1' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

/** `dynamodb.eu-west-1.amazonaws.com` and `vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com` name their region. */
function regionInHost(hostname: string): string | undefined {
  return /(?:^|\.)dynamodb(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\./.exec(hostname)?.[1]
}

function checkRegion(region: string): void {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(region)) return
  throw new DriverError('ENDPOINT.INVALID', `"${region}" is not the name of a region.`, {
    hint: 'A region looks like eu-central-1.',
  })
}

function regionMissing(why: string): DriverError {
  return new DriverError('ENDPOINT.REGION_MISSING', `No region is configured${why}.`)
}
