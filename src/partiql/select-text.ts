import type { GetItemInput, QueryInput, ScanInput } from '../drivers/index.js'
import { conditionText, type Extra, projectionText } from './condition-text.js'
import { quoted, quotedTable, type Statement, StatementText } from './statement-text.js'

/** A read as a statement, and what of PartiQL it needs. */
export interface SelectText extends Statement {
  readonly extras: ReadonlySet<Extra | 'ORDER BY'>
}

/** @param sortKey of the table or index that is read; needed for an order */
export function selectText(request: QueryInput | ScanInput | GetItemInput, sortKey: string | undefined): SelectText {
  const text = new StatementText()
  const extras = new Set<Extra | 'ORDER BY'>()
  const uses = (extra: Extra): void => {
    extras.add(extra)
  }
  const { TableName, ProjectionExpression: projection } = request
  const isBackward = 'ScanIndexForward' in request && !request.ScanIndexForward && sortKey !== undefined
  const names = projection === undefined ? '*' : projectionText(projection, request, text)
  const from = quotedTable(TableName, 'IndexName' in request ? request.IndexName : undefined)
  const conditions: string[] = []
  if ('Key' in request)
    for (const [name, value] of Object.entries(request.Key)) {
      if (name.includes('.')) uses('names with dots')
      conditions.push(`${quoted(name)} = ${text.value(value)}`)
    }
  if ('KeyConditionExpression' in request && request.KeyConditionExpression !== undefined)
    conditions.push(conditionText(request.KeyConditionExpression, request, text, uses))
  if ('FilterExpression' in request && request.FilterExpression !== undefined) {
    const filter = conditionText(request.FilterExpression, request, text, uses)
    conditions.push(conditions.length === 0 ? filter : `(${filter})`)
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  if (isBackward) extras.add('ORDER BY')
  const order = isBackward ? ` ORDER BY ${quoted(sortKey)} DESC` : ''
  return { ...text.finish(`SELECT ${names} FROM ${from}${where}${order}`), extras }
}
