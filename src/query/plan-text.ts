import type { Condition, KeyCondition, Operand, Path, SortKeyCondition } from '../expressions/index.js'
import type { AttributeValue, DatePart } from '../values/index.js'
import type { Plan } from './plan.js'

/** A plan as people read it, a line a fact. */
export function planText(plan: Omit<Plan, 'toString'>): string {
  const secret: ReadonlySet<string> = new Set(plan.hidden)
  const lines = [
    `${plan.operation} ${plan.model} on ${plan.table}${plan.index === undefined ? '' : `, index ${plan.index}`}${plan.purpose === undefined ? '' : ` (${plan.purpose})`}`,
  ]
  for (const key of plan.keys)
    lines.push(
      `  key        ${Object.entries(key)
        .map(([name, value]) => `${name} = ${secret.has(name) ? HIDDEN : showValue(value)}`)
        .join(', ')}`,
    )
  if (plan.keyCondition !== undefined) lines.push(`  keys       ${showKeys(plan.keyCondition, secret)}`)
  if (plan.filter !== undefined) lines.push(`  filter     ${showCondition(plan.filter, secret)}`)
  if (plan.expiry !== undefined) lines.push(`  filter     ${plan.expiry} has not passed`)
  if (!plan.forward) lines.push('  direction  backwards')
  if (plan.limit !== undefined) lines.push(`  limit      ${plan.limit}`)
  if (plan.offset > 0) lines.push(`  offset     ${plan.offset}`)
  if (plan.projection !== undefined) lines.push(`  attributes ${plan.projection.join(', ')}`)
  if (plan.fetch)
    lines.push('  fetches    the rows it finds from the table: the index does not hold all that is needed')
  if (plan.projected) lines.push('  fetches    nothing: it reads what the index holds')
  if (plan.fromKeys.length > 0) lines.push(`  from keys  ${plan.fromKeys.join(', ')}`)
  if (plan.segments > 1) lines.push(`  segments   ${plan.segments}, read at the same time`)
  if (plan.consistent) lines.push('  reads      strongly consistent')
  if (plan.inMemory.filter !== undefined) lines.push(`  in memory  ${showCondition(plan.inMemory.filter, secret)}`)
  const { recognize } = plan.inMemory
  if (recognize !== undefined)
    lines.push(`  in memory  rows of ${plan.model}, by ${recognize === 'function' ? 'its recognizedBy' : 'their keys'}`)
  if (plan.inMemory.sort.length > 0) {
    const order = plan.inMemory.sort
      .map(({ attribute, descending }) => `${attribute}${descending ? ' descending' : ''}`)
      .join(', ')
    lines.push(
      `  in memory  sort by ${order}${plan.inMemory.limit === undefined ? '' : `, keep ${plan.inMemory.limit}`}`,
    )
  } else if (plan.inMemory.pages) lines.push('  in memory  cursor pages are sorted: each of them reads every match')
  for (const [i, part] of plan.merged.entries()) {
    const [first = '', ...rest] = String(part).split('\n')
    lines.push(`  ${i + 1}. ${first}`, ...rest.map((line) => `   ${line}`))
  }
  for (const { relation, for: purpose, requests } of plan.relations)
    lines.push(`  ${(purpose === 'read' ? 'with' : purpose).padEnd(10)} ${relation}: ${requests}`)
  lines.push(`  cost       ${plan.estimate.requests}, reads ${plan.estimate.reads}`)
  for (const advice of plan.advice) lines.push(`  advice     ${advice}`)
  return lines.join('\n')
}

const HIDDEN = '[hidden]'
type Secret = ReadonlySet<string>

function showKeys(keys: KeyCondition, secret: Secret): string {
  return [
    ...keys.partition.map(({ name, value }) => `${name} = ${secret.has(name) ? HIDDEN : showValue(value)}`),
    ...keys.sort.map((each) => showSort(each, secret)),
  ].join(' and ')
}

function showSort(condition: SortKeyCondition, secret: Secret): string {
  if (secret.has(condition.name)) return `${condition.name} ${condition.kind.replace('-', ' ')} ${HIDDEN}`
  if (condition.kind === 'compare') return `${condition.name} ${condition.op} ${showValue(condition.value)}`
  if (condition.kind === 'between')
    return `${condition.name} between ${showValue(condition.low)} and ${showValue(condition.high)}`
  return `${condition.name} begins with ${showValue(condition.value)}`
}

function showCondition(condition: Condition, secret: Secret): string {
  const show = (operand: Operand, ...beside: readonly Operand[]): string =>
    operand.kind === 'value' && beside.some((each) => isSecret(each, secret)) ? HIDDEN : showOperand(operand)
  switch (condition.kind) {
    case 'compare':
      return `${show(condition.left, condition.right)} ${condition.op} ${show(condition.right, condition.left)}`
    case 'between':
      return `${showOperand(condition.operand)} between ${show(condition.low, condition.operand)} and ${show(condition.high, condition.operand)}`
    case 'in':
      return `${showOperand(condition.operand)} in (${condition.values.map((each) => show(each, condition.operand)).join(', ')})`
    case 'begins-with':
      return `${showPath(condition.path)} begins with ${show(condition.prefix, { kind: 'path', path: condition.path })}`
    case 'contains':
      return `${showPath(condition.path)} contains ${show(condition.operand, { kind: 'path', path: condition.path })}`
    case 'exists':
      return `${showPath(condition.path)} exists`
    case 'not-exists':
      return `${showPath(condition.path)} does not exist`
    case 'type-is':
      return `${showPath(condition.path)} is ${condition.type}`
    case 'date-part': {
      const { path, part, op, value } = condition
      return `${part} of ${showPath(path)} ${op} ${secret.has(String(path[0])) ? HIDDEN : showPart(part, value)}`
    }
    case 'and':
      return condition.conditions
        .map((each) => (each.kind === 'or' ? `(${showCondition(each, secret)})` : showCondition(each, secret)))
        .join(' and ')
    case 'or':
      return condition.conditions
        .map((each) => (each.kind === 'and' ? `(${showCondition(each, secret)})` : showCondition(each, secret)))
        .join(' or ')
    case 'not':
      return `not (${showCondition(condition.condition, secret)})`
    case 'constant':
      return String(condition.value)
  }
}

function isSecret(operand: Operand, secret: Secret): boolean {
  return operand.kind !== 'value' && secret.has(String(operand.path[0]))
}

function showOperand(operand: Operand): string {
  if (operand.kind === 'path') return showPath(operand.path)
  return operand.kind === 'size' ? `size of ${showPath(operand.path)}` : showValue(operand.value)
}

function showPath(path: Path): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

/** Seconds since midnight as people read them. */
function showPart(part: DatePart, value: number): string {
  return part === 'time' ? new Date(value * 1000).toISOString().slice(11, 19) : String(value)
}

function showValue(value: AttributeValue): string {
  if ('S' in value) return `'${value.S}'`
  if ('N' in value) return value.N
  if ('BOOL' in value) return String(value.BOOL)
  return 'NULL' in value ? 'null' : JSON.stringify(value)
}
