import { suggest } from '../kernel/index.js'
import { bindingOf, type ModelClass } from '../model/index.js'
import type { EntitySchema } from '../schema/index.js'
import { exactNumberOf } from '../values/index.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'
import { objectOf } from './given-data.js'

/** A model of the project, by its name. @throws CliError `CLI.NOT_FOUND` that names the one that was meant */
export async function namedModel(
  context: CommandContext,
  name: string,
): Promise<{ readonly model: ModelClass; readonly schema: EntitySchema }> {
  const models = (await context.models()).map((model) => ({ model, schema: bindingOf(model).schema }))
  const found = models.find(({ schema }) => schema.name === name)
  if (found !== undefined) return found
  const names = models.map(({ schema }) => schema.name)
  const meant = suggest(name, names)
  throw new CliError('CLI.NOT_FOUND', `There is no model ${name}.`, {
    hint: meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`,
    details: { model: name, suggestion: meant },
  })
}

/** A key given as text: the primary key's value, or a JSON object with every attribute of the key. */
export function modelKey(schema: EntitySchema, text: string): unknown {
  if (text.startsWith('{')) return objectOf(text, 'the key')
  const type = schema.attribute.get(schema.primaryKey)?.type
  if (type === 'number') return exactNumberOf(text) ?? text
  if (type === 'bigint' && /^-?\d+$/.test(text)) return BigInt(text)
  return type === 'date' ? new Date(text) : text
}

/** @throws CliError `CLI.NOT_FOUND` */
export function noRow(schema: EntitySchema, key: string): CliError {
  return new CliError('CLI.NOT_FOUND', `There is no ${schema.name} ${key}.`, { details: { model: schema.name } })
}
