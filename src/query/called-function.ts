import { kindOf } from '../values/index.js'
import { QueryError } from './errors.js'

/** What a method calls. @throws QueryError `QUERY.INVALID_VALUE` for what is no function */
export function calledFunction<F>(method: string, given: F): F {
  if (typeof given === 'function') return given
  throw new QueryError('QUERY.INVALID_VALUE', `${method} calls a function, and was given ${kindOf(given)}.`)
}
