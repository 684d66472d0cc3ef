import {
  beginsWith,
  type Condition,
  contains,
  eq,
  exists,
  gt,
  gte,
  lt,
  lte,
  ne,
  notExists,
} from '../expressions/index.js'
import { CliError } from './errors.js'
import { valueOf } from './given-data.js'

const COMPARISONS = {
  '=': eq,
  '!=': ne,
  '<>': ne,
  '<': lt,
  '<=': lte,
  '>': gt,
  '>=': gte,
  begins_with: beginsWith,
  contains,
} as const
const FILTER = /^\s*(\S+?)\s*(!=|<>|<=|>=|=|<|>|\s(?:begins_with|contains)\s)\s*(.*?)\s*$/s
const EXISTENCE = /^\s*(\S+)\s+(exists|not_exists)\s*$/

/**
 * A condition from text: `status = draft`, `age >= 36`, `address.city begins_with B`, `email exists`.
 *
 * @throws CliError `CLI.USAGE`
 */
export function conditionOf(text: string): Condition {
  const [, place, existence] = EXISTENCE.exec(text) ?? []
  if (place !== undefined) return existence === 'exists' ? exists(place) : notExists(place)
  const [, name, operator = '', value] = FILTER.exec(text) ?? []
  if (name === undefined || value === undefined || value === '')
    throw new CliError('CLI.USAGE', `--filter "${text}" is not understood.`, {
      hint: 'Write NAME OPERATOR VALUE, with =, !=, <, <=, >, >=, begins_with or contains; or NAME exists, NAME not_exists. "" is the empty text.',
    })
  return COMPARISONS[operator.trim() as keyof typeof COMPARISONS](name, valueOf(value))
}
