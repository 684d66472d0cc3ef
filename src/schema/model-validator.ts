import { isDynamoDBToolingError, mapConcurrent, suggest } from '../kernel/index.js'
import type { EntitySchema } from './entity-schema.js'
import { entitySchemaOf, type ModelSource } from './entity-schema-of.js'
import { SchemaError, ValidationError, type Violation } from './errors.js'
import { findViolations, type LateCheck, type PlaceCheck, problemsAsViolations } from './find-violations.js'
import { ItemCodec } from './item-codec.js'
import { askLate, type Lookup, lookupOf } from './late-rules.js'
import { ruleSetOf } from './rule-set.js'

export interface ValidationResult {
  readonly valid: boolean
  readonly violations: readonly Violation[]
  /** Messages by attribute, and by place inside one: `{ 'address.city': ['address.city is required.'] }`. */
  readonly errors: Readonly<Record<string, readonly string[]>>
}

/** What of the data is checked, and how long. */
export interface ValidateOptions {
  /** These attributes and no others. */
  readonly only?: readonly string[]
  /** All attributes but these. */
  readonly except?: readonly string[]
  /** Stops at the first violation; rules after it are not asked. Default false. */
  readonly stopOnFirstError?: boolean
  /** Milliseconds that each asynchronous rule may take; one that takes longer counts as failed. Default 5000. */
  readonly timeoutMs?: number
  /** Stops the wait for asynchronous rules: the promise rejects with its reason. */
  readonly signal?: AbortSignal
}

/** Asynchronous rules asked at once. */
const AT_ONCE = 10
const TIMEOUT_MS = 5000

type Found = readonly Violation[] | undefined

/**
 * Checks data against a model's attributes. Runs before every write, and on its own.
 *
 * @example
 * const { valid, errors } = await new ModelValidator(User).validate({ email: 'x' })
 */
export class ModelValidator {
  readonly #schema: EntitySchema
  readonly #checks: readonly PlaceCheck[]
  readonly #lookup: Lookup | undefined
  #codec: ItemCodec | undefined

