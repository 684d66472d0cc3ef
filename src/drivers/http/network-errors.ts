import { NetworkError } from '../errors.js'
import type { TransportRequest } from './transport.js'

type Place = Pick<TransportRequest, 'hostname' | 'port'>

const where = ({ hostname, port }: Place): string => `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`

/** What to try next, by where the request went. */
function nextStep({ hostname }: Place, code: string | undefined): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'Check the spelling of `endpoint` or `region`, and the network connection.'
  if (/^(127\.|localhost$|::1$)/.test(hostname)) {
    return 'Is the local engine running? Start it with dynamoDb.launch({ port }), or set `local: { enabled: true }` to have it started for you.'
  }
  return 'Check the network connection, firewalls and proxies on the way, and `endpoint` or `region` in the config.'
}

export function unreachable(place: Place, cause: unknown, sent: boolean): NetworkError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  const why = code ?? (cause instanceof Error ? cause.message : String(cause))
  const what = sent ? `The connection to ${where(place)} broke before the answer came` : `Cannot reach ${where(place)}`
  return new NetworkError('NETWORK.UNREACHABLE', `${what} (${why}).`, {
    cause,
    sent,
    hint: nextStep(place, code),
    details: { host: place.hostname, port: place.port },
  })
}

export function timedOut(
  place: Place,
  ms: number,
  sent: boolean,
  phase: 'connect' | 'answer' = 'answer',
): NetworkError {
  const message =
    phase === 'connect'
      ? `No connection to ${where(place)} within ${ms} ms.`
      : sent
        ? `No answer from ${where(place)} within ${ms} ms.`
        : `No free connection to ${where(place)} within ${ms} ms.`
  return new NetworkError('NETWORK.TIMEOUT', message, {
    sent,
    hint: sent
      ? 'Raise `httpOptions.timeout` if answers may take that long.'
      : phase === 'connect'
        ? nextStep(place, undefined)
        : 'More requests are under way than `httpOptions.maxSockets` lets through in that time.',
    details: { host: place.hostname, port: place.port, timeout: ms, phase },
  })
}

export function noCredentialsWithin(ms: number): NetworkError {
  return new NetworkError('NETWORK.TIMEOUT', `No credentials were found within ${ms} ms.`, {
    sent: false,
    hint: 'Call connect() when the program starts, so that no request waits for credentials.',
    details: { timeout: ms, phase: 'credentials' },
  })
}

export function aborted(signal: AbortSignal, sent: boolean): NetworkError {
  return new NetworkError('NETWORK.ABORTED', 'The request was aborted by its AbortSignal.', {
    cause: signal.reason,
    sent,
  })
}

export function notHttp(place: Place, cause: unknown): NetworkError {
  return new NetworkError('NETWORK.CORRUPT', `What listens on ${where(place)} does not speak HTTP.`, {
    cause,
    hint: 'Check host, port and protocol (http or https) of `endpoint`.',
  })
}

export function brokenAnswer(place: Place, cause: unknown): NetworkError {
  return new NetworkError('NETWORK.CORRUPT', `The answer of ${where(place)} ended in the middle.`, { cause })
}
