import { relative } from 'node:path'
import type { ModelClass } from '../../model/index.js'
import { type EntitySchema, entitySchemaOf } from '../../schema/index.js'
import type { ParseFault } from '../../stacks/index.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { counted, textTable } from '../text-table.js'

/** A class says what is wrong with it when it is first looked at. */
function schemaOf(model: ModelClass, fail: (error: Error) => void): EntitySchema | undefined {
  try {
    return entitySchemaOf(model)
  } catch (error) {
    fail(error as Error)
    return undefined
  }
}

interface Options {
  readonly notes?: boolean
}

export const command: Command<Options> = {
  name: 'models',
  summary: 'List the models that were found, and what was not understood',
  options: [{ flags: '--notes', description: 'what Stacks models say that does nothing here, too' }],
  json: '{ models: [{ name, kind, file, attributes: [name], relations: [{ name, type, model }], notes }], faults: [{ file, model, code, message, hint }], others: [file] }',
  examples: [
    ['models', 'classes and Stacks models; exit code 6 when a file cannot be read'],
    ['models --notes --models app/Models', 'what of a Stacks project is kept and not acted on'],
  ],
  async run(context, _args, { notes = false }) {
    const parsed = await context.parsedModels()
    const place = (file: string): string => relative(context.cwd, file)
    const wrong: ParseFault[] = []
    const models = parsed.models.flatMap(({ name, kind, file, model, notes: said }) => {
      const schema = schemaOf(model, (error) => wrong.push({ file, model: name, error }))
      if (schema === undefined) return []
      const { attributes, relations } = schema
      return {
        name,
        kind,
        file: place(file),
        attributes: attributes.map((attribute) => attribute.name),
        relations: [...relations.values()].map((relation) => ({
          name: relation.name,
          type: relation.type,
          model: typeof relation.model === 'function' ? undefined : relation.model,
        })),
        notes: said,
      }
    })
    const faults = [...parsed.faults, ...wrong].map(({ file, model, error }) => {
      const { code, hint } = error as { code?: string; hint?: string }
      return { file: place(file), model, code, message: error.message, hint }
    })
    const others = parsed.others.map(place)
    context.output.result({ models, faults, others }, () => {
      const lines = [
        models.length === 0
          ? `No file in ${place(parsed.folder) || '.'} exports a model.`
          : textTable(
              ['Model', 'Form', 'Attributes', 'Relations', 'File'],
              models.map((each) => [
                each.name,
                each.kind,
                each.attributes.length,
                each.relations.map(({ name }) => name).join(', '),
                each.file,
              ]),
            ),
      ]
      if (notes)
        for (const { name, notes: said } of models)
          if (said.length > 0) lines.push('', `${name}:`, ...said.map((note) => `  ${note}`))
      if (faults.length > 0) {
        lines.push('', `${counted(faults.length, 'fault')}:`)
        for (const { file, message, hint } of faults)
          lines.push(`  ${file}: ${message}${hint === undefined ? '' : `\n    ${hint}`}`)
      }
      return lines.join('\n')
    })
    return faults.length === 0 ? EXIT.ok : EXIT.pending
  },
}
