import type { EntitySchema } from '../schema/index.js'
import { ModelError } from './errors.js'

/** The attributes of a model that count its related rows (`counterCache`). */
export function countersIn({ relations }: EntitySchema): readonly string[] {
  return [...relations.values()].flatMap(({ counter }) => counter ?? [])
}

/** What is counted is written by the rows that are counted, in their own transactions. @throws ModelError `MODEL.INVALID_INPUT` */
export function refuseCounted(schema: EntitySchema, names: Iterable<string>): void {
  const counted = countersIn(schema)
  if (counted.length === 0) return
  for (const name of names)
    if (counted.includes(name))
      throw new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${name} counts related rows, and is not set.`, {
        hint: 'It changes with the rows that it counts. Where it went wrong, correct it with rawUpdate.',
        details: { model: schema.name, attribute: name },
      })
}
