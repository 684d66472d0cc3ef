import { type AttributeMap, type AttributeValue, canonicalNumber, ExactNumber, exactNumberOf } from '../values/index.js'
import { CliError } from './errors.js'

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Text in quotes, which is passed over, or a number. */
const TOKEN = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const EXACT = '\u0000exact'

/**
 * An object given as JSON. Numbers keep all their digits.
 *
 * @throws CliError `CLI.USAGE`
 */
export function objectOf(text: string, flag: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text.replaceAll(TOKEN, keepDigits), (_, each: unknown) => exactOf(each) ?? each)
  } catch (cause) {
    throw new CliError('CLI.USAGE', `${flag} is not JSON: ${(cause as Error).message}.`, {
      cause,
      hint: `Quote it for the shell: ${flag} '{"name": "Ada"}'`,
    })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CliError('CLI.USAGE', `${flag} must be a JSON object, such as {"name": "Ada"}.`)
}

/** A number that a double would round is put into quotes, with a mark. */
function keepDigits(token: string): string {
  if (token.startsWith('"') || exactNumberOf(canonicalNumber(token)) !== undefined) return token
  return JSON.stringify({ [EXACT]: token })
}

function exactOf(value: unknown): ExactNumber | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, EXACT)) return undefined
  return new ExactNumber(String(Reflect.get(value, EXACT)))
}

/** A value of a filter: `36`, `true`, `null`, `"36"`, or any other text as it is. */
export function valueOf(text: string): AttributeValue {
  if (NUMBER.test(text)) return { N: canonicalNumber(text) }
  if (text === 'true' || text === 'false') return { BOOL: text === 'true' }
  if (text === 'null') return { NULL: true }
  if (/^".*"$/s.test(text)) {
    try {
      return { S: JSON.parse(text) as string }
    } catch {
      // Quotes that are part of the text.
    }
  }
  return { S: text }
}

/** An item in DynamoDB's own JSON: `{"name": {"S": "Ada"}}`. The engine looks at what is in it. */
export function itemOf(text: string, flag: string): AttributeMap {
  let item: unknown
  try {
    item = JSON.parse(text)
  } catch (cause) {
    throw new CliError('CLI.USAGE', `${flag} is not JSON: ${(cause as Error).message}.`, { cause })
  }
  const isItem =
    typeof item === 'object' &&
    item !== null &&
    Object.values(item).every((value) => typeof value === 'object' && value !== null && Object.keys(value).length === 1)
  if (isItem) return item as AttributeMap
  throw new CliError('CLI.USAGE', `${flag} is not an item in DynamoDB's JSON, such as {"name": {"S": "Ada"}}.`)
}

/** What `--data` names: the text itself, or what comes from stdin for `-`. */
export async function dataText(given: string | undefined): Promise<string> {
  if (given === undefined) throw new CliError('CLI.USAGE', '--data is missing.', { hint: '--data - reads stdin.' })
  if (given !== '-') return given
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string
  return text
}
