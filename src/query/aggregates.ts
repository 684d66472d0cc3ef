import type { EntitySchema } from '../schema/index.js'
import { type AttributeMap, type AttributeValue, compareAttributeValues, ExactSum } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { readPages } from './executor.js'
import type { Plan } from './plan.js'

const NUMBERS = ['number', 'bigint', 'decimal', 'any']
const UNORDERED = ['boolean', 'set', 'list', 'map', 'json']

/** @throws QueryError `QUERY.INVALID_OPERATOR` for an attribute that is no number */
export function checkSummable(schema: EntitySchema, attribute: string, what: string): void {
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (NUMBERS.includes(type)) return
  throw new QueryError('QUERY.INVALID_OPERATOR', `${schema.name}.${attribute} is a ${type} and has no ${what}.`, {
    hint: 'Sums and averages are of number, bigint and decimal attributes.',
    details: { model: schema.name, attribute },
  })
}

/** @throws QueryError `QUERY.INVALID_OPERATOR` for an attribute without an order */
export function checkOrdered(schema: EntitySchema, attribute: string, what: string): void {
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (!UNORDERED.includes(type)) return
  throw new QueryError('QUERY.INVALID_OPERATOR', `${schema.name}.${attribute} is a ${type} and has no ${what}.`, {
    hint: 'Numbers, strings, dates and binary have a least and a greatest value.',
    details: { model: schema.name, attribute },
  })
}

/** The exact sum of an attribute over every page of a plan; rows without a number count as nothing. */
export async function sumItems(plan: Plan, binding: EntityBinding, attribute: string): Promise<ExactSum> {
  const sum = new ExactSum()
  for await (const item of items(plan, binding)) {
    const value = item[attribute]
    if (value !== undefined && 'N' in value) sum.add(value.N)
  }
  return sum
}

/** The least (sign -1) or greatest (sign 1) value of an attribute over every page of a plan; undefined when there is none. */
export async function extremeItem(
  plan: Plan,
  binding: EntityBinding,
  attribute: string,
  sign: 1 | -1,
): Promise<AttributeValue | undefined> {
  let best: AttributeValue | undefined
  for await (const item of items(plan, binding)) {
    const value = item[attribute]
    if (value === undefined || 'NULL' in value) continue
    if (best === undefined || compareAttributeValues(value, best) * sign > 0) best = value
  }
  return best
}

async function* items(plan: Plan, binding: EntityBinding): AsyncGenerator<AttributeMap> {
  for await (const page of readPages(plan, binding)) yield* page
}
