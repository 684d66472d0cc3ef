import { bindingOf, type ModelClass, type ModelSpace, modelsIn } from '../model/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { pivotDefinitions } from '../schema/index.js'
import type { TableDesign } from '../single-table/index.js'
import { refuse } from './input-rules.js'

/** Model classes, or the folder of the files that export them, relative to the config file. */
export type Models = readonly ModelClass[] | string

/** The tables that hold some models, as migrations make them, and the connection they are for. */
export interface TablesOfModels {
  readonly space: ModelSpace
  readonly designs: readonly TableDesign[]
}

/**
 * The design of the tables that hold some models, what is between them (pivots), and the notes of this package.
 *
 * @throws TableError `TABLE.INVALID_INPUT`; what designs throw
 */
export function tablesOfModels(what: string, models: Models, connection: Connection | undefined): TablesOfModels {
  const classes =
    typeof models === 'string' ? modelsIn(models, (connection ?? currentConnection()).config.root) : models
  refuse(what, modelFaults(models, classes))
  const bind = () => classes.map((model) => bindingOf(model))
  const bindings = connection === undefined ? bind() : connection.run(bind)
  const [{ space }, ...others] = bindings as [(typeof bindings)[0], ...typeof bindings]
  refuse(what, others.some((each) => each.space !== space) ? ['models are of different connections'] : [])
  const { keyDelimiter } = space.connection.config.singleTableDesign
  const schemas = bindings.map(({ schema }) => schema)
  const names = [...schemas, ...pivotDefinitions(schemas, keyDelimiter)].map(({ name }) => name)
  const all = space.designs()
  const wanted = all.filter(({ entities }) => names.some((name) => name !== undefined && entities.has(name)))
  const tables = new Set(wanted.flatMap(({ tableName, ledger }) => [tableName, ledger.tableName]))
  return { space, designs: all.filter(({ tableName }) => tables.has(tableName)) }
}

function modelFaults(models: Models, classes: readonly unknown[]): readonly string[] {
  if (typeof models === 'string') return classes.length === 0 ? [`no file in ${models} exports a model`] : []
  if (!Array.isArray(classes) || classes.length === 0) return ['models must be a list of model classes, or a folder']
  return classes.flatMap((model, index) => (typeof model === 'function' ? [] : [`models[${index}] is no model class`]))
}
