export { PARTIQL_CODES, PartiqlError } from './errors.js'
export { type Row as StatementRow, SelectStatement, type StatementPage } from './select-statement.js'
export { type SelectText, selectText } from './select-text.js'
export type { Statement } from './statement-text.js'
export { type Identifier, identifier, partiql, TemplateStatement } from './template.js'
export { type SortKeyOf, throughStatements } from './through-statements.js'
export {
  type AnyStatement,
  executeBatch,
  executeTransaction,
  PartiqlBatchError,
  type StatementResult,
} from './together.js'
export type { WhereArguments } from './where-text.js'
export { DeleteStatement, InsertStatement, type Returning, UpdateStatement } from './write-statements.js'