  /**
   * @param lookup how `unique` and `exists` find rows. Default: on the connection of the model
   * @throws SchemaError for a definition with a fault, such as a rule nobody can check
   */
  constructor(model: ModelSource | EntitySchema, lookup?: Lookup) {
    this.#schema = 'kind' in model ? model : entitySchemaOf(model)
    this.#lookup = lookup ?? ('kind' in model ? undefined : lookupOf(model))
    this.#checks = this.#schema.attributes.map((attribute) => ({
      attribute,
      rules: ruleSetOf(attribute, this.#schema.name),
      hidden: this.#schema.secret.has(attribute.name),
    }))
  }

  /**
   * Every violation of `data`, all at once: what a create would refuse. Never throws for bad data.
   *
   * @example
   * const { valid, errors } = await validator.validate(body, { only: ['email'], signal: request.signal })
   * @throws SchemaError for a name in `only` or `except` that is no attribute; the reason of `signal` when it aborts
   */
  async validate(data: Readonly<Record<string, unknown>>, options: ValidateOptions = {}): Promise<ValidationResult> {
    const { violations } = await this.#check(data, options)
    return {
      valid: violations.length === 0,
      violations,
      errors: new ValidationError(this.#schema.name, violations).errors,
    }
  }

  /**
   * The same, for those who want an error.
   *
   * @example
   * await new ModelValidator(User).validateOrThrow({ email: 'x' }, { stopOnFirstError: true })
   * @throws ValidationError naming every attribute that is wrong
   */
  async validateOrThrow(data: Readonly<Record<string, unknown>>, options: ValidateOptions = {}): Promise<void> {
    const { violations, cause } = await this.#check(data, options)
    if (violations.length > 0) throw new ValidationError(this.#schema.name, violations, { cause })
  }

  /** The rules, and values that are of the right type and yet cannot be stored exactly; named casts come first, as in a write. */
  async #check(data: Readonly<Record<string, unknown>>, options: ValidateOptions): Promise<Answer> {
    const { stopOnFirstError: stop = false, timeoutMs = TIMEOUT_MS, signal } = options
    signal?.throwIfAborted()
    const chosen = this.#chosen(options)
    this.#codec ??= new ItemCodec(this.#schema, 'iso')
    const codec = this.#codec
    const given: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    // No attribute has the name of a member of every object.
    for (const name of codec.names) given[name] = codec.coerce(name, (data as typeof data | null | undefined)?.[name])
    const { found, late } = findViolations(this.#checks, given, { only: chosen, stop, created: true })
    const violations = [...found]
    if (!stop || violations.length === 0) {
      const broken = new Set(found.map(({ attribute }) => attribute))
      for (const name of codec.names) {
        if (given[name] === undefined || broken.has(name) || chosen?.has(name) === false) continue
        try {
          codec.encodeAttribute(name, given[name])
        } catch (error) {
          const message = isDynamoDBToolingError(error)
            ? error.message
            : `${name} could not be checked: its cast threw.`
          violations.push({ attribute: name, rule: 'value', message })
          if (stop) break
        }
      }
    }
    if (stop && violations.length > 0) return { violations, cause: undefined }
    const later = await this.#ask(late, given, { stop, timeoutMs, signal })
    return { violations: [...violations, ...later.violations], cause: later.cause }
  }

  /** The attributes that are checked; undefined for all. A name nobody knows would let everything pass. */
  #chosen({ only, except }: ValidateOptions): ReadonlySet<string> | undefined {
    if (only === undefined && except === undefined) return undefined
    const known = this.#schema.attribute
    for (const name of [...(only ?? []), ...(except ?? [])])
      if (!known.has(name)) {
        const meant = suggest(name, known.keys())
        throw new SchemaError('SCHEMA.INVALID_ATTRIBUTE', `${this.#schema.name} has no attribute "${name}" to check.`, {
          hint: meant === undefined ? `Attributes are ${[...known.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
        })
      }
    return new Set([...(only ?? known.keys())].filter((name) => except?.includes(name) !== true))
  }

  /**
   * The violations of a write, or undefined when there are none; a promise only where a rule is asynchronous.
   * @param only check these attributes and no others: the rest of the row is there already
   */
  violations(data: Readonly<Record<string, unknown>>, only?: ReadonlySet<string>): Found | Promise<Found> {
    const { found, late: asked } = findViolations(this.#checks, data, { only, partial: only !== undefined })
    const late = asked.length === 0 ? asked : asked.filter(({ rule }) => rule.keptByWrites !== true)
    if (late.length === 0) return found.length === 0 ? undefined : found
    return this.#ask(late, data, { stop: false, timeoutMs: TIMEOUT_MS, signal: undefined }).then(({ violations }) => {
      const all = [...found, ...violations]
      return all.length === 0 ? undefined : all
    })
  }

  async #ask(late: readonly LateCheck[], data: Readonly<Record<string, unknown>>, how: Asking): Promise<Answer> {
    let cause: unknown
    let stopped = false
    const ask = async (check: LateCheck): Promise<readonly Violation[]> => {
      if (stopped) return []
      const context = { model: this.#schema.name, attribute: check.path, data, lookup: this.#lookup }
      const problems = await askLate(check.rule, check.value, context, how)
      // An error of others may quote the value.
      if (!check.hidden) cause ??= problems.find((problem) => problem.cause !== undefined)?.cause
      const found = problemsAsViolations(check, problems)
      stopped = how.stop && found.length > 0
      return how.stop ? found.slice(0, 1) : found
    }
    const found = await mapConcurrent(late, how.stop ? 1 : AT_ONCE, ask, how.signal)
    return { violations: found.flat(), cause }
  }
}

interface Asking {
  readonly stop: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}
interface Answer {
  readonly violations: readonly Violation[]
  readonly cause: unknown
}
