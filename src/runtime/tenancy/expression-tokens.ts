import type { AttributeMap, AttributeValue } from '../../values/index.js'
import { TenancyError } from './errors.js'

/** Number of the first placeholder that is added: expressions that were made have less. */
const FIRST = 1000
/** The name of the table's partition key, where a request is given it. */
export const KEY_NAME: string = `#n${FIRST}`
/** The name of the attribute that says whose a row is. */
export const TENANT_NAME: string = `#n${FIRST + 1}`
const TOKEN = /[#:]\w+|[A-Za-z_]\w*|\d+|<>|<=|>=|[=<>()[\],.+-]/g

/**
 * The names, placeholders, words and signs of an expression.
 *
 * @throws TenancyError `TENANCY.NOT_CHECKABLE` for one with anything else in it
 */
export function tokensOf(expression: string): readonly string[] {
  const tokens = expression.match(TOKEN) ?? []
  if (tokens.join('') !== expression.replaceAll(/\s+/g, ''))
    throw new TenancyError('TENANCY.NOT_CHECKABLE', 'An expression could not be read.')
  return tokens
}

/** An expression of these tokens, as this package writes them. */
export function expressionOf(tokens: readonly string[]): string {
  return tokens
    .join(' ')
    .replaceAll(/ ?([.[\]]) ?/g, '$1')
    .replaceAll('( ', '(')
    .replaceAll(/ (?=[),])/g, '')
    .replaceAll(/\b([a-z_]+) \(/g, (call, name: string) => (WORDS.has(name) ? call : `${name}(`))
}

/** Words before a bracket that are no function. */
const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in'])

/** Names and values that the expressions of a request have placeholders for. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>
  readonly #values: Record<string, AttributeValue>
  readonly #change: (value: AttributeValue) => AttributeValue
  /** What stands for a value since it was changed. */
  readonly #changed = new Map<string, string>()

  /** @param change what values of keys become */
  constructor(
    names: Readonly<Record<string, string>> | undefined,
    values: AttributeMap | undefined,
    change: (value: AttributeValue) => AttributeValue,
  ) {
    this.#names = names ?? {}
    this.#values = { ...values }
    this.#change = change
  }

  /** The attribute that a token names, if it names one. */
  nameOf(token: string | undefined): string | undefined {
    if (token === undefined) return undefined
    return token.startsWith('#') ? this.#names[token] : /^[A-Za-z_]/.test(token) ? token : undefined
  }

  /** The placeholder of the changed value. The value itself goes on standing where it is used for another attribute. */
  changed(placeholder: string): string {
    const known = this.#changed.get(placeholder)
    if (known !== undefined) return known
    const value = this.#values[placeholder]
    // DynamoDB says what is wrong with it.
    if (value === undefined) return placeholder
    const made = this.add(this.#change(value))
    this.#changed.set(placeholder, made)
    return made
  }

  /** A placeholder of its own for a value, as this package names them. */
  add(value: AttributeValue): string {
    let n = FIRST
    while (Object.hasOwn(this.#values, `:v${n}`)) n++
    this.#values[`:v${n}`] = value
    return `:v${n}`
  }

  /** The values, without those that were only used as keys, which DynamoDB would refuse as unused. */
  valuesFor(expressions: readonly (readonly string[])[]): AttributeMap {
    const used = new Set(expressions.flat())
    for (const placeholder of this.#changed.keys()) if (!used.has(placeholder)) delete this.#values[placeholder]
    return this.#values
  }
}
