import { isDynamoDBToolingError } from '../kernel/index.js'
import type { RuleFunction, ValidationContext } from './definition.js'
import { memberOf } from './rule-spec.js'

/** What a rule says is wrong; the message follows the attribute's name, unless it stands alone. */
export interface Problem {
  readonly message: string
  /** The place inside the value: `.city`, `[0]`. */
  readonly path?: string
  /** It may quote the value, as it is made by others. */
  readonly foreign?: boolean
  /** Nobody knows whether the value is wrong: messages of the model's own are not about that. */
  readonly unchecked?: boolean
  /** Why there was no answer. */
  readonly cause?: unknown
}
/** A rule that may answer later. Its answer: what is wrong; nothing when all is well. */
export interface LateRule {
  readonly rule: string
  readonly words?: Readonly<Record<string, string>>
  /** Writes keep it themselves, at once with what they write; no question before them would be as sure. */
  readonly keptByWrites?: boolean
  readonly check: (value: any, context: LateContext) => readonly Problem[] | Promise<readonly Problem[]>
}
export interface LateContext extends ValidationContext {
  readonly lookup: Lookup | undefined
}

/** A question that rules ask of the table. */
export interface LookupQuestion {
  readonly rule: 'unique' | 'exists'
  /** The attribute the rule is of, and the row it is in. */
  readonly attribute: string
  readonly data: Readonly<Record<string, any>>
  /** Where to look: a model (default: the attribute's own) and an attribute of it (default: this one, or the primary key). */
  readonly model: string | undefined
  readonly by: string | undefined
  readonly values: readonly unknown[]
  readonly signal: AbortSignal
}
/** True where all is well: nobody else has the value; every value is there. */
export type Lookup = (question: LookupQuestion) => Promise<boolean>

let finder: ((owner: object) => Lookup) | undefined

/** Says how rows are looked up for `unique` and `exists`. */
export function setLookups(find: typeof finder): void {
  finder = find
}
/** How rows are looked up for a model, on the connection that it is used on or bound to. */
export function lookupOf(owner: object): Lookup | undefined {
  return finder?.(owner)
}

export function standardOf(rule: unknown): { validate(value: unknown): unknown } | undefined {
  const standard = memberOf(rule, '~standard')
  return typeof memberOf(standard, 'validate') === 'function'
    ? (standard as { validate(value: unknown): unknown })
    : undefined
}

/** The rule of a Standard Schema. An answer that is none counts as failed. What the schema makes of a value is not stored. */
export function schemaRule(schema: unknown): LateRule {
  return { rule: 'schema', check: (value) => then(standardOf(schema)?.validate(value), read) }
  function read(result: unknown): readonly Problem[] {
    if (typeof result !== 'object' || result === null)
      return [{ message: 'could not be checked: its schema gave no answer.', unchecked: true }]
    const { issues } = result as { issues?: readonly { message?: unknown; path?: readonly unknown[] }[] }
    if (issues === undefined || issues === null) return []
    if (!Array.isArray(issues))
      return [{ message: 'could not be checked: its schema gave no answer.', unchecked: true }]
    // A list of issues without any is no success.
    if (issues.length === 0) return [{ message: 'is not valid.' }]
    return (issues as readonly { message?: unknown; path?: readonly unknown[] }[]).map(({ message, path }) => ({
      message: `is not valid: ${String(message)}`,
      foreign: true,
      path: pathText(path ?? []),
    }))
  }
}

/** The rule of a function: true and undefined are fine; text is the message. */
export function functionRule(validate: RuleFunction): LateRule {
  return {
    rule: 'validate',
    check: (value, { model, attribute, data, signal }) =>
      then(validate(value, { model, attribute, data, signal }), (verdict) => {
        if (verdict === true || verdict === undefined) return []
        return [typeof verdict === 'string' ? { message: verdict, foreign: true } : { message: 'is not valid.' }]
      }),
  }
}

/** `unique`, `unique:User,email`, `exists:Team`, `exists:Team,slug`; undefined where the words are none for the rule. */
export function lookupRule(rule: string, words: readonly string[]): LateRule | undefined {
  const kind = rule.startsWith('unique') ? 'unique' : 'exists'
  const [model, by, ...more] = words
  if (more.length > 0 || words.some((word) => !/^[\w-]+$/.test(word))) return undefined
  if (kind === 'exists' && model === undefined) return undefined
  return {
    rule,
    ...(kind === 'unique' && model === undefined ? { keptByWrites: true } : {}),
    check: async (value, { lookup, data, attribute, signal }) => {
      if (lookup === undefined)
        return [{ message: 'could not be checked: nobody here can read rows.', unchecked: true }]
      const values = value instanceof Set || Array.isArray(value) ? [...(value as Iterable<unknown>)] : [value]
      if (await lookup({ rule: kind, attribute, data, model, by, values, signal })) return []
      return [{ message: kind === 'unique' ? 'is taken.' : 'is not there.' }]
    },
  }
}

/** What one late rule says, within its time; a rule that throws, rejects or does not answer counts as failed. */
export async function askLate(
  rule: LateRule,
  value: unknown,
  context: Omit<LateContext, 'signal'>,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<readonly Problem[]> {
  limits.signal?.throwIfAborted()
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let abort: (() => void) | undefined
  try {
    const answer = rule.check(value, { ...context, signal: over.signal })
    if (!(answer instanceof Promise)) return answer
    const late = new Promise<readonly Problem[]>((resolve, reject) => {
      timer = setTimeout(() => {
        resolve([{ message: `could not be checked within ${limits.timeoutMs} ms.`, unchecked: true }])
      }, limits.timeoutMs)
      abort = () => {
        reject(limits.signal?.reason as Error)
      }
      limits.signal?.addEventListener('abort', abort)
    })
    return await Promise.race([answer, late])
  } catch (cause) {
    limits.signal?.throwIfAborted()
    if (isMistake(cause)) throw cause
    return [{ message: `could not be checked: its ${nounOf(rule.rule)} ${failure(cause)}.`, unchecked: true, cause }]
  } finally {
    clearTimeout(timer)
    if (abort !== undefined) limits.signal?.removeEventListener('abort', abort)
    over.abort()
  }
}

/** A fault of the program, which no other value would mend: a model nobody knows, a query that is refused. */
function isMistake(error: unknown): boolean {
  return isDynamoDBToolingError(error) && /^(?:MODEL|SCHEMA|QUERY|DESIGN|CONFIG)\./.test(error.code)
}

function nounOf(rule: string): string {
  return rule === 'validate' ? 'validate function' : rule === 'schema' ? 'schema' : `rule "${rule}"`
}

function failure(cause: unknown): string {
  return isDynamoDBToolingError(cause) ? `failed with ${cause.code}` : 'threw'
}

function pathText(path: readonly unknown[]): string {
  return path
    .map((part) => {
      const key: unknown = typeof part === 'object' && part !== null ? memberOf(part, 'key') : part
      return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
    })
    .join('')
}

function then<A, B>(answer: A | Promise<A>, read: (answer: A) => B): B | Promise<B> {
  return typeof memberOf(answer, 'then') === 'function' ? Promise.resolve(answer).then(read) : read(answer as A)
}
