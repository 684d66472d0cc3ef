import { TenancyError } from './errors.js'
import type { Placeholders } from './expression-tokens.js'

const COMPARES: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])
/** Functions that say the same of a key, whatever it begins with. */
const OF_ANY: ReadonlySet<string> = new Set(['attribute_exists', 'attribute_not_exists', 'attribute_type'])
const CLAUSES: ReadonlySet<string> = new Set(['SET', 'REMOVE', 'ADD', 'DELETE'])

type Tokens = readonly string[]

/** Finds the tokens that name a partition key of the table or of an index. */
export function keyTokens(
  tokens: Tokens,
  placeholders: Placeholders,
  keys: ReadonlySet<string>,
): (at: number) => boolean {
  return (at) => {
    const name = placeholders.nameOf(tokens[at])
    // In `a.pk` it is a name inside of another value, and `pk(` is no name.
    return name !== undefined && keys.has(name) && tokens[at - 1] !== '.' && tokens[at + 1] !== '('
  }
}

/**
 * A condition on keys as a tenant means it, on the keys as they are stored: each value that a key is compared with is
 * changed.
 *
 * @throws TenancyError `TENANCY.NOT_CHECKABLE` for what would see more of a key, such as its size
 */
export function conditionOnKeys(tokens: Tokens, placeholders: Placeholders, keys: ReadonlySet<string>): Tokens {
  const isKey = keyTokens(tokens, placeholders, keys)
  const out = [...tokens]
  const change = (at: number): void => {
    const token = tokens[at]
    if (token?.startsWith(':')) out[at] = placeholders.changed(token)
    else if (!isKey(at)) throw notCheckable()
  }
  for (let at = 0; at < tokens.length; at++) {
    if (!isKey(at)) continue
    const [before, after] = [tokens[at - 1] ?? '', tokens[at + 1] ?? '']
    const called = (before === '(' ? tokens[at - 2] : undefined)?.toLowerCase() ?? ''
    if (OF_ANY.has(called) && (after === ')' || after === ',')) continue
    if (called === 'begins_with' && after === ',') change(at + 2)
    else if (COMPARES.has(after)) change(at + 2)
    else if (after.toUpperCase() === 'BETWEEN') {
      change(at + 2)
      change(at + 4)
    } else if (after.toUpperCase() === 'IN' && tokens[at + 2] === '(') {
      for (let value = at + 3; value < tokens.length; value += 2) {
        change(value)
        if (tokens[value + 1] !== ',') break
      }
    } else if (COMPARES.has(before)) change(at - 2)
    else throw notCheckable()
  }
  return out
}

/**
 * An update that sets keys, as it is on the keys as they are stored.
 *
 * @throws TenancyError `TENANCY.NOT_CHECKABLE` for one that copies a key into another attribute, or another into a key
 */
export function updateOfKeys(tokens: Tokens, placeholders: Placeholders, keys: ReadonlySet<string>): Tokens {
  const isKey = keyTokens(tokens, placeholders, keys)
  const out = [...tokens]
  let clause = ''
  let depth = 0
  /** True behind the `=` of an assignment to a key; undefined before any. */
  let toKey: boolean | undefined
  for (const [at, token] of tokens.entries()) {
    const word = token.toUpperCase()
    if (CLAUSES.has(word) && depth === 0) {
      clause = word
      toKey = undefined
    } else if (token === '(') depth++
    else if (token === ')') depth--
    else if (token === ',' && depth === 0) toKey = undefined
    else if (token === '=' && clause === 'SET') toKey = isKey(at - 1)
    else if (toKey === true) {
      if (token.startsWith(':')) out[at] = placeholders.changed(token)
      else if (token !== ',' && word !== 'IF_NOT_EXISTS' && !isKey(at)) throw notCheckable()
    } else if (isKey(at) && (toKey === false || clause === 'ADD' || clause === 'DELETE')) throw notCheckable()
  }
  return out
}

const notCheckable = (): TenancyError =>
  new TenancyError('TENANCY.NOT_CHECKABLE', 'An expression uses a partition key in a way that cannot be followed.', {
    hint: 'Compare a partition key with a value, or set it to one.',
  })
