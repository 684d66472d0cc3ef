import { isDynamoDBToolingError } from '../kernel/index.js'
import type { AttributeSchema, EntitySchema } from './entity-schema.js'
import { entitySchemaOf, type ModelSource } from './entity-schema-of.js'
import { ValidationError, type Violation } from './errors.js'
import { ItemCodec } from './item-codec.js'
import { type Rule, rulesOf } from './rules.js'

export interface ValidationResult {
  readonly valid: boolean
  readonly violations: readonly Violation[]
  /** Messages by attribute. */
  readonly errors: Readonly<Record<string, readonly string[]>>
}

interface AttributeCheck {
  readonly attribute: AttributeSchema
  readonly rules: readonly Rule[]
  readonly asynchronous: boolean
}

/**
 * Checks data against a model's attributes. Runs before every write, and on its own.
 *
 * @example
 * const { valid, errors } = await new ModelValidator(User).validate({ email: 'x' })
 */
export class ModelValidator {
  readonly #schema: EntitySchema
  readonly #checks: readonly AttributeCheck[]
  #codec: ItemCodec | undefined

  constructor(model: ModelSource | EntitySchema) {
    this.#schema = 'kind' in model ? model : entitySchemaOf(model)
    this.#checks = this.#schema.attributes.map((attribute) => ({
      attribute,
      rules: rulesOf(attribute, this.#schema.name),
      asynchronous: attribute.options.validate !== undefined || attribute.options.schema !== undefined,
    }))
  }

  /** Every violation of `data`, all at once: what a create would refuse. Never throws for bad data. */
  async validate(data: Readonly<Record<string, unknown>>): Promise<ValidationResult> {
    const violations = await this.#check(data)
    return {
      valid: violations.length === 0,
      violations,
      errors: new ValidationError(this.#schema.name, violations).errors,
    }
  }

  /** @throws ValidationError naming every attribute that is wrong */
  async validateOrThrow(data: Readonly<Record<string, unknown>>): Promise<void> {
    const violations = await this.#check(data)
    if (violations.length > 0) throw new ValidationError(this.#schema.name, violations)
  }

  /** The rules, and values that are of the right type and yet cannot be stored exactly; named casts come first, as in a write. */
  async #check(data: Readonly<Record<string, unknown>>): Promise<readonly Violation[]> {
    this.#codec ??= new ItemCodec(this.#schema, 'iso')
    const codec = this.#codec
    const given = Object.fromEntries(codec.names.map((name) => [name, codec.coerce(name, data[name])]))
    const found = [...((await this.violations(given)) ?? [])]
    const broken = new Set(found.map(({ attribute }) => attribute))
    for (const name of codec.names) {
      if (given[name] === undefined || broken.has(name)) continue
      try {
        codec.encodeAttribute(name, given[name])
      } catch (error) {
        const message = isDynamoDBToolingError(error) ? error.message : `${name} could not be checked: its cast threw.`
        found.push({ attribute: name, rule: 'value', message })
      }
    }
    return found
  }

  /**
   * The violations, or undefined when there are none; a promise only where a rule is asynchronous.
   * @param only check these attributes and no others
   */
  violations(
    data: Readonly<Record<string, unknown>>,
    only?: ReadonlySet<string>,
  ): readonly Violation[] | undefined | Promise<readonly Violation[] | undefined> {
    let found: Violation[] | undefined
    let pending: Promise<Violation[]>[] | undefined
    for (const check of this.#checks) {
      const { attribute } = check
      if (only !== undefined && !only.has(attribute.name)) continue
      const value = data[attribute.name]
      if (value === undefined || value === null) {
        // Those that every row has: indexes are made of them, and rows without would not be found.
        const kept = only !== undefined && (attribute.managed === 'createdAt' || attribute.managed === 'updatedAt')
        if (attribute.required || kept) found = add(found, attribute, 'required', 'is required.')
        continue
      }
      const before = found?.length ?? 0
      for (const { rule, check: test } of check.rules) {
        const message = test(value)
        if (message === undefined) continue
        found = add(found, attribute, rule, message)
        if (rule === 'type') break
      }
      if (check.asynchronous && (found?.length ?? 0) === before) (pending ??= []).push(checkLater(attribute, value))
    }
    if (pending === undefined) return found
    return Promise.all(pending).then((late) => {
      const all = [...(found ?? []), ...late.flat()]
      return all.length === 0 ? undefined : all
    })
  }
}

function add(found: Violation[] | undefined, attribute: AttributeSchema, rule: string, message: string): Violation[] {
  const violation = { attribute: attribute.name, rule, message: `${attribute.name} ${message}` }
  if (found === undefined) return [violation]
  found.push(violation)
  return found
}

/** A rule that throws or rejects counts as failed: validation fails closed. */
async function checkLater(attribute: AttributeSchema, value: unknown): Promise<Violation[]> {
  const found: Violation[] = []
  const { validate, schema } = attribute.options
  if (validate !== undefined) {
    try {
      const verdict = await validate(value)
      if (verdict === false) add(found, attribute, 'validate', 'is not valid.')
      else if (typeof verdict === 'string')
        found.push({ attribute: attribute.name, rule: 'validate', message: verdict })
    } catch {
      add(found, attribute, 'validate', 'could not be checked: its validate function threw.')
    }
  }
  if (schema !== undefined) {
    try {
      const result = await schema['~standard'].validate(value)
      for (const issue of result.issues ?? []) add(found, attribute, 'schema', `is not valid: ${issue.message}`)
    } catch {
      add(found, attribute, 'schema', 'could not be checked: its schema threw.')
    }
  }
  return found
}
