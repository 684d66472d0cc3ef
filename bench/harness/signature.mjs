import { createHash, createHmac } from 'node:crypto'

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const hmac = (key, data) => createHmac('sha256', key).update(data).digest()

/**
 * Checks the Signature Version 4 of a recorded request against its body, by the rules of AWS's documentation, so that
 * nobody is measured without signing. Returns undefined when it holds, else what is wrong.
 */
export function signatureFault({ path, headers, body }, secretAccessKey) {
  const authorization = headers.authorization
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization ?? '',
  )
  if (match === null) return `no Signature Version 4 in the authorization header (${authorization})`
  const [, credential, signedHeaders, signature] = match
  const [, date, region, service, end] = credential.split('/')
  const names = signedHeaders.split(';')
  for (const needed of ['host', 'x-amz-date', 'x-amz-target'])
    if (!names.includes(needed)) return `${needed} is not signed`
  const canonicalHeaders = names
    .map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}\n`)
    .join('')
  const canonicalRequest = `POST\n${path}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(body)}`
  const toSign = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${date}/${region}/${service}/${end}\n${sha256(canonicalRequest)}`
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), end)
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'the signature does not match the request'
}
