import type { ResolvedConfig } from '../runtime/index.js'
import type { MigrationFile, PlacedFile, Step } from './migration.js'
import type { Operation } from './operations.js'

type Names = Pick<ResolvedConfig, 'tablePrefix' | 'tableSuffix' | 'defaultTableName'>

/**
 * Migrations with the tables of this environment: files name none (the one that models share), or name them as models do, without
 * prefix and suffix.
 */
export function placed(files: readonly MigrationFile[], config: Names): readonly PlacedFile[] {
  return files.map((file) => {
    const { operations } = file.migration
    if (operations === undefined) return file as PlacedFile
    return { ...file, migration: { ...file.migration, operations: operations.map((step) => placedStep(step, config)) } }
  })
}

function placedStep(step: Step, { tablePrefix, tableSuffix, defaultTableName }: Names): Operation {
  const table = `${tablePrefix}${step.table ?? defaultTableName}${tableSuffix}`
  if (step.type !== 'create-table') return { ...step, table }
  return { ...step, table, definition: { ...step.definition, TableName: table } }
}

/** A step as a file says it, so that it is right in every environment. */
export function unplaced(operation: Operation, { tablePrefix, tableSuffix, defaultTableName }: Names): Step {
  const { type, table: whole, ...rest } = operation
  const isOurs = whole.startsWith(tablePrefix) && whole.endsWith(tableSuffix)
  const table = isOurs ? whole.slice(tablePrefix.length, whole.length - tableSuffix.length) : whole
  const parts = 'definition' in rest ? { definition: withoutName(rest.definition) } : rest
  return { type, ...(table === defaultTableName ? {} : { table }), ...parts } as Step
}

function withoutName({ TableName: _name, ...definition }: { readonly TableName: string }): object {
  return definition
}
