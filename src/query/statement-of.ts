import { type Statement, selectText } from '../partiql/index.js'
import type { TableDesign } from '../single-table/index.js'
import type { PlannedRequest } from './plan-request.js'

/** A request as a PartiQL statement. */
export function statementOf(request: PlannedRequest, design: TableDesign): Statement | undefined {
  const { operation, input } = request
  if (operation === 'BatchGetItem') {
    const [[TableName, { Keys, ...more }] = ['', { Keys: [] }]] = Object.entries(input.RequestItems)
    const [Key] = Keys
    return Key === undefined ? undefined : plain(selectText({ TableName, Key, ...more }, undefined))
  }
  return plain(selectText(input, operation === 'Query' ? sortKeyOf(design, input.IndexName) : undefined))
}

/** The name of the sort key of the table, or of an index of it; undefined where it has none, or several. */
export function sortKeyOf({ key, indexes }: TableDesign, index: string | undefined): string | undefined {
  const { sort } = index === undefined ? key : (indexes.find(({ name }) => name === index)?.key ?? key)
  return sort.length === 1 ? sort[0]?.name : undefined
}

function plain({ statement, parameters }: Statement): Statement {
  return Object.freeze({ statement, parameters })
}
